"""A service of one table, for tests of the kernel: no vendor, no rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.sandbox.router import Refusal, Request, Response, Router

if TYPE_CHECKING:
    from wizard.sandbox.world import World

HOST = "shop.sandbox.test"


class Shop(Router):
    """Branches have hosts of their own, which resolve while they are open."""

    def resolves(self, host: str, world: World) -> bool:
        return host == HOST or host.partition(".")[0] in world.table("shop.branches")


SHOP = Shop("shop", r"([a-z]+\.)?shop\.sandbox\.test")


@SHOP.get("/items/{name}")
def item(request: Request, world: World) -> Response:
    table = world.table("shop.items")
    if request.params["name"] not in table:
        raise Refusal(Response(404, {"error": {"code": "NotFound", "message": "no such item"}}))
    return Response(200, table[request.params["name"]])


@SHOP.put("/items/{name}")
def put(request: Request, world: World) -> Response:
    world.table("shop.items")[request.params["name"]] = request.json()
    if request.query.get("refuse"):
        raise Refusal(Response(409, {"error": {"code": "Conflict", "message": "written, then refused"}}))
    if request.query.get("fail"):
        raise RuntimeError("a bug of the handler")
    return Response(201, request.json())


@SHOP.delete("/items/{name}")
def delete(request: Request, world: World) -> Response:
    world.table("shop.items").pop(request.params["name"], None)
    return Response(204)


@SHOP.post("/look")
def look(_: Request, world: World) -> Response:
    world.table("_shop.looks")["last"] = {"at": 1}
    return Response(200, b"raw bytes", {"Content-Type": "text/plain"})


@SHOP.post("/v1.0/$batch")
def batch(request: Request, world: World) -> Response:
    world.table("shop.items")["batched"] = {}
    answers = [{"id": part["id"], "status": 200 if part["method"] == "GET" else 201, "body": {}} for part in request.json()["requests"]]
    return Response(200, {"responses": answers})
