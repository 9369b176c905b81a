"""Token management: how administrators see and revoke everybody's personal access tokens.

Owns no row: those are in ``tokens``. A token on behalf of a service principal is refused, as workspaces on Azure do: there the
principal makes its own. https://docs.databricks.com/api/azure/workspace/tokenmanagement
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.sandbox.databricks.errors import missing, refused
from wizard.sandbox.databricks.models import below, done, milliseconds
from wizard.sandbox.databricks.router import WORKSPACES, body, caller, needed
from wizard.sandbox.databricks.tokens import information

if TYPE_CHECKING:
    from wizard.sandbox.databricks.identity import Member
    from wizard.sandbox.router import Request, Response
    from wizard.sandbox.world import World

Json = Any

PATH = "/api/2.0/token-management"


def _administrator(request: Request, world: World) -> Member:
    who = caller(request, world)
    who.require_admin()
    return who


def _shown(world: World, workspace: str, row: Json) -> Json:
    owner = world.table("databricks.principals").get(f"{workspace}/{row['owner']}") or {"name": ""}
    number = int(row["owner"])
    return information(row) | {
        "owner_id": number,
        "created_by_id": number,
        "created_by_username": owner["name"],
        "workspace_id": int(workspace),
    }


@WORKSPACES.get(PATH + "/tokens")
def every(request: Request, world: World) -> Response:
    """All tokens that have not ended; ``created_by_id`` and ``created_by_username`` narrow it."""
    workspace, query = _administrator(request, world).workspace, request.query
    rows = [row for row in below(world, "databricks.tokens", workspace).values() if _alive(world, row)]
    told = [_shown(world, workspace, row) for row in rows]
    for name in ("created_by_id", "created_by_username"):
        if name in query:
            told = [each for each in told if str(each[name]) == query[name]]
    return done({"token_infos": told} if told else {})


def _alive(world: World, row: Json) -> bool:
    return bool(row["expiry_time"] == -1 or row["expiry_time"] > milliseconds(world))


def _row(request: Request, world: World, workspace: str) -> Json:
    row = world.table("databricks.tokens").get(f"{workspace}/{request.params['token']}")
    if row is None or not _alive(world, row):
        raise missing(f"Token with ID {request.params['token']} does not exist.")
    return row


@WORKSPACES.get(PATH + "/tokens/{token}")
def one(request: Request, world: World) -> Response:
    workspace = _administrator(request, world).workspace
    return done({"token_info": _shown(world, workspace, _row(request, world, workspace))})


@WORKSPACES.delete(PATH + "/tokens/{token}")
def delete(request: Request, world: World) -> Response:
    workspace = _administrator(request, world).workspace
    row = _row(request, world, workspace)
    del world.table("databricks.tokens")[f"{workspace}/{row['token_id']}"]
    return done()


@WORKSPACES.post(PATH + "/on-behalf-of/tokens")
def on_behalf_of(request: Request, world: World) -> Response:
    _administrator(request, world)
    needed(body(request), "application_id")
    raise refused(400, "FEATURE_DISABLED", "On-behalf-of token creation for service principals is not enabled for this workspace")
