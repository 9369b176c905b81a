"""The GitHub environment ENV-plan: previews in pull requests, with an identity that can read and do nothing else in Azure.

Owns that environment whole. It has no gate, because nothing can be done with what it opens. In the first environment's workspace it is a
member like anybody, since a bundle can only be validated by one; in no other, because code that nobody has reviewed meets it.
"""

from __future__ import annotations

from collections.abc import Iterator

from wizard.blueprint.facts import Place
from wizard.blueprint.github import environment_variables
from wizard.blueprint.grants import assignment
from wizard.blueprint.identity import Actor, trusting
from wizard.blueprint.roles import PREVIEW_ACTIONS
from wizard.engine.resource import Ref, Resource
from wizard.providers.arm.role_definition import RoleDefinition
from wizard.providers.databricks.service_principal import ServicePrincipal
from wizard.providers.github.environment import Environment
from wizard.providers.github.oidc_subject import OidcSubject


def previewer(place: Place) -> Actor:
    """The identity that previews."""
    names, name = place.names, f"{place.name}-plan"
    application, identity = (f"{text.removesuffix('-deploy')}-plan" for text in (names.application, names.identity))
    return Actor(name, application, f"{names.application_unique_name}-plan", identity, f"{names.credential}-plan")


def preview(place: Place) -> Iterator[Resource]:
    """Nothing, unless the project asks for it."""
    if not place.project.plan_environment or not place.facts.gates.environments:
        return
    actor, owned = previewer(place), place.owned
    repository, after = place.project.github.repository, ("github.repository/repository",)
    yield Environment(name=actor.name, environment_name=actor.name, repository=repository, after=after, **owned)
    yield OidcSubject(name=actor.name, environment_name=actor.name, repository=repository, after=after, **owned)
    yield from trusting(place, actor)
    kind = "identity.managed_identity" if place.identity_is_managed else "entra.service_principal"
    yield RoleDefinition(
        name=actor.name,
        **owned,
        scope=place.group_id,
        role_name=f"Preview of {place.names.deployment} {place.names.hash}",
        description="Reads, validates and predicts deployments; changes nothing.",
        actions=PREVIEW_ACTIONS,
        after=(place.group_key,),
    )
    role = Ref(f"arm.role_definition/{actor.name}", "guid")
    yield assignment(place, "plan-preview", scope=place.group_id, role=role, principal=Ref(f"{kind}/{actor.name}", "object_id"))
    values: dict[str, str | Ref] = {
        "AZURE_CLIENT_ID": Ref(f"{kind}/{actor.name}", "client_id"),
        "AZURE_TENANT_ID": place.facts.tenant,
        "AZURE_SUBSCRIPTION_ID": place.subscription,
        "AZURE_RESOURCE_GROUP": place.names.resource_group,
        "AZURE_LOCATION": place.region,
    }
    if place.environment == place.project.environments[0]:
        client_id = Ref(f"{kind}/{actor.name}", "client_id")
        yield ServicePrincipal(name=actor.name, host=place.host, application_id=client_id, display_name=actor.application, **owned)
        values["DATABRICKS_HOST"] = place.address
    yield from environment_variables(place, actor.name, values)
