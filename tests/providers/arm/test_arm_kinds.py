"""Every kind of Resource Manager over the real SDK: missing, made, as wished, changed, gone; and whose it is."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from tests.providers.arm.life import born, changed, gone, waited
from wizard.errors import NotAllowed, NotYet, ServiceRefused
from wizard.providers.arm.lock import Lock
from wizard.providers.arm.provider_registration import ProviderRegistration
from wizard.providers.arm.resource_group import ResourceGroup
from wizard.providers.arm.role_assignment import RoleAssignment, assignment_name
from wizard.providers.arm.role_definition import RoleDefinition
from wizard.providers.session import Session

DEV = "11111111-0001-4d5e-8f60-a1b2c3d4e501"
SUBSCRIPTION = f"/subscriptions/{DEV}"
READER, CONTRIBUTOR = "acdd72a7-3385-48ef-bd42-f606fba81ae7", "b24988ac-6180-42a0-ab88-20f7382dd24c"
DELEGATE = "f58310d9-a9f6-439a-9e8d-f62e7b41a168"
ANA = "a0a0c1d2-0003-4e5f-8a9b-000000000003"
GROUP = ResourceGroup(
    name="dev", project="shop", environment="dev", subscription=DEV, group="rg-shop-dev", location="westeurope", tags={"cost": "4711"}
)
CONDITION = f"@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {{{READER}}}"


def assignment(**changed_fields: Any) -> RoleAssignment:
    fields: dict[str, Any] = {
        "role": READER,
        "scope": f"{SUBSCRIPTION}/resourceGroups/rg-shop-dev",
        "principal_id": ANA,
        "principal_type": "User",
    }
    return RoleAssignment(name="dev/reader", project="shop", environment="dev", **(fields | changed_fields))


async def test_a_provider_registration(session: Session, sandbox: Any) -> None:
    registration = ProviderRegistration(name="x", project="shop", subscription=DEV, namespace="Microsoft.Databricks")
    assert await registration.read(session) is None
    made = await registration.create(session)
    assert made.unfinished
    assert (await registration.read(session) or made).unfinished
    done = await waited(lambda: registration.finished(session, made))
    assert not done.unfinished
    before = len(sandbox.mutating())
    await registration.delete(session, done)
    assert len(sandbox.mutating()) == before, "a registration is the subscription's: it stays"
    assert await registration.read(session) is not None


async def test_a_resource_group(session: Session, sandbox: Any) -> None:
    read = await born(GROUP, session)
    assert read.owner == "shop"
    row = sandbox.world.table("arm.groups")[read.id.lower()]
    assert row["tags"] == {"cost": "4711", "lakestrap-project": "shop", "lakestrap-environment": "dev"}
    sandbox.world.table("arm.groups")[read.id.lower()] = row | {"tags": row["tags"] | {"by-a-policy": "x"}}
    other, _ = await changed(GROUP, session, tags={"cost": "4712"})
    assert sandbox.world.table("arm.groups")[read.id.lower()]["tags"]["by-a-policy"] == "x"
    await gone(other, session)


async def test_deleting_a_group_asks_once_and_waits(session: Session, sandbox: Any) -> None:
    read = await born(GROUP, session)
    with pytest.raises(NotYet, match="is being deleted"):
        await GROUP.delete(session, read)
    with pytest.raises(NotYet):
        await GROUP.delete(session, read)
    with pytest.raises(NotYet):
        await GROUP.read(session)
    assert [each["method"] for each in sandbox.mutating()].count("DELETE") == 1
    await waited(lambda: GROUP.delete(session, read))


@pytest.mark.parametrize("sandbox_world", ["brownfield"])
async def test_a_group_of_somebody_else_bears_no_mark_of_ours(session: Session) -> None:
    read = await GROUP.read(session)
    assert read is not None
    assert (read.owner, read.attributes["location"]) == ("", "northeurope")
    assert GROUP.differences(read)
    adopted = await GROUP.update(session, read)
    assert (adopted.owner, GROUP.differences(adopted)) == ("shop", ())
    theirs = dataclasses.replace(GROUP, existing=f"{SUBSCRIPTION}/resourceGroups/rg-analytics", tags={})
    found = await theirs.read(session)
    assert found is not None
    assert found.attributes["group"] == "rg-analytics"
    assert [each.action for each in theirs.requires] == ["Microsoft.Resources/subscriptions/resourceGroups/read"]


async def test_a_lock(session: Session) -> None:
    group = await born(GROUP, session)
    lock = Lock(name="dev", project="shop", scope=f"{SUBSCRIPTION}/resourceGroups/rg-shop-dev", lock_name="lakestrap-shop")
    read = await born(lock, session)
    assert read.owner == "shop"
    with pytest.raises(ServiceRefused) as locked:
        await GROUP.delete(session, group)
    assert locked.value.code == "ScopeLocked"
    assert "az lock" in locked.value.hints[0]
    other, _ = await changed(lock, session, level="ReadOnly")
    await gone(other, session)


async def test_a_role_assignment(session: Session) -> None:
    await born(GROUP, session)
    one = assignment(role=DELEGATE)
    read = await born(one, session)
    assert read.owner == "shop"
    assert read.id.endswith(assignment_name(str(one.scope), ANA, DELEGATE))
    constrained, after = await changed(one, session, condition=CONDITION)
    assert after.owner == "shop"
    await gone(constrained, session)


async def test_an_equal_assignment_of_another_name_is_the_same(session: Session, sandbox: Any) -> None:
    await born(GROUP, session)
    one = assignment()
    client = session.authorization(DEV).role_assignments
    role = f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{READER}"
    name = "7a9fc1ac-6a8c-4bd5-9a3c-0e2d6e4f9b11"
    await client.create(str(one.scope), name, {"properties": {"roleDefinitionId": role, "principalId": ANA, "principalType": "User"}})
    read = await one.read(session)
    assert read is not None
    assert (read.owner, read.id.rsplit("/", 1)[-1], one.differences(read)) == ("", name, ())
    assert (await one.create(session)).id == read.id, "made by another hand since it was looked for"
    assert await assignment(scope=SUBSCRIPTION).read(session) is None
    assert await assignment(role=CONTRIBUTOR).read(session) is None


async def test_a_principal_that_is_not_there_is_waited_for(session: Session) -> None:
    await born(GROUP, session)
    with pytest.raises(NotYet) as wait:
        await assignment(principal_id="00000000-0000-4000-8000-000000000001").create(session)
    assert wait.value.code == "PrincipalNotFound"
    with pytest.raises(ServiceRefused) as refused:
        await assignment(principal_type="Group").create(session)
    assert refused.value.code == "UnmatchedPrincipalType"


async def test_a_custom_role_and_its_assignment(session: Session) -> None:
    await born(GROUP, session)
    role = RoleDefinition(
        name="plan", project="shop", scope=SUBSCRIPTION, role_name="Lakestrap plan shop", description="Reads and previews.",
        actions=("*/read", "Microsoft.Resources/deployments/whatIf/action"),
    )  # fmt: skip
    read = await born(role, session)
    assert read.owner == "shop"
    one = assignment(role=read.attributes["id"])
    given = await born(one, session)
    with pytest.raises(ServiceRefused) as held:
        await role.delete(session, read)
    assert held.value.code == "RoleDefinitionHasAssignments"
    await one.delete(session, given)
    other, _ = await changed(role, session, actions=("*/read",))
    await gone(other, session)


@pytest.mark.parametrize("sandbox_world", ["contributor"])
async def test_what_is_not_allowed_names_the_permission(session: Session) -> None:
    await born(GROUP, session)
    with pytest.raises(NotAllowed) as refused:
        await assignment().create(session)
    assert refused.value.permission == "Microsoft.Authorization/roleAssignments/write"
    assert refused.value.hints


async def test_commands_for_people(session: Session) -> None:
    assert GROUP.command("create").startswith("az group create --name rg-shop-dev")
    assert "--assignee-principal-type User" in assignment().command("create")
    assert "whatIf" in RoleDefinition(name="x", project="p", scope=SUBSCRIPTION, role_name="r", actions=("whatIf",)).command("create")
    await session.resources(DEV).resource_groups.check_existence("rg-any")
