"""The template in the local cloud: it deploys, twice is once, and the pipeline's rights are enough and needed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.render.projects import project
from tests.sandbox.keyvault.calls import ADA, DEV, Calls
from wizard.project.model import Project
from wizard.render import assets
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


@pytest.fixture
def calls() -> Calls:
    made = Calls("owner")
    for namespace in assets.PROVIDERS:
        made.call("POST", f"/subscriptions/{DEV}/providers/{namespace}/register?api-version=2022-09-01", b"")
    made.later(60)
    assert made.call("PUT", f"{GROUP}?api-version=2022-09-01", {"location": "westeurope"}).status == 201
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
    given = {"Contributor": ""}
    if assign:
        given["Role Based Access Control Administrator"] = CONDITION % (ROLE, ", ".join(roles))
    for role, condition in given.items():
        name = calls.world.new_id("given")
        identity = f"{GROUP}/providers/Microsoft.Authorization/roleAssignments/{name}"
        properties = {
            "roleDefinitionId": f"/subscriptions/{DEV}/providers/Microsoft.Authorization/roleDefinitions/{by_name(role)}",
            "principalId": calls.user_id(PIPELINE),
            "principalType": "User",
            "scope": GROUP,
            "condition": condition or None,
            "conditionVersion": "2.0" if condition else None,
        }
        row = {"id": identity, "name": name, "type": "Microsoft.Authorization/roleAssignments", "properties": properties}
        calls.world.table("arm.role_assignments")[identity.lower()] = row


def resources(calls: Calls) -> set[str]:
    return {row["id"].split("/providers/")[-1] for row in calls.world.table("arm.resources").values() if row["id"].startswith(GROUP)}


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


def test_twice_is_once_and_the_pipelines_rights_are_enough(calls: Calls) -> None:
    first = deployed(calls, project())
    before = resources(calls), assignments(calls)
    give_pipeline(calls)
    second = deployed(calls, project(), who=PIPELINE)
    assert second["properties"]["provisioningState"] == "Succeeded", second
    assert second["properties"]["outputs"] == first["properties"]["outputs"]
    assert (resources(calls), assignments(calls)) == before


def test_the_pipeline_could_make_everything_itself(calls: Calls) -> None:
    give_pipeline(calls)
    assert deployed(calls, project(), who=PIPELINE)["properties"]["provisioningState"] == "Succeeded"


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
