"""Personal access tokens: make, list, revoke one's own. The value is answered once."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from wizard.sandbox.databricks.errors import invalid, missing
from wizard.sandbox.databricks.models import below, done, milliseconds
from wizard.sandbox.databricks.router import WORKSPACES, body, caller, needed

if TYPE_CHECKING:
    from wizard.sandbox.router import Request, Response
    from wizard.sandbox.world import World

Json = Any

PATH = "/api/2.0/token"
MOST_TOKENS = 600


def information(row: Json) -> Json:
    return {name: row[name] for name in ("token_id", "comment", "creation_time", "expiry_time")}


@WORKSPACES.post(PATH + "/create")
def create(request: Request, world: World) -> Response:
    who, given = caller(request, world), body(request)
    if len([row for row in below(world, "databricks.tokens", who.workspace).values() if row["owner"] == who.row["id"]]) >= MOST_TOKENS:
        raise invalid(f"The number of tokens of a user cannot exceed {MOST_TOKENS}.")
    lifetime = given.get("lifetime_seconds")
    now = milliseconds(world)
    row = {
        "token_id": hashlib.sha256(world.new_id("databricks.token").encode()).hexdigest(),
        "value": "dapi" + world.new_secret("databricks.token", 34),
        "comment": str(given.get("comment") or ""),
        "creation_time": now,
        "expiry_time": now + int(lifetime) * 1000 if lifetime and int(lifetime) > 0 else -1,
        "owner": who.row["id"],
    }
    world.table("databricks.tokens")[f"{who.workspace}/{row['token_id']}"] = row
    return done({"token_value": row["value"], "token_info": information(row)})


@WORKSPACES.get(PATH + "/list")
def every(request: Request, world: World) -> Response:
    who = caller(request, world)
    rows = [row for row in below(world, "databricks.tokens", who.workspace).values() if row["owner"] == who.row["id"]]
    return done({"token_infos": [information(row) for row in rows]})


@WORKSPACES.post(PATH + "/delete")
def delete(request: Request, world: World) -> Response:
    who = caller(request, world)
    (token_id,) = needed(body(request), "token_id")
    row = world.table("databricks.tokens").get(f"{who.workspace}/{token_id}")
    if row is None or (row["owner"] != who.row["id"] and not who.admin):
        raise missing(f"Token with id {token_id} does not exist.")
    del world.table("databricks.tokens")[f"{who.workspace}/{token_id}"]
    return done()
