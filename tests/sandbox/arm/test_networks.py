"""Networks, what is joined to them, and who is reached when public access is off: each rule beside a violation that it refuses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.sandbox.keyvault.calls import ADA, ANA, DEV, Calls
from wizard.sandbox.arm.private_links import reached

Json = Any
GROUP = f"/subscriptions/{DEV}/resourceGroups/rg-a"
NET = f"{GROUP}/providers/Microsoft.Network"
NETWORK = f"{NET}/virtualNetworks/vnet-a"
VAULT = f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv-one"
WORKSPACE = f"{GROUP}/providers/Microsoft.Databricks/workspaces/dbw-a"
NETWORK_CONTRIBUTOR = "4d97b98b-1d4f-4787-a291-c67834d212e7"
V, ZONES = "api-version=2024-05-01", "api-version=2024-06-01"
DELEGATION = [{"name": "databricks", "properties": {"serviceName": "Microsoft.Databricks/workspaces"}}]


@pytest.fixture
def calls() -> Iterator[Calls]:
    made = Calls("owner")
    for namespace in ("Microsoft.Network", "Microsoft.Databricks", "Microsoft.Consumption"):
        made.call("POST", f"/subscriptions/{DEV}/providers/{namespace}/register?api-version=2022-09-01", b"")
    made.later(60)
    made.prepare(DEV, "rg-a")
    yield made


def put(calls: Calls, resource_id: str, properties: Json, version: str = V, who: str = ADA, **more: Json) -> Any:
    body = {"location": "westeurope", "properties": properties, **more}
    answer = calls.call("PUT", f"{resource_id}?{version}", body, who=who)
    calls.later(30)
    return answer


def network(calls: Calls, **of_host: Json) -> None:
    assert put(calls, f"{NET}/networkSecurityGroups/nsg", {}).status == 201
    rules = {"networkSecurityGroup": {"id": f"{NET}/networkSecurityGroups/nsg"}}
    subnets = [
        {"name": "host", "properties": {"addressPrefix": "10.0.0.0/24", "delegations": DELEGATION, **rules} | of_host},
        {"name": "container", "properties": {"addressPrefix": "10.0.1.0/24", "delegations": DELEGATION, **rules}},
        {"name": "endpoints", "properties": {"addressPrefix": "10.0.2.0/24"}},
    ]
    made = put(calls, NETWORK, {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "subnets": subnets})
    assert made.status == 201, made.body


def workspace(calls: Calls, resource_id: str = WORKSPACE, **properties: Json) -> Any:
    name = resource_id.rsplit("/", 1)[-1]
    given = {
        "computeMode": "Hybrid",
        "managedResourceGroupId": f"/subscriptions/{DEV}/resourceGroups/{name}-managed",
        "parameters": {
            "customVirtualNetworkId": {"value": NETWORK},
            "customPublicSubnetName": {"value": "host"},
            "customPrivateSubnetName": {"value": "container"},
        },
    } | properties
    return put(calls, resource_id, given, "api-version=2026-01-01", sku={"name": "premium"})


def vault(calls: Calls, access: str = "Disabled") -> None:
    tenant = "3f2c6a1e-5b0d-4c8e-9a71-2d4f8b6c1e90"
    properties = {
        "tenantId": tenant,
        "sku": {"family": "A", "name": "standard"},
        "enableRbacAuthorization": True,
        "publicNetworkAccess": access,
    }
    assert put(calls, VAULT, {**properties, "accessPolicies": []}, "api-version=2026-02-01").status == 201


def endpoint(calls: Calls, name: str = "pe", target: str = VAULT, part: str = "vault", **options: Any) -> Any:
    connection = {"name": part, "properties": {"groupIds": [part], "privateLinkServiceId": target}}
    properties = {"subnet": {"id": f"{NETWORK}/subnets/endpoints"}, "privateLinkServiceConnections": [connection]}
    return put(calls, f"{NET}/privateEndpoints/{name}", properties, **options)


def registered(calls: Calls, name: str = "pe", zone: str = "privatelink.vaultcore.azure.net", *, link: bool = True) -> Any:
    zone_id = f"{NET}/privateDnsZones/{zone}"
    put(calls, zone_id, {}, ZONES, location="global")
    if link:
        put(
            calls,
            f"{zone_id}/virtualNetworkLinks/a",
            {"registrationEnabled": False, "virtualNetwork": {"id": NETWORK}},
            ZONES,
            location="global",
        )
    configuration = {"privateDnsZoneConfigs": [{"name": "zone", "properties": {"privateDnsZoneId": zone_id}}]}
    return put(calls, f"{NET}/privateEndpoints/{name}/privateDnsZoneGroups/default", configuration)


def test_what_is_named_must_exist(calls: Calls) -> None:
    gateway = {"publicIpAddresses": [{"id": f"{NET}/publicIPAddresses/none"}]}
    refused = put(calls, f"{NET}/natGateways/nat", gateway, sku={"name": "Standard"})
    assert (refused.status, calls.code(refused)) == (400, "InvalidResourceReference")
    address = put(calls, f"{NET}/publicIPAddresses/none", {"publicIPAllocationMethod": "Static"}, sku={"name": "Standard"})
    assert address.status == 201
    assert put(calls, f"{NET}/natGateways/nat", gateway, sku={"name": "Standard"}).status == 201


def test_joining_takes_a_right_on_what_is_joined(calls: Calls) -> None:
    network(calls)
    vault(calls)
    calls.assign(f"{GROUP}", NETWORK_CONTRIBUTOR, calls.user_id(ANA))
    refused = endpoint(calls, who=ANA)
    assert (refused.status, calls.code(refused)) == (403, "LinkedAuthorizationFailed")
    assert "Microsoft.KeyVault/vaults/privateEndpointConnectionsApproval/action" in refused.body["error"]["message"]
    assert endpoint(calls).status == 201


@pytest.mark.parametrize(
    ("kind", "name", "properties", "sku", "code"),
    [
        ("publicIPAddresses", "a", {"publicIPAllocationMethod": "Dynamic"}, "Standard", "StandardSkuPublicIPAddressesMustBeStatic"),
        ("natGateways", "a", {}, "", "InvalidRequestFormat"),
    ],
)
def test_addresses_and_gateways_are_of_the_standard_tier(calls: Calls, kind: str, name: str, properties: Json, sku: str, code: str) -> None:
    refused = put(calls, f"{NET}/{kind}/{name}", properties, sku={"name": sku} if sku else None)
    assert (refused.status, calls.code(refused)) == (400, code)


@pytest.mark.parametrize(("priorities", "code"), [((100, 100), "SecurityRuleConflict"), ((99, 100), "SecurityRuleInvalidPriority")])
def test_rules_have_priorities_of_their_own(calls: Calls, priorities: tuple[int, int], code: str) -> None:
    common = {"protocol": "*", "access": "Allow", "direction": "Inbound", "sourceAddressPrefix": "*", "destinationAddressPrefix": "*"}
    ports = {"sourcePortRange": "*", "destinationPortRange": "*"}
    rules = [{"name": f"rule{at}", "properties": common | ports | {"priority": at_priority}} for at, at_priority in enumerate(priorities)]
    refused = put(calls, f"{NET}/networkSecurityGroups/nsg", {"securityRules": rules})
    assert (refused.status, calls.code(refused)) == (400, code)


@pytest.mark.parametrize(
    ("of_host", "code"),
    [({"delegations": []}, "InvalidSubnetDelegation"), ({"networkSecurityGroup": None}, "SubnetWithoutNetworkSecurityGroup")],
)
def test_a_workspaces_subnets_are_made_for_it(calls: Calls, of_host: Json, code: str) -> None:
    network(calls, **of_host)
    refused = workspace(calls)
    assert (refused.status, calls.code(refused)) == (400, code)


def test_a_workspaces_subnets_are_its_own_and_stay(calls: Calls) -> None:
    network(calls)
    assert workspace(calls).status == 201
    other = workspace(calls, f"{WORKSPACE}-b")
    assert (other.status, calls.code(other)) == (409, "SubnetInUse")
    moved = workspace(calls, parameters={})
    assert "cannot be changed" in moved.body["error"]["message"]


@pytest.mark.parametrize(
    "properties",
    [{"publicNetworkAccess": "Disabled"}, {"requiredNsgRules": "NoAzureDatabricksRules", "parameters": {}}],
)
def test_no_public_access_means_endpoints_for_clusters_too(calls: Calls, properties: Json) -> None:
    network(calls)
    assert "requiredNsgRules" in workspace(calls, **properties).body["error"]["message"]


def test_a_vault_without_public_access_is_reached_by_a_registered_endpoint(calls: Calls) -> None:
    network(calls)
    vault(calls)
    read = "https://kv-one.vault.azure.net/secrets?api-version=7.5"
    assert calls.code(calls.call("GET", read)) == "ForbiddenByConnection"
    assert endpoint(calls).status == 201
    assert not reached(calls.world, VAULT, "vault")
    assert registered(calls, link=False).status == 201
    assert not reached(calls.world, VAULT, "vault")
    registered(calls)
    assert calls.code(calls.call("GET", read)) == "ForbiddenByRbac"
    calls.world.table("_world.description")["current"] = {"client": {"network": "outside"}}
    assert calls.code(calls.call("GET", read)) == "ForbiddenByConnection"


def test_a_workspace_without_public_access_answers_in_its_network_only(calls: Calls) -> None:
    network(calls)
    made = workspace(calls, publicNetworkAccess="Disabled", requiredNsgRules="NoAzureDatabricksRules")
    assert made.status == 201, made.body
    calls.later(300)
    host = calls.call("GET", f"{WORKSPACE}?api-version=2026-01-01").body["properties"]["workspaceUrl"]
    me = f"https://{host}/api/2.0/preview/scim/v2/Me"
    refused = calls.call("GET", me)
    assert refused.status == 403
    assert "Unauthorized network access" in str(refused.body)
    endpoint(calls, target=WORKSPACE, part="databricks_ui_api")
    registered(calls, zone="privatelink.azuredatabricks.net")
    calls.later(300)
    assert calls.call("GET", me).status == 200


def test_one_zone_has_one_place_to_sign_in(calls: Calls) -> None:
    network(calls)
    workspace(calls)
    for name in ("one", "two"):
        endpoint(calls, name, WORKSPACE, "browser_authentication")
    assert registered(calls, "one", "privatelink.azuredatabricks.net").status == 201
    assert registered(calls, "two", "privatelink.azuredatabricks.net").status == 409


def test_a_part_that_the_target_has_not_is_refused(calls: Calls) -> None:
    network(calls)
    vault(calls)
    assert calls.code(endpoint(calls, part="blob")) == "PrivateLinkServiceConnectionInvalidGroupIds"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"timePeriod": {"startDate": "2020-01-01"}}, "current time grain"),
        ({"timePeriod": {"startDate": "2099-01-02"}}, "first day"),
        ({"notifications": {"n": {"enabled": True, "operator": "GreaterThan", "threshold": 80, "contactEmails": []}}}, "nobody to tell"),
        ({"notifications": {"n": {"enabled": True, "operator": "GreaterThan", "threshold": 0, "contactEmails": ["a@b.c"]}}}, "threshold"),
    ],
)
def test_budgets(calls: Calls, change: Json, words: str) -> None:
    told = {"enabled": True, "operator": "GreaterThan", "threshold": 80, "contactEmails": ["ana@contoso.com"]}
    good = {
        "category": "Cost",
        "amount": 5,
        "timeGrain": "Monthly",
        "timePeriod": {"startDate": "2099-01-01"},
        "notifications": {"n": told},
    }
    budget, version = f"{GROUP}/providers/Microsoft.Consumption/budgets/b", "api-version=2023-11-01"
    refused = calls.call("PUT", f"{budget}?{version}", {"properties": good | change})
    assert words in str(refused.body)
    assert calls.call("PUT", f"{budget}?{version}", {"properties": good}).status == 201
    moved = good | {"timePeriod": {"startDate": "2099-02-01"}}
    assert "cannot be changed" in str(calls.call("PUT", f"{budget}?{version}", {"properties": moved}).body)
