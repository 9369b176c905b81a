"""OAuth secrets of service principals, as a workspace's administrators make, list and remove them.

Owns the rows, their limit and their end. A secret has no name and no comment; its text is told once. That a workspace sees only the
secrets made in it is stricter than the account, which shares them among its workspaces. The words for a sixth secret are ours.
https://docs.databricks.com/api/azure/workspace/serviceprincipalsecretsproxy
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from wizard.sandbox.databricks.errors import invalid, missing, refused
from wizard.sandbox.databricks.models import below, done
from wizard.sandbox.databricks.oauth import alive
from wizard.sandbox.databricks.router import WORKSPACES, body, caller

if TYPE_CHECKING:
    from wizard.sandbox.router import Request, Response
    from wizard.sandbox.world import World

Json = Any

PATH = "/api/2.0/accounts/servicePrincipals/{principal}/credentials/secrets"
MOST_SECRETS = 5
LONGEST = 730 * 86400


def shown(world: World, row: Json) -> Json:
    """Everything but the text."""
    told = {name: row[name] for name in ("id", "create_time", "update_time", "expire_time", "secret_hash")}
    return told | {"status": "ACTIVE" if alive(world, row) else "EXPIRED"}


def _owner(request: Request, world: World) -> tuple[str, Json]:
    """The workspace and the service principal of the path; 403 for who is no administrator, 404 for who is no member."""
    who = caller(request, world)
    who.require_admin()
    row = world.table("databricks.principals").get(f"{who.workspace}/{request.params['principal']}")
    if row is None or row["kind"] != "servicePrincipal":
        raise missing(f"Service principal {request.params['principal']} does not exist.")
    return who.workspace, row


def _held(world: World, workspace: str, owner: Json) -> list[Json]:
    return [row for row in below(world, "databricks.oauth_secrets", workspace).values() if row["owner"] == owner["id"]]


def _seconds(text: str) -> int:
    found = re.fullmatch(r"(\d+)s", text)
    if not found or not 0 < int(found[1]) <= LONGEST:
        raise invalid(f"Invalid lifetime '{text}': it must be a number of seconds such as 3600s, at most {LONGEST}s.")
    return int(found[1])


@WORKSPACES.post(PATH)
def create(request: Request, world: World) -> Response:
    workspace, owner = _owner(request, world)
    seconds = _seconds(str(body(request).get("lifetime") or f"{LONGEST}s"))
    if len(_held(world, workspace, owner)) >= MOST_SECRETS:
        raise refused(400, "RESOURCE_LIMIT_EXCEEDED", f"A service principal cannot have more than {MOST_SECRETS} secrets.")
    now = datetime.fromtimestamp(world.clock.now(), UTC)
    value = "dose" + world.new_secret("databricks.oauth_secret", 32)
    row = {
        "id": world.new_id("databricks.oauth_secret"),
        "owner": owner["id"],
        "value": value,
        "secret_hash": hashlib.sha256(value.encode()).hexdigest(),
        "create_time": _stamp(now),
        "update_time": _stamp(now),
        "expire_time": _stamp(now + timedelta(seconds=seconds)),
    }
    world.table("databricks.oauth_secrets")[f"{workspace}/{row['id']}"] = row
    return done({**shown(world, row), "secret": value})


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@WORKSPACES.get(PATH)
def every(request: Request, world: World) -> Response:
    workspace, owner = _owner(request, world)
    return done({"secrets": [shown(world, row) for row in _held(world, workspace, owner)]})


@WORKSPACES.delete(PATH + "/{secret}")
def delete(request: Request, world: World) -> Response:
    workspace, owner = _owner(request, world)
    key = f"{workspace}/{request.params['secret']}"
    row = world.table("databricks.oauth_secrets").get(key)
    if row is None or row["owner"] != owner["id"]:
        raise missing(f"Secret {request.params['secret']} does not exist.")
    del world.table("databricks.oauth_secrets")[key]
    return done()
