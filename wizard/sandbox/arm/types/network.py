"""``Microsoft.Network``: virtual networks and what hangs on them, private endpoints and DNS zones.

Owns members and the few rules templates run into (prefixes within their network, subnets as children of their own). No
packet is routed. https://learn.microsoft.com/azure/templates/microsoft.network/virtualnetworks
"""

from __future__ import annotations

import ipaddress
from typing import Any

from wizard.sandbox.arm import errors
from wizard.sandbox.arm.private_links import PARTS, signing_in
from wizard.sandbox.arm.types.shape import shape
from wizard.sandbox.arm.types.table import ResourceType, Writing, add

Json = Any
_SUBNET = """
    addressPrefix: string, addressPrefixes: [string], networkSecurityGroup: {id: string}, routeTable: {id: string},
    natGateway: {id: string},
    serviceEndpoints: [{service: string, locations: [string], networkIdentifier: {id: string}, provisioningState: string~}],
    serviceEndpointPolicies: [{id: string}], privateEndpoints: [map]~, ipConfigurations: [map]~, ipConfigurationProfiles: [map]~,
    applicationGatewayIPConfigurations: [map], ipAllocations: [{id: string}],
    resourceNavigationLinks: [map]~, serviceAssociationLinks: [map]~,
    delegations: [{id: string, name: string, type: string, etag: string~,
        properties: {serviceName: string, actions: [string]~, provisioningState: string~}}],
    purpose: string~, provisioningState: string~,
    privateEndpointNetworkPolicies: Enabled|Disabled|NetworkSecurityGroupEnabled|RouteTableEnabled,
    privateLinkServiceNetworkPolicies: Enabled|Disabled, sharingScope: Tenant|DelegatedServices, defaultOutboundAccess: bool
"""
_RULE = """
    description: string, protocol: string!, sourcePortRange: string, destinationPortRange: string, sourceAddressPrefix: string,
    sourceAddressPrefixes: [string], sourceApplicationSecurityGroups: [{id: string}], destinationAddressPrefix: string,
    destinationAddressPrefixes: [string], destinationApplicationSecurityGroups: [{id: string}], sourcePortRanges: [string],
    destinationPortRanges: [string], access: Allow|Deny!, priority: int!, direction: Inbound|Outbound!, provisioningState: string~
"""
_NAMED = "id: string, name: string, type: string, etag: string~"
NETWORK = shape(f"""
    addressSpace: {{addressPrefixes: [string]}}, dhcpOptions: {{dnsServers: [string]}}, flowTimeoutInMinutes: int,
    subnets: [{{{_NAMED}, properties: {{{_SUBNET}}}}}], virtualNetworkPeerings: [map], resourceGuid: string~, provisioningState: string~,
    enableDdosProtection: bool, enableVmProtection: bool, ddosProtectionPlan: {{id: string}},
    bgpCommunities: {{virtualNetworkCommunity: string!, regionalCommunity: string~}},
    encryption: {{enabled: bool!, enforcement: DropUnencrypted|AllowUnencrypted}}, ipAllocations: [{{id: string}}]
""")
SUBNET = shape(_SUBNET)
GROUP = shape(f"""
    flushConnection: bool, securityRules: [{{{_NAMED}, properties: {{{_RULE}}}}}], defaultSecurityRules: [map]~, networkInterfaces: [map]~,
    subnets: [map]~, flowLogs: [map]~, resourceGuid: string~, provisioningState: string~
""")
RULE = shape(_RULE)
NAT = shape("""
    idleTimeoutInMinutes: int, publicIpAddresses: [{id: string}], publicIpPrefixes: [{id: string}], subnets: [map]~, resourceGuid: string~,
    provisioningState: string~
""")
ADDRESS = shape("""
    publicIPAllocationMethod: Static|Dynamic, publicIPAddressVersion: IPv4|IPv6, ipConfiguration: map~,
    dnsSettings: {domainNameLabel: string, domainNameLabelScope: TenantReuse|SubscriptionReuse|ResourceGroupReuse|NoReuse, fqdn: string,
        reverseFqdn: string},
    ddosSettings: map, ipTags: [{ipTagType: string, tag: string}], ipAddress: string, publicIPPrefix: {id: string},
    idleTimeoutInMinutes: int,
    resourceGuid: string~, provisioningState: string~, deleteOption: Delete|Detach
""")
ROUTES = shape("routes: [map], subnets: [map]~, disableBgpRoutePropagation: bool, provisioningState: string~, resourceGuid: string~")
_CONNECTION = f"""[{{{_NAMED}, properties: {{privateLinkServiceId: string, groupIds: [string], requestMessage: string,
    provisioningState: string~,
    privateLinkServiceConnectionState: {{status: string, description: string, actionsRequired: string}}}}}}]"""
ENDPOINT = shape(f"""
    subnet: {{id: string}}, networkInterfaces: [map]~, provisioningState: string~, privateLinkServiceConnections: {_CONNECTION},
    manualPrivateLinkServiceConnections: {_CONNECTION}, customDnsConfigs: [{{fqdn: string, ipAddresses: [string]}}],
    applicationSecurityGroups: [{{id: string}}], ipConfigurations: [map], customNetworkInterfaceName: string
""")
ZONE_GROUP = shape(
    "privateDnsZoneConfigs: [{name: string, properties: {privateDnsZoneId: string, recordSets: [map]~}}], provisioningState: string~"
)
ZONE = shape("maxNumberOfRecordSets: int~, numberOfRecordSets: int~, numberOfVirtualNetworkLinks: int~, provisioningState: string~")
LINK = shape("""
    virtualNetwork: {id: string}, registrationEnabled: bool, resolutionPolicy: Default|NxDomainRedirect, provisioningState: string~,
    virtualNetworkLinkState: string~
""")


def _prefixes(properties: Json) -> list[str]:
    several = properties.get("addressPrefixes") or []
    return [properties["addressPrefix"]] if properties.get("addressPrefix") else list(several)


def _check_network(writing: Writing) -> None:
    space = (writing.properties.get("addressSpace") or {}).get("addressPrefixes") or []
    if not space:
        raise errors.refused(400, "InvalidRequestFormat", "The address space of the virtual network is missing.")
    for subnet in writing.properties.get("subnets") or []:
        _check_within(subnet.get("name", ""), _prefixes(subnet.get("properties") or {}), space, writing.name)


def _check_within(name: str, prefixes: list[str], space: list[str], network: str) -> None:
    if any(text.startswith("[") for text in (*prefixes, *space)):
        return
    try:
        outer = [ipaddress.ip_network(text) for text in space]
        inner = [ipaddress.ip_network(text) for text in prefixes]
    except ValueError as problem:
        raise errors.refused(400, "InvalidCIDRNotation", f"The address prefix is not valid: {problem}.") from None
    if not inner or not all(any(each.version == net.version and each.subnet_of(net) for net in outer) for each in inner):  # type: ignore[arg-type]
        message = (
            f"Subnet '{name}' is not valid because its IP address range is outside the IP address range of virtual network '{network}'."
        )
        raise errors.refused(400, "NetcfgSubnetRangeOutsideVnet", message)


def _check_subnet(writing: Writing) -> None:
    parent_id = writing.resource_id.rsplit("/", 2)[0]
    parent = writing.world.table("arm.resources").get(parent_id.lower())
    if parent:
        space = parent["properties"]["addressSpace"]["addressPrefixes"]
        _check_within(writing.name, _prefixes(writing.properties), space, parent["name"])


def _finish_network(writing: Writing, document: Json) -> None:
    """Subnets are children of their own too: what a PUT leaves out is deleted, as the provider does."""
    resources, prefix = writing.world.table("arm.resources"), f"{document['id']}/subnets/"
    names = set()
    for subnet in document["properties"].setdefault("subnets", []):
        subnet |= {"id": prefix + subnet["name"], "type": "Microsoft.Network/virtualNetworks/subnets"}
        subnet["properties"] = {**subnet.get("properties", {}), "provisioningState": "Succeeded"}
        names.add(subnet["id"].lower())
        resources[subnet["id"].lower()] = subnet
    for key in list(resources):
        if key.startswith(prefix.lower()) and key not in names and "/" not in key[len(prefix) :]:
            del resources[key]


def _finish_subnet(writing: Writing, document: Json) -> None:
    resources, parent_id = writing.world.table("arm.resources"), document["id"].rsplit("/", 2)[0].lower()
    parent = resources.get(parent_id)
    if parent:
        document["properties"]["provisioningState"] = "Succeeded"
        rest = [subnet for subnet in parent["properties"].get("subnets", []) if subnet["name"].lower() != document["name"].lower()]
        parent["properties"]["subnets"] = [*rest, document]
        resources[parent_id] = parent


def _check_gateway(writing: Writing) -> None:
    """A NAT gateway is of the standard tier, and so is every address it has."""
    if (writing.body.get("sku") or {}).get("name") not in ("Standard", "StandardV2"):
        raise errors.refused(400, "InvalidRequestFormat", "The SKU of the NAT gateway must be 'Standard' or 'StandardV2'.")
    resources = writing.world.table("arm.resources").rows
    for each in writing.properties.get("publicIpAddresses") or []:
        address = resources.get(str(each.get("id", "")).lower())
        if address and (address.get("sku") or {}).get("name", "Basic") == "Basic":
            message = f"NAT gateway {writing.resource_id} cannot have the public IP address {each['id']} of the Basic SKU."
            raise errors.refused(400, "NatGatewayAndPublicIpSkuMismatch", message)


def _check_address(writing: Writing) -> None:
    method = writing.properties.get("publicIPAllocationMethod", "Dynamic")
    if str((writing.body.get("sku") or {}).get("name", "Basic")).startswith("Standard") and method == "Dynamic":
        message = f"Standard sku publicIp {writing.resource_id} must have AllocationMethod set to Static."
        raise errors.refused(400, "StandardSkuPublicIPAddressesMustBeStatic", message)


def _check_rules(writing: Writing) -> None:
    """Priorities are 100 to 4096, each once in a direction."""
    taken: dict[tuple[str, int], str] = {}
    for rule in writing.properties.get("securityRules") or []:
        properties = rule.get("properties") or {}
        priority, direction = properties.get("priority"), str(properties.get("direction"))
        if not isinstance(priority, int):
            continue
        if not 100 <= priority <= 4096:
            message = f"Security rule has invalid Priority. Value provided: {priority} Allowed range 100-4096."
            raise errors.refused(400, "SecurityRuleInvalidPriority", message)
        other = taken.setdefault((direction, priority), str(rule.get("name")))
        if other != str(rule.get("name")):
            message = f"Security rule {rule.get('name')} conflicts with rule {other}. Rules cannot have the same Priority and Direction."
            raise errors.refused(400, "SecurityRuleConflict", message)


def _check_endpoint(writing: Writing) -> None:
    """The part has to be one that the target has; words and code are ours, the refusal is Azure's."""
    for connection in writing.properties.get("privateLinkServiceConnections") or []:
        properties = connection.get("properties") or {}
        target, parts = str(properties.get("privateLinkServiceId", "")), properties.get("groupIds") or []
        known = PARTS.get("/".join(target.lower().rsplit("/providers/", 1)[-1].split("/")[:2]))
        if target.startswith("[") or known is None or not isinstance(parts, list):
            continue
        if len(parts) != 1 or parts[0] not in known:
            message = f"The groupIds {parts} of the private endpoint connection are not valid for {target}; valid are {', '.join(known)}."
            raise errors.refused(400, "PrivateLinkServiceConnectionInvalidGroupIds", message)


def _finish_endpoint(writing: Writing, document: Json) -> None:
    """Who may approve the connection has it approved at once."""
    state = {"status": "Approved", "description": "Auto-approved", "actionsRequired": "None"}
    for connection in document["properties"].get("privateLinkServiceConnections") or []:
        connection["id"] = f"{document['id']}/privateLinkServiceConnections/{connection.get('name', '')}"
        connection["properties"] |= {"provisioningState": "Succeeded", "privateLinkServiceConnectionState": state}


def _check_registration(writing: Writing) -> None:
    """One zone holds one address by which people sign in to a region's workspaces: a second one would take its place."""
    resources, endpoint_id = writing.world.table("arm.resources").rows, writing.resource_id.rsplit("/", 2)[0]
    endpoint = resources.get(endpoint_id.lower())
    parts = [
        part
        for each in (endpoint or {}).get("properties", {}).get("privateLinkServiceConnections") or []
        for part in each["properties"]["groupIds"]
    ]
    if endpoint is None or "browser_authentication" not in parts:
        return
    for entry in writing.properties.get("privateDnsZoneConfigs") or []:
        zone = str((entry.get("properties") or {}).get("privateDnsZoneId", ""))
        for other in signing_in(writing.world, zone, str(endpoint["location"])):
            if other.lower() != endpoint_id.lower():
                message = f"The record {endpoint['location']}.pl-auth of {zone} belongs to {other}."
                raise errors.refused(409, "PrivateDnsZoneGroupRecordConflict", message)


def _of(name: str, properties: Any, **more: Any) -> ResourceType:
    return ResourceType(f"Microsoft.Network/{name}", properties, names=r"[A-Za-z0-9]([\w.-]{0,78}\w)?", **more)


add(
    _of("virtualNetworks", NETWORK, check=_check_network, finish=_finish_network, required=("location", "properties")),
    _of("virtualNetworks/subnets", SUBNET, check=_check_subnet, finish=_finish_subnet, required=("properties",)),
    _of("networkSecurityGroups", GROUP, check=_check_rules),
    _of("networkSecurityGroups/securityRules", RULE, required=("properties",)),
    _of("routeTables", ROUTES),
    _of("natGateways", NAT, envelope=frozenset({"sku", "zones"}), check=_check_gateway),
    _of("publicIPAddresses", ADDRESS, envelope=frozenset({"sku", "zones"}), check=_check_address),
    _of("privateEndpoints", ENDPOINT, seconds=20.0, check=_check_endpoint, finish=_finish_endpoint),
    _of("privateEndpoints/privateDnsZoneGroups", ZONE_GROUP, required=("properties",), check=_check_registration),
    _of("privateDnsZones", ZONE, seconds=20.0),
    _of("privateDnsZones/virtualNetworkLinks", LINK, seconds=20.0),
)
