"""Azure's part: providers, groups, locks, roles and the deployment of the template.

Owns which Azure resources a project needs, but vaults and identities. Pure: the same project and facts give the same resources.
"""

from __future__ import annotations

from collections.abc import Iterator

from wizard.blueprint.facts import Facts, Place
from wizard.blueprint.grants import assignment, on_secrets, reader_of_secrets
from wizard.blueprint.roles import (
    ACCESS_ROLES,
    BLOB_DATA_CONTRIBUTOR,
    CONTRIBUTOR,
    NETWORK_CONTRIBUTOR,
    PRIVATE_DNS_ZONE_CONTRIBUTOR,
    RBAC_ADMINISTRATOR,
    delegation,
)
from wizard.blueprint.vaults import people, vaults, who
from wizard.engine.resource import Ref, Resource
from wizard.project.model import Project
from wizard.providers.arm.deployment import Deployment
from wizard.providers.arm.lock import Lock
from wizard.providers.arm.provider_registration import ProviderRegistration
from wizard.providers.arm.resource_group import ResourceGroup
from wizard.providers.arm.system_identity import SystemIdentity
from wizard.providers.entra.first_party import AZURE_DATABRICKS, FirstParty
from wizard.render.assets import compiled_text
from wizard.render.modules import joined, types_written
from wizard.render.parameters import parameters

CONNECTORS = "2026-01-01"
"""API version of Microsoft.Databricks/accessConnectors."""


def registrations(project: Project, facts: Facts) -> Iterator[Resource]:
    """The resource providers that something of ours needs, once a subscription."""
    wanted = dict.fromkeys(
        (place.subscription, namespace)
        for place in (Place(project, environment, facts) for environment in project.environments)
        for namespace in place.namespaces
    )
    for subscription, namespace in wanted:
        yield ProviderRegistration(name=f"{subscription}/{namespace}", project=project.name, subscription=subscription, namespace=namespace)


def first_party(project: Project, facts: Facts) -> Iterator[Resource]:
    """Databricks' own service principal, which reads the vaults behind secret scopes."""
    places = [Place(project, environment, facts) for environment in project.environments]
    after = tuple(dict.fromkeys(place.registration_key("Microsoft.Databricks") for place in places))
    yield FirstParty(name="azure-databricks", project=project.name, application_id=AZURE_DATABRICKS, after=after)


def azure(place: Place) -> Iterator[Resource]:
    """Everything of one environment that lives in Azure, but its deploy identity."""
    yield from _groups(place)
    yield from vaults(place)
    yield from _deploy_roles(place)
    yield from _people(place)
    yield _deployment(place)
    yield from _on_things_of_the_users_own(place)
    if place.project.locked(place.environment) and not place.environment.existing.resource_group:
        yield Lock(
            **place.named,
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


def _people(place: Place) -> Iterator[Resource]:
    for item in people(place):
        role, of_vault = ACCESS_ROLES[item.role]
        name, principal, kind = f"{who(item)}-{item.role}", place.facts.principals[who(item)], "Group" if item.group else "User"
        if of_vault:
            yield on_secrets(place, name, principal=principal, role=role, kind=kind)
        else:
            after = (place.group_key,)
            yield assignment(place, name, scope=place.group_id, role=role, principal=principal, kind=kind, after=after)


def _deploy_roles(place: Place) -> Iterator[Resource]:
    principal, group = place.principal, (place.group_key,)
    yield assignment(place, "deploy-contributor", scope=place.group_id, role=CONTRIBUTOR, principal=principal, after=group)
    if not place.environment.existing.storage:  # else the template assigns no role, and nobody needs to be able to
        condition = delegation()
        yield assignment(
            place, "deploy-roles", scope=place.group_id, role=RBAC_ADMINISTRATOR, principal=principal, condition=condition, after=group
        )
    yield from _network_roles(place)
    yield reader_of_secrets(place, "deploy-secrets", principal)
    yield reader_of_secrets(place, "databricks-secrets", Ref("entra.first_party/azure-databricks", "object_id"))


def _network_roles(place: Place) -> Iterator[Resource]:
    """What putting clusters and endpoints into a network of the user's own takes, and registering endpoints in zones of the user's own.

    https://learn.microsoft.com/azure/databricks/security/network/classic/vnet-inject
    """
    existing = place.environment.existing
    if existing.network and place.network_mode != "public":
        yield assignment(place, "deploy-network", scope=existing.network, role=NETWORK_CONTRIBUTOR, principal=place.principal)
    if existing.dns_zones and place.network_mode == "private":
        yield assignment(place, "deploy-dns", scope=existing.dns_zones, role=PRIVATE_DNS_ZONE_CONTRIBUTOR, principal=place.principal)


def _on_things_of_the_users_own(place: Place) -> Iterator[Resource]:
    """What the template grants on what it makes, granted on a workspace and a data lake that it does not make.

    Contributor on a workspace is administrator of it, as on one that the template makes.
    """
    existing = place.environment.existing
    if existing.workspace and not _inside(existing.workspace, place.group_id):
        yield assignment(place, "deploy-workspace", scope=existing.workspace, role=CONTRIBUTOR, principal=place.principal)
    if existing.storage:
        connector = Ref(f"arm.deployment/{place.name}", "output.accessConnectorId")
        yield SystemIdentity(**place.named, resource_id=connector, api_version=CONNECTORS)
        principal = Ref(f"arm.system_identity/{place.name}", "object_id")
        yield assignment(place, "connector-storage", scope=existing.storage, role=BLOB_DATA_CONTRIBUTOR, principal=principal)


def _inside(resource_id: str, group_id: str) -> bool:
    return resource_id.lower().startswith(f"{group_id.lower()}/")


def _deployment(place: Place) -> Resource:
    needed = tuple(place.registration_key(namespace) for namespace in place.namespaces)
    return Deployment(
        **place.named,
        subscription=place.subscription,
        group=place.names.resource_group,
        deployment_name=place.names.deployment,
        template=place.facts.template or compiled_text(),
        parameters=parameters(place.project, place.environment),
        writes=() if place.facts.template_is_theirs else types_written(place.project, place.environment),
        joins=joined(place.project, place.environment, place.group_id),
        after=(place.group_key, place.vault_key, *needed),
    )
