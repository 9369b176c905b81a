"""What else a workspace lists: instance pools, libraries of clusters, global init scripts, and files in DBFS.

Owns these reading calls. Nothing is made by them: a world's description, or a test, puts it there.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from wizard.sandbox.databricks.errors import invalid, missing, refused
from wizard.sandbox.databricks.models import below, done
from wizard.sandbox.databricks.router import WORKSPACES, caller, needed

if TYPE_CHECKING:
    from wizard.sandbox.router import Request, Response
    from wizard.sandbox.world import World

Json = Any
PIECE = 1024 * 1024


def _rows(world: World, table: str, workspace: str) -> list[Json]:
    return list(below(world, table, workspace).values())


@WORKSPACES.get("/api/2.0/instance-pools/list")
def pools(request: Request, world: World) -> Response:
    """https://docs.databricks.com/api/azure/workspace/instancepools/list; without any, the answer is empty."""
    rows = _rows(world, "databricks.instance_pools", caller(request, world).workspace)
    return done({"instance_pools": rows} if rows else {})


@WORKSPACES.get("/api/2.0/libraries/all-cluster-statuses")
def libraries(request: Request, world: World) -> Response:
    """https://docs.databricks.com/api/azure/workspace/libraries/allclusterstatuses"""
    rows = below(world, "databricks.cluster_libraries", caller(request, world).workspace)
    statuses = [
        {"cluster_id": cluster_id, "library_statuses": [{"library": each, "status": "INSTALLED"} for each in row["libraries"]]}
        for cluster_id, row in rows.items()
    ]
    return done({"statuses": statuses} if statuses else {})


@WORKSPACES.get("/api/2.0/global-init-scripts")
def scripts(request: Request, world: World) -> Response:
    """For administrators only. https://docs.databricks.com/api/azure/workspace/globalinitscripts/list"""
    who = caller(request, world)
    who.require_admin()
    rows = [_described(row) for row in _rows(world, "databricks.global_init_scripts", who.workspace)]
    return done({"scripts": rows} if rows else {})


@WORKSPACES.get("/api/2.0/global-init-scripts/{script_id}")
def script(request: Request, world: World) -> Response:
    """With its text in Base64. https://docs.databricks.com/api/azure/workspace/globalinitscripts/get"""
    who = caller(request, world)
    who.require_admin()
    row = world.table("databricks.global_init_scripts").get(f"{who.workspace}/{request.params['script_id']}")
    if row is None:
        raise refused(404, "RESOURCE_DOES_NOT_EXIST", f"The global init script with id {request.params['script_id']} does not exist.")
    return done(row)


def _described(row: Json) -> Json:
    return {name: value for name, value in row.items() if name != "script"}


@WORKSPACES.get("/api/2.0/dbfs/read")
def read(request: Request, world: World) -> Response:
    """At most 1 MB a call, 0.5 MB where no length is said. https://docs.databricks.com/api/azure/workspace/dbfs/read"""
    workspace = caller(request, world).workspace
    (path,) = needed(request.query, "path")
    if not path.startswith("/"):
        raise invalid(f"Path must be absolute: {path}")
    row = world.table("databricks.dbfs").get(f"{workspace}{path}")
    if row is None:
        raise missing(f"No file or directory exists on path dbfs:{path}.")
    try:
        start, length = int(request.query.get("offset", "0")), int(request.query.get("length", str(PIECE // 2)))
    except ValueError:
        raise invalid("offset and length must be numbers.") from None
    if start < 0 or length < 0:
        raise invalid("offset and length must not be negative.")
    if length > PIECE:
        raise refused(400, "MAX_READ_SIZE_EXCEEDED", f"Read length {length} exceeds the maximum of {PIECE} bytes.")
    data = base64.b64decode(row["content"])[start : start + length]
    return done({"bytes_read": len(data), "data": base64.b64encode(data).decode()})
