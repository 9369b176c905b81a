"""The deployment kind over the real SDK: made once, awaited, as wished; its failures in the innermost words."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from tests.providers.arm.life import born, gone, waited
from tests.render.projects import project
from wizard.engine.resource import Ref
from wizard.errors import NameTaken, NotAllowed, NotYet, ServiceRefused
from wizard.providers.arm.deployment import Deployment, validate, what_if
from wizard.providers.arm.deployment_errors import failure, leaves
from wizard.providers.session import Session
from wizard.providers.signin import open_session
from wizard.render.modules import joined

ROOT = Path(__file__).resolve().parents[3]
DEV = "11111111-0001-4d5e-8f60-a1b2c3d4e501"
TEMPLATE = (ROOT / "bicep" / "compiled" / "main.json").read_text()
PARAMETERS = {
    "environmentName": "dev",
    "workspaceName": "dbw-shop-dev",
    "managedResourceGroupName": "rg-shop-dev-databricks",
    "storageAccountName": "stshopdevabcde",
    "accessConnectorName": "dbac-shop-dev",
    "logAnalyticsName": "log-shop-dev",
}
EMPTY: dict[str, Any] = {
    "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    "contentVersion": "1.0.0.0",
    "resources": [],
}


def deployment(**fields: Any) -> Deployment:
    wished: dict[str, Any] = {"template": TEMPLATE, "parameters": PARAMETERS, "deployment_name": "lakestrap-shop-dev"}
    return Deployment(name="dev", project="shop", environment="dev", subscription=DEV, group="rg-shop-dev", **(wished | fields))


def account(name: str, **more: Any) -> str:
    resource = {
        "type": "Microsoft.Storage/storageAccounts", "apiVersion": "2023-05-01", "name": name, "location": "westeurope",
        "kind": "StorageV2", "sku": {"name": "Standard_LRS"},
    }  # fmt: skip
    return json.dumps({**EMPTY, "resources": [resource | more]})


async def test_the_life_of_our_template(session: Session, sandbox: Any) -> None:
    wished = deployment()
    read = await born(wished, session)
    assert read.owner == "shop"
    assert read.attributes["output.workspaceUrl"].endswith(".azuredatabricks.net")
    assert read.attributes["output.storageAccountName"] == "stshopdevabcde"
    before = len(sandbox.mutating())
    assert deployment().differences(await deployment().read(session)) == ()  # type: ignore[arg-type]
    assert len(sandbox.mutating()) == before
    await gone(wished, session)


async def test_create_is_one_mutating_request(session: Session, sandbox: Any) -> None:
    before = len(sandbox.mutating())
    made = await deployment().create(session)
    assert made.unfinished
    with pytest.raises(NotYet):
        await deployment().finished(session, made)
    await waited(lambda: deployment().finished(session, made))
    assert len(sandbox.mutating()) == before + 1


async def test_other_parameters_differ_and_an_unknown_one_too(session: Session) -> None:
    read = await born(deployment(template=account("stone"), parameters={}), session)
    other = deployment(template=account("sttwo"), parameters={})
    assert [each.field for each in other.differences(read)] == ["content"]
    waiting = deployment(template=account("stone"), parameters={"x": Ref("entra.service_principal/dev", "object_id")})
    assert [each.field for each in waiting.differences(read)] == ["content"]


async def test_a_resource_that_is_gone_differs(session: Session, sandbox: Any) -> None:
    wished = deployment(template=account("stone"), parameters={})
    await born(wished, session)
    key = f"/subscriptions/{DEV}/resourcegroups/rg-shop-dev/providers/microsoft.storage/storageaccounts/stone"
    del sandbox.world.table("arm.resources")[key]
    read = await wished.read(session)
    assert read is not None
    assert [each.field for each in wished.differences(read)] == ["missing"]
    after = await waited(lambda: wished.update(session, read))
    await waited(lambda: wished.finished(session, after))
    assert key in sandbox.world.table("arm.resources")


async def test_a_running_deployment_is_awaited_and_not_repeated(session: Session) -> None:
    wished = deployment(template=account("stone"), parameters={})
    await wished.create(session)
    read = await wished.read(session)
    assert read is not None
    assert read.unfinished
    assert wished.differences(read) == ()
    with pytest.raises(NotYet):
        await deployment(template=account("sttwo")).update(session, read)
    await waited(lambda: wished.finished(session, read))


async def test_what_the_pipeline_deployed_is_as_wished(session: Session, sandbox: Any) -> None:
    wished = deployment(template=account("stone"), parameters={})
    read = await born(wished, session)
    row = sandbox.world.table("arm.deployments")[read.id.lower()]
    row.pop("tags")
    sandbox.world.table("arm.deployments")[read.id.lower()] = row
    untagged = await wished.read(session)
    assert untagged is not None
    assert wished.differences(untagged) == ()
    other = deployment(template=account("stone", kind="BlobStorage"), parameters={})
    assert [each.field for each in other.differences(untagged)] == ["content"]


async def test_a_failure_says_the_innermost_words(session: Session, sandbox: Any) -> None:
    group = f"/subscriptions/{DEV}/resourceGroups/rg-taken"
    sandbox.world.table("arm.groups")[group.lower()] = {
        "id": group,
        "name": "rg-taken",
        "type": "Microsoft.Resources/resourceGroups",
        "location": "westeurope",
    }
    with pytest.raises(ServiceRefused, match="already exists") as caught:
        await deployment(parameters=PARAMETERS | {"managedResourceGroupName": "rg-taken"}).create(session)
    assert caught.value.code == "ApplianceProvisioningFailed"
    assert caught.value.hints
    with pytest.raises(ServiceRefused, match="is not provided"):
        await validate(deployment(parameters={}), session)


async def test_a_failure_under_way(session: Session, sandbox: Any) -> None:
    nested = {
        "type": "Microsoft.Resources/deployments", "apiVersion": "2025-04-01", "name": "inner", "dependsOn": ["stone"],
        "properties": {"mode": "Incremental", "expressionEvaluationOptions": {"scope": "inner"}, "template": {
            **EMPTY, "outputs": {"broken": {"type": "string", "value": "[createObject('a', 1).b]"}},
        }},
    }  # fmt: skip
    template = json.loads(account("stone"))
    template["resources"].append(nested)
    wished = deployment(template=json.dumps(template), parameters={})
    made = await wished.create(session)
    with pytest.raises(ServiceRefused, match="'b' doesn't exist") as caught:
        await waited(lambda: wished.finished(session, made))
    assert caught.value.code == "DeploymentOutputEvaluationFailed"
    read = await wished.read(session)
    assert read is not None
    assert [each.field for each in wished.differences(read)] == ["state"]


async def test_a_taken_name_and_a_lacking_right(session: Session, sandbox: Any) -> None:
    sandbox.world.table("arm.taken_names")["sttaken"] = {}
    with pytest.raises(NameTaken, match="already taken"):
        await deployment(template=account("sttaken"), parameters={}).create(session)
    for key in list(sandbox.world.table("arm.role_assignments")):
        del sandbox.world.table("arm.role_assignments")[key]
    with pytest.raises(NotAllowed, match="does not have authorization") as caught:
        await deployment(template=account("stone"), parameters={}).create(session)
    assert caught.value.permission == "Microsoft.Resources/deployments/write"


async def test_what_if_names_what_changes(session: Session, sandbox: Any) -> None:
    wished = deployment(template=account("stone", tags={"a": "1"}), parameters={})
    predicted = await what_if(wished, session)
    assert [(each.resource_id.split("/")[-1], each.change) for each in predicted] == [("stone", "Create")]
    await born(wished, session)
    assert [each.change for each in await what_if(wished, session)] == ["NoChange"]
    other = dataclasses.replace(wished, template=account("stone", tags={"a": "2"}))
    assert [(each.change, each.fields) for each in await what_if(other, session)] == [("Modify", ("tags.a",))]
    before = len(sandbox.mutating())
    await validate(other, session)
    await what_if(other, session)
    assert len(sandbox.mutating()) == before


SHARED_KEYS = "Microsoft.OperationalInsights/workspaces/sharedKeys/action"


@pytest.mark.parametrize("taken", ["", "Microsoft.Databricks/workspaces/write", "Microsoft.Resources/deployments/write", SHARED_KEYS])
async def test_exactly_what_it_requires_suffices(session: Session, sandbox: Any, taken: str) -> None:
    joins = joined(project(), project().environments[0], f"/subscriptions/{DEV}/resourceGroups/rg-shop-dev")
    assert [action for action, _ in joins] == [SHARED_KEYS]
    wished = dataclasses.replace(deployment(), joins=joins)
    actions = [each.action for each in wished.requires if each.action != taken]
    assert len(actions) == len(wished.requires) - bool(taken)
    scope, role, ana = f"/subscriptions/{DEV}", "0e0e0e0e-0000-4000-8000-000000000001", "a0a0c1d2-0003-4e5f-8a9b-000000000003"
    definition = f"{scope}/providers/Microsoft.Authorization/roleDefinitions/{role}"
    sandbox.world.table("arm.role_definitions")[definition.lower()] = {
        "id": definition, "name": role, "type": "Microsoft.Authorization/roleDefinitions",
        "properties": {"roleName": "exact", "type": "CustomRole", "permissions": [{"actions": actions}], "assignableScopes": [scope]},
    }  # fmt: skip
    name = "0e0e0e0e-0000-4000-8000-000000000002"
    group = f"{scope}/resourceGroups/rg-shop-dev"
    sandbox.world.table("arm.role_assignments")[f"{group}/providers/microsoft.authorization/roleassignments/{name}".lower()] = {
        "id": f"{group}/providers/Microsoft.Authorization/roleAssignments/{name}", "name": name,
        "properties": {"roleDefinitionId": definition, "principalId": ana, "principalType": "User", "scope": group},
    }  # fmt: skip
    sandbox.as_user("ana@contoso.com")
    exact = await open_session()
    try:
        if taken:
            with pytest.raises(NotAllowed, match=taken):
                await wished.create(exact)
        else:
            await born(wished, exact)
    finally:
        await exact.close()


async def test_the_second_operator_sees_no_difference(session: Session, sandbox: Any) -> None:
    wished = deployment(template=account("stone"), parameters={})
    await born(wished, session)
    sandbox.as_user("bea@contoso.com")
    second = await open_session()
    try:
        read = await wished.read(second)
        assert read is not None
        assert wished.differences(read) == ()
    finally:
        await second.close()


def test_leaves_look_into_json_text() -> None:
    inner = json.dumps({"error": {"code": "StorageAccountAlreadyTaken", "message": "taken"}})
    error = {"code": "DeploymentFailed", "message": "see details", "details": [{"code": "Conflict", "message": inner}]}
    assert list(leaves(error)) == [("StorageAccountAlreadyTaken", "taken")]
    assert isinstance(failure("d", "Failed", error), NameTaken)
    assert "see details" not in failure("d", "Failed", error).message
