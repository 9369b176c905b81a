"""What Azure says becomes what we say: kind of error, permission, hint."""

from __future__ import annotations

from typing import Any, ClassVar, cast

import pytest
from azure.core.exceptions import HttpResponseError

from wizard.errors import NotAllowed, NotSignedIn, ServiceRefused, Unreachable
from wizard.providers.arm.errors import found, from_answer, translated
from wizard.providers.session import Session

DEV = "11111111-0001-4d5e-8f60-a1b2c3d4e501"


def world(**more: Any) -> dict[str, Any]:
    roles = [{"principal": "ada@contoso.com", "role": "Owner"}]
    return {"extends": "owner", "subscriptions": [{"name": "Contoso Dev", "id": DEV, "roles": roles, **more}]}


async def make_group(session: Session, subscription: str = DEV) -> Any:
    with translated("create resource group rg-a"):
        return await session.resources(subscription).resource_groups.create_or_update("rg-a", {"location": "westeurope"})


@pytest.mark.parametrize("sandbox_world", [world(policies=[{"name": "tags", "effect": "deny", "required_tags": ["owner"]}])])
async def test_policy(session: Session) -> None:
    with pytest.raises(NotAllowed) as refused:
        await make_group(session)
    assert "RequestDisallowedByPolicy" in refused.value.message
    assert "'tags'" in refused.value.hints[0]


@pytest.mark.parametrize("sandbox_world", [world(deny=[{"name": "stack", "actions": ["*/write"]}])])
async def test_denial(session: Session) -> None:
    with pytest.raises(NotAllowed) as refused:
        await make_group(session)
    assert refused.value.permission == "Microsoft.Resources/subscriptions/resourceGroups/write"
    assert "deny assignment" in refused.value.hints[0]


async def test_a_subscription_that_is_not_there(session: Session) -> None:
    with pytest.raises(ServiceRefused) as refused, translated("read"):
        await found(session.resources("11111111-9999-4d5e-8f60-a1b2c3d4e501").resource_groups.get("rg-a"))
    assert (refused.value.code, refused.value.status) == ("SubscriptionNotFound", 404)
    assert refused.value.hints[0].startswith("az account list")
    with translated("read"):
        assert await found(session.resources(DEV).resource_groups.get("rg-none")) is None


def test_a_second_factor_that_is_asked_for_is_named() -> None:
    class Answer:
        status_code, reason = 401, "Unauthorized"
        headers: ClassVar[dict[str, str]] = {
            "WWW-Authenticate": 'Bearer authorization_uri="https://login.microsoftonline.com/3f2c6a1e-5b0d-4c8e-9a71-2d4f8b6c1e90/x", '
            'error="insufficient_claims", claims="eyJhIjoxfQ=="'
        }

        def text(self) -> str:
            return '{"error": {"code": "RequestDisallowedByAzure", "message": "Users must authenticate using multi-factor"}}'

    error = from_answer(HttpResponseError(response=cast(Any, Answer())), "write")
    assert isinstance(error, NotSignedIn)
    assert error.hints[0].startswith("az login --tenant 3f2c6a1e-5b0d-4c8e-9a71-2d4f8b6c1e90")
    assert '--claims-challenge "eyJhIjoxfQ=="' in error.hints[0]


async def test_an_expired_sign_in(session: Session, sandbox: Any) -> None:
    sandbox.world.clock.forward(3 * 3600)
    with pytest.raises(NotSignedIn) as refused:
        await make_group(session)
    assert any("az login" in hint for hint in refused.value.hints)


async def test_no_network(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    client = session.resources(DEV)
    with pytest.raises(Unreachable, match="cannot reach Azure to create resource group rg-a"), translated("create resource group rg-a"):
        await client.resource_groups.create_or_update("rg-a", {"location": "westeurope"}, retry_total=0)
