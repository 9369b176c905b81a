"""Samples of the kinds of Entra ID."""

from __future__ import annotations

from collections.abc import Mapping

from tests.contract.samples.stage import NAMED, Sample, Stage
from wizard.engine.resource import Observed, Resource
from wizard.providers.entra.application import Application
from wizard.providers.entra.client_secret import ClientSecret
from wizard.providers.entra.existing_trust import ApplicationTrust
from wizard.providers.entra.federated_credential import FederatedCredential
from wizard.providers.entra.first_party import AZURE_DATABRICKS, FirstParty
from wizard.providers.entra.service_principal import ServicePrincipal

ISSUER, SUBJECT = "https://token.actions.githubusercontent.com", "repo:contoso/shop:environment:dev"
APPLICATION = Application(unique_name="lakestrap-shop-dev", display_name="shop-dev-deploy", **NAMED)


def _by_client_id(observed: Observed) -> str:
    return str(observed.attributes["client_id"])


async def _application(stage: Stage) -> Resource:
    return APPLICATION


async def _service_principal(stage: Stage) -> Resource:
    made = await stage.made(APPLICATION)
    return ServicePrincipal(client_id=made.attributes["client_id"], **NAMED)


async def _disabled(stage: Stage) -> None:
    """As an administrator would switch it off."""
    with stage.sandbox.lock:
        table = stage.sandbox.world.table("graph.service_principals")
        for key, row in list(table.items()):
            if row.get("displayName") == APPLICATION.display_name:
                table[key] = row | {"accountEnabled": False}


async def _credential(stage: Stage) -> Resource:
    made = await stage.made(APPLICATION)
    return FederatedCredential(application=made.id, credential="github-dev", issuer=ISSUER, subject=SUBJECT, **NAMED)


async def _secret(stage: Stage) -> Resource:
    made = await stage.made(APPLICATION)
    return ClientSecret(application=made.id, lifetime_days=90, **NAMED)


async def _trust(stage: Stage) -> Resource:
    made = await stage.made(APPLICATION)
    client_id = str(made.attributes["client_id"])
    with stage.sandbox.lock:
        stage.sandbox.world.clock.forward(600)  # until every replica knows the application, or it would be told as unknown
    return ApplicationTrust(client_id=client_id, credential="github-dev", issuer=ISSUER, subject=SUBJECT, **NAMED)


async def _first_party(stage: Stage) -> Resource:
    with stage.sandbox.lock:
        users = stage.sandbox.world.table("graph.users")
        operator = stage.session.operator.object_id
        users[operator] = users[operator] | {"directoryRoles": ["Application Administrator"]}
    return FirstParty(application_id=AZURE_DATABRICKS, **NAMED)


SAMPLES: Mapping[str, Sample] = {
    "entra.application": Sample(_application, {"display_name": "shop-dev-pipeline"}, _by_client_id),
    "entra.client_secret": Sample(_secret),
    "entra.existing_trust": Sample(_trust),
    "entra.federated_credential": Sample(_credential, {"subject": "repo:contoso/store:environment:dev"}),
    "entra.first_party": Sample(_first_party),
    "entra.service_principal": Sample(_service_principal, existing=_by_client_id, spoiled=_disabled),
}
