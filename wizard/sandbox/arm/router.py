"""The one router of ``management.azure.com``, and what every request to it must have.

Owns the guard (api-version, bearer token, subscription), the caller's identity and the headers of an answer. Other
folders that emulate a resource provider decorate their handlers on ``ROUTER``. It must never decide permissions:
each handler asks ``rbac.require``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from wizard.sandbox.arm import errors
from wizard.sandbox.arm.ids import is_guid
from wizard.sandbox.login import tokens
from wizard.sandbox.router import Refusal, Request, Response, Router

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any
_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}(-(preview|alpha|beta|privatepreview))?", re.IGNORECASE)
_SUBSCRIPTION = re.compile(r"/+subscriptions/([^/]+)", re.IGNORECASE)
_WRITES = ("PUT", "PATCH", "DELETE")
_CHANGED = (200, 201, 202)
Standing = Callable[[Request, "World"], "Refusal | None"]
_WITHOUT_VERSION = re.compile(r"/metadata/endpoints/?", re.IGNORECASE)


def caller(request: Request, world: World) -> tokens.Principal:
    """Who sends the request; raises the 401 that ARM answers."""
    return tokens.authenticate(request, world, tokens.ARM_AUDIENCES)


def version(request: Request) -> str:
    """The ``api-version`` of the request, whatever the case of the parameter's name."""
    return next((text for name, text in request.query.items() if name.lower() == "api-version"), "")


def body(request: Request) -> dict[str, Json]:
    """The JSON object that was sent; ``InvalidRequestContent`` where it is none."""
    try:
        found = request.json()
    except ValueError as problem:
        raise errors.invalid_content(str(problem)) from None
    if not isinstance(found, dict):
        raise errors.invalid_content("the body must be a JSON object")
    return found


def guard(request: Request, world: World) -> None:
    """Sign-in first, then api-version, then the subscription: it exists and somebody gave the caller something in it.

    ARM tells a caller without any role in a subscription that it could not be found or that the action is not
    allowed; here it is ``AuthorizationFailed`` by the handler, and ``SubscriptionNotFound`` only for what is not there.
    """
    if _WITHOUT_VERSION.fullmatch(request.path):
        return
    who = caller(request, world)
    tokens.demand_mfa(request, world, who)
    asked = version(request)
    if not asked:
        raise errors.missing_api_version()
    if not _VERSION.fullmatch(asked):
        raise errors.invalid_api_version(asked)
    if found := _SUBSCRIPTION.match(request.path):
        subscription = found[1]
        if not is_guid(subscription):
            raise errors.invalid_subscription(subscription)
        if subscription.lower() not in world.table("arm.subscriptions"):
            raise errors.subscription_not_found(subscription)


class ResourceManager(Router):
    """A router whose answers bear ARM's own headers; several slashes at the start of a path count as one.

    ``standing`` are the checks that hold for every write to a resource, whoever's handler answers: each gets request
    and world *before* the handler runs and may return a refusal. It is raised only when the handler has agreed, so that the
    handler's own refusal (permission, bad body) comes first; the transaction undoes what was written.
    """

    standing: list[Standing]

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.standing = []

    def handle(self, request: Request, world: World) -> Response:
        request.path = "/" + request.path.lstrip("/")
        headers = _headers(request, world)
        against = [refusal for check in self.standing if (refusal := check(request, world))] if request.method in _WRITES else []
        try:
            response = super().handle(request, world)
            if against and response.status in _CHANGED:
                raise against[0]
        except Refusal as refusal:
            refusal.response.headers = headers | refusal.response.headers
            raise
        response.headers = headers | response.headers
        return response


def _headers(request: Request, world: World) -> dict[str, str]:
    request_id = world.new_id("arm.request")
    correlation = request.headers.get("x-ms-correlation-request-id", request_id)
    return {
        "x-ms-request-id": request_id,
        "x-ms-correlation-request-id": correlation,
        "x-ms-routing-request-id": f"SANDBOX:{world.clock.iso()}:{request_id}",
        "Cache-Control": "no-cache",
    }


ROUTER = ResourceManager("arm", r"management\.azure\.com", ignore_case=True, guard=guard)
