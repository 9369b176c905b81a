"""What somebody wants explained: a subject, the text of an error, its code, a run or an environment.

Owns taking that text apart. Asks nobody.
See https://learn.microsoft.com/entra/identity-platform/reference-error-codes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from wizard.errors import BadInput, Problem
from wizard.flows.signin_hints import CODE, REMEDIES, subject_of

RUN = re.compile(r"https://github\.com/([^/\s]+/[^/\s]+)/actions/runs/(\d+)\S*")
OLDEST_RUN = 10**9
"""Numbers below are no ids of runs any more, but may be codes of errors."""
QUOTED = {
    "subject": r"[Ss]ubject:? '([^']+)'",
    "issuer": r"[Ii]ssuer:? '([^']+)'",
    "audience": r"[Aa]udience:? '([^']+)'",
}
"""How the token service names the claims in its errors."""
TOLD = {"issuer": r"issuer - (\S+)", "audience": r"audience - (\S+)"}
"""How the sign-in action names them in a job's log."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says of its job; a claim that is not known is empty."""

    subject: str = ""
    issuer: str = ""
    audience: str = ""

    def __bool__(self) -> bool:
        return bool(self.subject or self.issuer or self.audience)


@dataclass(frozen=True, slots=True)
class Asked:
    """One of: a ``run`` (with its ``repository`` where the address named it), an ``environment``, or ``claims`` and ``code``."""

    text: str
    claims: Claims = Claims()
    code: str = ""
    run: int = 0
    repository: str = ""
    environment: str = ""


def asked(text: str, environments: tuple[str, ...] = ()) -> Asked:
    """What a text asks for. Raises ``BadInput`` where it is none of these."""
    text = text.strip()
    address = RUN.search(text)
    if address:
        return Asked(text, run=int(address[2]), repository=address[1])
    if text in environments:
        return Asked(text, environment=text)
    if text.isdigit():
        code = f"AADSTS{text}"
        return Asked(text, code=code) if int(text) < OLDEST_RUN and code in REMEDIES else Asked(text, run=int(text))
    found = CODE.search(text)
    claims = claims_in(text)
    if found or claims:
        return Asked(text, claims, found[0] if found else "")
    if re.fullmatch(r"[\w.-]+:\S+", text):
        return Asked(text, Claims(subject=text))
    known = f" or one of {', '.join(environments)}" if environments else ""
    reason = f"{text!r} is neither a subject, an error of the sign-in, a run nor an environment"
    raise BadInput([Problem("SUBJECT|RUN", reason, f"give the AADSTS error, the subject, the address of the run{known}")])


def claims_in(text: str) -> Claims:
    """The claims that an error of the token service or a job's log tells."""
    found = {name: match[1] for name, pattern in QUOTED.items() if (match := re.search(pattern, text))}
    for name, pattern in TOLD.items():
        if name not in found and (match := re.search(pattern, text)):
            found[name] = match[1]
    if logged := subject_of(text):
        found["subject"] = logged
    return Claims(**found)
