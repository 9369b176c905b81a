"""The resource types that the product meets, one small file a namespace: members, rules, what their providers add.

Owns the ways in for whoever writes resources: ``put_resource``, ``delete_resource``, ``rehearse``. Importing this package
registers every tabled type with ``wizard.sandbox.arm.kinds``, so that calls by id go the same way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.sandbox.arm import checks, kinds, operations
from wizard.sandbox.arm.types import databricks, factory, identity, keys, lifecycle, monitoring, network, storage
from wizard.sandbox.arm.types.lifecycle import shown
from wizard.sandbox.arm.types.table import Writing, type_of

if TYPE_CHECKING:
    from wizard.sandbox.login.directory import Principal
    from wizard.sandbox.world import World

Json = Any
__all__ = ["delete_resource", "put_resource", "rehearse", "seconds_of", "shown"]
FILES = (databricks, factory, identity, keys, monitoring, network, storage)

lifecycle.register()


def put_resource(world: World, principal: Principal, resource_id: str, api_version: str, body: Json) -> tuple[int, Json]:
    """Create or replace a resource as that caller: every check, then what the type does. Raises ``Refusal``."""
    parts = checks.parsed(resource_id)
    checks.before_write(world, principal, resource_id, body)
    response = kinds.kind_of(parts.type).put(world, principal, resource_id, api_version, body)
    return response.status, response.body


def delete_resource(world: World, principal: Principal, resource_id: str) -> int:
    """Delete a resource as that caller; 200 or 202, or 204 where there was none. Raises ``Refusal``."""
    checks.before_delete(world, principal, resource_id)
    return kinds.kind_of(checks.parsed(resource_id).type).delete(world, resource_id).status


def rehearse(world: World, principal: Principal, resource_id: str, api_version: str, body: Json, *, by_rights: bool = True) -> None:
    """Refuse what the provider would refuse of that body, as far as it can be told while some of it is unevaluated."""
    record = type_of(checks.parsed(resource_id).type)
    if record is not None:
        before = world.table("arm.resources").get(resource_id.lower())
        writing = Writing(world, principal, resource_id, api_version, body, before, tolerant=True, by_rights=by_rights)
        lifecycle.checked(writing, record)


def seconds_of(world: World, resource_type: str) -> float:
    """How long a write of that type lasts in this world."""
    record = type_of(resource_type)
    return operations.duration(world, record.seconds if record else 5.0)
