"""Roles and access policies in the form that every part of the blueprint gives them.

Owns how a grant is named and what it waits for; which grants are needed is decided where the thing itself is.
"""

from __future__ import annotations

from wizard.blueprint.facts import Place
from wizard.blueprint.roles import SECRET_PERMISSIONS, SECRETS_USER
from wizard.engine.resource import Ref, Resource
from wizard.providers.arm.role_assignment import RoleAssignment
from wizard.providers.keyvault.access_policy import AccessPolicy


def assignment(
    place: Place,
    name: str,
    *,
    scope: str,
    role: str | Ref,
    principal: str | Ref,
    kind: str = "ServicePrincipal",
    condition: str = "",
    after: tuple[str, ...] = (),
) -> Resource:
    """``role`` (an id) for ``principal`` (an object id) at ``scope``, as ``arm.role_assignment/ENVIRONMENT/NAME``."""
    return RoleAssignment(
        name=f"{place.name}/{name}",
        **place.owned,
        scope=scope,
        role=role,
        principal_id=principal,
        principal_type=kind,
        condition=condition,
        after=after,
    )


def reader_of_secrets(place: Place, name: str, principal: Ref) -> Resource:
    """Get and List on the vault's secrets."""
    return on_secrets(place, name, principal=principal, role=SECRETS_USER)


def on_secrets(place: Place, name: str, *, principal: str | Ref, role: str, kind: str = "ServicePrincipal") -> Resource:
    """A role on the vault, or the policy that says the same where the user's own vault goes by policies."""
    if not place.vault_has_policies:
        return assignment(place, name, scope=place.vault_id, role=role, principal=principal, kind=kind, after=(place.vault_key,))
    return AccessPolicy(
        name=f"{place.name}/{name}",
        **place.owned,
        vault_id=place.vault_id,
        principal_id=principal,
        tenant=place.facts.tenant,
        permissions=SECRET_PERMISSIONS[role],
        after=(place.vault_key,),
    )
