"""Which services the local internet has: the one list, and how their routes and seeds are found.

Owns the names of the service folders and the order in which they are seeded. Knows nothing of what they answer.
"""

from __future__ import annotations

import importlib
import logging
from typing import TYPE_CHECKING, Any

log = logging.getLogger("wizard.sandbox")

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from types import ModuleType

    from wizard.sandbox.router import Router
    from wizard.sandbox.world import World

SERVICES = ("login", "graph", "arm", "keyvault", "github", "actions", "databricks")
SEEDED = ("login", "graph", "arm", "keyvault", "databricks", "github", "actions")
"""In this order: people before roles, roles before vaults, accounts before repositories."""


def _found(name: str) -> ModuleType | None:
    """The module, or ``None`` where the service has no such file; anything wrong *inside* it is raised."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as missing:
        if missing.name and (missing.name == name or name.startswith(missing.name + ".")):
            return None
        raise
    except (ImportError, SyntaxError, NameError) as unfinished:
        log.warning("%s is not whole yet: %s", name, unfinished)
        return None


def routers() -> tuple[Router, ...]:
    """The routers of every service, in the order of ``SERVICES``; each ``routes.py`` exports ``ROUTER`` or ``ROUTERS``."""
    found: list[Router] = []
    for service in SERVICES:
        module = _found(f"wizard.sandbox.{service}.routes")
        if module is None:
            continue
        several: Iterable[Router] | None = getattr(module, "ROUTERS", None)
        found.extend(several if several is not None else (module.ROUTER,))
    return tuple(found)


def router_for(host: str, routers: Iterable[Router]) -> Router | None:
    """The first router that answers for the host; ``None``: no such host in this internet."""
    return next((router for router in routers if router.answers_for(host)), None)


def seed(world: World, description: Mapping[str, Any]) -> None:
    """Fill an empty world as described; every service reads its own sections and tolerates absent ones."""
    for service in SEEDED:
        module = _found(f"wizard.sandbox.{service}.seed")
        if module is not None:
            module.seed(world, dict(description))
