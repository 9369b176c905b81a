"""A role for a principal at a scope.

Owns one assignment. Its name follows from scope, principal and role, but an equal one of any name counts as the same: there
can be only one. The mark is in its description. Principals are named by object id and type, so that no directory read
is needed and a principal's replication does not fail it.
https://learn.microsoft.com/azure/role-based-access-control/role-assignments-rest
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from wizard.engine.resource import Observed, Permission, Ref, Resource, Service
from wizard.errors import NotYet, ServiceRefused
from wizard.providers.arm.errors import found, translated
from wizard.providers.arm.ids import last_part, mark, owner_in, subscription_of

if TYPE_CHECKING:
    from wizard.providers.session import Session

_NAMES = uuid.UUID("0b7a0c4e-6c5f-5d8e-9a53-3f1f2f6f0c11")


def assignment_name(scope: str, principal_id: str, role: str) -> str:
    """The name of our assignment: the same for the same three, on every machine."""
    return str(uuid.uuid5(_NAMES, "|".join((scope.lower().rstrip("/"), principal_id.lower(), last_part(role)))))


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleAssignment(Resource):
    """``role`` is a role definition's GUID or id; ``principal_type`` is ``ServicePrincipal``, ``User`` or ``Group``.

    ``condition`` constrains the assignment (condition language version 2.0), empty for none.
    """

    kind: ClassVar[str] = "arm.role_assignment"
    service: ClassVar[Service] = Service.ARM
    compared: ClassVar[tuple[str, ...]] = ("condition",)
    identified_by: ClassVar[tuple[str, ...]] = ("scope", "principal_id", "role")

    scope: str | Ref
    principal_id: str | Ref
    role: str | Ref
    principal_type: str = "ServicePrincipal"
    condition: str = ""

    @property
    def requires(self) -> tuple[Permission, ...]:
        """To give and to take back; and to read definitions, without which nobody can tell whether their own roles admit it."""
        scope = "" if isinstance(self.scope, Ref) else self.scope
        verbs = ("read",) if self.existing else ("read", "write", "delete")
        own = tuple(Permission("arm", f"Microsoft.Authorization/roleAssignments/{verb}", scope) for verb in verbs)
        return own if self.existing else (*own, Permission("arm", "Microsoft.Authorization/roleDefinitions/read", scope))

    @property
    def _role_id(self) -> str:
        subscription = subscription_of(self.scope)
        return f"/subscriptions/{subscription}/providers/Microsoft.Authorization/roleDefinitions/{last_part(str(self.role))}"

    def _assignments(self, session: Session) -> Any:
        return session.authorization(subscription_of(self.scope)).role_assignments

    def _observed(self, assignment: Any) -> Observed:
        attributes = {
            "id": str(assignment.id),
            "scope": str(assignment.scope),
            "principal_id": str(assignment.principal_id),
            "role": last_part(str(assignment.role_definition_id)),
            "principal_type": str(assignment.principal_type or ""),
            "condition": str(assignment.condition or ""),
        }
        return Observed(str(assignment.id), attributes, owner=owner_in(assignment.description))

    async def read(self, session: Session) -> Observed | None:
        """The assignment of this role to this principal at exactly this scope, whoever made it."""
        if self.existing:
            with translated("read a role assignment"):
                named = await found(self._assignments(session).get_by_id(self.existing.lstrip("/")))
            return None if named is None else self._observed(named)
        scope = str(self.scope).rstrip("/")
        with translated(f"read the role assignments at {scope}"):
            listed = self._assignments(session).list_for_scope(scope.lstrip("/"), filter=f"principalId eq '{self.principal_id}'")
            rows = await found(_all(listed)) or []
        same = [
            row
            for row in rows
            if str(row.scope).lower() == scope.lower() and last_part(str(row.role_definition_id)) == last_part(str(self.role))
        ]
        return self._observed(same[0]) if same else None

    async def create(self, session: Session) -> Observed:
        """Assign it; ``NotYet`` while the principal or a role that this run made has not spread to Azure."""
        name = assignment_name(str(self.scope), str(self.principal_id), str(self.role))
        try:
            assignment = await self._put(session, name)
        except ServiceRefused as refusal:
            if refusal.code == "RoleAssignmentExists" and (equal := await self.read(session)) is not None:
                return equal  # made since it was looked for, by another hand
            raise
        session.made(str(assignment.id))
        session.made(str(self.scope).lower())
        return self._observed(assignment)

    async def update(self, session: Session, observed: Observed) -> Observed:
        """Change the condition: the one thing that can be changed."""
        return self._observed(await self._put(session, last_part(observed.id)))

    async def _put(self, session: Session, name: str) -> Any:
        properties = {
            "roleDefinitionId": self._role_id,
            "principalId": str(self.principal_id),
            "principalType": self.principal_type,
            "description": mark(self.project),
        }
        if self.condition:
            properties |= {"condition": self.condition, "conditionVersion": "2.0"}
        try:
            with translated(f"assign a role at {self.scope}"):
                return await self._assignments(session).create(str(self.scope).strip("/"), name, {"properties": properties})
        except ServiceRefused as refusal:
            if refusal.code == "PrincipalNotFound":
                raise NotYet(f"principal {self.principal_id} has not spread to Azure yet", code=refusal.code) from refusal
            if refusal.code == "RoleDefinitionDoesNotExist" and session.young(last_part(str(self.role))):
                raise NotYet("the new role has not spread yet", code=refusal.code) from refusal
            raise

    async def delete(self, session: Session, observed: Observed) -> None:
        with translated(f"take a role away at {self.scope}"):
            await self._assignments(session).delete_by_id(observed.id.lstrip("/"))

    async def finished(self, session: Session, observed: Observed) -> Observed:
        """``NotYet`` until it can be read; when it *works* (up to ten minutes) only who uses it can tell."""
        with translated("read a role assignment"):
            assignment = await found(self._assignments(session).get_by_id(observed.id.lstrip("/")))
        if assignment is None:
            raise NotYet("the role assignment has not spread yet", code="RoleAssignmentNotFound")
        return self._observed(assignment)

    def command(self, action: str) -> str:
        if action == "delete":
            return f"az role assignment delete --assignee-object-id {self.principal_id} --role {self.role} --scope {self.scope}"
        condition = f' --condition "{self.condition}" --condition-version 2.0' if self.condition else ""
        return (
            f"az role assignment create --assignee-object-id {self.principal_id} --assignee-principal-type {self.principal_type} "
            f"--role {self.role} --scope {self.scope} --description {mark(self.project)}{condition}"
        )


async def _all(listed: Any) -> list[Any]:
    return [row async for row in listed]
