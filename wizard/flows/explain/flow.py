"""The explaining itself: what was presented, by whom, what is wanted and trusted now, and the findings.

Owns the reading. Where a sign-in or a right is missing, what can be said without it is still said.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from wizard.blueprint import resources
from wizard.engine.survey import survey
from wizard.errors import LakestrapError, NotAllowed, NotYet
from wizard.flows.explain.asked import Asked, Claims, claims_in
from wizard.flows.explain.comparison import Expected, Finding, findings, nearest
from wizard.flows.migrate_subject.preview import CREDENTIALS, concerned, held_by
from wizard.flows.pending import TRUSTS
from wizard.flows.signin_hints import hint, remedy
from wizard.providers.entra.existing_trust import ApplicationTrust
from wizard.providers.github.oidc_subject import ISSUER, UnfixedSubject, subject_template
from wizard.providers.identity.existing_trust import IdentityTrust

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wizard.flows.job import Job
    from wizard.providers.entra.held_credentials import Trust

NOTHING = Claims()
OF_TRUST = frozenset({"AADSTS70021", "AADSTS700213", "AADSTS7002138", "AADSTS70025"})
"""Errors that say that what was presented is not trusted."""
DOCUMENTED = "https://login.microsoftonline.com/error?code={}"


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer. ``environment`` is whose identity was meant, ``line`` the error as it was told, ``findings`` the causes.

    ``commands`` is what to do, in order; ``unknown`` what may not be read; ``link`` and ``job`` lead to the run, where one was asked for.
    """

    asked: str
    code: str = ""
    line: str = ""
    environment: str = ""
    presented: Claims = NOTHING
    expected: str = ""
    trusted: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    commands: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    job: str = ""
    link: str = ""

    def as_dict(self) -> dict[str, object]:
        """The printable form; it holds no secret, since claims are none."""
        return asdict(self)


async def explain(job: Job, question: Asked) -> Explanation:
    """Explain one subject, error, run or environment. Raises ``NotAllowed`` where the run itself may not be read."""
    answer = Explanation(question.text, question.code, presented=question.claims, environment=question.environment)
    if question.run:
        answer = await _of_run(job, question)
    expected, unknown = await wanted(job)
    answer = replace(answer, unknown=unknown)
    if question.environment:
        return _of_environment(answer, expected)
    return _compared(answer, expected)


def without_sign_in(question: Asked) -> Explanation:
    """What can be said of an error or a subject by itself."""
    answer = Explanation(question.text, question.code, presented=question.claims)
    return replace(answer, commands=_by_code(question.code))


def _compared(answer: Explanation, expected: Sequence[Expected]) -> Explanation:
    own = any(each.command for each in expected)
    meant = nearest(answer.presented.subject, expected) if answer.presented.subject else None
    meant = meant or next((each for each in expected if each.environment == answer.environment), None)
    if meant is None:
        found = _everywhere(expected) if answer.code in OF_TRUST else ()
        commands = dict.fromkeys(command for finding in found for command in finding.commands)
        return replace(answer, findings=found, commands=tuple(commands) or answer.commands or _by_code(answer.code, own=own))
    found = tuple(findings(answer.presented, meant, answer.code))
    commands = dict.fromkeys(command for finding in found for command in finding.commands)
    filled = replace(answer, environment=meant.environment, expected=meant.subject, trusted=meant.subjects, findings=found)
    return replace(filled, commands=tuple(commands) or _by_code(answer.code, own=own))


def _everywhere(expected: Sequence[Expected]) -> tuple[Finding, ...]:
    """Of every environment, what its jobs present and its identity does not trust."""
    pairs = [(each, finding) for each in expected for finding in findings(Claims(each.subject), each) if finding.kind != "trusted"]
    return tuple(replace(finding, why=f"{each.environment}: {finding.why}") for each, finding in pairs)


def _of_environment(answer: Explanation, expected: Sequence[Expected]) -> Explanation:
    """What its jobs will present and whether that is trusted."""
    meant = next((each for each in expected if each.environment == answer.environment), None)
    if meant is None:
        return answer
    return _compared(replace(answer, presented=Claims(subject=meant.subject)), expected)


def _by_code(code: str, *, own: bool = False) -> tuple[str, ...]:
    if not code:
        return ()
    return (remedy(code, own=own) or f"see {DOCUMENTED.format(code.removeprefix('AADSTS'))}",)


async def _of_run(job: Job, question: Asked) -> Explanation:
    """The claims and the error that the run's failed job tells; of a run that succeeded what it presented."""
    from wizard.providers.github.workflow_run import failed_jobs, log_of, look

    repository = question.repository or job.project.github.repository
    run = await look(job.session, repository, question.run)
    answer = Explanation(question.text, link=run.url, environment=_named(job, run.title))
    if not run.over:
        return replace(answer, line=f"the run is {run.status.replace('_', ' ')}: it has not failed")
    if run.succeeded:
        claims = claims_in(await log_of(job.session, repository, run.id))
        return replace(answer, line="the run succeeded", presented=claims)
    for failed in await failed_jobs(job.session, repository, run.id):
        told = hint(failed.log, own=job.project.identity.mode == "existing")
        if told is None:
            continue
        code = told.code if told.code.startswith("AADSTS") else ""
        answer = replace(answer, job=failed.name, link=failed.url or run.url, line=told.line, code=code, presented=claims_in(failed.log))
        return answer if code else replace(answer, commands=(told.remedy,))
    return replace(answer, line=f"the run ended with {run.conclusion}, and GitHub has no log of it", commands=(f"open {run.url}",))


def _named(job: Job, title: str) -> str:
    """The environment that a run's title names."""
    words = re.split(r"[\s:]+", title)
    return next((environment.name for environment in job.project.environments if environment.name in words), "")


async def wanted(job: Job) -> tuple[tuple[Expected, ...], tuple[str, ...]]:
    """What each environment's jobs present by GitHub's word of now, what is trusted, and what may not be read."""
    unknown: list[str] = []
    try:
        template = await subject_template(job.session, job.project.github.repository)
    except (LakestrapError, NotYet) as refusal:
        return (), (f"what GitHub sends: {refusal}",)
    if template is None:
        return (), (f"GitHub shows no repository {job.project.github.repository} to this token",)
    trusts = await _trusts(job)
    expected = []
    for name in dict.fromkeys([*(environment.name for environment in job.project.environments), *trusts]):
        try:
            subject = template.subject(name)
        except UnfixedSubject as problem:
            unknown.append(problem.message)
            continue
        command = _granting(job, name, subject)
        held = trusts.get(name, "it is not looked at with identity.mode " + job.project.identity.mode)
        if isinstance(held, str):
            unknown.append(f"whom the identity of {name} trusts: {held}")
            expected.append(Expected(name, subject, None, held, command))
        else:
            claims = tuple(Claims(trust.subject, trust.issuer, trust.audience) for trust in held)
            expected.append(Expected(name, subject, claims, command=command))
    return tuple(expected), tuple(dict.fromkeys(unknown))


def _granting(job: Job, environment: str, subject: str) -> str:
    """The command by which the owner of an identity of the user's own lets it trust that subject; empty for those of the project."""
    keys = {f"{kind}{environment}" for kind in TRUSTS}
    found = next((each for each in resources(job.project, job.facts) if each.key in keys), None)
    return replace(found, issuer=ISSUER, subject=subject).command("create") if isinstance(found, (ApplicationTrust, IdentityTrust)) else ""


async def _trusts(job: Job) -> dict[str, tuple[Trust, ...] | str]:
    """By GitHub environment what its identity trusts, or why that is not known."""
    if job.project.identity.mode == "existing":
        return {environment.name: await _or_why(job, environment.existing.identity or "") for environment in job.project.environments}
    sights = {sight.key: sight for sight in await survey(concerned(job), job.session)}
    found: dict[str, tuple[Trust, ...] | str] = {}
    for key, sight in sights.items():
        if not key.startswith(CREDENTIALS):
            continue
        if sight.blind or not sight.resource.identifiable():
            found[sight.resource.name] = "there is no identity, or it may not be read"
            continue
        try:
            found[sight.resource.name] = await held_by(job, sights, sight)
        except (LakestrapError, NotYet) as refusal:
            found[sight.resource.name] = str(refusal)
    return found


async def _or_why(job: Job, identity: str) -> tuple[Trust, ...] | str:
    from wizard.providers.entra.held_credentials import application_of, trusts_of_application
    from wizard.providers.identity.held_credentials import trusts_of_identity

    try:
        if identity.startswith("/"):
            return await trusts_of_identity(job.session, identity)
        application = await application_of(job.session, identity)
        return await trusts_of_application(job.session, application) if application else "this tenant does not hold its application"
    except (NotAllowed, LakestrapError, NotYet) as refusal:
        return str(refusal)
