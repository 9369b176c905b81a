"""The identity that an environment's pipeline signs in as, and the trust that lets it.

Owns the choice between the identity modes. The trust waits for the gate: a credential needs its GitHub environment complete.
"""

from __future__ import annotations

from collections.abc import Iterator

from wizard.blueprint.facts import Place
from wizard.engine.resource import Ref, Resource
from wizard.providers.entra.application import Application
from wizard.providers.entra.client_secret import ClientSecret
from wizard.providers.entra.federated_credential import FederatedCredential
from wizard.providers.entra.service_principal import ServicePrincipal
from wizard.providers.identity.federated_credential import IdentityFederatedCredential
from wizard.providers.identity.managed_identity import ManagedIdentity

SECRET_LIFETIME_DAYS = 180


def identity(place: Place) -> Iterator[Resource]:
    """The environment's identity in the project's mode."""
    mode = place.project.identity.mode
    named = place.named
    subject, issuer = place.subject
    gate = (place.gate_key,)
    if mode == "managed-identity":
        yield ManagedIdentity(
            **named,
            subscription=place.subscription,
            group=place.names.operations_group,
            identity=place.names.identity,
            location=place.region,
            tags=place.tags,
            after=(f"arm.resource_group/{place.name}-ops", place.registration_key("Microsoft.ManagedIdentity")),
        )
        yield IdentityFederatedCredential(
            **named,
            issuer=issuer,
            subject=subject,
            after=gate,
            subscription=place.subscription,
            group=place.names.operations_group,
            identity=place.names.identity,
            credential=place.names.credential,
        )
        return
    if mode == "existing":
        yield ServicePrincipal(
            **named, client_id=place.environment.existing.identity or "", existing=place.environment.existing.identity or ""
        )
        return
    yield Application(**named, unique_name=place.names.application_unique_name, display_name=place.names.application)
    application = Ref(f"entra.application/{place.name}", "object_id")
    yield ServicePrincipal(**named, client_id=Ref(f"entra.application/{place.name}", "client_id"))
    if mode == "federated":
        credential = place.names.credential
        yield FederatedCredential(**named, issuer=issuer, subject=subject, after=gate, application=application, credential=credential)
    else:
        yield ClientSecret(**named, application=application, lifetime_days=SECRET_LIFETIME_DAYS)
