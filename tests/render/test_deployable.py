"""The template in the local cloud: it deploys, twice is once, and the pipeline's rights are enough and needed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.render.projects import project
from tests.sandbox.keyvault.calls import ADA, DEV, Calls
from wizard.project.model import Project
from wizard.project.naming import names
from wizard.render import assets
from wizard.render.modules import types_written
from wizard.render.parameters import parameter_file
from wizard.sandbox.arm.built_in_roles import by_name

Json = Any
GROUP = f"/subscriptions/{DEV}/resourceGroups/rg-shop-dev"
DEPLOYMENT = f"{GROUP}/providers/Microsoft.Resources/deployments/lakestrap-shop-dev"
PIPELINE = "gus@contoso.com"
ROLE = "Microsoft.Authorization/roleAssignments:RoleDefinitionId"
CONDITION = (
    "((!(ActionMatches{'Microsoft.Authorization/roleAssignments/write'})) OR (@Request[%s] ForAnyOfAnyValues:GuidEquals {%s} AND "
    "@Request[Microsoft.Authorization/roleAssignments:PrincipalType] ForAnyOfAnyValues:StringEqualsIgnoreCase {'ServicePrincipal'}))"
)


TENANT = "3f2c6a1e-5b0d-4c8e-9a71-2d4f8b6c1e90"
VAULT = f"{GROUP}/providers/Microsoft.KeyVault/vaults/{names(project(), project().environments[0]).vault}"
HUB = f"/subscriptions/{DEV}/resourceGroups/rg-hub"
NETWORK = f"{HUB}/providers/Microsoft.Network/virtualNetworks/vnet-hub"
RUNNERS = ["self-hosted"]


def choice(existing: Json = None, **more: Any) -> Project:
    """The usual project with some choices, and things of the user's own in dev."""
    raw = project(**more).model_dump(by_alias=True)
    raw["environments"][0]["existing"] = existing or {}
    return Project.model_validate(raw)


CHOICES: dict[str, Project] = {
    "public": project(),
    "injected": project(network={"mode": "injected"}),
    "private": project(network={"mode": "private", "runs_on": RUNNERS}),
    "network": choice({"network": NETWORK}, network={"mode": "injected"}),
    "zones": choice({"network": NETWORK, "dns_zones": HUB}, network={"mode": "private", "runs_on": RUNNERS}),
    "serverless": project(workspace={"compute": "serverless"}),
    "more": project(
        lake={"containers": ["rawdata", "prepareddata"], "redundancy": "ZRS"},
        monitoring={"retention_days": 90, "application_insights": True},
        budget={"amount": 500, "starts": "2026-12", "notify": ["ana@contoso.com"]},
    ),
}


@pytest.fixture
def calls() -> Calls:
    made = Calls("owner")
    for namespace in (*assets.PROVIDERS, "Microsoft.KeyVault", "Microsoft.Network"):
        made.call("POST", f"/subscriptions/{DEV}/providers/{namespace}/register?api-version=2022-09-01", b"")
    made.later(60)
    for group in (GROUP, HUB):
        assert made.call("PUT", f"{group}?api-version=2022-09-01", {"location": "westeurope"}).status == 201
    properties = {"tenantId": TENANT, "sku": {"family": "A", "name": "standard"}, "enableRbacAuthorization": True}
    body = {"location": "westeurope", "properties": {**properties, "accessPolicies": []}}
    assert made.call("PUT", f"{VAULT}?api-version=2026-02-01", body).status in (200, 201)
    made.later(60)
    return made


def deployed(calls: Calls, shop: Project, who: str = ADA) -> Json:
    """The deployment at its end, or the refusal."""
    parameters = parameter_file(shop, shop.environments[0])["parameters"]
    body = {"properties": {"mode": "Incremental", "template": assets.compiled_template(), "parameters": parameters}}
    answer = calls.call("PUT", f"{DEPLOYMENT}?api-version=2022-09-01", body, who=who)
    for _ in range(60):
        if answer.status >= 300 or answer.body["properties"]["provisioningState"] in ("Succeeded", "Failed"):
            break
        calls.later(20)
        answer = calls.call("GET", f"{DEPLOYMENT}?api-version=2022-09-01")
    return answer.body


def give_pipeline(calls: Calls, *, assign: bool = True, roles: tuple[str, ...] = tuple(assets.ROLES_ASSIGNED.values())) -> None:
    given = {(GROUP, "Contributor"): "", (NETWORK, "Network Contributor"): "", (HUB, "Private DNS Zone Contributor"): ""}
    if assign:
        given[GROUP, "Role Based Access Control Administrator"] = CONDITION % (ROLE, ", ".join(roles))
    for (scope, role), condition in given.items():
        name = calls.world.new_id("given")
        identity = f"{scope}/providers/Microsoft.Authorization/roleAssignments/{name}"
        properties = {
            "roleDefinitionId": f"/subscriptions/{DEV}/providers/Microsoft.Authorization/roleDefinitions/{by_name(role)}",
            "principalId": calls.user_id(PIPELINE),
            "principalType": "User",
            "scope": scope,
            "condition": condition or None,
            "conditionVersion": "2.0" if condition else None,
        }
        row = {"id": identity, "name": name, "type": "Microsoft.Authorization/roleAssignments", "properties": properties}
        calls.world.table("arm.role_assignments")[identity.lower()] = row


def resources(calls: Calls) -> set[str]:
    return {row["id"].split("/providers/")[-1] for row in calls.world.table("arm.resources").values() if row["id"].startswith(GROUP)}


def type_of(resource_id: str) -> str:
    """The type of what an id names."""
    namespace, *pairs = resource_id.rsplit("/providers/", 1)[-1].split("/")
    return "/".join([namespace, *pairs[::2]])


def content(calls: Calls) -> Json:
    """What stands in the environment's group, without the moments of writing."""
    rows = {key: row for key, row in calls.world.table("arm.resources").items() if row["id"].startswith(f"{GROUP}/")}
    stamps = ("modifiedDate", "lastModifiedTime", "quotaNextResetTime", "updatedOn", "updatedBy", "lastEnabledTime")
    return json.loads(json.dumps(rows, sort_keys=True), object_hook=lambda row: {k: v for k, v in row.items() if k not in stamps})


def make_hub(calls: Calls) -> None:
    """A network of the user's own with the subnets that the project file names, and zones beside it."""
    version = "api-version=2024-05-01"
    rules = f"{HUB}/providers/Microsoft.Network/networkSecurityGroups/nsg-hub"
    assert calls.call("PUT", f"{rules}?{version}", {"location": "westeurope", "properties": {}}).status == 201
    delegation = {"name": "databricks", "properties": {"serviceName": "Microsoft.Databricks/workspaces"}}
    shared = {"networkSecurityGroup": {"id": rules}}
    subnets = [
        {"name": "snet-databricks-host", "properties": {"addressPrefix": "10.0.0.0/24", "delegations": [delegation], **shared}},
        {"name": "snet-databricks-container", "properties": {"addressPrefix": "10.0.1.0/24", "delegations": [delegation], **shared}},
        {"name": "snet-private-endpoints", "properties": {"addressPrefix": "10.0.2.0/24", **shared}},
    ]
    body = {"location": "westeurope", "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "subnets": subnets}}
    assert calls.call("PUT", f"{NETWORK}?{version}", body).status == 201
    parts = ("azuredatabricks.net", "dfs.core.windows.net", "blob.core.windows.net", "vaultcore.azure.net")
    for part in parts:
        zone = f"{HUB}/providers/Microsoft.Network/privateDnsZones/privatelink.{part}"
        assert calls.call("PUT", f"{zone}?api-version=2024-06-01", {"location": "global"}).status == 201
        link = {"location": "global", "properties": {"registrationEnabled": False, "virtualNetwork": {"id": NETWORK}}}
        assert calls.call("PUT", f"{zone}/virtualNetworkLinks/hub?api-version=2024-06-01", link).status == 201
    calls.later(60)


def assignments(calls: Calls) -> list[str]:
    return sorted(row["id"] for row in calls.world.table("arm.role_assignments").values() if "/storageAccounts/" in row["id"])


def test_it_makes_a_workspace_a_lake_and_their_connector(calls: Calls) -> None:
    end = deployed(calls, project())
    assert end["properties"]["provisioningState"] == "Succeeded", end
    outputs = {name: node["value"] for name, node in end["properties"]["outputs"].items()}
    assert sorted(outputs) == sorted(assets.OUTPUTS)
    assert outputs["workspaceUrl"].endswith(".azuredatabricks.net")
    assert outputs["workspaceResourceId"] == f"{GROUP}/providers/Microsoft.Databricks/workspaces/dbw-shop-dev"
    assert len(assignments(calls)) == 1
    assert "Microsoft.Databricks/accessConnectors/dbac-shop-dev" in resources(calls)


@pytest.mark.parametrize("shop", CHOICES.values(), ids=CHOICES.keys())
def test_twice_is_once_and_the_pipelines_rights_are_enough(calls: Calls, shop: Project) -> None:
    make_hub(calls)
    first = deployed(calls, shop)
    assert first["properties"]["provisioningState"] == "Succeeded", first
    before = content(calls), assignments(calls)
    give_pipeline(calls)
    second = deployed(calls, shop, who=PIPELINE)
    assert second["properties"]["provisioningState"] == "Succeeded", second
    assert second["properties"]["outputs"] == first["properties"]["outputs"]
    assert (content(calls), assignments(calls)) == before


@pytest.mark.parametrize("shop", CHOICES.values(), ids=CHOICES.keys())
def test_the_pipeline_could_make_everything_itself(calls: Calls, shop: Project) -> None:
    make_hub(calls)
    give_pipeline(calls)
    end = deployed(calls, shop, who=PIPELINE)
    assert end["properties"]["provisioningState"] == "Succeeded", end


@pytest.mark.parametrize("shop", CHOICES.values(), ids=CHOICES.keys())
def test_what_is_written_is_what_the_project_is_said_to_write(calls: Calls, shop: Project) -> None:
    make_hub(calls)
    deployed(calls, shop)
    ids = [each["id"] for each in deployed(calls, shop)["properties"]["outputResources"]]
    assert {type_of(each) for each in ids} == set(types_written(shop, shop.environments[0]))


@pytest.mark.parametrize("rights", [{"assign": False}, {"roles": (by_name("Owner"),)}])
def test_without_the_right_to_assign_these_roles_it_fails(calls: Calls, rights: Json) -> None:
    give_pipeline(calls, **rights)
    end = deployed(calls, project(), who=PIPELINE)
    assert "roleAssignments/write" in str(end), end
    assert assignments(calls) == []


def test_what_is_ones_own_is_not_made_again(calls: Calls) -> None:
    assert deployed(calls, project())["properties"]["provisioningState"] == "Succeeded"
    theirs = {row["type"]: row["id"] for row in calls.world.table("arm.resources").values()}
    raw = project(name="other").model_dump(by_alias=True)
    existing = {"workspace": theirs["Microsoft.Databricks/workspaces"], "storage": theirs["Microsoft.Storage/storageAccounts"]}
    raw["environments"][0]["existing"] = existing
    before = resources(calls)
    end = deployed(calls, Project.model_validate(raw))
    assert end["properties"]["provisioningState"] == "Succeeded", end
    assert end["properties"]["outputs"]["workspaceResourceId"]["value"] == existing["workspace"]
    assert {name.split("/")[1] for name in resources(calls) - before} == {"accessConnectors", "workspaces"}
    assert not any("stother" in name or "dbw-other" in name for name in resources(calls))
