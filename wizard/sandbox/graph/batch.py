"""``POST /$batch``: up to twenty requests in one.

Owns taking a batch apart and putting the answers together. The parts share the transaction of the batch: a part that is
refused undoes its own writes only. https://learn.microsoft.com/graph/json-batching
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from wizard.sandbox.graph import errors
from wizard.sandbox.graph.router import ROUTER, body_of
from wizard.sandbox.router import Refusal, Request, Response

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any

MOST = 20


@ROUTER.post("/v1.0/$batch")
def batch(request: Request, world: World) -> Response:
    """Parts run in the order of ``dependsOn``; one whose dependency failed answers 424."""
    parts: Json = body_of(request).get("requests")
    if not isinstance(parts, list) or not parts:
        raise errors.bad_request(world, "Invalid batch payload format.")
    if len(parts) > MOST:
        raise errors.bad_request(world, "The number of batch request steps exceeds the maximum of 20.")
    answers: dict[str, Json] = {}
    for part in parts:
        failed = [name for name in part.get("dependsOn", ()) if answers.get(name, {"status": 424})["status"] >= 400]
        response = (
            Response(424, {"error": {"code": "FailedDependency", "message": "A dependency failed."}})
            if failed
            else _one(request, world, part)
        )
        headers = {**response.headers} | ({"Content-Type": "application/json"} if response.body is not None else {})
        answers[part["id"]] = {"id": part["id"], "status": response.status, "headers": headers, "body": response.body}
    return Response(200, {"responses": list(answers.values())})


def _one(request: Request, world: World, part: Json) -> Response:
    path, _, query = ("/v1.0/" + str(part["url"]).lstrip("/")).partition("?")
    headers = {"authorization": request.headers["authorization"], **{name.lower(): text for name, text in part.get("headers", {}).items()}}
    body = json.dumps(part["body"]).encode() if part.get("body") is not None else b""
    inner = Request(str(part.get("method", "GET")).upper(), request.host, path, query, headers, body)
    before = {name: dict(table.rows) for name, table in world.tables.items()}
    try:
        return ROUTER.handle(inner, world)
    except Refusal as refusal:
        for name, table in world.tables.items():
            table.rows.clear()
            table.rows.update(before.get(name, {}))
        return refusal.response
