"""What lies in resource groups, what bears a project's mark in a subscription, and which locks stand in the way.

Owns the lists that a removal is judged by, and the removal of one resource by its id. Only ``remove`` changes anything. Lists show
what has a location; what hangs below a resource goes with it.
https://learn.microsoft.com/rest/api/resources/resources/list-by-resource-group
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wizard.errors import NotYet, ServiceRefused
from wizard.providers.arm.errors import found, translated
from wizard.providers.arm.ids import ENVIRONMENT_TAG, PROJECT_TAG, last_part, owner_in, subscription_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Mapping

    from wizard.providers.session import Session

LOCKS = "/providers/Microsoft.Authorization/locks"
_LOCK_VERSION = "2020-05-01"


@dataclass(frozen=True, slots=True)
class Thing:
    """A resource or a group: its ARM id, its type in the vendor's spelling, its tags, and the id of what manages it."""

    id: str
    type: str
    tags: Mapping[str, str] = field(default_factory=dict)
    managed_by: str = ""

    @property
    def name(self) -> str:
        return self.id.rstrip("/").rsplit("/", 1)[-1]

    @property
    def project(self) -> str:
        """The project in our mark, empty without one."""
        return self.tags.get(PROJECT_TAG, "")

    @property
    def environment(self) -> str:
        return self.tags.get(ENVIRONMENT_TAG, "")


@dataclass(frozen=True, slots=True)
class FoundLock:
    """A management lock: where it stands, what it is called, and the project in its notes."""

    id: str
    name: str
    level: str
    notes: str = ""

    @property
    def scope(self) -> str:
        return self.id[: self.id.lower().rindex(LOCKS.lower())]

    @property
    def project(self) -> str:
        return owner_in(self.notes)


async def in_group(session: Session, group_id: str) -> tuple[Thing, ...]:
    """Everything with a location in a group; empty where there is no such group."""
    name = last_part(group_id)
    with translated(f"list the resources of {name}"):
        resources: Any = session.resources(subscription_of(group_id)).resources
        return await found(_things(resources.list_by_resource_group(name))) or ()


async def marked_groups(session: Session, subscription: str, project: str) -> tuple[Thing, ...]:
    """The groups of a subscription that bear the project's mark."""
    with translated("list the resource groups"):
        groups: Any = session.resources(subscription).resource_groups
        return await _things(groups.list(filter=_tagged(project)))


async def marked_resources(session: Session, subscription: str, project: str) -> tuple[Thing, ...]:
    """The resources of a subscription that bear the project's mark, in whatever group."""
    with translated("list the resources"):
        resources: Any = session.resources(subscription).resources
        return await _things(resources.list(filter=_tagged(project)))


def _tagged(project: str) -> str:
    return f"tagName eq '{PROJECT_TAG}' and tagValue eq '{project}'"


async def _things(rows: AsyncIterable[Any]) -> tuple[Thing, ...]:
    return tuple([Thing(str(row.id), str(row.type or ""), dict(row.tags or {}), str(row.managed_by or "")) async for row in rows])


async def locks(session: Session, scope: str) -> tuple[FoundLock, ...]:
    """The locks at a scope, those it inherits and those below it; empty where the scope does not exist."""
    with translated(f"list the locks of {last_part(scope)}"):
        resources: Any = session.locks(subscription_of(scope)).resources
        answer = await found(resources.get_by_id(f"{scope.strip('/')}{LOCKS}", api_version=_LOCK_VERSION))
    return tuple(_lock(row) for row in (answer or {}).get("value", ()))


def _lock(row: Any) -> FoundLock:
    properties = row.get("properties") or {}
    return FoundLock(str(row["id"]), str(row["name"]), str(properties.get("level", "")), str(properties.get("notes") or ""))


async def exists(session: Session, resource_id: str, api_version: str) -> bool:
    """Whether there is a resource of that id, going or not."""
    with translated(f"look for {last_part(resource_id)}"):
        resources: Any = session.resources(subscription_of(resource_id)).resources
        return await found(resources.get_by_id(resource_id.lstrip("/"), api_version=api_version)) is not None


async def api_version(session: Session, resource_type: str, subscription: str) -> str:
    """The newest stable version in which a type can be addressed. Raises ``ServiceRefused`` where Azure names none."""
    namespace, _, rest = resource_type.partition("/")
    with translated(f"read the versions of {resource_type}"):
        provider: Any = await session.resources(subscription).providers.get(namespace)
    for each in provider.resource_types or ():
        if str(each.resource_type).lower() == rest.lower():
            versions = sorted(each.api_versions or (), reverse=True)
            return str(next((version for version in versions if "preview" not in version), versions[0]))
    raise ServiceRefused(f"Azure knows no version of {resource_type}", status=404)


async def remove(session: Session, resource_id: str, api_version: str) -> None:
    """Ask for the removal of one resource, then ``NotYet`` until it is gone; one already gone is no error."""
    key, name = f"removed {resource_id}".lower(), last_part(resource_id)
    if not await exists(session, resource_id, api_version):
        return
    if not session.young(key):
        with translated(f"delete {name}"):
            resources: Any = session.resources(subscription_of(resource_id)).resources
            await resources.begin_delete_by_id(resource_id.lstrip("/"), api_version=api_version, polling=False)
        session.made(key)
    raise NotYet(f"{name} is being deleted")


async def nested_deployments(session: Session, deployment_id: str) -> tuple[str, ...]:
    """Ids of the deployments that a deployment has started in its own group, and those that they have started; without it none."""
    group, name = deployment_id.split("/")[4], last_part(deployment_id)
    with translated(f"list what deployment {name} has started"):
        operations: Any = session.deployments(subscription_of(deployment_id)).deployment_operations
        rows = await found(_all(operations.list(group, name))) or []
    targets = [row.properties.target_resource for row in rows if row.properties and row.properties.target_resource]
    own = {str(target.id) for target in targets if str(target.resource_type).lower() == "microsoft.resources/deployments"}
    nested = [each for each in sorted(own) if each.lower().rpartition("/")[0] == deployment_id.lower().rpartition("/")[0]]
    further = [await nested_deployments(session, each) for each in nested]
    return tuple(dict.fromkeys([*nested, *(each for rows in further for each in rows)]))


@dataclass(frozen=True, slots=True)
class Assignment:
    """A role assignment with our mark in its description."""

    id: str
    scope: str
    principal_id: str
    role: str


async def marked_assignments(session: Session, scope: str, project: str, principal: str = "") -> tuple[Assignment, ...]:
    """The project's role assignments at exactly this scope; with a principal those that it holds at the scope or anywhere below."""
    with translated(f"list the role assignments at {last_part(scope)}"):
        assignments: Any = session.authorization(subscription_of(scope)).role_assignments
        wanted = f"principalId eq '{principal}'" if principal else "atScope()"
        rows = await found(_all(assignments.list_for_scope(scope.strip("/"), filter=wanted))) or []
    ours = [row for row in rows if owner_in(row.description) == project and (principal or str(row.scope).lower() == scope.lower())]
    return tuple(Assignment(str(row.id), str(row.scope), str(row.principal_id), last_part(str(row.role_definition_id))) for row in ours)


async def _all(rows: AsyncIterable[Any]) -> list[Any]:
    return [row async for row in rows]
