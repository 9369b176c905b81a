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
    "databricks.secret_acl": 1,
    "databricks.secret_scope": 2,
    "databricks.service_principal": 2,
    "arm.lock": 3,
    "arm.role_assignment": 4,
    "keyvault.access_policy": 4,
    "keyvault.secret": 4,
    "arm.role_definition": 5,
    "arm.deployment": 5,
    "arm.resource": 5,
    "keyvault.vault": 5,
    "identity.managed_identity": 6,
    "entra.service_principal": 6,
    "entra.application": 6,
    "arm.resource_group": 7,
    "github.files": 8,
    "github.ruleset": 9,
    "github.environment": 10,
    "keyvault.deleted_vault": 11,
    "entra.deleted_object": 11,
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


def rank(resource: Resource) -> int:
    """The rank of a resource that may be removed; ``KeyError`` for a kind that never is."""
    return RANKS[resource.kind]
