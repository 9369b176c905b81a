"""Long-running operations of Resource Manager: what takes how long, and where to ask.

Owns ``_arm.operations`` (token to the moment it ends) and the polling routes. What an operation *does* is done when it
is accepted; only its appearance to clients takes time. Real durations are multiplied by the world's latency scale;
without latency an operation takes tenths of a second.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.sandbox.arm.router import ROUTER, version
from wizard.sandbox.router import Request, Response

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any


def duration(world: World, real_seconds: float) -> float:
    """How long something lasts in this world, in seconds."""
    return real_seconds * world.latency if world.latency else min(0.3, real_seconds / 50)


def until(world: World, real_seconds: float) -> float:
    """The moment at which something that begins now is over."""
    return world.clock.now() + duration(world, real_seconds)


def retry_headers(world: World, real_seconds: float = 15.0) -> dict[str, str]:
    """``Retry-After`` as ARM sends it; milliseconds where the world has no latency, so that nobody waits for nothing."""
    if world.latency:
        return {"Retry-After": str(max(1, round(real_seconds * world.latency)))}
    return {"retry-after-ms": "50"}


def begin(world: World, request: Request, subscription: str, kind: str, moment: float, result: Json = None) -> dict[str, str]:
    """Note an operation that ends at ``moment`` with ``result``; the headers that tell the client where to poll (``Location``)."""
    token = world.new_id(f"operation.{kind}").replace("-", "").upper()
    world.table("_arm.operations")[token.lower()] = {"until": moment, "subscription": subscription.lower()} | (
        {"result": result} if result else {}
    )
    return {"Location": _address(request, subscription, token)} | retry_headers(world)


def _address(request: Request, subscription: str, token: str) -> str:
    return f"https://{request.host}/subscriptions/{subscription}/operationresults/{token}?api-version={version(request)}"


@ROUTER.get("/subscriptions/{subscription}/operationresults/{token}")
def result(request: Request, world: World) -> Response:
    """202 with the same ``Location`` while it lasts, then 200 with the result, if it has one; 404 for an unknown token."""
    row = world.table("_arm.operations").get(request.params["token"].lower())
    if row is None or row["subscription"] != request.params["subscription"].lower():
        return Response(404, {"error": {"code": "NotFound", "message": "The operation result was not found."}})
    if world.clock.now() < row["until"]:
        address = _address(request, request.params["subscription"], request.params["token"])
        return Response(202, None, {"Location": address} | retry_headers(world))
    return Response(200, row.get("result"))
