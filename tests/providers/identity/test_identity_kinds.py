"""Managed identities and their federated credentials over the real SDK."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.providers.arm.life import born, changed, gone, waited
from wizard.errors import NotYet
from wizard.providers.arm.provider_registration import ProviderRegistration
from wizard.providers.arm.resource_group import ResourceGroup
from wizard.providers.arm.role_assignment import RoleAssignment
from wizard.providers.identity.federated_credential import IdentityFederatedCredential
from wizard.providers.identity.managed_identity import ManagedIdentity
from wizard.providers.session import Session

DEV = "11111111-0001-4d5e-8f60-a1b2c3d4e501"
GROUP = ResourceGroup(name="dev", project="shop", subscription=DEV, group="rg-shop-dev-ops", location="westeurope")
IDENTITY = ManagedIdentity(
    name="dev", project="shop", environment="dev", subscription=DEV, group="rg-shop-dev-ops", identity="id-shop-dev", location="westeurope"
)
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"


def credential(name: str = "github-dev", subject: str = "repo:contoso/shop:environment:dev") -> IdentityFederatedCredential:
    return IdentityFederatedCredential(
        name="dev", project="shop", environment="dev", subscription=DEV, group="rg-shop-dev-ops", identity="id-shop-dev", credential=name,
        issuer="https://token.actions.githubusercontent.com", subject=subject,
    )  # fmt: skip


async def prepared(session: Session) -> None:
    """The namespace registered and the group made."""
    registration = ProviderRegistration(name="x", project="shop", subscription=DEV, namespace="Microsoft.ManagedIdentity")
    made = await registration.create(session)
    await waited(lambda: registration.finished(session, made))
    await GROUP.create(session)


async def test_nothing_is_there_before_the_namespace_is_registered(session: Session) -> None:
    assert await IDENTITY.read(session) is None
    assert await credential().read(session) is None


async def test_an_identity_can_be_given_a_role_at_once(session: Session) -> None:
    await prepared(session)
    read = await born(IDENTITY, session)
    assert read.owner == "shop"
    assert session.young(read.attributes["object_id"])
    role = RoleAssignment(
        name="dev/r", project="shop", scope=f"/subscriptions/{DEV}/resourceGroups/rg-shop-dev-ops", role=READER,
        principal_id=read.attributes["object_id"],
    )  # fmt: skip
    await born(role, session)
    other, _ = await changed(IDENTITY, session, tags={"cost": "1"})
    await gone(other, session)


async def test_a_federated_credential(session: Session) -> None:
    await prepared(session)
    await born(IDENTITY, session)
    read = await born(credential(), session)
    assert (read.owner, read.attributes["audience"]) == ("shop", "api://AzureADTokenExchange")
    other, _ = await changed(credential(), session, subject="repo:contoso@2001/shop@9:environment:dev")
    await gone(other, session)


async def test_two_credentials_of_one_identity_are_written_in_turn(session: Session, sandbox: Any) -> None:
    await prepared(session)
    await born(IDENTITY, session)
    one, two = credential("github-one", "a"), credential("github-two", "b")
    assert one.serial_by == ("subscription", "group", "identity")
    sandbox.world.latency = 1.0
    answers = await asyncio.gather(one.create(session), two.create(session), return_exceptions=True)
    assert sorted(type(each).__name__ for each in answers) == ["NotYet", "Observed"], "without turns one of them has to come again"
    again = two if isinstance(answers[1], NotYet) else one
    assert (await waited(lambda: again.create(session))).id
    sandbox.world.latency = 0.0


async def test_the_identity_comes_first() -> None:
    assert "identity.managed_identity/dev" in credential().needs
    with pytest.raises(ValueError, match="not an id within a subscription"):
        RoleAssignment(name="x", project="p", scope="/nowhere", role=READER, principal_id="x")._role_id  # noqa: B018
