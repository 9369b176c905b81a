"""The vaults of an environment: the one behind Databricks, and the one that no pipeline can read.

Owns which vaults and secrets a project needs, and who writes them for the length of a run. A stored deployment credential
lives in the operations group: every administrator of the workspace can read the vault behind its scope.
"""

from __future__ import annotations

from collections.abc import Iterator

from wizard.blueprint.facts import Facts, Place
from wizard.blueprint.grants import assignment
from wizard.blueprint.issued import filled
from wizard.blueprint.roles import SECRETS_OFFICER
from wizard.engine.resource import Ref, Resource
from wizard.project.model import Access, Environment, Project
from wizard.providers.keyvault.secret import VaultSecret
from wizard.providers.keyvault.vault import Vault

CREDENTIAL = "deploy-client-secret"
"""Name of the deployment credential in the operations vault."""


def vaults(place: Place) -> Iterator[Resource]:
    """The environment's vault with the project's secrets; in mode client-secret the operations vault too."""
    own = place.environment.existing.vault or ""
    yield Vault(
        **place.named,
        subscription=place.subscription,
        group=place.names.resource_group,
        vault=place.names.vault,
        location=place.region,
        tenant=place.facts.tenant,
        tags=place.tags,
        existing=own,
        purge_protection=place.project.purge_protected(place.environment),
        public_access=place.network_mode != "private",
        after=() if own else (place.group_key, place.registration_key("Microsoft.KeyVault")),
    )
    for spec in place.project.secrets_of(place.environment):
        yield VaultSecret(
            name=f"{place.name}/{spec.name}",
            **place.owned,
            vault_id=place.vault_id,
            secret_name=spec.name,
            after=(place.vault_key, *_officer_keys(place), *_way_in(place)),
            **filled(place, spec),
        )
    if place.stores_credential:
        yield from _operations_vault(place)


def _way_in(place: Place) -> tuple[str, ...]:
    """What has to be there before anybody reaches the vault: its private endpoint, where there is no public access."""
    return (f"arm.deployment/{place.name}",) if place.network_mode == "private" else ()


def _operations_vault(place: Place) -> Iterator[Resource]:
    yield Vault(
        name=f"{place.name}-ops",
        **place.owned,
        subscription=place.subscription,
        group=place.names.operations_group,
        vault=place.names.operations_vault,
        location=place.region,
        tenant=place.facts.tenant,
        tags=place.tags,
        purge_protection=place.project.purge_protected(place.environment),
        after=(place.operations_group_key, place.registration_key("Microsoft.KeyVault")),
    )
    yield VaultSecret(
        name=f"{place.name}-ops/{CREDENTIAL}",
        **place.owned,
        vault_id=place.operations_vault_id,
        secret_name=CREDENTIAL,
        value=Ref(f"entra.client_secret/{place.name}", "value"),
        after=(place.operations_vault_key,),
    )


def who(item: Access) -> str:
    """The group or the user that an entry under ``access`` names."""
    return item.group or item.user or ""


def people(place: Place) -> tuple[Access, ...]:
    """The entries under ``access`` that apply here and are about Azure, equal ones once."""
    return tuple(item for item in _once(place) if not item.of_data)


def data_people(place: Place) -> tuple[Access, ...]:
    """Those that are about the catalog."""
    return tuple(item for item in _once(place) if item.of_data)


def _once(place: Place) -> tuple[Access, ...]:
    return tuple({(who(item).lower(), item.role): item for item in place.project.access_of(place.environment)}.values())


def _officer_keys(place: Place) -> tuple[str, ...]:
    """Grants that let the people named in the project write secrets; the operator may be one of them."""
    officers = (item for item in people(place) if item.role == "secrets-officer")
    return tuple(f"{place.vault_grant_kind}/{place.name}/{who(item)}-{item.role}" for item in officers)


def operator_officers(project: Project, environment: Environment, facts: Facts) -> tuple[Resource, ...]:
    """The operator's Secrets Officer roles for one run: on the vault, unless the project names the operator or it goes by access
    policies, and on the operations vault. Whether one is needed depends on what the run writes or reads there.
    """
    place = Place(project, environment, facts)
    named = {facts.principals[who(item)] for item in project.access_of(environment) if item.role == "secrets-officer"}
    found = []
    if project.secrets_of(environment) and facts.operator not in named and not place.vault_has_policies:
        found.append(_officer(place, "operator-secrets", place.vault_id, place.vault_key))
    if place.stores_credential:
        found.append(_officer(place, "operator-operations", place.operations_vault_id, place.operations_vault_key))
    return tuple(found)


def _officer(place: Place, name: str, vault_id: str, vault_key: str) -> Resource:
    operator, kind = place.facts.operator, place.facts.operator_kind
    return assignment(place, name, scope=vault_id, role=SECRETS_OFFICER, principal=operator, kind=kind, after=(vault_key,))
