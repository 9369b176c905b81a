"""The preflight's questions about Entra ID, and names of people and groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from wizard.errors import BadInput
from wizard.providers import signin
from wizard.providers.entra.access import may_create_first_party, may_create_secrets, may_register_applications
from wizard.providers.entra.principals import find_principal
from wizard.providers.signin import open_session

if TYPE_CHECKING:
    from wizard.providers.session import Session

ADA = "a0a0c1d2-0001-4e5f-8a9b-000000000001"


def appoint(sandbox: Any, role: str) -> None:
    with sandbox.lock:
        users = sandbox.world.table("graph.users")
        users[ADA] = users[ADA] | {"directoryRoles": [role]}


async def test_members_may_register(session: Session) -> None:
    verdict = await may_register_applications(session)
    assert (verdict.answer, verdict.why) == ("yes", "every member of the tenant may register applications")


@pytest.mark.parametrize("sandbox_world", ["no-app-registration"])
async def test_members_may_not_register_but_developers_may(sandbox: Any, session: Session) -> None:
    verdict = await may_register_applications(session)
    assert verdict.answer == "no"
    assert "Application Developer" in verdict.hint
    assert "managed-identity" in verdict.hint
    appoint(sandbox, "Application Developer")
    assert (await may_register_applications(session)).answer == "yes"


async def test_who_may_have_secrets_is_unknown_to_a_member(sandbox: Any, session: Session) -> None:
    assert (await may_create_secrets(session)).answer == "unknown"
    appoint(sandbox, "Application Administrator")
    assert (await may_create_secrets(session)).answer == "yes"


@pytest.mark.parametrize("sandbox_world", ["secrets-blocked"])
async def test_secrets_are_forbidden(sandbox: Any, session: Session) -> None:
    appoint(sandbox, "Global Administrator")
    verdict = await may_create_secrets(session)
    assert (verdict.answer, verdict.why) == ("no", "a policy of the tenant forbids client secrets")


async def test_who_may_make_microsofts_own(sandbox: Any, session: Session) -> None:
    assert (await may_create_first_party(session)).answer == "unknown"
    appoint(sandbox, "Cloud Application Administrator")
    assert (await may_create_first_party(session)).answer == "yes"


async def test_a_workload_by_the_roles_in_its_token(sandbox: Any) -> None:
    import os

    (signin.profile_directory() / "azureProfile.json").unlink()
    client, secret, tenant = (os.environ[f"AZURE_{name}"] for name in ("CLIENT_ID", "CLIENT_SECRET", "TENANT_ID"))
    signin._profile().login(False, client, {"client_secret": secret}, True, tenant)
    async with await open_session() as session:
        verdict = await may_register_applications(session)
        assert (verdict.answer, "Application.ReadWrite.OwnedBy" in verdict.why) == ("yes", True)
        assert (await may_create_secrets(session)).answer == "unknown"


async def test_people_and_groups_by_name(sandbox: Any, session: Session) -> None:
    assert await find_principal(session, "user", "ana@contoso.com") == "a0a0c1d2-0003-4e5f-8a9b-000000000003"
    assert await find_principal(session, "user", ADA) == ADA
    assert await find_principal(session, "user", "nobody@contoso.com") is None
    group = "b1b1c1d2-0001-4e5f-8a9b-000000000001"
    assert await find_principal(session, "group", "data-operators") == group
    assert await find_principal(session, "group", group) == group
    assert await find_principal(session, "group", "it's nobody") is None
    with sandbox.lock:
        table = sandbox.world.table("graph.groups")
        table["x"] = table[group] | {"id": "b1b1c1d2-0009-4e5f-8a9b-000000000009"}
    with pytest.raises(BadInput, match="2 groups are called 'data-operators'"):
        await find_principal(session, "group", "data-operators")
