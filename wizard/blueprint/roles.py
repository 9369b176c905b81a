"""Azure's built-in roles by their ids, and the condition that keeps delegation within bounds.

Owns constants of the vendor: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
"""

from __future__ import annotations

from collections.abc import Mapping

from wizard.render.assets import ROLES_ASSIGNED

BLOB_DATA_CONTRIBUTOR = ROLES_ASSIGNED["Storage Blob Data Contributor"]
CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c"
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
NETWORK_CONTRIBUTOR = "4d97b98b-1d4f-4787-a291-c67834d212e7"
PRIVATE_DNS_ZONE_CONTRIBUTOR = "b12aa53e-6015-4669-85d0-8515ebb3ae7f"
RBAC_ADMINISTRATOR = "f58310d9-a9f6-439a-9e8d-f62e7b41a168"
SECRETS_OFFICER = "b86a8fe4-44ce-4948-aee5-eccb2c155cd7"
SECRETS_USER = "4633458b-17de-408a-b874-0445c86b69e6"

ACCESS_ROLES: Mapping[str, tuple[str, bool]] = {
    "reader": (READER, False),
    "contributor": (CONTRIBUTOR, False),
    "secrets-user": (SECRETS_USER, True),
    "secrets-officer": (SECRETS_OFFICER, True),
}
"""The project file's word -> (role id, whether it is given on the vault rather than on the group)."""

SECRET_PERMISSIONS: Mapping[str, frozenset[str]] = {
    SECRETS_USER: frozenset({"get", "list"}),
    SECRETS_OFFICER: frozenset({"get", "list", "set", "delete", "recover", "backup", "restore"}),
}
"""What the roles on a vault are in the words of access policies."""


def delegation() -> str:
    """Who holds it may assign and remove the template's roles, to service principals only.

    Write and delete need a clause each: one looks at the request, the other at what is there.
    https://learn.microsoft.com/azure/role-based-access-control/delegate-role-assignments-examples
    """
    roles = "{" + ", ".join(sorted(ROLES_ASSIGNED.values())) + "}"
    attribute = "Microsoft.Authorization/roleAssignments"
    clauses = []
    for action, source in (("write", "@Request"), ("delete", "@Resource")):
        allowed = (
            f"{source}[{attribute}:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {roles}"
            f" AND {source}[{attribute}:PrincipalType] ForAnyOfAnyValues:StringEqualsIgnoreCase {{'ServicePrincipal'}}"
        )
        clauses.append(f"((!(ActionMatches{{'{attribute}/{action}'}})) OR ({allowed}))")
    return " AND ".join(clauses)


PREVIEW_ACTIONS = ("*/read", "Microsoft.Resources/deployments/validate/action", "Microsoft.Resources/deployments/whatIf/action")
"""What shows in a pull request what would change, and can change nothing."""
