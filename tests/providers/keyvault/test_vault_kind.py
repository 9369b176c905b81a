"""``keyvault.vault`` and the preflight of names, with the real SDK. Each promise stands beside a planted violation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.providers.keyvault.places import DEV, Place, made
from wizard.engine.plan import Action, decide
from wizard.errors import BadInput, NameTaken, NotYet, ServiceRefused
from wizard.providers.keyvault.preflight import NameState, name_state


async def test_a_vault_from_nothing_to_nothing(place: Place) -> None:
    wished = place.vault(tags={"cost-centre": "4711"}, purge_protection=False)
    assert await wished.read(place.session) is None
    before = place.count
    observed = await wished.create(place.session)
    assert place.count == before + 1 and observed.unfinished
    settled = await made_finished(place, wished, observed)
    assert settled.attributes["uri"] == "https://kv-shop-one.vault.azure.net/" and settled.owner == "shop"
    assert decide(wished, settled).action is Action.KEEP
    await wished.delete(place.session, settled)
    assert await wished.read(place.session) is None
    await wished.delete(place.session, settled)


async def made_finished(place: Place, wished: Any, observed: Any) -> Any:
    from tests.providers.keyvault.places import patient

    return await patient(lambda: wished.finished(place.session, observed))


async def test_every_compared_field_is_brought_about_by_one_request(place: Place) -> None:
    settled = await made(place.vault(), place.session)
    wished = place.vault(tags={"a": "b"}, purge_protection=True, allowed_addresses=frozenset({"203.0.113.9", "198.51.100.0/24"}))
    assert {each.field for each in wished.differences(settled)} == {"tags", "purge_protection", "allowed_addresses"}
    before = place.count
    settled = await wished.update(place.session, settled)
    assert place.count == before + 1 and wished.differences(settled) == ()
    back = place.vault(tags={"a": "b"}, purge_protection=False, public_access=False)
    assert {each.field for each in back.differences(settled)} == {"public_access", "allowed_addresses"}, "protection stays on"
    settled = await back.update(place.session, settled)
    assert back.differences(settled) == () and settled.attributes["purge_protection"] is True


async def test_tags_of_others_stay(place: Place) -> None:
    settled = await made(place.vault(), place.session)
    client: Any = place.session.vaults(DEV).vaults
    held = (await client.get(place.group, "kv-shop-one")).tags
    await client.update(place.group, "kv-shop-one", {"tags": {**held, "policy": "x"}})
    wished = place.vault(tags={"a": "b"})
    await wished.update(place.session, settled)
    tags = (await client.get(place.group, "kv-shop-one")).tags
    assert tags["policy"] == "x" and tags["a"] == "b" and tags["lakestrap-project"] == "shop"


async def test_a_vault_without_our_mark_is_adopted_by_agreement_only(place: Place) -> None:
    await made(replace(place.vault(), project="other"), place.session)
    seen = await place.vault().read(place.session)
    assert decide(place.vault(), seen).action is Action.BLOCKED
    client: Any = place.session.vaults(DEV).vaults
    await client.update(place.group, "kv-shop-one", {"tags": {}})
    assert decide(place.vault(), await place.vault().read(place.session)).action is Action.ADOPT


async def test_our_deleted_vault_is_recovered_and_brought_up_to_date(place: Place) -> None:
    first = await made(place.vault(tags={"old": "yes"}), place.session)
    await place.vault().delete(place.session, first)
    assert await name_state(place.session, DEV, "kv-shop-one") is NameState.DELETED_MINE
    wished = place.vault(tags={"new": "yes"})
    recovered = await made(wished, place.session)
    assert {each.field for each in wished.differences(recovered)} == {"tags"}, "a recovered vault is as it was"
    assert wished.differences(await wished.update(place.session, recovered)) == ()


async def test_a_deleted_vault_can_be_purged_instead_or_left(place: Place) -> None:
    first = await made(place.vault(), place.session)
    await place.vault().delete(place.session, first)
    with pytest.raises(NameTaken) as refused:
        await place.vault(on_deleted="fail").create(place.session)
    assert any("az keyvault purge --name kv-shop-one" in hint for hint in refused.value.hints)
    with pytest.raises(NotYet):
        await place.vault(on_deleted="purge").create(place.session)
    await made(place.vault(on_deleted="purge"), place.session)


async def test_a_protected_one_in_another_group_is_neither_recovered_nor_purged(place: Place) -> None:
    first = await made(place.vault(purge_protection=True), place.session)
    await place.vault().delete(place.session, first)
    place.group = "rg-other"
    await place.prepare()
    for choice in ("recover", "purge"):
        with pytest.raises(NameTaken) as refused:
            await place.vault(on_deleted=choice).create(place.session)
        assert "rg-shop-dev" in refused.value.message and not any("purge" in hint for hint in refused.value.hints)


async def test_names_of_others_are_taken_and_impossible_ones_are_bad_input(place: Place) -> None:
    assert await name_state(place.session, DEV, "kv-free-name") is NameState.FREE
    with place.sandbox.lock:
        place.sandbox.world.table("keyvault.taken_names")["kv-shop-one"] = {"name": "kv-shop-one"}
    assert await name_state(place.session, DEV, "kv-shop-one") is NameState.TAKEN
    with pytest.raises(NameTaken) as refused:
        await place.vault().create(place.session)
    assert refused.value.exit_code == 2 and "naming.vault" in refused.value.hints[0]
    with pytest.raises(BadInput):
        await name_state(place.session, DEV, "kv--x")


async def test_a_vault_that_answers_is_taken_though_nothing_is_registered(place: Place) -> None:
    unregistered = "11111111-0002-4d5e-8f60-a1b2c3d4e502"
    with place.sandbox.lock:
        place.sandbox.world.table("keyvault.taken_names")["kv-somebody"] = {"name": "kv-somebody"}
    assert await name_state(place.session, unregistered, "kv-somebody") is NameState.TAKEN
    with pytest.raises(ServiceRefused) as refused:
        await name_state(place.session, unregistered, "kv-nobody")
    assert refused.value.code == "MissingSubscriptionRegistration"


async def test_the_users_own_vault_is_read_with_its_access_model(place: Place) -> None:
    client: Any = place.session.vaults(DEV).vaults
    policies = {
        "tenantId": place.session.tenant,
        "sku": {"family": "A", "name": "standard"},
        "enableRbacAuthorization": False,
        "accessPolicies": [],
    }
    poller = await client.begin_create_or_update(
        place.group, "kv-theirs", {"location": "westeurope", "properties": policies}, polling=False
    )
    await poller.result()
    theirs = place.vault("ignored", existing=place.id_of("kv-theirs"))
    seen = await theirs.read(place.session)
    assert seen is not None and seen.attributes["rbac"] is False and seen.attributes["vault"] == "kv-theirs"
    assert decide(theirs, seen).action is Action.KEEP
    assert [permission.action for permission in theirs.requires] == ["Microsoft.KeyVault/vaults/read"]


def test_the_equivalent_commands_name_everything(request: pytest.FixtureRequest) -> None:
    from wizard.providers.keyvault.vault import Vault

    wished = Vault(
        name="dev", project="shop", subscription=DEV, group="rg", vault="kv-x", location="westeurope", tenant="t", purge_protection=True
    )
    create = wished.command("create")
    assert (
        "--enable-rbac-authorization true" in create and "--enable-purge-protection true" in create and "lakestrap-project=shop" in create
    )
    assert wished.command("delete") == f"az keyvault delete --name kv-x --resource-group rg --subscription {DEV}"
