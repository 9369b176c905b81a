"""``Microsoft.ManagedIdentity``, and the identities that other resources carry.

Owns the service principals that come into being with a system-assigned identity, and the members of user-assigned ones,
whose life is the business of ``arm.identities``. The token service is no part of this.
https://learn.microsoft.com/azure/templates/microsoft.managedidentity/userassignedidentities
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.sandbox.arm import errors
from wizard.sandbox.arm.types.shape import shape
from wizard.sandbox.arm.types.table import ResourceType, Writing, add
from wizard.sandbox.graph.models import new_service_principal
from wizard.sandbox.login.directory import tenant

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any
TYPES = ("None", "SystemAssigned", "UserAssigned", "SystemAssigned,UserAssigned")


def managed_principal(world: World, resource_id: str, *, explicit: bool) -> Json:
    """A new service principal for a managed identity; it becomes visible late, as any principal does."""
    name = resource_id.rsplit("/", 1)[-1]
    more = {"alternativeNames": [f"isExplicit={explicit}", resource_id]}
    row = new_service_principal(world, world.new_id("managed_identity.client"), more, name=name, kind="ManagedIdentity")
    world.consistency.written("principal", row["id"])
    return row


def forget_principal(world: World, object_id: str) -> None:
    """Remove the service principal of an identity that is gone."""
    world.table("graph.service_principals").pop(object_id, None)
    world.consistency.forgotten("principal", object_id)


def check_identity(writing: Writing) -> None:
    """Refuse an ``identity`` that is not well-formed or names an identity that is not there."""
    wished = writing.body.get("identity")
    if wished is None:
        return
    kind = str(wished.get("type", "")).replace(" ", "") if isinstance(wished, dict) else ""
    if kind.lower() not in [each.lower() for each in TYPES]:
        raise errors.refused(400, "InvalidIdentityType", f"The identity type '{kind}' is not valid.")
    given = wished.get("userAssignedIdentities") or {}
    if ("userassigned" in kind.lower()) != bool(given):
        raise errors.refused(400, "InvalidIdentityValues", "The identity type and 'userAssignedIdentities' do not agree.")
    for resource_id in given:
        if not writing.tolerant and resource_id.lower() not in writing.world.table("arm.resources"):
            raise errors.refused(400, "FailedIdentityOperation", f"The identity '{resource_id}' could not be found.")


def fill_identity(writing: Writing, document: Json) -> None:
    """Give the document its principals: a new one for a system-assigned identity, the known ones otherwise."""
    wished, before = writing.body.get("identity"), (writing.before or {}).get("identity") or {}
    kind = str((wished or {}).get("type", "None")).replace(" ", "")
    known = next(each for each in TYPES if each.lower() == kind.lower())
    if "SystemAssigned" not in known and before.get("principalId"):
        forget_principal(writing.world, before["principalId"])
    if known == "None":
        document.pop("identity", None)
        return
    identity: Json = {"type": known}
    if "SystemAssigned" in known:
        object_id = before.get("principalId") or managed_principal(writing.world, document["id"], explicit=False)["id"]
        identity |= {"principalId": object_id, "tenantId": tenant(writing.world)["id"]}
    if "UserAssigned" in known:
        rows = writing.world.table("arm.resources")
        identity["userAssignedIdentities"] = {
            each: {name: rows[each.lower()]["properties"][name] for name in ("principalId", "clientId")}
            for each in wished["userAssignedIdentities"]
        }
    document["identity"] = identity


add(
    ResourceType(
        "Microsoft.ManagedIdentity/userAssignedIdentities",
        shape("isolationScope: None|Regional, tenantId: string~, principalId: string~, clientId: string~"),
        names=r"[A-Za-z0-9][\w-]{2,127}",
        name_rule="The identity name must be 3 to 128 characters of letters, digits, hyphens and underscores.",
        seconds=2.0, with_state=False, foreign=True,
    ),
    ResourceType(
        "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials",
        shape("issuer: string!, subject: string!, audiences: [string]!"), required=("properties",), names=r"[A-Za-z0-9][\w-]{2,119}",
        seconds=2.0, with_state=False, foreign=True,
    ),
)  # fmt: skip
