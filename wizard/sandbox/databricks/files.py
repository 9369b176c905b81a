"""The paths of workspace objects: status, list, directories, import and export, raw files.

Owns the HTTP forms; the tree is in ``objects``. ``export`` knows SOURCE and the raw download; ``import`` knows SOURCE,
AUTO and RAW, as JSON or as a multipart form. DBC and HTML are not emulated.
"""

from __future__ import annotations

import base64
import binascii
from email import message_from_bytes
from typing import TYPE_CHECKING, Any

from wizard.sandbox.databricks import objects
from wizard.sandbox.databricks.errors import invalid, refused
from wizard.sandbox.databricks.models import done
from wizard.sandbox.databricks.router import WORKSPACES, body, caller, needed
from wizard.sandbox.router import Request, Response

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any

PATH = "/api/2.0/workspace"


@WORKSPACES.get(PATH + "/get-status")
def get_status(request: Request, world: World) -> Response:
    workspace = caller(request, world).workspace
    (path,) = needed(request.query, "path")
    return done(objects.shown(objects.existing(world, workspace, path), path))


@WORKSPACES.get(PATH + "/list")
def list_objects(request: Request, world: World) -> Response:
    workspace = caller(request, world).workspace
    (path,) = needed(request.query, "path")
    rows = objects.children(world, workspace, path)
    prefix = "/Workspace" if path.startswith("/Workspace") else ""
    return done({"objects": [objects.shown(row, prefix + row["path"]) for row in rows]} if rows else {})


@WORKSPACES.post(PATH + "/mkdirs")
def make_directories(request: Request, world: World) -> Response:
    workspace = caller(request, world).workspace
    objects.make_directories(world, workspace, *needed(body(request), "path"))
    return done()


@WORKSPACES.post(PATH + "/delete")
def delete(request: Request, world: World) -> Response:
    workspace, given = caller(request, world).workspace, body(request)
    objects.delete(world, workspace, *needed(given, "path"), recursive=bool(given.get("recursive")))
    return done()


@WORKSPACES.get(PATH + "/export")
def export(request: Request, world: World) -> Response:
    workspace = caller(request, world).workspace
    (path,) = needed(request.query, "path")
    row = objects.existing(world, workspace, path)
    if row["object_type"] == "DIRECTORY":
        raise refused(400, "BAD_REQUEST", f"Exporting the directory {path} is only supported in the format DBC or SOURCE archive.")
    data = objects.content(row)
    if request.query.get("direct_download", "").lower() == "true":
        return Response(200, data, {"Content-Type": "application/octet-stream"})
    return done({"content": base64.b64encode(data).decode(), "file_type": str(row.get("language", "file")).lower()})


@WORKSPACES.post(PATH + "/import")
def import_object(request: Request, world: World) -> Response:
    workspace = caller(request, world).workspace
    given, data = _form(request) if "multipart/" in request.headers.get("content-type", "") else _object(request)
    (path,) = needed(given, "path")
    kind, language = _kind(given)
    overwrite = str(given.get("overwrite", "")).lower() == "true"
    objects.put(world, workspace, path, data, overwrite=overwrite, kind=kind, language=language)
    return done()


def _kind(given: Json) -> tuple[str, str]:
    """Object type and language; empty where the content decides (AUTO)."""
    form = str(given.get("format") or "SOURCE").upper()
    if form == "AUTO":
        return "", ""
    if form == "RAW":
        return "FILE", ""
    if form != "SOURCE":
        raise refused(501, "NOT_IMPLEMENTED", f"not emulated: import in the format {form}")
    language = str(given.get("language") or "").upper()
    if language not in objects.LANGUAGES.values():
        raise invalid("The language of a notebook in the format SOURCE must be given.")
    return "NOTEBOOK", language


def _object(request: Request) -> tuple[Json, bytes]:
    given = body(request)
    try:
        return given, base64.b64decode(given.get("content") or "", validate=True)
    except (binascii.Error, ValueError):
        raise invalid("The content is not base64.") from None


def _form(request: Request) -> tuple[Json, bytes]:
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    parts: dict[str, bytes] = {}
    for part in message_from_bytes(head + request.body).walk():
        name = part.get_param("name", header="content-disposition")
        if name is not None:
            payload = part.get_payload(decode=True)
            parts[str(name)] = payload if isinstance(payload, bytes) else b""
    return {name: data.decode("utf-8", "replace") for name, data in parts.items() if name != "content"}, parts.get("content", b"")


@WORKSPACES.post("/api/2.0/workspace-files/import-file/{path:path}")
def import_file(request: Request, world: World) -> Response:
    """The path is one percent-encoded segment, the body the file as it is. 404 without a parent, 409 where it exists."""
    workspace = caller(request, world).workspace
    path = "/" + request.params["path"].lstrip("/")
    objects.put(world, workspace, path, request.body, overwrite=request.query.get("overwrite") == "true")
    return done()
