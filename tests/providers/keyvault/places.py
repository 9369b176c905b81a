"""Where the tests of the Key Vault kinds work: a session, a group, the engine's patience in small."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from wizard.engine.resource import Observed, Resource
from wizard.errors import NotYet
from wizard.providers.arm.provider_registration import ProviderRegistration
from wizard.providers.arm.resource_group import ResourceGroup
from wizard.providers.arm.role_assignment import RoleAssignment
from wizard.providers.keyvault.ids import vault_id
from wizard.providers.keyvault.vault import Vault
from wizard.providers.session import Session

Answer = TypeVar("Answer")

DEV = "11111111-0001-4d5e-8f60-a1b2c3d4e501"
OFFICER = "b86a8fe4-44ce-4948-aee5-eccb2c155cd7"
SHARED: dict[str, Any] = {"project": "shop", "environment": "dev"}


async def patient(call: Callable[[], Awaitable[Answer]], tries: int = 200) -> Answer:
    """The answer, asked again while it is ``NotYet``."""
    for _ in range(tries):
        try:
            return await call()
        except NotYet:
            await asyncio.sleep(0.05)
    raise AssertionError("still not yet")


async def made(resource: Resource, session: Session) -> Observed:
    """Create it and wait until it is settled."""
    observed = await patient(lambda: resource.create(session))
    return await patient(lambda: resource.finished(session, observed))


class Place:
    """``vault`` makes wishes for vaults in group ``rg-shop-dev``; ``count`` counts mutating requests."""

    def __init__(self, sandbox: Any, session: Session) -> None:
        self.sandbox, self.session = sandbox, session
        self.group = "rg-shop-dev"

    async def prepare(self) -> None:
        await made(
            ProviderRegistration(name=f"{DEV}/Microsoft.KeyVault", project="shop", subscription=DEV, namespace="Microsoft.KeyVault"),
            self.session,
        )
        await made(ResourceGroup(name="dev", subscription=DEV, group=self.group, location="westeurope", **SHARED), self.session)

    def vault(self, name: str = "kv-shop-one", **more: Any) -> Vault:
        fixed = {"subscription": DEV, "group": self.group, "location": "westeurope", "tenant": self.session.tenant, **SHARED}
        return Vault(name="dev", vault=name, **{**fixed, **more})

    def id_of(self, name: str = "kv-shop-one") -> str:
        return vault_id(DEV, self.group, name)

    async def officer(self, name: str = "kv-shop-one", who: str = "") -> None:
        """Give the operator (or another principal) Secrets Officer at the vault; it takes effect late."""
        principal, kind = who or self.session.operator.object_id, "User"
        await made(
            RoleAssignment(name="o", scope=self.id_of(name), role=OFFICER, principal_id=principal, principal_type=kind, **SHARED),
            self.session,
        )

    @property
    def count(self) -> int:
        return len(self.sandbox.mutating())
