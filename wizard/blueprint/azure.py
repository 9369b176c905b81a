"""Azure's part: providers, groups, locks, vaults, roles and the deployment of the template.

Owns which Azure resources a project needs. Pure: the same project and facts give the same resources.
"""

from __future__ import annotations

from collections.abc import Iterator

from wizard.blueprint.facts import Facts, Place
from wizard.blueprint.roles import ACCESS_ROLES, CONTRIBUTOR, RBAC_ADMINISTRATOR, SECRETS_OFFICER, SECRETS_USER, delegation
from wizard.engine.resource import Ref, Resource
from wizard.project.model import Access, Environment, Project
from wizard.providers.arm.deployment import Deployment
from wizard.providers.arm.lock import Lock
from wizard.providers.arm.provider_registration import ProviderRegistration
from wizard.providers.arm.resource_group import ResourceGroup
from wizard.providers.arm.role_assignment import RoleAssignment
from wizard.providers.entra.first_party import AZURE_DATABRICKS, FirstParty
from wizard.providers.keyvault.access_policy import AccessPolicy
from wizard.providers.keyvault.secret import VaultSecret
from wizard.providers.keyvault.vault import Vault
from wizard.render.assets import compiled_text
from wizard.render.parameters import parameters

NAMESPACES = (
    "Microsoft.Databricks",
    "Microsoft.Insights",
    "Microsoft.KeyVault",
    "Microsoft.ManagedIdentity",
    "Microsoft.Network",
    "Microsoft.OperationalInsights",
    "Microsoft.Storage",
)


def registrations(project: Project, facts: Facts) -> Iterator[Resource]:
    """The resource providers, once a subscription."""
    for subscription in dict.fromkeys(facts.subscriptions[e.name] for e in project.environments):
        for namespace in NAMESPACES:
            yield ProviderRegistration(
                name=f"{subscription}/{namespace}", project=project.name, subscription=subscription, namespace=namespace
            )


def first_party(project: Project, facts: Facts) -> Iterator[Resource]:
    """Databricks' own service principal, which reads the vaults behind secret scopes."""
    places = [Place(project, environment, facts) for environment in project.environments]
    after = tuple(dict.fromkeys(place.registration_key("Microsoft.Databricks") for place in places))
    yield FirstParty(name="azure-databricks", project=project.name, application_id=AZURE_DATABRICKS, after=after)


def azure(place: Place) -> Iterator[Resource]:
    """Everything of one environment that lives in Azure, but its deploy identity."""
    yield from _groups(place)
    yield from _vault(place)
    yield from _deploy_roles(place)
    yield from _people(place)
    yield _deployment(place)
    if place.project.locked(place.environment):
        yield Lock(
            name=place.name,
            project=place.project.name,
            environment=place.name,
            scope=place.group_id,
            lock_name=f"lakestrap-{place.project.name}",
            level="CanNotDelete",
            after=(f"arm.deployment/{place.name}",),
        )


def _groups(place: Place) -> Iterator[Resource]:
    owned, subscription, region = place.owned, place.subscription, place.region
    yield ResourceGroup(
        name=place.name,
        subscription=subscription,
        group=place.names.resource_group,
        location=region,
        tags=place.tags,
        existing=place.environment.existing.resource_group or "",
        **owned,
    )
    if place.has_operations_group:
        name, group = f"{place.name}-ops", place.names.operations_group
        yield ResourceGroup(name=name, subscription=subscription, group=group, location=region, tags=place.tags, **owned)


def _vault(place: Place) -> Iterator[Resource]:
    existing = place.environment.existing.vault or ""
    yield Vault(
        name=place.name,
        project=place.project.name,
        environment=place.name,
        subscription=place.subscription,
        group=place.names.resource_group,
        vault=place.names.vault,
        location=place.region,
        tenant=place.facts.tenant,
        tags=place.tags,
        existing=existing,
        purge_protection=place.project.purge_protected(place.environment),
        after=(place.group_key, place.registration_key("Microsoft.KeyVault")),
    )
    for spec in place.project.secrets_of(place.environment):
        yield VaultSecret(
            name=f"{place.name}/{spec.name}",
            project=place.project.name,
            environment=place.name,
            vault_id=place.vault_id,
            secret_name=spec.name,
            value=None,
            after=(place.vault_key, *_officer_keys(place)),
        )


def _officer_keys(place: Place) -> tuple[str, ...]:
    """Assignments that let the people named in the project write secrets; the operator may be one of them."""
    officers = (item for item in place.project.access_of(place.environment) if item.role == "secrets-officer")
    return tuple(f"arm.role_assignment/{place.name}/{_who(item)}-{item.role}" for item in officers)


def _who(item: Access) -> str:
    return item.group or item.user or ""


def _people(place: Place) -> Iterator[Resource]:
    for item in place.project.access_of(place.environment):
        role, of_vault = ACCESS_ROLES[item.role]
        yield _assignment(
            place,
            f"{_who(item)}-{item.role}",
            scope=place.vault_id if of_vault else place.group_id,
            role=role,
            principal=place.facts.principals[_who(item)],
            kind="Group" if item.group else "User",
            after=(place.vault_key if of_vault else place.group_key,),
        )


def _deploy_roles(place: Place) -> Iterator[Resource]:
    principal, group = place.principal, (place.group_key,)
    yield _assignment(place, "deploy-contributor", scope=place.group_id, role=CONTRIBUTOR, principal=principal, after=group)
    yield _assignment(
        place, "deploy-roles", scope=place.group_id, role=RBAC_ADMINISTRATOR, principal=principal, condition=delegation(), after=group
    )
    yield _reader_of_secrets(place, "deploy-secrets", principal)
    yield _reader_of_secrets(place, "databricks-secrets", Ref("entra.first_party/azure-databricks", "object_id"))


def _reader_of_secrets(place: Place, name: str, principal: Ref) -> Resource:
    """Get and List on the vault's secrets: a role, or a policy where the user's own vault goes by policies."""
    if not place.vault_has_policies:
        return _assignment(place, name, scope=place.vault_id, role=SECRETS_USER, principal=principal, after=(place.vault_key,))
    return AccessPolicy(
        name=f"{place.name}/{name}",
        project=place.project.name,
        environment=place.name,
        vault_id=place.vault_id,
        principal_id=principal,
        tenant=place.facts.tenant,
        after=(place.vault_key,),
    )


def _assignment(
    place: Place,
    name: str,
    *,
    scope: str,
    role: str,
    principal: str | Ref,
    kind: str = "ServicePrincipal",
    condition: str = "",
    after: tuple[str, ...] = (),
) -> Resource:
    return RoleAssignment(
        name=f"{place.name}/{name}",
        project=place.project.name,
        environment=place.name,
        scope=scope,
        role=role,
        principal_id=principal,
        principal_type=kind,
        condition=condition,
        after=after,
    )


def operator_officers(project: Project, environment: Environment, facts: Facts) -> tuple[Resource, ...]:
    """The operator's Secrets Officer roles for one run; none where the project names the operator or there is nothing to write."""
    place = Place(project, environment, facts)
    named = {facts.principals[_who(item)] for item in project.access_of(environment) if item.role == "secrets-officer"}
    if not project.secrets_of(environment) or facts.operator in named or place.vault_has_policies:
        return ()
    officer = _assignment(
        place,
        "operator-secrets",
        scope=place.vault_id,
        role=SECRETS_OFFICER,
        principal=facts.operator,
        kind=facts.operator_kind,
        after=(place.vault_key,),
    )
    return (officer,)


def _deployment(place: Place) -> Resource:
    needed = (place.registration_key(namespace) for namespace in NAMESPACES)
    return Deployment(
        name=place.name,
        project=place.project.name,
        environment=place.name,
        subscription=place.subscription,
        group=place.names.resource_group,
        deployment_name=place.names.deployment,
        template=compiled_text(),
        parameters=parameters(place.project, place.environment),
        after=(place.group_key, place.vault_key, *needed),
    )
