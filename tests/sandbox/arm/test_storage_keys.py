"""Keys of a storage account: listed, made anew, and what the blob service says to them."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.keyvault.calls import ANA, DEV, Calls, agree
from wizard.sandbox.router import Response
from wizard.sandbox.services import router_for, routers

V = "?api-version=2023-05-01"
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
HOST = "stone.blob.core.windows.net"


class Account(Calls):
    """A storage account ``stone`` of Ada's."""

    def __init__(self) -> None:
        super().__init__()
        self.call("POST", f"/subscriptions/{DEV}/providers/Microsoft.Storage/register?api-version=2022-09-01", b"")
        self.later(60)
        self.id = f"{self.prepare()}/providers/Microsoft.Storage/storageAccounts/stone"
        self.put()
        self.recorder.exchanges.pop()  # making accounts is not what is told here
        self.later(60)

    def put(self, **properties: Any) -> None:
        body = {"location": "westeurope", "kind": "StorageV2", "sku": {"name": "Standard_LRS"}, "properties": properties}
        assert self.call("PUT", self.id + V, body).status in (200, 201)

    def keys(self, **more: Any) -> dict[str, Any]:
        return {each["keyName"]: each for each in self.call("POST", f"{self.id}/listKeys{V}", **more).body["keys"]}

    def renew(self, name: str, **more: Any) -> Response:
        return self.call("POST", f"{self.id}/regenerateKey{V}", {"keyName": name}, **more)

    def listed(self, key: str, *, date: str = "", account: str = "stone") -> Response:
        """The containers, asked for with a signed request as the vendor describes it."""
        stamped = {"x-ms-date": date or formatdate(self.world.clock.now(), usegmt=True), "x-ms-version": "2023-11-03"}
        canonical = "".join(f"{name}:{value}\n" for name, value in sorted(stamped.items()))
        text = "GET" + "\n" * 12 + canonical + f"/{account}/\ncomp:list"
        signature = base64.b64encode(hmac.digest(base64.b64decode(key), text.encode(), hashlib.sha256)).decode()
        headers = {"content-type": "", "authorization": f"SharedKey {account}:{signature}", **stamped}
        answer = self.call("GET", f"https://{HOST}/?comp=list", who="", headers=headers)
        self.recorder.exchanges.pop()  # the blob service has no description at hand
        return answer


@pytest.fixture
def account(tmp_path: Path) -> Iterator[Account]:
    made = Account()
    yield made
    agree(made.recorder.exchanges)


def test_listing_changes_nothing_and_tells_the_same_twice(account: Account) -> None:
    first = account.keys()
    assert not account.recorder.exchanges[-1]["mutating"]
    assert first == account.keys() and first["key1"]["value"] != first["key2"]["value"]
    assert len(base64.b64decode(first["key1"]["value"])) == 64


def test_one_key_is_made_anew_and_the_other_stays(account: Account) -> None:
    before = account.keys()
    account.later(5)
    assert account.renew("key2").status == 200
    after = account.keys()
    assert after["key1"] == before["key1"] and after["key2"]["value"] != before["key2"]["value"]
    assert after["key2"]["creationTime"] > before["key2"]["creationTime"]
    properties = account.call("GET", account.id + V).body["properties"]
    assert properties["keyCreationTime"]["key2"] == after["key2"]["creationTime"]
    assert account.listed(before["key2"]["value"]).status == 403, "the earlier value is dead at once"
    account.put()
    assert account.call("GET", account.id + V).body["properties"]["keyCreationTime"]["key2"] == after["key2"]["creationTime"]
    assert account.renew("key3").status == 400


def test_it_takes_the_permission_and_no_read_only_lock(account: Account) -> None:
    assert account.call("POST", f"{account.id}/listKeys{V}", who=ANA).status == 403
    account.assign(account.id, READER, account.user_id(ANA))
    refused = account.renew("key1", who=ANA)
    assert refused.status == 403 and "Microsoft.Storage/storageAccounts/regenerateKey/action" in refused.body["error"]["message"]
    lock = f"{account.id}/providers/Microsoft.Authorization/locks/held?api-version=2020-05-01"
    assert account.call("PUT", lock, {"properties": {"level": "ReadOnly"}}).status == 201
    assert account.code(account.renew("key1")) == "ScopeLocked"


def test_the_blob_service_takes_both_keys_and_no_other(account: Account) -> None:
    keys = account.keys()
    for name in ("key1", "key2"):
        assert account.listed(keys[name]["value"]).status == 200
    wrong = account.listed(base64.b64encode(b"wrong").decode())
    assert wrong.status == 403 and b"AuthenticationFailed" in wrong.body and b"MAC signature" in wrong.body
    assert account.listed(keys["key1"]["value"], date="Sat, 01 Jan 2022 00:00:00 GMT").status == 403
    assert account.listed(keys["key1"]["value"], account="other").status == 403
    anonymous = account.call("GET", f"https://{HOST}/?comp=list", who="")
    account.recorder.exchanges.pop()
    assert anonymous.status == 401


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ({"allowSharedKeyAccess": False}, b"KeyBasedAuthenticationNotPermitted"),
        ({"publicNetworkAccess": "Disabled"}, b"AuthorizationFailure"),
        ({"networkAcls": {"defaultAction": "Deny"}}, b"AuthorizationFailure"),
    ],
)
def test_switched_off_keys_and_closed_networks_are_told(account: Account, properties: dict[str, Any], code: bytes) -> None:
    account.put(**properties)
    account.later(60)
    answer = account.listed(account.keys()["key1"]["value"])
    assert answer.status == 403 and code in answer.body


def test_the_name_is_there_while_the_account_is(account: Account) -> None:
    router = router_for(HOST, routers())
    assert router is not None and router.resolves(HOST, account.world)
    account.call("DELETE", account.id + V)
    assert not router.resolves(HOST, account.world)
    logs = router_for("productionresultssa0.blob.core.windows.net", routers())
    assert logs is not None and logs.service == "actions-logs"
