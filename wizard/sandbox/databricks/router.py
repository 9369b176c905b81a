"""The routers of the workspaces and of the account host, and what every request to a workspace must have.

Owns the guard and the headers. A workspace's host name is there when its resource is: see ``resolves``; a request that
arrives nevertheless gets 503, which no client takes for an answer of a workspace.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.sandbox.arm.private_links import reached
from wizard.sandbox.databricks.errors import invalid, refused
from wizard.sandbox.databricks.identity import Member, member
from wizard.sandbox.databricks.models import workspace_at
from wizard.sandbox.router import Refusal, Request, Response, Router

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any

OPEN = ("/.well-known/", "/oidc/", "/aad/")


class Workspaces(Router):
    """Every answer names the workspace in ``x-databricks-org-id``, refusals too."""

    def resolves(self, host: str, world: World) -> bool:
        """Whether the host name has an address now."""
        return workspace_at(world, host) is not None

    def handle(self, request: Request, world: World) -> Response:
        resource = workspace_at(world, request.host)
        if resource is None:
            raise refused(
                503, "TEMPORARILY_UNAVAILABLE", f"The name {request.host} does not resolve: there is no such workspace, or not yet."
            )
        if resource["properties"].get("publicNetworkAccess") == "Disabled" and not reached(world, resource["id"], "databricks_ui_api"):
            workspace = resource["properties"]["workspaceId"]
            raise refused(403, "PERMISSION_DENIED", f"Unauthorized network access to workspace: {workspace}")
        headers = {"x-databricks-org-id": str(resource["properties"]["workspaceId"])}
        try:
            response = super().handle(request, world)
        except Refusal as refusal:
            refusal.response.headers = headers | refusal.response.headers
            raise
        response.headers = headers | response.headers
        return response


def guard(request: Request, world: World) -> None:
    """Everything but discovery needs a member."""
    if not request.path.startswith(OPEN):
        member(request, world)


WORKSPACES = Workspaces("databricks", r"adb-\d+\.\d+\.azuredatabricks\.net", guard=guard)
ACCOUNTS = Router("databricks", r"accounts\.azuredatabricks\.net")


def caller(request: Request, world: World) -> Member:
    return member(request, world)


def body(request: Request) -> Json:
    """The JSON object that was sent; ``MALFORMED_REQUEST`` where it is none."""
    try:
        found = request.json()
    except ValueError as problem:
        raise refused(400, "MALFORMED_REQUEST", f"Could not parse request object: {problem}") from None
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise refused(400, "MALFORMED_REQUEST", "Could not parse request object: expected an object.")
    return found


def needed(given: Json, *names: str) -> tuple[str, ...]:
    """Text parameters that must be there."""
    for name in names:
        if not given.get(name):
            raise invalid(f"Missing required field: {name}")
    return tuple(str(given[name]) for name in names)
