"""What is removed before what.

Owns the rank of every kind: trust first, so that nobody signs in any more while the rest goes; then what Databricks holds, our locks
before what they hold, roles before their principals, groups, the files, and the GitHub environment last, since its variables tell an
operator without a journal where the rest is. Decides nothing about whose a thing is.
"""

from __future__ import annotations

from collections.abc import Mapping

from wizard.engine.resource import Resource

RANKS: Mapping[str, int] = {
    "entra.federated_credential": 0,
    "identity.federated_credential": 0,
    "entra.client_secret": 0,
    "github.environment_secret": 0,
    "github.repository_variable": 0,
    "databricks.oauth_secret": 0,
    "databricks.token": 0,
    "databricks.grant": 10,
    "databricks.secret_acl": 10,
    "databricks.schema": 12,
    "databricks.catalog": 14,
    "databricks.external_location": 16,
    "databricks.storage_credential": 18,
    "databricks.secret_scope": 20,
    "databricks.service_principal": 20,
    "arm.lock": 30,
    "arm.role_assignment": 40,
    "keyvault.access_policy": 40,
    "keyvault.secret": 40,
    "arm.role_definition": 50,
    "arm.deployment": 50,
    "arm.resource": 50,
    "keyvault.vault": 50,
    "identity.managed_identity": 60,
    "entra.service_principal": 60,
    "entra.application": 60,
    "arm.resource_group": 70,
    "github.files": 80,
    "github.ruleset": 90,
    "github.environment": 100,
    "keyvault.deleted_vault": 110,
    "entra.deleted_object": 110,
}
"""Kind -> rank. What is missing here is never removed by itself."""

NEVER: Mapping[str, str] = {
    "arm.provider_registration": "a registration belongs to the subscription; others may rely on it",
    "entra.first_party": "it is the tenant's, and every Databricks workspace uses it",
    "github.repository": "a repository is never deleted",
    "github.branch": "a branch holds the team's work",
    "github.first_commit": "history is the team's",
}
"""Kind -> why it stays whatever is destroyed."""

ALONG: Mapping[str, str] = {"github.environment_variable": "github.environment"}
"""Kind -> the kind that takes it along."""


LATER: Mapping[str, int] = {
    "microsoft.databricks/accessconnectors": 1,
    "microsoft.keyvault/vaults": 1,
    "microsoft.storage/storageaccounts": 1,
    "microsoft.network/privatednszones": 2,
    "microsoft.operationalinsights/workspaces": 2,
    "microsoft.network/virtualnetworks": 3,
    "microsoft.network/natgateways": 4,
    "microsoft.network/networksecuritygroups": 4,
    "microsoft.network/routetables": 4,
    "microsoft.network/publicipaddresses": 5,
}
"""Type of a resource that is removed by itself -> how long after the first it goes: Azure keeps what another one still uses."""


def rank(resource: Resource) -> int:
    """The rank of a resource that may be removed; ``KeyError`` for a kind that never is."""
    kind = str(getattr(resource, "resource_id", "")).lower().rpartition("/providers/")[2].rpartition("/")[0]
    return RANKS[resource.kind] + LATER.get(kind, 0)
