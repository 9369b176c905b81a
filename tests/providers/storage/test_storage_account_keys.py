"""Keys of a storage account over the real SDK: read without a right on keys, listed, made anew, and tried against the blob service."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.providers.keyvault.places import DEV, Place, made
from wizard.errors import NotAllowed, NotYet, Unreachable
from wizard.providers.arm.provider_registration import ProviderRegistration
from wizard.providers.session import Session
from wizard.providers.signin import open_session
from wizard.providers.storage.account_key import AccountKey
from wizard.providers.storage.keys import account, key_values, regenerate
from wizard.providers.storage.shared_key import key_works
from wizard.secret import Secret

GROUP = f"/subscriptions/{DEV}/resourceGroups/rg-shop-dev"


class Account:
    """A storage account ``stone`` of the operator's."""

    def __init__(self, sandbox: Any, session: Session) -> None:
        self.sandbox, self.session = sandbox, session
        self.id = ""

    async def prepare(self) -> None:
        place = Place(self.sandbox, self.session)
        await place.prepare()
        namespace = "Microsoft.Storage"
        await made(ProviderRegistration(name=f"{DEV}/{namespace}", project="shop", subscription=DEV, namespace=namespace), self.session)
        self.id = f"/subscriptions/{DEV}/resourceGroups/{place.group}/providers/Microsoft.Storage/storageAccounts/stone"
        await self.put()

    async def put(self, **properties: Any) -> None:
        body: Any = {"location": "westeurope", "kind": "StorageV2", "sku": {"name": "Standard_LRS"}, "properties": properties}
        resources = self.session.resources(DEV).resources
        await resources.begin_create_or_update_by_id(self.id, body, api_version="2023-05-01", polling=False)

    def key(self) -> AccountKey:
        return AccountKey(name="dev", project="shop", environment="dev", account_id=self.id)


@pytest.fixture
async def stone(sandbox: Any) -> AsyncIterator[Account]:
    session = await open_session()
    found = Account(sandbox, session)
    await found.prepare()
    yield found
    await session.close()


async def test_what_a_key_is_called_is_read_without_listing_keys(stone: Account) -> None:
    seen = await stone.key().read(stone.session)
    assert seen is not None
    assert not any("listKeys" in each["url"] for each in stone.sandbox.exchanges)
    values = await key_values(stone.session, stone.id)
    assert seen.attributes["credential"] == values["key1"][0] and values["key1"][0].startswith("key1 20")
    assert await stone.key().secret(stone.session, seen, "value") == values["key1"][1]


async def test_a_key_made_anew_is_another_one_and_the_other_stays(stone: Account) -> None:
    before = await key_values(stone.session, stone.id)
    identity, value = await regenerate(stone.session, stone.id, "key2")
    after = await key_values(stone.session, stone.id)
    assert after["key2"] == (identity, value) != before["key2"] and after["key1"] == before["key1"]
    seen = await account(stone.session, stone.id)
    assert seen is not None and seen.key_id("key2") == identity
    await key_works(stone.session, "stone", value)
    with pytest.raises(NotYet):
        await key_works(stone.session, "stone", before["key2"][1])


async def test_making_a_key_anew_is_sent_once(stone: Account) -> None:
    stone.sandbox.faults.add(method="POST", path=".*/regenerateKey", when="after", reset=True)
    before = len(stone.sandbox.mutating())
    with pytest.raises(Unreachable):
        await regenerate(stone.session, stone.id, "key1")
    assert len(stone.sandbox.mutating()) == before + 1


async def test_switched_off_keys_are_told_with_what_to_do(stone: Account) -> None:
    value = (await key_values(stone.session, stone.id))["key1"][1]
    await stone.put(allowSharedKeyAccess=False)
    with pytest.raises(NotAllowed) as refused:
        await stone.key().read(stone.session)
    assert any("allow-shared-key-access" in hint for hint in refused.value.hints)
    with pytest.raises(NotAllowed, match="KeyBasedAuthenticationNotPermitted"):
        await key_works(stone.session, "stone", value)


async def test_a_closed_network_is_no_wrong_key(stone: Account) -> None:
    value = (await key_values(stone.session, stone.id))["key1"][1]
    await stone.put(networkAcls={"defaultAction": "Deny"})
    with pytest.raises(NotAllowed, match="AuthorizationFailure"):
        await key_works(stone.session, "stone", value)


@pytest.mark.matrix
async def test_an_account_that_is_not_there(stone: Account) -> None:
    assert await account(stone.session, stone.id.replace("stone", "pebble")) is None
    with pytest.raises(Unreachable):
        await key_works(stone.session, "pebble", Secret("a2V5"))


async def test_who_may_not_list_keys_is_told_the_permission(stone: Account) -> None:
    stone.sandbox.as_user("ana@contoso.com")
    async with await open_session() as session:
        with pytest.raises(NotAllowed) as refused:
            await regenerate(session, stone.id, "key1")
    assert refused.value.permission == "Microsoft.Storage/storageAccounts/regenerateKey/action"
