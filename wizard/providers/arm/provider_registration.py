"""A resource provider registered in a subscription.

Owns the registration and the waiting for it. It never unregisters: a registration belongs to the subscription, others may
rely on it by now, and it bears no mark of ours.
https://learn.microsoft.com/azure/azure-resource-manager/management/resource-providers-and-types
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from wizard.engine.resource import Observed, Permission, Ref, Resource, Service
from wizard.errors import NotYet
from wizard.providers.arm.errors import found, translated

if TYPE_CHECKING:
    from wizard.providers.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderRegistration(Resource):
    """``namespace`` (``Microsoft.Databricks``) registered in ``subscription`` (an id)."""

    kind: ClassVar[str] = "arm.provider_registration"
    service: ClassVar[Service] = Service.ARM
    identified_by: ClassVar[tuple[str, ...]] = ("subscription", "namespace")
    expected_seconds: ClassVar[float] = 45.0

    subscription: str | Ref
    namespace: str

    @property
    def requires(self) -> tuple[Permission, ...]:
        scope = f"/subscriptions/{self.subscription}"
        return (
            Permission("arm", "Microsoft.Resources/subscriptions/providers/read", scope),
            Permission("arm", f"{self.namespace}/register/action", scope),
        )

    async def read(self, session: Session) -> Observed | None:
        """``None`` unless it is registered or on its way."""
        with translated(f"read the registration of {self.namespace}"):
            provider = await found(session.resources(str(self.subscription)).providers.get(self.namespace))
        return None if provider is None else self._observed(str(provider.id or ""), str(provider.registration_state or ""))

    def _observed(self, provider_id: str, state: str) -> Observed | None:
        if state not in ("Registered", "Registering"):
            return None
        attributes = {"subscription": self.subscription, "namespace": self.namespace, "state": state}
        return Observed(provider_id, attributes, unfinished=state == "Registering")

    async def create(self, session: Session) -> Observed:
        """Begin the registration."""
        with translated(f"register {self.namespace}"):
            provider = await session.resources(str(self.subscription)).providers.register(self.namespace)
        provider_id = str(provider.id or f"/subscriptions/{self.subscription}/providers/{self.namespace}")
        unfinished = provider.registration_state != "Registered"
        return Observed(provider_id, {"subscription": self.subscription, "namespace": self.namespace}, unfinished=unfinished)

    async def delete(self, session: Session, observed: Observed) -> None:
        """Nothing: it stays (see above)."""

    async def finished(self, session: Session, observed: Observed) -> Observed:
        """``NotYet`` until the state is *Registered*; about a minute in the real cloud."""
        now = await self.read(session)
        if now is None or now.unfinished:
            raise NotYet(f"{self.namespace} is being registered", code="Registering")
        return now

    def command(self, action: str) -> str:
        return f"az provider register --namespace {self.namespace} --subscription {self.subscription} --wait" if action == "create" else ""
