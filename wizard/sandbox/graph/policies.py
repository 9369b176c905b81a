"""``/policies``: what members may do, and whether applications may have secrets.

Owns the wire forms; the settings come from the world description. Not emulated: changing them, policies of one application.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.sandbox.graph import rights
from wizard.sandbox.graph.router import CONTEXT, ROUTER
from wizard.sandbox.router import Request, Response

if TYPE_CHECKING:
    from wizard.sandbox.world import World


@ROUTER.get("/v1.0/policies/authorizationPolicy")
def authorization_policy(request: Request, world: World) -> Response:
    """Readable by every person. https://learn.microsoft.com/graph/api/authorizationpolicy-get"""
    who = rights.caller(request, world)
    if who.kind != "user":
        rights.may_read(world, who, "policy")
    policy = world.table("graph.policies").get("authorization", {"members_create_applications": True})
    return Response(
        200,
        {
            "@odata.context": f"{CONTEXT}policies/authorizationPolicy/$entity",
            "id": "authorizationPolicy",
            "displayName": "Authorization Policy",
            "description": "Used to manage authorization related settings across the company.",
            "allowInvitesFrom": "everyone",
            "allowedToSignUpEmailBasedSubscriptions": True,
            "allowedToUseSSPR": True,
            "allowEmailVerifiedUsersToJoinOrganization": False,
            "blockMsolPowerShell": False,
            "guestUserRoleId": "10dae51f-b6af-4016-8d66-8c2a99b929b3",
            "defaultUserRolePermissions": {
                "allowedToCreateApps": policy["members_create_applications"],
                "allowedToCreateSecurityGroups": True,
                "allowedToCreateTenants": True,
                "allowedToReadBitlockerKeysForOwnedDevice": True,
                "allowedToReadOtherUsers": True,
                "permissionGrantPoliciesAssigned": [],
            },
        },
    )


@ROUTER.get("/v1.0/policies/defaultAppManagementPolicy")
def application_policy(request: Request, world: World) -> Response:
    """For administrators only. https://learn.microsoft.com/graph/api/tenantappmanagementpolicy-get"""
    rights.may_read_application_policy(world, rights.caller(request, world))
    blocked = world.table("graph.policies").get("applications", {}).get("secrets_blocked", False)
    start = "2025-11-01T00:00:00Z"
    addition = {
        "restrictionType": "passwordAddition",
        "maxLifetime": None,
        "restrictForAppsCreatedAfterDateTime": start,
        "state": "enabled",
    }
    return Response(
        200,
        {
            "@odata.context": f"{CONTEXT}policies/defaultAppManagementPolicy/$entity",
            "id": "00000000-0000-0000-0000-000000000000",
            "displayName": "Default app management tenant policy",
            "description": "Default tenant policy that enforces app management restrictions on applications and service principals.",
            "isEnabled": bool(blocked),
            "applicationRestrictions": {"passwordCredentials": [addition] if blocked else [], "keyCredentials": []},
            "servicePrincipalRestrictions": {"passwordCredentials": [], "keyCredentials": []},
        },
    )
