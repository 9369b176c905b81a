"""Every way to sign in as an application that goes: ours are removed first, all of them, and somebody else's are told.

Owns the finding of credentials beyond the one that the project wishes: a rotation under way holds two, a migrated subject leaves one.
Reads only.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wizard.blueprint.facts import Owned
from wizard.engine.plan import Action, Change
from wizard.engine.resource import Observed
from wizard.flows.destroy.removal import Item
from wizard.providers.entra.client_secret import ClientSecret, bears
from wizard.providers.entra.federated_credential import FederatedCredential
from wizard.providers.entra.held_credentials import secrets_of_application, trusts_of_application
from wizard.providers.entra.marks import mark

if TYPE_CHECKING:
    from wizard.flows.job import Job


async def credentials(job: Job, changes: Iterable[Change]) -> tuple[list[Change], dict[str, list[Item]]]:
    """Deletions of our further credentials, and those that are not ours by the name of the application that takes them along."""
    known = {change.observed.id for change in changes if change.observed is not None}
    found: list[Change] = []
    strangers: dict[str, list[Item]] = {}
    for change in changes:
        if change.resource.kind == "entra.application" and change.observed is not None:
            more, others = await _of(job, change, known)
            found += more
            if others:
                strangers[str(change.observed.attributes.get("display_name", change.observed.id))] = others
    return found, strangers


async def _of(job: Job, change: Change, known: set[str]) -> tuple[list[Change], list[Item]]:
    assert change.observed is not None
    resource, application = change.resource, str(change.observed.attributes["object_id"])
    owned, project = Owned(project=resource.project, environment=resource.environment), resource.project
    found, others = [], []
    for trust in await trusts_of_application(job.session, application):
        if trust.id in known:
            continue
        if trust.owner == project:
            ours = FederatedCredential(
                name=f"{resource.name}/{trust.name}",
                application=application,
                credential=trust.name,
                issuer=trust.issuer,
                subject=trust.subject,
                **owned,
            )
            found.append(Change(ours, Action.DELETE, Observed(trust.id, owner=project)))
        else:
            command = f"az ad app federated-credential show --id {application} --federated-credential-id {trust.id}"
            others.append(Item(f"federated credential {trust.name}", f"trusts {trust.subject}; not made by Lakestrap", command))
    for secret in await secrets_of_application(job.session, application):
        if secret.id in known:
            continue
        if bears(secret.name, mark(project, resource.environment)):
            held = ClientSecret(name=f"{resource.name}/{secret.id}", application=application, **owned)
            found.append(Change(held, Action.DELETE, Observed(secret.id, owner=project)))
        else:
            named = secret.name or secret.id
            others.append(Item(f"client secret {named}", "not made by Lakestrap", f"az ad app credential list --id {application}"))
    return found, others
