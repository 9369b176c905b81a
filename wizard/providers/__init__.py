"""The registry of resource kinds: one line a kind.

Owns the list only. A kind's module is imported when it is asked for; none imports an SDK at module level.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wizard.engine.resource import Resource

KINDS: Mapping[str, str] = {
    "arm.deployment": "wizard.providers.arm.deployment:Deployment",
    "arm.lock": "wizard.providers.arm.lock:Lock",
    "arm.provider_registration": "wizard.providers.arm.provider_registration:ProviderRegistration",
    "arm.resource_group": "wizard.providers.arm.resource_group:ResourceGroup",
    "arm.role_assignment": "wizard.providers.arm.role_assignment:RoleAssignment",
    "arm.role_definition": "wizard.providers.arm.role_definition:RoleDefinition",
    "arm.system_identity": "wizard.providers.arm.system_identity:SystemIdentity",
    "databricks.catalog": "wizard.providers.databricks.catalog:Catalog",
    "databricks.existing_catalog": "wizard.providers.databricks.existing_catalog:ExistingCatalog",
    "databricks.external_location": "wizard.providers.databricks.external_location:ExternalLocation",
    "databricks.grant": "wizard.providers.databricks.grant:Grant",
    "databricks.metastore_assignment": "wizard.providers.databricks.metastore_assignment:MetastoreAssignment",
    "databricks.oauth_secret": "wizard.providers.databricks.oauth_secret:OAuthSecret",
    "databricks.schema": "wizard.providers.databricks.schema:Schema",
    "databricks.secret_acl": "wizard.providers.databricks.secret_acl:SecretAcl",
    "databricks.secret_scope": "wizard.providers.databricks.secret_scope:SecretScope",
    "databricks.service_principal": "wizard.providers.databricks.service_principal:ServicePrincipal",
    "databricks.storage_credential": "wizard.providers.databricks.storage_credential:StorageCredential",
    "databricks.token": "wizard.providers.databricks.token:Token",
    "entra.application": "wizard.providers.entra.application:Application",
    "entra.client_secret": "wizard.providers.entra.client_secret:ClientSecret",
    "entra.existing_trust": "wizard.providers.entra.existing_trust:ApplicationTrust",
    "entra.federated_credential": "wizard.providers.entra.federated_credential:FederatedCredential",
    "entra.first_party": "wizard.providers.entra.first_party:FirstParty",
    "entra.service_principal": "wizard.providers.entra.service_principal:ServicePrincipal",
    "github.branch": "wizard.providers.github.branch:Branch",
    "github.environment": "wizard.providers.github.environment:Environment",
    "github.environment_secret": "wizard.providers.github.environment_secret:EnvironmentSecret",
    "github.environment_variable": "wizard.providers.github.environment_variable:EnvironmentVariable",
    "github.files": "wizard.providers.github.files:Files",
    "github.first_commit": "wizard.providers.github.first_commit:FirstCommit",
    "github.oidc_subject": "wizard.providers.github.oidc_subject:OidcSubject",
    "github.repository": "wizard.providers.github.repository:Repository",
    "github.repository_variable": "wizard.providers.github.repository_variable:RepositoryVariable",
    "github.ruleset": "wizard.providers.github.ruleset:Ruleset",
    "identity.existing_trust": "wizard.providers.identity.existing_trust:IdentityTrust",
    "identity.federated_credential": "wizard.providers.identity.federated_credential:IdentityFederatedCredential",
    "identity.managed_identity": "wizard.providers.identity.managed_identity:ManagedIdentity",
    "keyvault.access_policy": "wizard.providers.keyvault.access_policy:AccessPolicy",
    "keyvault.secret": "wizard.providers.keyvault.secret:VaultSecret",
    "keyvault.vault": "wizard.providers.keyvault.vault:Vault",
    "storage.account_key": "wizard.providers.storage.account_key:AccountKey",
}
"""Kind -> ``module:Class``."""


def kind_class(name: str) -> type[Resource]:
    """The class of a kind; ``KeyError`` where there is no such kind."""
    module, _, noun = KINDS[name].partition(":")
    found: type[Resource] = getattr(import_module(module), noun)
    return found
