"""The OIDC token of a workflow job: its subject, its claims, and who may ask for it.

Owns the claims of ``token.actions.githubusercontent.com`` and the request tokens handed to jobs. What GitHub would put
into a claim comes from the run; the subject's prefix comes from the repository (``sandbox/github``).
See https://docs.github.com/en/actions/reference/security/oidc.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from wizard.sandbox.github import models as github
from wizard.sandbox.login import keys

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any

TOKEN_HOST = "run-actions-1-azure-eastus.actions.githubusercontent.com"
KEY = "github-actions"
LIFETIME = 300
JOB_LIFETIME = 6 * 3600.0


@dataclass(frozen=True, slots=True)
class JobIdentity:
    """What of a running job its token tells. ``environment`` is empty for a job without one."""

    repository: str
    environment: str
    ref: str
    sha: str
    workflow: str
    workflow_path: str
    job_workflow_path: str
    event: str
    run_id: int
    run_number: int
    run_attempt: int
    actor: str
    actor_id: int
    runner_environment: str = "github-hosted"


def request_variables(world: World, identity: JobIdentity) -> dict[str, str]:
    """``ACTIONS_ID_TOKEN_REQUEST_URL`` and ``_TOKEN`` for one job. The URL already has a query, as GitHub's has."""
    token = world.new_secret("actions-request-token", 64)
    expires = world.clock.now() + JOB_LIFETIME
    world.table("_actions.request_tokens")[token] = {"identity": asdict(identity), "expires": expires}
    path = f"{identity.run_id}//idtoken/{world.new_id('actions-plan')}/{world.new_id('actions-job')}"
    return {
        "ACTIONS_ID_TOKEN_REQUEST_URL": f"https://{TOKEN_HOST}/{path}?api-version=2.0",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": token,
    }


def identity_of(world: World, request_token: str) -> JobIdentity | None:
    """The job that a request token was handed to; ``None`` where there is none or the job is long over."""
    row = world.table("_actions.request_tokens").get(request_token)
    if row is None or world.clock.now() >= row["expires"]:
        return None
    return JobIdentity(**row["identity"])


def context(identity: JobIdentity) -> str:
    """The last part of the default subject: the environment, before pull request, before ref."""
    if identity.environment:
        return "environment:" + _escaped(identity.environment)
    return "pull_request" if identity.event == "pull_request" else "ref:" + _escaped(identity.ref)


def subject(world: World, identity: JobIdentity, claims: dict[str, Json]) -> str:
    """The subject: prefix and context, or what the repository's or organization's own claim keys make of it."""
    prefix = github.subject_prefix(world, identity.repository)
    repository = github.repository(world, identity.repository)
    assert repository is not None
    oidc = repository["oidc"]
    names: list[str] = []
    if not oidc.get("use_default", True):
        owner = github.account(world, repository["owner"]) or {}
        names = oidc.get("include_claim_keys") or (owner.get("oidc") or {}).get("include_claim_keys") or []
    if not names:
        return f"{prefix}:{context(identity)}"
    special = {"repo": prefix, "context": context(identity)}
    return ":".join(special.get(name) or f"{name}:{_escaped(str(claims.get(name, '')))}" for name in names)


def _escaped(value: str) -> str:
    return value.replace(":", "%3A")


def claims_of(world: World, identity: JobIdentity, audience: str = "") -> dict[str, Json]:
    """All claims of the job's token. Without an audience it is the owner's address, as GitHub does."""
    repository = github.repository(world, identity.repository)
    assert repository is not None
    name = github.full_name(repository)
    owner = github.account(world, repository["owner"]) or {"id": 0}
    now = int(world.clock.now())
    short = identity.ref.removeprefix("refs/heads/").removeprefix("refs/tags/")
    claims: dict[str, Json] = {
        "jti": world.new_id("actions-jti"),
        "aud": audience or f"https://github.com/{repository['owner']}",
        "ref": identity.ref,
        "ref_protected": "true" if _protected(world, name, identity.ref, short) else "false",
        "ref_type": "tag" if identity.ref.startswith("refs/tags/") else "branch",
        "sha": identity.sha,
        "repository": name,
        "repository_id": str(repository["id"]),
        "repository_owner": repository["owner"],
        "repository_owner_id": str(owner["id"]),
        "repository_visibility": repository["visibility"],
        "run_id": str(identity.run_id),
        "run_number": str(identity.run_number),
        "run_attempt": str(identity.run_attempt),
        "runner_environment": identity.runner_environment,
        "actor": identity.actor,
        "actor_id": str(identity.actor_id),
        "workflow": identity.workflow,
        "workflow_ref": f"{name}/{identity.workflow_path}@{identity.ref}",
        "workflow_sha": identity.sha,
        "job_workflow_ref": f"{name}/{identity.job_workflow_path}@{identity.ref}",
        "job_workflow_sha": identity.sha,
        "event_name": identity.event,
        "head_ref": "",
        "base_ref": "",
        "iss": github.ISSUER,
        "iat": now,
        "nbf": now - 600,
        "exp": now + LIFETIME,
    }
    if identity.environment:
        claims["environment"] = identity.environment
    return {"sub": subject(world, identity, claims), **claims}


def _protected(world: World, name: str, ref: str, short: str) -> bool:
    from wizard.sandbox.github.rules import protected

    return ref.startswith("refs/heads/") and protected(world, name, short)


def signed(world: World, identity: JobIdentity, audience: str = "") -> str:
    """The JWT that the job gets."""
    return keys.sign(world, claims_of(world, identity, audience), key=KEY)
