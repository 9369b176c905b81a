"""Secrets that set-up has issued: OAuth secrets and tokens of the deploy identity, keys of storage accounts, copies and days in GitHub.

Owns which resources such a secret needs, and where the vault's entry takes its value from.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypedDict

from wizard.blueprint.facts import Place
from wizard.engine.resource import Ref, Resource
from wizard.project.endings import secret_expiry_variable
from wizard.project.issued import OAUTH_SECRET, STORAGE_KEY, TOKEN, account_of, oauth_secret_of, source_kind
from wizard.project.model import SecretSpec
from wizard.providers.databricks.oauth_secret import OAuthSecret
from wizard.providers.databricks.token import Token
from wizard.providers.github.environment_secret import EnvironmentSecret
from wizard.providers.github.repository_variable import RepositoryVariable
from wizard.providers.storage.account_key import AccountKey


class Filled(TypedDict, total=False):
    """Where an entry of a vault takes its value from; empty where a person or chance gives it."""

    value: Ref
    credential: Ref
    expires: Ref


def filled(place: Place, spec: SecretSpec) -> Filled:
    """The value, whose it is, and when it ends."""
    kind = source_kind(spec)
    if kind == STORAGE_KEY:
        key = f"storage.account_key/{place.name}/{spec.name}"
        return {"value": Ref(key, "value"), "credential": Ref(key, "credential")}
    if kind in (OAUTH_SECRET, TOKEN):
        key = _issuer_key(place, spec)
        return {"value": Ref(key, "value"), "credential": Ref(key, "credential"), "expires": Ref(key, "ends")}
    return {}


def issued(place: Place) -> Iterator[Resource]:
    """What issues the secrets of one environment, and their copies in its GitHub environment."""
    for spec in place.project.secrets_of(place.environment):
        kind = source_kind(spec)
        if kind == OAUTH_SECRET:
            yield _oauth_secret(place)
        elif kind == TOKEN:
            yield _token(place, spec)
        elif kind == STORAGE_KEY:
            account = account_of(spec, place.environment)
            yield AccountKey(name=f"{place.name}/{spec.name}", account_id=account, **place.owned)
        if kind in (OAUTH_SECRET, TOKEN):
            yield _last_day(place, spec)
        if spec.github and place.facts.gates.environments:
            yield EnvironmentSecret(
                name=f"{place.name}/{spec.github}",
                environment_name=place.name,
                repository=place.project.github.repository,
                secret_name=spec.github,
                value=Ref(f"keyvault.secret/{place.name}/{spec.name}", "value"),
                after=(place.gate_key,),
                **place.owned,
            )


def _last_day(place: Place, spec: SecretSpec) -> Resource:
    """The day on which it ends, where the workflow ``credentials`` finds it."""
    variable = secret_expiry_variable(place.name, spec.name)
    return RepositoryVariable(
        name=variable,
        **place.owned,
        repository=place.project.github.repository,
        variable=variable,
        value=Ref(_issuer_key(place, spec), "ends", "{:.10}"),
        after=("github.repository/repository",),
    )


def _issuer_key(place: Place, spec: SecretSpec) -> str:
    return f"databricks.oauth_secret/{place.name}" if spec.source == OAUTH_SECRET else f"databricks.token/{place.name}/{spec.name}"


def _oauth_secret(place: Place) -> Resource:
    principal = Ref(f"databricks.service_principal/{place.name}", "id")
    return OAuthSecret(name=place.name, host=place.host, principal=principal, application_id=place.client_id, **place.owned)


def _token(place: Place, spec: SecretSpec) -> Resource:
    oauth = oauth_secret_of(place.project, place.environment)
    sign_in = Ref(f"keyvault.secret/{place.name}/{oauth.name}", "value") if oauth else None
    return Token(
        name=f"{place.name}/{spec.name}",
        host=place.host,
        application_id=place.client_id,
        label=spec.name,
        sign_in=sign_in,
        after=(f"databricks.service_principal/{place.name}",),
        **place.owned,
    )
