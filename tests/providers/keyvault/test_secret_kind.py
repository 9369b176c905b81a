"""``keyvault.secret`` and ``keyvault.access_policy``, with the real SDK. Each promise stands beside a planted violation."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.providers.keyvault.places import DEV, OFFICER, SHARED, Place, made, patient
from wizard.engine.plan import Action, decide
from wizard.errors import LakestrapError, NotAllowed, NotYet, ServiceRefused, Unreachable
from wizard.providers.keyvault.access_policy import AccessPolicy
from wizard.providers.keyvault.secret import VaultSecret
from wizard.secret import Secret

VALUE = "correct-horse-battery"


def secret(place: Place, **more: Any) -> VaultSecret:
    return VaultSecret(**{"name": "dev/salt", "vault_id": place.id_of(), "secret_name": "salt", "value": Secret(VALUE), **SHARED, **more})


async def vault_with_officer(place: Place) -> None:
    await made(place.vault(), place.session)
    await place.officer()


async def test_a_secret_is_written_once_and_never_again(place: Place) -> None:
    await vault_with_officer(place)
    wished = secret(place)
    assert await wished.read(place.session) is None
    before = place.count
    await patient(lambda: wished.create(place.session))
    assert place.count == before + 1
    seen = await wished.read(place.session)
    assert seen is not None and seen.owner == "shop" and "value" not in seen.attributes
    again = secret(place, value=Secret("another"))
    assert decide(again, seen).action is Action.KEEP
    await again.create(place.session)
    assert place.count == before + 1, "what is there is not overwritten"
    value = await patient(lambda: wished.secret(place.session, seen, "value"))
    assert isinstance(value, Secret) and value.reveal() == VALUE
    assert VALUE not in repr(wished) + repr(seen) + wished.command("create")


async def test_a_young_role_is_waited_for_and_a_missing_one_is_not(place: Place) -> None:
    await made(place.vault(), place.session)
    ana = "a0a0c1d2-0003-4e5f-8a9b-000000000003"
    await place.officer(who=ana)  # somebody else's role is no reason to wait
    with pytest.raises(NotAllowed) as refused:
        await secret(place).create(place.session)
    assert refused.value.permission == "Microsoft.KeyVault/vaults/secrets/setSecret/action"
    await place.officer()
    await patient(lambda: secret(place).create(place.session))


async def test_after_a_resumed_run_the_role_is_still_known_to_be_young(place: Place) -> None:
    with place.sandbox.lock:
        place.sandbox.world.latency = 0.05
    await vault_with_officer(place)
    place.session._made.clear()
    with pytest.raises(NotYet) as wait:
        await secret(place).create(place.session)
    assert wait.value.code == "ForbiddenByRbac"
    with place.sandbox.lock:
        place.sandbox.world.clock.forward(60)
    await patient(lambda: secret(place).create(place.session))


async def test_a_closed_network_fails_at_once_with_the_command_that_opens_it(place: Place) -> None:
    await vault_with_officer(place)
    for closed, code in (
        ({"allowed_addresses": frozenset({"198.51.100.1"})}, "ForbiddenByFirewall"),
        ({"public_access": False}, "ForbiddenByConnection"),
    ):
        wished = place.vault(**closed)
        seen = await wished.read(place.session)
        assert seen is not None
        await wished.update(place.session, seen)
        with pytest.raises(NotAllowed) as refused:
            await secret(place).create(place.session)
        assert code in refused.value.message and "kv-shop-one" in refused.value.hints[0]


async def test_our_deleted_secret_is_recovered_and_gets_the_new_value(place: Place) -> None:
    await vault_with_officer(place)
    first = await patient(lambda: secret(place).create(place.session))
    await patient(lambda: secret(place).delete(place.session, first))
    assert await secret(place).read(place.session) is None
    again = secret(place, value=Secret("renewed"))
    observed = await patient(lambda: again.create(place.session))
    value = await patient(lambda: again.secret(place.session, observed, "value"))
    assert value.reveal() == "renewed"


async def test_somebody_elses_deleted_secret_is_left_alone(place: Place) -> None:
    await vault_with_officer(place)
    other = secret(place, project="other")
    first = await patient(lambda: other.create(place.session))
    await patient(lambda: other.delete(place.session, first))

    async def until_deleted() -> ServiceRefused:
        with pytest.raises(ServiceRefused) as refused:
            await secret(place).create(place.session)
        return refused.value

    error = await patient(until_deleted)
    assert error.code == "ObjectIsDeletedButRecoverable" and "az keyvault secret recover" in error.hints[0]


async def test_deleting_what_is_gone_is_no_error(place: Place) -> None:
    await vault_with_officer(place)
    first = await patient(lambda: secret(place).create(place.session))
    await patient(lambda: secret(place).delete(place.session, first))
    await patient(lambda: secret(place).delete(place.session, first))


async def test_a_value_is_generated_or_its_absence_is_told(place: Place) -> None:
    await vault_with_officer(place)
    with pytest.raises(LakestrapError, match="no value is known"):
        await secret(place, value=None).create(place.session)
    observed = await patient(lambda: secret(place, value=None, generate=True).create(place.session))
    value = await patient(lambda: secret(place).secret(place.session, observed, "value"))
    assert re.fullmatch(r"[\w-]{40,}", value.reveal())


@pytest.mark.matrix
async def test_a_vault_that_is_not_there_cannot_be_reached(place: Place) -> None:
    nowhere = secret(place, vault_id=place.id_of("kv-nowhere"))
    assert await nowhere.read(place.session) is None
    with pytest.raises(Unreachable) as refused:
        await nowhere.secret(place.session, await _observed(place), "value")
    assert "kv-nowhere.vault.azure.net" in refused.value.hints[0]


async def _observed(place: Place) -> Any:
    return secret(place)._observed("id", {})


async def test_a_vault_with_access_policies_gets_one_for_who_needs_it(place: Place) -> None:
    await made(place.vault(rbac=False), place.session)
    me = place.session.operator.object_id
    wished = AccessPolicy(name="dev/me", vault_id=place.id_of(), principal_id=me, tenant=place.session.tenant, **SHARED)
    assert await wished.read(place.session) is None
    before = place.count
    await wished.create(place.session)
    assert place.count == before + 1
    seen = await wished.read(place.session)
    assert seen is not None and wished.differences(seen) == ()
    with pytest.raises(NotAllowed):
        await secret(place).create(place.session)  # who may only get and list has nothing to wait for
    more = AccessPolicy(
        name="dev/me",
        vault_id=place.id_of(),
        principal_id=me,
        tenant=place.session.tenant,
        permissions=frozenset({"get", "list", "set"}),
        **SHARED,
    )
    assert more.differences(seen)
    await more.update(place.session, seen)
    await secret(place).create(place.session)
    await more.delete(place.session, seen)
    assert await more.read(place.session) is None


async def test_a_policy_on_a_vault_in_rbac_mode_is_needless(place: Place) -> None:
    await made(place.vault(), place.session)
    wished = AccessPolicy(name="x", vault_id=place.id_of(), principal_id=OFFICER, tenant=place.session.tenant, **SHARED)
    seen = await wished.read(place.session)
    assert seen is not None and seen.attributes["rbac"] is True and wished.differences(seen) == ()
    before = place.count
    await wished.delete(place.session, seen)
    assert place.count == before


def test_what_the_kinds_need_is_named() -> None:
    vault = f"/subscriptions/{DEV}/resourceGroups/g/providers/Microsoft.KeyVault/vaults/v"
    wished = VaultSecret(name="s", project="shop", vault_id=vault, secret_name="s", names_data_role=True)
    assert [(need.plane, need.action) for need in wished.requires] == [
        ("arm", "Microsoft.KeyVault/vaults/secrets/read"),
        ("keyvault", "Microsoft.KeyVault/vaults/secrets/setSecret/action"),
    ]
