"""What ends by itself, and when: client secrets, secrets of the vaults, the GitHub token; and who else may sign in as a pipeline.

Owns the dates and the order. Reads over Entra ID and Resource Manager only: no value and no right on values.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from wizard.errors import LakestrapError, NotYet
from wizard.flows.rotate.credentials import credentials_of
from wizard.flows.status.rows import SHARED, Row, Standing

if TYPE_CHECKING:
    from wizard.engine.survey import Sight
    from wizard.flows.job import Job
    from wizard.flows.rotate.credential import Credential
    from wizard.providers.entra.held_credentials import SecretHeld, Trust

SOON = timedelta(days=30)
AREA = "credentials"


async def credentials(job: Job, sights: Sequence[Sight]) -> list[Row]:
    """A row for everything that ends, earliest first, then one for every credential that should not be there."""
    asked = [_or_unknown(SHARED, "GitHub token", _token(job))]
    for sight in sights:
        kind, environment, seen = sight.resource.kind, sight.resource.environment, sight.change.observed
        if seen is None or sight.unseen:
            continue
        if kind == "entra.application" and not sight.resource.existing:
            asked.append(_or_unknown(environment, f"secrets of {sight.key}", _secrets(job, sight)))
            asked.append(_or_unknown(environment, f"trust of {sight.key}", _trusts(job, sight, sights)))
        elif kind == "identity.managed_identity" and not sight.resource.existing:
            asked.append(_or_unknown(environment, f"trust of {sight.key}", _trusts(job, sight, sights)))
        elif kind == "keyvault.vault":
            asked.append(_or_unknown(environment, f"secrets of {sight.key}", _vault(environment, sight, job)))
    told_above = ("entra-client-secret", "key-vault-secret")
    for credential in credentials_of(job.project, job.facts):
        if credential.kind not in told_above:
            asked.append(_or_unknown(credential.environment, credential.key, _of_a_kind(job, credential)))
    rows = [row for batch in await asyncio.gather(*asked) for row in batch]
    return sorted(rows, key=lambda row: (not row.until, row.until))


async def _or_unknown(environment: str, what: str, rows: Awaitable[list[Row]]) -> list[Row]:
    try:
        return await rows
    except (LakestrapError, NotYet) as refusal:
        right = getattr(refusal, "permission", "")
        return [Row(environment, AREA, what, Standing.UNKNOWN, f"needs {right}" if right else str(refusal))]


def expiry(environment: str, what: str, ends: datetime, hint: str, key: str = "") -> Row:
    """The row of something that ends: drift once it has, expiring within thirty days before."""
    left, day = ends - datetime.now(UTC), ends.strftime("%Y-%m-%d")
    if left <= timedelta(0):
        return Row(environment, AREA, what, Standing.DRIFT, f"expired on {day}", hint, key, day)
    why = f"expires on {day}, in {left.days} day{'' if left.days == 1 else 's'}"
    return Row(environment, AREA, what, *((Standing.EXPIRING, why, hint) if left <= SOON else (Standing.OK, why, "")), key, day)


async def _of_a_kind(job: Job, credential: Credential) -> list[Row]:
    """The credentials of ours at an issuer of another kind that have an end."""
    hint = f"lakestrap rotate {credential.environment} --credential {credential.kind}"
    held = await credential.inventory(job.session)
    return [expiry(credential.environment, credential.key, each.expires, hint) for each in held if each.ours and each.expires]


async def _token(job: Job) -> list[Row]:
    from wizard.providers.github.rest import seen_headers

    text = (await seen_headers(job.session, "/rate_limit")).get("github-authentication-token-expiration", "")
    if not text:
        return []
    ends = datetime.strptime(text.removesuffix(" UTC"), "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    return [expiry(SHARED, "GitHub token", ends, "gh auth login --scopes repo,workflow,read:org")]


async def _secrets(job: Job, sight: Sight) -> list[Row]:
    from wizard.providers.entra.held_credentials import secrets_of_application

    assert sight.change.observed is not None
    held = await secrets_of_application(job.session, str(sight.change.observed.attributes["object_id"]))
    return [_secret(job, sight, secret) for secret in held]


def _secret(job: Job, sight: Sight, secret: SecretHeld) -> Row:
    environment, what = sight.resource.environment, f"client secret {secret.name or secret.id}"
    ends = datetime.fromisoformat(secret.ends) if secret.ends else datetime.max.replace(tzinfo=UTC)
    if secret.owner != job.project.name:
        why, day = f"{sight.key} has a client secret that is not of this project", ends.strftime("%Y-%m-%d")
        hint = f"az ad app credential delete --id {_client(sight)} --key-id {secret.id}"
        return Row(environment, AREA, what, Standing.DRIFT, why, hint, sight.key, day)
    if job.project.identity.mode != "client-secret":
        return Row(environment, AREA, what, Standing.WAITING, "left from before", "lakestrap migrate oidc", sight.key)
    return expiry(environment, what, ends, f"lakestrap rotate {environment}", sight.key)


def _client(sight: Sight) -> str:
    return str(sight.change.observed.attributes["client_id"]) if sight.change.observed else ""


async def _trusts(job: Job, sight: Sight, sights: Sequence[Sight]) -> list[Row]:
    """Federated credentials of a pipeline's identity beside the one that the project wants."""
    from wizard.providers.entra.held_credentials import trusts_of_application
    from wizard.providers.identity.held_credentials import trusts_of_identity

    seen, kind = sight.change.observed, sight.resource.kind
    assert seen is not None
    entra = kind == "entra.application"
    held = await (
        trusts_of_application(job.session, str(seen.attributes["object_id"])) if entra else trusts_of_identity(job.session, seen.id)
    )
    wanted = f"{'entra' if entra else 'identity'}.federated_credential/{sight.resource.name}"
    wished = next((other for other in sights if other.key == wanted), None)
    if wished is not None and wished.unseen:
        return []
    return list(_besides(job, sight, wished, held))


def _besides(job: Job, sight: Sight, wished: Sight | None, held: Sequence[Trust]) -> Iterator[Row]:
    kept = wished.change.observed.id.lower() if wished and wished.change.observed else ""
    name = str(getattr(wished.resource, "credential", "")) if wished else ""
    for trust in held:
        if trust.id.lower() == kept:
            continue
        row = Row(sight.resource.environment, "trust", f"federated credential {trust.name}", Standing.DRIFT, key=sight.key)
        ours = trust.owner == job.project.name or (not sight.key.startswith("entra.") and bool(name) and trust.name.startswith(name))
        if ours and wished is not None:
            why = f"an earlier subject is trusted beside the present one: {trust.subject}"
            yield Row(row.environment, row.area, row.what, Standing.WAITING, why, "lakestrap migrate subject", row.key)
        else:
            why = f"{sight.key} also trusts {trust.subject} of {trust.issuer}"
            yield Row(row.environment, row.area, row.what, Standing.DRIFT, why, _removal(sight, trust), row.key)


def _removal(sight: Sight, trust: Trust) -> str:
    if sight.resource.kind == "entra.application":
        return f"az ad app federated-credential delete --id {_client(sight)} --federated-credential-id {trust.id}"
    identity = sight.change.observed.id if sight.change.observed else ""
    return f"az identity federated-credential delete --name {trust.name} --ids {identity}"


async def _vault(environment: str, sight: Sight, job: Job) -> list[Row]:
    from wizard.providers.keyvault.expiry import secret_expiries

    assert sight.change.observed is not None
    vault = str(sight.change.observed.attributes.get("vault", sight.resource.name))
    rows = []
    for secret in await secret_expiries(job.session, sight.change.observed.id):
        if secret.expires is not None:
            hint = f"lakestrap rotate {environment}" if environment else "lakestrap rotate"
            rows.append(expiry(environment, f"secret {secret.name} of {vault}", secret.expires, hint, sight.key))
    return rows
