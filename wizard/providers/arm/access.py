"""What the operator may do in Azure, asked before anything is changed.

Owns the reading of one's own roles, their conditions, deny assignments and roles that could be activated, and the verdict
on a permission. It sends only reads, remembers them for the session, and says *unknown* rather than guess. A young role
that has not spread yet counts as held: only the call itself can tell.
https://learn.microsoft.com/azure/role-based-access-control/overview
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from wizard.errors import LakestrapError, NotAllowed, ServiceRefused
from wizard.providers.arm.conditions import fulfilled
from wizard.providers.arm.errors import found, translated
from wizard.providers.arm.ids import last_part, subscription_of
from wizard.providers.arm.permissions import Block, covers, fetch_blocks, fetch_denials, fetch_eligible
from wizard.providers.verdict import Answer, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wizard.engine.resource import Permission
    from wizard.providers.session import Session


@dataclass(frozen=True, slots=True)
class Permissions:
    """What the operator has at a scope. ``unreadable`` says why the roles could not be read, empty where they could; ``lacking`` is
    the permission that reading them would have needed.

    ``scope`` is the nearest scope that exists. ``denials`` stand against the roles; ``eligible`` are not active yet.
    """

    scope: str
    blocks: tuple[Block, ...] = ()
    denials: tuple[Block, ...] = ()
    eligible: tuple[Block, ...] = ()
    unreadable: str = ""
    lacking: str = ""


@dataclass(frozen=True, slots=True)
class Quota:
    """Cores of a region: how many are allowed and in use. ``why`` says why they are not known (then both are ``None``)."""

    limit: int | None = None
    used: int | None = None
    why: str = ""

    @property
    def free(self) -> int | None:
        return None if self.limit is None or self.used is None else self.limit - self.used


@dataclass(slots=True)
class _Memory:
    permissions: dict[str, asyncio.Task[Permissions]] = field(default_factory=dict)


_MEMORY: WeakKeyDictionary[Session, _Memory] = WeakKeyDictionary()


def forget(session: Session) -> None:
    """Read everything anew the next time."""
    _MEMORY.pop(session, None)


async def effective_permissions(session: Session, scope: str) -> Permissions:
    """The operator's roles at a scope, or at the nearest one above it that exists; read once a session."""
    memory = _MEMORY.setdefault(session, _Memory())
    key = scope.lower().rstrip("/")
    if key not in memory.permissions:
        memory.permissions[key] = asyncio.create_task(_read(session, scope.rstrip("/")))
    return await asyncio.shield(memory.permissions[key])


def _parent(scope: str) -> str:
    """The scope above: a resource's group, a group's subscription; a child's parent counts as its group too."""
    parts = scope.strip("/").split("/")
    if len(parts) > 4 and parts[2].lower() == "resourcegroups":
        return "/" + "/".join(parts[:4])
    return "/" + "/".join(parts[:2]) if len(parts) > 2 else ""


async def _read(session: Session, scope: str) -> Permissions:
    try:
        with translated(f"read your roles at {scope}"):
            blocks = await found(fetch_blocks(session, scope))
    except NotAllowed as refusal:
        return Permissions(scope, unreadable=refusal.message, lacking=refusal.permission)
    except ServiceRefused as refusal:
        return Permissions(scope, unreadable=refusal.message)
    if blocks is None:
        above = _parent(scope)
        return await effective_permissions(session, above) if above else Permissions(scope, unreadable="there is no such scope")
    denials, eligible = await asyncio.gather(_optional(fetch_denials(session, scope)), _optional(fetch_eligible(session, scope)))
    return Permissions(scope, blocks, denials, eligible)


async def _optional(call: Any) -> tuple[Block, ...]:
    """Nothing where it may not be read or the directory has no licence for it: the roles themselves decide then."""
    try:
        with translated("read what stands beside your roles"):
            return await found(call) or ()
    except LakestrapError:
        return ()


async def can(session: Session, permission: Permission, assignment: Mapping[str, str] | None = None) -> Verdict:
    """Whether the operator may do that now. ``permission.plane`` is ``arm``, or ``keyvault`` for data actions.

    ``assignment`` (``role``, ``principal_id``, ``principal_type``) is the role assignment that is meant, where the action writes
    or deletes one: without it a condition on one's own role leaves the answer *unknown*.
    """
    held = await effective_permissions(session, permission.scope)
    data = permission.plane == "keyvault"
    if held.lacking and held.lacking.lower() == permission.action.lower():
        return Verdict(Answer.NO, f"no role of yours holds {permission.action}", _grant(session, permission))
    if held.unreadable:
        return Verdict(Answer.UNKNOWN, f"your roles cannot be read: {held.unreadable}", "the first write decides")
    for denial in held.denials:
        if covers(denial, permission.action, data):
            if denial.uncertain:
                return Verdict(Answer.UNKNOWN, f"deny assignment {denial.source} may apply to you through a group")
            return Verdict(Answer.NO, f"deny assignment {denial.source} forbids it", "ask its owner to lift it")
    covering = [block for block in held.blocks if covers(block, permission.action, data)]
    if plain := next((block for block in covering if not block.conditions), None):
        return Verdict(Answer.YES, plain.source)
    if covering:
        return _conditional(covering, permission, assignment)
    for block in held.eligible:
        if covers(block, permission.action, data):
            hint = "activate it: https://portal.azure.com/#view/Microsoft_Azure_PIMCommon/ActivationMenuBlade/~/azurerbac"
            return Verdict(Answer.NO, f"{block.source} is eligible but not active", hint)
    return Verdict(Answer.NO, f"no role of yours holds {permission.action}", _grant(session, permission))


def _conditional(covering: list[Block], permission: Permission, assignment: Mapping[str, str] | None) -> Verdict:
    source = covering[0].source
    attributes = {} if assignment is None else {
        "roledefinitionid": last_part(assignment.get("role", "")),
        "principalid": assignment.get("principal_id", ""),
        "principaltype": assignment.get("principal_type", ""),
    }  # fmt: skip
    known = {name: text for name, text in attributes.items() if text}
    worth = [[fulfilled(text, permission.action, known) for text in block.conditions] for block in covering]
    if any(all(each is True for each in block) for block in worth):
        return Verdict(Answer.YES, f"{source}, its condition is fulfilled")
    if all(any(each is False for each in block) for block in worth):
        what = f" of role {known['roledefinitionid']}" if "roledefinitionid" in known else ""
        return Verdict(
            Answer.NO, f"{source} carries a condition that forbids {permission.action}{what}", "ask for the condition to be widened"
        )
    return Verdict(Answer.UNKNOWN, f"{source} carries a condition", "the assignment itself decides")


def suggested_role(permission: Permission) -> str:
    """The narrowest common built-in role that holds the action."""
    action = permission.action.lower()
    if permission.plane == "keyvault":
        return "Key Vault Secrets Officer"
    if action.startswith("microsoft.authorization/roleassignments/"):
        return "Role Based Access Control Administrator"
    if action.startswith("microsoft.authorization/locks/"):
        return "Locks Contributor"
    if action.startswith("microsoft.authorization/") and not action.endswith("/read"):
        return "User Access Administrator"
    if action.startswith("microsoft.keyvault/locations/deletedvaults/purge"):
        return "Key Vault Purge Operator"
    return "Reader" if action.endswith("/read") else "Contributor"


def _grant(session: Session, permission: Permission) -> str:
    kind = "User" if session.operator.kind == "user" else "ServicePrincipal"
    who = f"--assignee-object-id {session.operator.object_id} --assignee-principal-type {kind}"
    return f'az role assignment create {who} --role "{suggested_role(permission)}" --scope {permission.scope}'


async def registered(session: Session, subscription: str, namespace: str) -> str:
    """``Registered``, ``Registering`` or ``NotRegistered``."""
    with translated(f"read the registration of {namespace}"):
        provider = await found(session.resources(subscription).providers.get(namespace))
    return str(provider.registration_state or "NotRegistered") if provider is not None else "NotRegistered"


async def vcpu_quota(session: Session, subscription: str, location: str) -> Quota:
    """Cores that virtual machines of that region may use; unknown where ``Microsoft.Compute`` is not registered."""
    path = f"subscriptions/{subscription_of(f'/subscriptions/{subscription}')}/providers/Microsoft.Compute/locations/{location}/usages"
    try:
        with translated("read the quota of virtual machines"):
            answer = await found(session.resources(subscription).resources.get_by_id(path, api_version="2024-03-01"))
    except (NotAllowed, ServiceRefused) as refusal:
        return Quota(why=refusal.message)
    if answer is None:
        return Quota(why="Microsoft.Compute is not registered in the subscription")
    for row in answer["value"]:
        if row["name"]["value"].lower() == "cores":
            return Quota(int(row["limit"]), int(row["currentValue"]))
    return Quota(why="Azure names no quota of cores for the region")
