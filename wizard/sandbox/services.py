"""Which services the local internet has: the one list, and how their routes and seeds are found.

Owns the names of the service folders and the order in which they are seeded. Knows nothing of what they answer.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from wizard.sandbox.router import Router
    from wizard.sandbox.world import World

SERVICES = ("login", "graph", "arm", "keyvault", "github", "actions", "databricks")
SEEDED = ("login", "graph", "arm", "keyvault", "databricks", "github")
"""Those that hold anything from the start, in this order: people before roles, roles before vaults, accounts before repositories."""


def routers() -> tuple[Router, ...]:
    """The routers of every service, in the order of ``SERVICES``; each ``routes.py`` exports ``ROUTER`` or ``ROUTERS``."""
    found: list[Router] = []
    for service in SERVICES:
        module = importlib.import_module(f"wizard.sandbox.{service}.routes")
        several: Iterable[Router] | None = getattr(module, "ROUTERS", None)
        found.extend(several if several is not None else (module.ROUTER,))
    return tuple(found)


def router_for(host: str, routers: Iterable[Router]) -> Router | None:
    """The first router that answers for the host; ``None``: no such host in this internet."""
    return next((router for router in routers if router.answers_for(host)), None)


def seed(world: World, description: Mapping[str, Any]) -> None:
    """Fill an empty world as described; every service reads its own sections and tolerates absent ones."""
    for service in SEEDED:
        importlib.import_module(f"wizard.sandbox.{service}.seed").seed(world, dict(description))
