"""What a resource names in its body: it has to exist, and the caller has to be allowed to join it.

Owns which members of which types name others, and Azure's two refusals. Where a template is only rehearsed, what it names may be made by
the same template: then only the permission is looked at. An *approval* is asked for where a private endpoint connects itself.
https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-invalid-template#linkedauthorizationfailed
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from wizard.sandbox.arm import errors, rbac
from wizard.sandbox.arm.ids import parse

if TYPE_CHECKING:
    from wizard.sandbox.arm.types.table import Writing
    from wizard.sandbox.router import Refusal

Json = Any
Link = tuple[str, str]
"""The id that is named, and the action on it; no action where naming it needs none."""
_NETWORK = "Microsoft.Network"
SUBNET_JOIN = f"{_NETWORK}/virtualNetworks/subnets/join/action"


def _of_subnet(properties: Json) -> Iterator[Link]:
    for member, kind in (("networkSecurityGroup", "networkSecurityGroups"), ("natGateway", "natGateways"), ("routeTable", "routeTables")):
        if (properties.get(member) or {}).get("id"):
            yield properties[member]["id"], f"{_NETWORK}/{kind}/join/action"


def _network(properties: Json) -> Iterator[Link]:
    for subnet in properties.get("subnets") or []:
        yield from _of_subnet(subnet.get("properties") or {})


def _nat(properties: Json) -> Iterator[Link]:
    for each in properties.get("publicIpAddresses") or []:
        yield each.get("id", ""), f"{_NETWORK}/publicIPAddresses/join/action"


def _endpoint(properties: Json) -> Iterator[Link]:
    yield (properties.get("subnet") or {}).get("id", ""), SUBNET_JOIN
    for connection in properties.get("privateLinkServiceConnections") or []:
        target = (connection.get("properties") or {}).get("privateLinkServiceId", "")
        parts = parse(target)
        yield target, f"{parts.type}/privateEndpointConnectionsApproval/action" if parts else ""


def _registration(properties: Json) -> Iterator[Link]:
    for entry in properties.get("privateDnsZoneConfigs") or []:
        yield (entry.get("properties") or {}).get("privateDnsZoneId", ""), f"{_NETWORK}/privateDnsZones/join/action"


def _zone_link(properties: Json) -> Iterator[Link]:
    yield (properties.get("virtualNetwork") or {}).get("id", ""), f"{_NETWORK}/virtualNetworks/join/action"


def _workspace(properties: Json) -> Iterator[Link]:
    parameters = properties.get("parameters") or {}
    network = (parameters.get("customVirtualNetworkId") or {}).get("value", "")
    for name in ("customPublicSubnetName", "customPrivateSubnetName"):
        subnet = (parameters.get(name) or {}).get("value", "")
        if network and subnet and not network.startswith("["):
            yield f"{network}/subnets/{subnet}", SUBNET_JOIN


def _diagnostics(properties: Json) -> Iterator[Link]:
    yield properties.get("workspaceId", ""), "Microsoft.OperationalInsights/workspaces/sharedKeys/action"


def _component(properties: Json) -> Iterator[Link]:
    yield properties.get("WorkspaceResourceId", ""), ""


LINKS: dict[str, Callable[[Json], Iterator[Link]]] = {
    "microsoft.network/virtualnetworks": _network,
    "microsoft.network/virtualnetworks/subnets": _of_subnet,
    "microsoft.network/natgateways": _nat,
    "microsoft.network/privateendpoints": _endpoint,
    "microsoft.network/privateendpoints/privatednszonegroups": _registration,
    "microsoft.network/privatednszones/virtualnetworklinks": _zone_link,
    "microsoft.databricks/workspaces": _workspace,
    "microsoft.insights/diagnosticsettings": _diagnostics,
    "microsoft.insights/components": _component,
}


def check_links(writing: Writing, type_: str) -> None:
    """Refuse what names something that is not there, or that the caller may not join."""
    for target, action in LINKS.get(type_.lower(), lambda _: iter(()))(writing.properties):
        if not target or "[" in target:
            continue
        if parse(target) is None:
            raise errors.refused(400, "LinkedInvalidPropertyId", f"Property id '{target}' at path 'properties' is invalid.")
        if action and writing.by_rights and not rbac.allowed(writing.world, writing.principal, action, target):
            raise _not_authorized(writing, type_, action, target)
        if not writing.tolerant and target.lower() not in writing.world.table("arm.resources"):
            raise _not_found(writing, target)


def _not_authorized(writing: Writing, type_: str, action: str, target: str) -> Refusal:
    who = writing.principal
    message = (
        f"The client '{who.app_id if who.kind != 'user' else who.name}' with object id '{who.object_id}' has permission to perform action "
        f"'{type_}/write' on scope '{writing.resource_id}'; however, it does not have permission to perform action(s) '{action}' on the "
        f"linked scope(s) '{target}' (respectively) or the linked scope(s) are invalid."
    )
    return errors.refused(403, "LinkedAuthorizationFailed", message)


def _not_found(writing: Writing, target: str) -> Refusal:
    message = (
        f"Resource {target} referenced by resource {writing.resource_id} was not found. Please make sure that the referenced resource "
        "exists, and that both resources are in the same region."
    )
    return errors.refused(400, "InvalidResourceReference", message)
