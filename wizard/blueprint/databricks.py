"""Databricks' part: the deploy identity as a member, the vault-backed scope and who may read it.

Owns which workspace objects a project needs.
"""

from __future__ import annotations

from collections.abc import Iterator

from wizard.blueprint.facts import Place
from wizard.engine.resource import Resource
from wizard.providers.databricks.secret_acl import SecretAcl
from wizard.providers.databricks.secret_scope import SecretScope
from wizard.providers.databricks.service_principal import ServicePrincipal


def databricks(place: Place) -> Iterator[Resource]:
    """The workspace's side of one environment."""
    owned, host = place.owned, place.host
    scope = f"databricks.secret_scope/{place.name}"
    yield ServicePrincipal(name=place.name, host=host, application_id=place.client_id, display_name=place.names.application, **owned)
    yield SecretScope(
        name=place.name,
        host=host,
        scope=place.names.scope,
        vault_id=place.vault_id,
        after=(place.vault_key, place.databricks_reads_key),
        **owned,
    )
    yield SecretAcl(
        name=f"{place.name}/deploy",
        host=host,
        scope=place.names.scope,
        principal=place.client_id,
        permission="READ",
        after=(scope, f"databricks.service_principal/{place.name}"),
        **owned,
    )
