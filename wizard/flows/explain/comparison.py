"""Presented claims against wanted and trusted ones: which part differs, why that happens, and what mends it.

Owns the rules. Pure: asks nobody. Subjects are matched exactly, case included.
https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from wizard.flows.explain.asked import Claims
from wizard.providers.github.oidc_subject import ISSUER

AUDIENCE = "api://AzureADTokenExchange"
SUBJECT = re.compile(r"repo:(?P<owner>[^/@:]+)(?:@(?P<owner_id>\d+))?/(?P<name>[^/@:]+)(?:@(?P<id>\d+))?:(?P<context>.+)")
MIGRATE, SETUP, VERIFY = "lakestrap migrate subject", "lakestrap setup", "lakestrap verify"


@dataclass(frozen=True, slots=True)
class Expected:
    """What an environment's jobs present, by GitHub's word of now, and what its identity trusts (``None``: may not be read).

    ``command`` lets an identity of the user's own trust them; empty where the identity is the project's.
    """

    environment: str
    subject: str
    trusted: tuple[Claims, ...] | None = None
    why_unknown: str = ""
    command: str = ""

    @property
    def subjects(self) -> tuple[str, ...]:
        return tuple(trust.subject for trust in self.trusted or ())


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference: ``kind`` for machines, ``why`` for people, both sides with the differing part in brackets, and what to do."""

    kind: str
    why: str
    presented: str = ""
    expected: str = ""
    commands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject taken apart; ids are empty in one that is made of names only."""

    owner: str
    owner_id: str
    name: str
    id: str
    context: str

    @property
    def repository(self) -> str:
        return f"{self.owner}/{self.name}"

    @property
    def environment(self) -> str:
        return self.context.removeprefix("environment:").replace("%3A", ":") if self.context.startswith("environment:") else ""


def taken_apart(text: str) -> Subject | None:
    """The parts of a subject of the default form; ``None`` for one of a template of the repository's own."""
    found = SUBJECT.fullmatch(text)
    return None if found is None else Subject(**{name: part or "" for name, part in found.groupdict().items()})


def marked(one: str, other: str) -> tuple[str, str]:
    """Both texts with what differs in brackets: ``environment:[Prod]``."""
    left, right = (re.split(r"([:/@])", text) for text in (one, other))
    first, second = "", ""
    for tag, a, b, c, d in difflib.SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        here, there = "".join(left[a:b]), "".join(right[c:d])
        first += here if tag == "equal" or not here else f"[{here}]"
        second += there if tag == "equal" or not there else f"[{there}]"
    return first, second


def nearest(subject: str, expected: Sequence[Expected]) -> Expected | None:
    """The environment that a subject is meant for: by its name, in any case of letters, else the likest subject."""
    parts = taken_apart(subject)
    named = [each for each in expected if parts and parts.environment and each.environment.lower() == parts.environment.lower()]
    if named:
        return next((each for each in named if parts and each.environment == parts.environment), named[0])
    alike = sorted(expected, key=lambda each: difflib.SequenceMatcher(None, subject, each.subject).ratio(), reverse=True)
    return alike[0] if alike else None


def findings(presented: Claims, expected: Expected, code: str = "") -> Iterator[Finding]:
    """Every difference worth telling, the cause first; at least one."""
    for found in _findings(presented, expected, code):
        yield replace(found, commands=_of_your_own(found.commands, expected)) if expected.command else found


def _of_your_own(commands: tuple[str, ...], expected: Expected) -> tuple[str, ...]:
    """Neither set-up nor a migration changes whom an identity of the user's own trusts: its owner does, or has done so already."""
    mends = VERIFY if expected.subject in expected.subjects else expected.command
    return tuple(dict.fromkeys(mends if command in (SETUP, MIGRATE) else command for command in commands))


def _findings(presented: Claims, expected: Expected, code: str) -> Iterator[Finding]:
    if presented.audience and presented.audience != AUDIENCE:
        why = "the job asks for a token of another audience: leave `audience` of azure/login out"
        yield Finding("audience", why, presented.audience, AUDIENCE, ("edit the workflow",))
    if presented.issuer and presented.issuer.rstrip("/") != ISSUER:
        yield Finding("issuer", "the token is not of github.com", presented.issuer, ISSUER, ("run the job on github.com",))
    if not presented.subject:
        return
    if presented.subject == expected.subject:
        yield _as_wanted(presented.subject, expected, code)
        return
    both = marked(presented.subject, expected.subject)
    parts, wanted = taken_apart(presented.subject), taken_apart(expected.subject)
    if parts is None or wanted is None:
        why = "the repository has a subject template of its own, and the token was made by another one"
        yield Finding("template", why, *both, (SETUP,))
        return
    yield from _repository(parts, wanted, both)
    yield from _context(parts, wanted, expected, both)


def _as_wanted(subject: str, expected: Expected, code: str) -> Finding:
    """The job presents what it should: so it is the trust."""
    if expected.trusted is None:
        return Finding("unknown", f"the job presents what it should; whom its identity trusts may not be read: {expected.why_unknown}")
    if subject in expected.subjects:
        if code in ("", "AADSTS70021"):
            why = "exactly this is trusted; a trust that was just given is not known everywhere yet"
            return Finding("trusted", why, subject, subject, (f"{VERIFY}   # again in a minute",))
        why = f"the identity of {expected.environment} trusts exactly this: the job signs in as another one, so look at AZURE_CLIENT_ID"
        return Finding("identity", why, subject, subject, ("lakestrap status",))
    for trusted in expected.subjects:
        if trusted.lower() == subject.lower():
            why = "what is trusted differs in upper and lower case only"
            return Finding("case", why, *marked(subject, trusted), (SETUP,))
    for trusted in expected.subjects:
        parts, other = taken_apart(subject), taken_apart(trusted)
        if parts and other and parts.context == other.context and bool(parts.id) != bool(other.id):
            words = ("with ids in it", "made of names only")
            why = f"GitHub sends a subject {words[not parts.id]}, and the one that is trusted is {words[not other.id]}"
            return Finding("immutable", why, *marked(subject, trusted), (MIGRATE,))
    if expected.subjects:
        trusted = max(expected.subjects, key=lambda each: difflib.SequenceMatcher(None, subject, each).ratio())
        return Finding("trust", "another subject is trusted", *marked(subject, trusted), (MIGRATE,))
    return Finding("untrusted", "the identity trusts nobody", subject, "", (SETUP,))


def _repository(parts: Subject, wanted: Subject, both: tuple[str, str]) -> Iterator[Finding]:
    if (parts.repository, parts.owner_id, parts.id) == (wanted.repository, wanted.owner_id, wanted.id):
        return
    if parts.repository == wanted.repository:
        why = "one subject has ids in it, the other is made of names only: the repository was opted in, renamed or transferred"
        yield Finding("immutable", why, *both, (MIGRATE,))
    elif parts.repository.lower() == wanted.repository.lower():
        yield Finding("case", "the repository is spelled otherwise: upper and lower case count", *both, (SETUP,))
    elif parts.id and parts.id == wanted.id:
        why = f"it is the same repository under another name: {parts.repository}"
        yield Finding("renamed", why, *both, (MIGRATE,))
    else:
        why = f"the job ran in {parts.repository}, and the project is in {wanted.repository}: a fork, or the name from before a rename"
        yield Finding("repository", why, *both, (f"write `repository: {parts.repository}` under `github:` in lakestrap.yaml", MIGRATE))


def _context(parts: Subject, wanted: Subject, expected: Expected, both: tuple[str, str]) -> Iterator[Finding]:
    name = expected.environment
    if parts.context == wanted.context:
        return
    if not parts.environment:
        why = "the job names no environment, and trust is given to jobs of an environment only"
        yield Finding("no environment", why, *both, (f"write `environment: {name}` in the job of the workflow",))
    elif parts.environment.lower() == wanted.environment.lower():
        why = "the environment is spelled otherwise: upper and lower case count"
        yield Finding("case", why, *both, (f"write `environment: {name}` in the job of the workflow, as in lakestrap.yaml",))
    else:
        why = f"the job runs in {parts.environment}, which is no environment of the project"
        yield Finding("environment", why, *both, (f"write `environment: {name}` in the job", f"lakestrap add {parts.environment}"))
