"""A custom role.

Owns one role definition. Its GUID follows from scope and name, so that a second run finds it; role names are unique in the
whole directory. The mark is at the end of its description.
https://learn.microsoft.com/azure/role-based-access-control/custom-roles
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from wizard.engine.resource import Observed, Permission, Ref, Resource, Service
from wizard.errors import NotYet
from wizard.providers.arm.errors import found, translated
from wizard.providers.arm.ids import last_part, mark, owner_in, subscription_of

if TYPE_CHECKING:
    from wizard.providers.session import Session

_NAMES = uuid.UUID("5c1f2b0a-2f0e-5b39-8f5c-6a1f8c0f7d22")


def role_guid(scope: str, role_name: str) -> str:
    """The GUID of our role: the same for the same scope and name, on every machine."""
    return str(uuid.uuid5(_NAMES, f"{scope.lower().rstrip('/')}|{role_name.lower()}"))


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleDefinition(Resource):
    """``scope`` is the one assignable scope (a subscription or a group); the action patterns are the vendor's."""

    kind: ClassVar[str] = "arm.role_definition"
    service: ClassVar[Service] = Service.ARM
    compared: ClassVar[tuple[str, ...]] = ("actions", "not_actions", "data_actions", "not_data_actions")
    identified_by: ClassVar[tuple[str, ...]] = ("scope",)
    adoptable: ClassVar[bool] = True

    scope: str | Ref
    role_name: str
    description: str = ""
    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    data_actions: tuple[str, ...] = ()
    not_data_actions: tuple[str, ...] = ()

    @property
    def _guid(self) -> str:
        return last_part(self.existing) if self.existing else role_guid(str(self.scope), self.role_name)

    @property
    def requires(self) -> tuple[Permission, ...]:
        scope = "" if isinstance(self.scope, Ref) else self.scope
        verbs = ("read",) if self.existing else ("read", "write")
        return tuple(Permission("arm", f"Microsoft.Authorization/roleDefinitions/{verb}", scope) for verb in verbs)

    def _definitions(self, session: Session) -> Any:
        return session.authorization(subscription_of(self.scope)).role_definitions

    def _observed(self, role: Any) -> Observed:
        blocks = role.permissions or []
        names = ("actions", "not_actions", "data_actions", "not_data_actions")
        patterns = {name: tuple(pattern for block in blocks for pattern in getattr(block, name) or ()) for name in names}
        attributes = {"id": str(role.id), "guid": last_part(str(role.id)), "role_name": str(role.role_name), "scope": self.scope} | patterns
        return Observed(str(role.id), attributes, owner=owner_in(role.description))

    async def read(self, session: Session) -> Observed | None:
        scope = str(self.scope).strip("/")
        with translated(f"read the role {self.role_name}"):
            role = await found(self._definitions(session).get(scope, self._guid))
        return None if role is None else self._observed(role)

    async def create(self, session: Session) -> Observed:
        observed = await self._put(session)
        session.made(self._guid)
        return observed

    async def update(self, session: Session, observed: Observed) -> Observed:
        """Replace the patterns and write our mark."""
        return await self._put(session)

    async def _put(self, session: Session) -> Observed:
        permission = {
            "actions": list(self.actions),
            "notActions": list(self.not_actions),
            "dataActions": list(self.data_actions),
            "notDataActions": list(self.not_data_actions),
        }
        properties = {
            "roleName": self.role_name,
            "description": f"{self.description} ({mark(self.project)})".strip(),
            "type": "CustomRole",
            "permissions": [permission],
            "assignableScopes": [str(self.scope)],
        }
        with translated(f"write the role {self.role_name}"):
            role = await self._definitions(session).create_or_update(str(self.scope).strip("/"), self._guid, {"properties": properties})
        return self._observed(role)

    async def delete(self, session: Session, observed: Observed) -> None:
        """Refused by Azure while anybody holds the role."""
        with translated(f"delete the role {self.role_name}"):
            await self._definitions(session).delete(str(self.scope).strip("/"), last_part(observed.id))

    async def finished(self, session: Session, observed: Observed) -> Observed:
        now = await self.read(session)
        if now is None:
            raise NotYet(f"the role {self.role_name} has not spread yet", code="RoleDefinitionDoesNotExist")
        return now

    def command(self, action: str) -> str:
        if action == "delete":
            return f"az role definition delete --name {self._guid} --scope {self.scope}"
        role = {
            "Name": self.role_name,
            "Description": f"{self.description} ({mark(self.project)})".strip(),
            "Actions": list(self.actions),
            "NotActions": list(self.not_actions),
            "DataActions": list(self.data_actions),
            "NotDataActions": list(self.not_data_actions),
            "AssignableScopes": [str(self.scope)],
        }
        return f"az role definition create --role-definition '{json.dumps(role)}'"
