"""Every route of Resource Manager: importing the modules registers them on the one router.

Owns the list of modules. A module of another folder that answers for ``management.azure.com`` (Key Vault's control plane,
template deployments) stands here too; one that does not exist yet is passed over.
"""

from __future__ import annotations

import importlib

from wizard.sandbox.arm import (
    access,
    compute,
    groups,
    identities,
    identity_federation,
    locks,
    operations,
    policy,
    resources,
    role_assignments,
    role_definitions,
    subscriptions,
    tags,
)
from wizard.sandbox.arm.router import ROUTER
from wizard.sandbox.arm.types.blobs import ROUTER as BLOBS

__all__ = ["ROUTER", "ROUTERS", "access", "compute", "groups", "identities", "identity_federation", "locks", "operations", "policy"]
__all__ += ["resources", "role_assignments", "role_definitions", "subscriptions", "tags"]

ROUTERS = (ROUTER, BLOBS)

for _neighbour in ("wizard.sandbox.arm.deployments", "wizard.sandbox.keyvault.control"):
    try:
        importlib.import_module(_neighbour)
    except ModuleNotFoundError as missing:
        if missing.name != _neighbour:
            raise
