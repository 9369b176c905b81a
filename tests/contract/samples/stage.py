"""Where a sample of a kind lives: a running local internet, a signed-in session, and the engine's patience in small.

Owns the form of a sample; knows no kind.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.providers.arm.life import waited
from wizard.engine.resource import Observed, Resource
from wizard.errors import NotYet
from wizard.providers.arm.provider_registration import ProviderRegistration
from wizard.providers.arm.resource_group import ResourceGroup
from wizard.providers.session import Session

DEV = "11111111-0001-4d5e-8f60-a1b2c3d4e501"
GROUP_ID = f"/subscriptions/{DEV}/resourceGroups/rg-shop-dev"
SHARED: dict[str, Any] = {"project": "shop", "environment": "dev"}
NAMED: dict[str, Any] = {"name": "dev", **SHARED}


class Stage:
    """The world of one test. ``sent`` counts what changed it, so that a call's own requests are a difference."""

    def __init__(self, sandbox: Any, session: Session) -> None:
        self.sandbox, self.session = sandbox, session

    @property
    def sent(self) -> int:
        return len(self.sandbox.mutating())

    def requests(self, before: int) -> list[str]:
        """What was sent since ``sent`` was ``before``."""
        return [f"{each['method']} {each['url']}" for each in self.sandbox.mutating()[before:]]

    async def steady(self, resource: Resource, observed: Observed) -> Observed:
        """The settled state: ``finished`` as often in a row as the kind asks for."""
        passed = 0
        while passed < resource.steady:
            observed = await waited(lambda: resource.finished(self.session, observed), seconds=20)  # noqa: B023
            passed += 1
        return observed

    async def made(self, resource: Resource) -> Observed:
        """Created and settled, update by update."""
        observed = await waited(lambda: resource.create(self.session), seconds=20)
        observed = await self.steady(resource, observed)
        for _ in range(10):
            if not resource.differences(observed):
                break
            observed = await waited(lambda: resource.update(self.session, observed))  # noqa: B023
        return observed

    async def seen(self, resource: Resource) -> Observed:
        """What ``read`` finds, once replication is over."""

        async def look() -> Observed:
            found = await resource.read(self.session)
            if found is None:
                raise NotYet("not to be seen yet")
            return found

        return await waited(look)

    async def unseen(self, resource: Resource) -> None:
        """Until ``read`` finds nothing."""

        async def look() -> None:
            if await resource.read(self.session) is not None:
                raise NotYet("still to be seen")

        await waited(look)

    async def registered(self, namespace: str) -> None:
        await self.made(ProviderRegistration(name=namespace, project="shop", subscription=DEV, namespace=namespace))

    async def group(self) -> str:
        """The id of a resource group."""
        await self.made(ResourceGroup(subscription=DEV, group="rg-shop-dev", location="westeurope", **NAMED))
        return GROUP_ID


@dataclass(frozen=True, slots=True)
class Sample:
    """One small example of a kind.

    ``wished`` prepares what the resource stands on and gives it. An update is shown by ``changes``, fields wished otherwise, or by
    ``spoiled``, which alters the world behind our back; a kind without update has neither. ``existing`` tells from what was observed the
    id by which a user would name it.
    """

    wished: Callable[[Stage], Awaitable[Resource]]
    changes: Mapping[str, Any] = field(default_factory=dict)
    existing: Callable[[Observed], str] | None = None
    spoiled: Callable[[Stage], Awaitable[None]] | None = None


def plain(resource: Resource) -> Callable[[Stage], Awaitable[Resource]]:
    """A resource that stands on nothing."""

    async def wished(stage: Stage) -> Resource:
        return resource

    return wished
