"""The identity that an environment's pipeline signs in as, and the trust that lets it.

Owns the choice between the identity modes. The trust waits for the gate: a credential needs its GitHub environment complete. An
identity of the user's own is read and granted on; whom it trusts is its owner's to say, so that is only looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from wizard.blueprint.facts import Place
from wizard.engine.resource import Ref, Resource
from wizard.project.endings import expiry_variable
from wizard.providers.entra.application import Application
from wizard.providers.entra.client_secret import ClientSecret
from wizard.providers.entra.existing_trust import ApplicationTrust
from wizard.providers.entra.federated_credential import FederatedCredential
from wizard.providers.entra.service_principal import ServicePrincipal
from wizard.providers.github.repository_variable import RepositoryVariable
from wizard.providers.identity.existing_trust import IdentityTrust
from wizard.providers.identity.federated_credential import IdentityFederatedCredential
from wizard.providers.identity.managed_identity import ManagedIdentity

SECRET_LIFETIME_DAYS = 180


@dataclass(frozen=True, slots=True)
class Actor:
    """One identity of an environment: what its resources are called, and the GitHub environment whose jobs it trusts."""

    name: str
    application: str
    unique_name: str
    identity: str
    credential: str

    @property
    def gate_key(self) -> str:
        """The GitHub environment whose gate must be complete before anything trusts its jobs."""
        return f"github.environment/{self.name}"

    @property
    def subject(self) -> Ref:
        """Subject of the tokens that GitHub gives to jobs in that environment."""
        return Ref(f"github.oidc_subject/{self.name}", "subject")

    @property
    def issuer(self) -> Ref:
        return Ref(f"github.oidc_subject/{self.name}", "issuer")


def deployer(place: Place) -> Actor:
    """The identity that deploys."""
    names = place.names
    return Actor(place.name, names.application, names.application_unique_name, names.identity, names.credential)


def identity(place: Place) -> Iterator[Resource]:
    """The environment's deploy identity in the project's mode."""
    mode, actor = place.project.identity.mode, deployer(place)
    if mode == "existing":
        yield from _of_the_users_own(place, actor)
    elif mode == "client-secret":
        yield from _application(place, actor)
        application = Ref(f"entra.application/{place.name}", "object_id")
        yield ClientSecret(**place.named, application=application, lifetime_days=SECRET_LIFETIME_DAYS)
        yield _last_day(place)
    else:
        yield from trusting(place, actor)


def _last_day(place: Place) -> Resource:
    """The day on which the secret ends, where the workflow ``credentials`` finds it: no job outside an environment sees that one's."""
    return RepositoryVariable(
        name=expiry_variable(place.name),
        **place.owned,
        repository=place.project.github.repository,
        variable=expiry_variable(place.name),
        value=Ref(f"entra.client_secret/{place.name}", "ends", "{:.10}"),
        after=("github.repository/repository",),
    )


def trusting(place: Place, actor: Actor) -> Iterator[Resource]:
    """An identity without a secret, that trusts the jobs of its GitHub environment."""
    if place.project.identity.mode == "managed-identity":
        yield from _managed(place, actor)
        return
    yield from _application(place, actor)
    yield FederatedCredential(
        name=actor.name,
        **place.owned,
        application=Ref(f"entra.application/{actor.name}", "object_id"),
        credential=actor.credential,
        issuer=actor.issuer,
        subject=actor.subject,
        after=(actor.gate_key,),
    )


def _application(place: Place, actor: Actor) -> Iterator[Resource]:
    yield Application(name=actor.name, **place.owned, unique_name=actor.unique_name, display_name=actor.application)
    yield ServicePrincipal(name=actor.name, **place.owned, client_id=Ref(f"entra.application/{actor.name}", "client_id"))


def _managed(place: Place, actor: Actor) -> Iterator[Resource]:
    yield ManagedIdentity(
        name=actor.name,
        **place.owned,
        subscription=place.subscription,
        group=place.names.operations_group,
        identity=actor.identity,
        location=place.region,
        tags=place.tags,
        after=(place.operations_group_key, place.registration_key("Microsoft.ManagedIdentity")),
    )
    yield IdentityFederatedCredential(
        name=actor.name,
        **place.owned,
        subscription=place.subscription,
        group=place.names.operations_group,
        identity=actor.identity,
        credential=actor.credential,
        issuer=actor.issuer,
        subject=actor.subject,
        after=(actor.gate_key,),
    )


def _of_the_users_own(place: Place, actor: Actor) -> Iterator[Resource]:
    own = place.environment.existing.identity or ""
    if not place.identity_is_managed:
        yield ServicePrincipal(**place.named, client_id=own, existing=own)
        yield ApplicationTrust(
            **place.named, client_id=own, credential=actor.credential, issuer=actor.issuer, subject=actor.subject, after=(actor.gate_key,)
        )
        return
    parts = own.strip("/").split("/")
    yield ManagedIdentity(**place.named, subscription=parts[1], group=parts[3], identity=parts[-1], location=place.region, existing=own)
    yield IdentityTrust(
        **place.named, identity_id=own, credential=actor.credential, issuer=actor.issuer, subject=actor.subject, after=(actor.gate_key,)
    )
