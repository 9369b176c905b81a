"""Wire forms of what Resource Manager itself answers for.

Owns the shapes of subscriptions, tenants and resource groups; decides nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.sandbox.login.directory import tenant

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any


def subscription_body(row: Json) -> Json:
    """A subscription from its row."""
    free = row["quotaId"].startswith("FreeTrial")
    return {
        "id": f"/subscriptions/{row['subscriptionId']}",
        "authorizationSource": "RoleBased",
        "managedByTenants": [],
        "subscriptionId": row["subscriptionId"],
        "tenantId": row["tenantId"],
        "displayName": row["displayName"],
        "state": row["state"],
        "subscriptionPolicies": {
            "locationPlacementId": "Public_2014-09-01",
            "quotaId": row["quotaId"],
            "spendingLimit": "On" if free else "Off",
        },
    }


def tenant_body(world: World) -> Json:
    """The one tenant of this world."""
    row = tenant(world)
    return {
        "id": f"/tenants/{row['id']}",
        "tenantId": row["id"],
        "countryCode": "NL",
        "displayName": row["displayName"],
        "domains": [row["domain"]],
        "tenantCategory": "Home",
        "defaultDomain": row["domain"],
        "tenantType": "AAD",
    }


def group_body(row: Json, state: str = "Succeeded") -> Json:
    """A resource group from its row."""
    kept = {name: row[name] for name in ("id", "name", "type", "location", "tags", "managedBy") if row.get(name) is not None}
    return {**kept, "properties": {"provisioningState": state}}
