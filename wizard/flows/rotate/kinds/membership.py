"""The deploy identity as a member of its workspace: where it is and what it is called there.

Owns the looking up, from Azure and Entra ID rather than from variables that somebody may have edited. Reads only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wizard.blueprint.identity import deployer, identity
from wizard.errors import NotAllowed

if TYPE_CHECKING:
    from wizard.blueprint import Place
    from wizard.providers.session import Session

API_VERSION = "2024-05-01"
KINDS = ("entra.application", "identity.managed_identity", "entra.service_principal")
SET_UP = ("lakestrap setup",)


@dataclass(frozen=True, slots=True)
class Membership:
    """``host`` of the workspace, ``principal`` (SCIM id) and ``application`` (client id) of the deploy identity in it."""

    host: str
    principal: str
    application: str


async def membership(place: Place, session: Session) -> Membership:
    """Raises ``NotAllowed`` where workspace, identity or membership is not there, or may not be read."""
    from wizard.providers.databricks.service_principal import ServicePrincipal

    host, application = await _host(place, session), await _application(place, session)
    member = ServicePrincipal(**place.named, host=host, application_id=application, display_name=deployer(place).application)
    seen = await member.read(session)
    if seen is None:
        raise NotAllowed(f"the deploy identity of {place.name} is no member of the workspace {host}", hints=SET_UP)
    return Membership(host, seen.id, application)


async def _host(place: Place, session: Session) -> str:
    from wizard.providers.arm.errors import found, translated

    own = place.environment.existing.workspace
    workspace = own or f"{place.group_id}/providers/Microsoft.Databricks/workspaces/{place.names.workspace}"
    with translated(f"read the workspace {place.names.workspace}"):
        resources: Any = session.resources(workspace.split("/")[2]).resources
        answer = await found(resources.get_by_id(workspace, api_version=API_VERSION))
    url = str((answer.properties or {}).get("workspaceUrl") or "") if answer is not None else ""
    if not url:
        raise NotAllowed(f"there is no workspace {place.names.workspace}, or it may not be read", hints=SET_UP)
    return url


async def _application(place: Place, session: Session) -> str:
    for resource in identity(place):
        if resource.kind in KINDS and resource.identifiable():
            seen = await resource.read(session)
            if seen is not None:
                return str(seen.attributes["client_id"])
    raise NotAllowed(f"the deploy identity of {place.name} is not there, or may not be read", hints=SET_UP)
