"""What a change of subject would do: which trust is there, which GitHub's tokens need, and what the project file has to say.

Owns the decision. Changes nothing; holds no secret, since a federated credential is none.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

from wizard.blueprint import resources
from wizard.engine.plan import Action
from wizard.engine.survey import Sight, survey
from wizard.errors import BadInput, NotAllowed, Problem
from wizard.flows.decisions import Decisions
from wizard.project.naming import KINDS, name_of
from wizard.providers.github.oidc_subject import ISSUER, SubjectTemplate, subject_template

if TYPE_CHECKING:
    from wizard.engine.resource import Resource
    from wizard.flows.job import Job
    from wizard.providers.entra.held_credentials import Trust

CREDENTIALS = ("entra.federated_credential", "identity.federated_credential")
MOST = 20
"""Federated credentials of one identity: https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations"""


class MigrationDecisions(Decisions, Protocol):
    """What only a person can say about a migration, beside what every flow asks."""

    async def agrees_to_migrate(self, preview: object) -> bool:
        """Whether what the preview shows shall be done."""


@dataclass(frozen=True, slots=True)
class Move:
    """One identity: the subject it has to trust, and those of ours that it trusts from before.

    ``credential`` is the resource to make, its identity known and nothing to wait for; ``there`` says that it is made already.
    """

    environment: str
    credential: Resource
    subject: str
    there: bool
    old: tuple[Trust, ...] = ()

    @property
    def gate(self) -> str:
        """The GitHub environment whose jobs present the subject."""
        return self.credential.name

    @property
    def over(self) -> bool:
        """Whether nothing is left to be done."""
        return self.there and not self.old


@dataclass(frozen=True, slots=True)
class SubjectPreview:
    """Everything that would be done. ``opts_in``: GitHub is asked for the immutable subject, which cannot be taken back.

    ``file_changes`` are fields of the project file by dotted path, where the repository has another name by now.
    """

    repository: str
    moves: tuple[Move, ...]
    opts_in: bool = False
    file_changes: Mapping[str, str] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        return not self.opts_in and not self.file_changes and all(move.over for move in self.moves)

    def lines(self) -> Iterator[str]:
        """For people, one deed a line, in order."""
        for path, value in self.file_changes.items():
            yield f"lakestrap.yaml: {path}: {value}"
        for move in self.moves:
            verb = "is trusted already" if move.there else "trust"
            yield f"{move.gate}: {verb}: {move.subject}"
        if self.opts_in:
            yield f"{self.repository}: ask GitHub for subjects with ids in them (this cannot be taken back)"
        for move in self.moves:
            for trust in move.old:
                yield f"{move.gate}: after a job has signed in with the new one, trust no more: {trust.subject}"


async def previewed(job: Job, *, opt_in: bool = False) -> SubjectPreview:
    """Read and decide. Raises ``BadInput`` for what has to be mended first, ``NotAllowed`` where something may not be read."""
    mode = job.project.identity.mode
    if mode in ("client-secret", "existing"):
        remedy = "lakestrap migrate oidc" if mode == "client-secret" else "change the trust of your identity: lakestrap explain ENVIRONMENT"
        raise BadInput([Problem("identity.mode", f"with {mode} there is no trust of ours to move", remedy)])
    template = await subject_template(job.session, job.project.github.repository)
    if template is None:
        raise NotAllowed(f"GitHub shows no repository {job.project.github.repository} to this token", hints=["gh auth status"])
    opts_in = opt_in and template.prefix != template.immutable_prefix
    prefix = template.immutable_prefix if opt_in else template.prefix
    sights = {sight.key: sight for sight in await survey(concerned(job), job.session)}
    moves = [await _move(job, sights, sight, template, prefix) for key, sight in sights.items() if key.startswith(CREDENTIALS)]
    _refuse_full(moves, await _held_counts(job, sights))
    name = str(template.repository["full_name"])
    return SubjectPreview(name, tuple(moves), opts_in, renamed_fields(job, name))


def concerned(job: Job) -> list[Resource]:
    """The trusts of the project and what they refer to, with their gates; nothing else is waited for."""
    every = {resource.key: resource for resource in resources(job.project, job.facts)}
    wanted = [key for key in every if key.startswith(CREDENTIALS)]
    found: dict[str, Resource] = {}
    while wanted:
        resource = every[wanted.pop()]
        if resource.key not in found:
            gates = tuple(key for key in resource.after if resource.key.startswith(CREDENTIALS) and key.startswith("github.environment/"))
            found[resource.key] = replace(resource, after=gates)
            wanted += sorted(found[resource.key].needs)
    return [found[key] for key in every if key in found]


async def _move(job: Job, sights: Mapping[str, Sight], sight: Sight, template: SubjectTemplate, prefix: str) -> Move:
    if sight.unseen:
        refusal = sight.refusal or sight.change
        raise NotAllowed(f"{sight.key} may not be read: {getattr(refusal, 'message', '') or sight.change.reason}")
    gate = sights[f"github.environment/{sight.resource.name}"]
    if gate.change.action is not Action.KEEP:
        reason = "its gate is not as the project wants it, and trust waits for the gate"
        raise BadInput([Problem(gate.key, reason, "lakestrap status --fix")])
    if not sight.resource.identifiable():
        raise BadInput([Problem(sight.key, "there is no identity to trust anything", "lakestrap setup")])
    subject = template.subject(sight.resource.name, prefix)
    held = [trust for trust in await held_by(job, sights, sight) if trust.issuer == ISSUER]
    there = any(trust.subject == subject for trust in held)
    old = tuple(trust for trust in held if trust.subject != subject and _ours(job, sight.resource, trust))
    name = str(getattr(sight.resource, "credential", ""))
    taken = {trust.name for trust in held}
    beside = name if name not in taken else f"{name}-{short(subject)}"
    fields: Any = {"credential": beside, "subject": subject, "issuer": ISSUER, "after": ()}
    return Move(sight.resource.environment, replace(sight.resource, **fields), subject, there, old)


def short(subject: str) -> str:
    """Five letters and digits for a subject, the same on every machine."""
    return base64.b32encode(hashlib.sha256(subject.encode()).digest())[:5].decode().lower()


def _ours(job: Job, resource: Resource, trust: Trust) -> bool:
    """By the mark; the trusts of a managed identity bear none and are known by name."""
    if resource.kind.startswith("entra."):
        return trust.owner == job.project.name
    return trust.name.startswith(str(getattr(resource, "credential", "")))


async def held_by(job: Job, sights: Mapping[str, Sight], sight: Sight) -> tuple[Trust, ...]:
    """What the identity behind a wished trust trusts now, somebody else's deeds too."""
    from wizard.providers.entra.held_credentials import trusts_of_application
    from wizard.providers.identity.held_credentials import trusts_of_identity

    if sight.resource.kind.startswith("entra."):
        return await trusts_of_application(job.session, str(getattr(sight.resource, "application", "")))
    identity = sights[f"identity.managed_identity/{sight.resource.name}"].change.observed
    return () if identity is None else await trusts_of_identity(job.session, identity.id)


async def _held_counts(job: Job, sights: Mapping[str, Sight]) -> dict[str, int]:
    return {key: len(await held_by(job, sights, sight)) for key, sight in sights.items() if key.startswith(CREDENTIALS)}


def _refuse_full(moves: list[Move], counts: Mapping[str, int]) -> None:
    full = [move for move in moves if not move.there and counts.get(move.credential.key, 0) >= MOST]
    if full:
        reason = f"its identity has {MOST} federated credentials, the most there can be"
        remedy = "remove one that is no longer needed: az ad app federated-credential list --id CLIENT_ID"
        raise BadInput([Problem(move.credential.key, reason, remedy) for move in full])


def renamed_fields(job: Job, name: str) -> dict[str, str]:
    """What the project file has to say where the repository is called otherwise by now: the name, and names of things made of it."""
    if name.lower() == job.project.github.repository.lower():
        return {}
    after = job.project.model_copy(update={"github": job.project.github.model_copy(update={"repository": name})})
    changes = {"github.repository": name}
    for before, later in zip(job.project.environments, after.environments, strict=True):
        for kind in KINDS:
            given = name_of(job.project, before, kind)
            if given != name_of(after, later, kind):
                changes[f"environments.{before.name}.naming.{kind}"] = given
    return changes
