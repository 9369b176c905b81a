"""The Databricks kinds over the real SDK: missing, made, as wished, changed, gone. Planted violations beside each."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.providers.arm.life import born, changed, gone, waited
from tests.providers.databricks.workspaces import Workspace
from tests.providers.keyvault.places import DEV
from wizard.engine.plan import Action, decide
from wizard.engine.resource import Ref
from wizard.errors import NotAllowed, NotYet, Unreachable
from wizard.providers.databricks.errors import host_of


async def test_a_service_principal(workspace: Workspace) -> None:
    wished = workspace.principal()
    before = len(workspace.sandbox.mutating())
    seen = await born(wished, workspace.session)
    assert len(workspace.sandbox.mutating()) == before + 1
    assert seen.attributes["application_id"] == workspace.application and seen.id.isdigit()
    await changed(wished, workspace.session, entitlements=frozenset({"workspace-access", "databricks-sql-access"}))
    again = await wished.create(workspace.session)
    assert again.id == seen.id, "who is a member already is taken as it is"
    await gone(wished, workspace.session)


async def test_a_principal_that_entra_does_not_know_is_waited_for(workspace: Workspace) -> None:
    ghost = workspace.principal(application_id="00000000-0000-0000-0000-000000000009")
    with pytest.raises(NotYet):
        await ghost.create(workspace.session)


async def test_a_secret_scope_is_replaced_for_another_vault(workspace: Workspace) -> None:
    wished = workspace.scope()
    seen = await born(wished, workspace.session)
    assert (await wished.create(workspace.session)).id == seen.id, "made meanwhile by another hand"
    shouted = replace(wished, vault_id=workspace.place.id_of().upper())
    assert decide(shouted, await shouted.read(workspace.session)).action is Action.KEEP
    other = workspace.scope(vault_id=workspace.place.id_of("kv-shop-two"))
    assert decide(other, await other.read(workspace.session)).action is Action.REPLACE
    await gone(wished, workspace.session)


async def test_a_scope_of_another_backend_is_replaced_too(workspace: Workspace) -> None:
    await workspace.session.databricks(workspace.host, lambda w: w.secrets.create_scope("shop"))
    seen = await workspace.scope().read(workspace.session)
    assert seen is not None and seen.attributes["vault_id"] == "(DATABRICKS backend)"
    assert decide(workspace.scope(), seen).action is Action.REPLACE


async def test_an_entry_of_a_scope(workspace: Workspace) -> None:
    assert await workspace.acl().read(workspace.session) is None, "no scope, no entry"
    await born(workspace.scope(), workspace.session)
    await waited(lambda: workspace.principal().create(workspace.session))
    wished = workspace.acl()
    await born(wished, workspace.session)
    await changed(wished, workspace.session, permission="MANAGE")
    await gone(wished, workspace.session)


async def test_who_may_not_write_the_vault_is_told_so(workspace: Workspace) -> None:
    with workspace.sandbox.lock:
        assignments = workspace.sandbox.world.table("arm.role_assignments")
        ours = workspace.place.session.operator.object_id
        for key, row in list(assignments.items()):
            properties = row["properties"]
            if properties["principalId"] == ours and properties["scope"].lower() == f"/subscriptions/{DEV}":
                properties["scope"] = (
                    f"/subscriptions/{DEV}/resourceGroups/{workspace.place.group}/providers/Microsoft.Databricks/workspaces/dbw-shop-dev"
                )
                assignments[key] = row
    with pytest.raises(NotAllowed) as refused:
        await workspace.scope().create(workspace.session)
    assert refused.value.permission == "Microsoft.KeyVault/vaults/write"


async def test_strangers_are_not_let_in(workspace: Workspace) -> None:
    with workspace.sandbox.lock:
        assignments = workspace.sandbox.world.table("arm.role_assignments")
        for key in list(assignments):
            del assignments[key]
    with pytest.raises(NotAllowed) as refused:
        await workspace.scope().read(workspace.session)
    assert "administrator of the workspace" in refused.value.hints[0]
    workspace.session.made(workspace.host)
    with pytest.raises(NotYet):
        await workspace.scope().read(workspace.session)


@pytest.mark.matrix
async def test_a_workspace_that_is_not_there_cannot_be_reached(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    from wizard.providers import workers

    monkeypatch.setattr(workers, "RETRY_SECONDS", 1)
    nowhere = "adb-1234567890123456.7.azuredatabricks.net"
    with pytest.raises(Unreachable) as refused:
        await workspace.scope(host=nowhere).read(workspace.session)
    assert nowhere in refused.value.message
    workspace.session.made(f"https://{nowhere}")
    with pytest.raises(NotYet):
        await workspace.scope(host=nowhere).read(workspace.session)


def test_hosts_come_in_two_forms_and_late() -> None:
    assert host_of("https://ADB-1.2.azuredatabricks.net/") == host_of("adb-1.2.azuredatabricks.net") == "adb-1.2.azuredatabricks.net"
    from wizard.providers.databricks.secret_acl import SecretAcl
    from wizard.providers.databricks.secret_scope import SecretScope

    host = Ref("arm.deployment/dev", "output.workspaceUrl")
    scope = SecretScope(name="dev", project="shop", host=host, scope="shop", vault_id="/subscriptions/s")
    assert not scope.identifiable() and "…" in scope.command("delete")
    acl = SecretAcl(name="dev", project="shop", host="h", scope=Ref(scope.key, "scope"), principal="p")
    assert not acl.identifiable() and scope.key in acl.needs
