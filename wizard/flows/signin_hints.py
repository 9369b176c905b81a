"""Why a sign-in of a pipeline failed, and what to do about it: one line a code.

Owns the table of hints for the errors that a job's log holds. Knows no cloud and calls nothing.
See https://learn.microsoft.com/entra/identity-platform/reference-error-codes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hint:
    """What an error means. ``delay`` says that on a young object it may be a propagation delay that waiting mends."""

    code: str
    line: str
    remedy: str
    delay: bool = False


REMEDIES: dict[str, tuple[str, bool]] = {
    "AADSTS70021": ("the federated credential is not known everywhere yet: run `lakestrap verify` again in a minute", True),
    "AADSTS700213": ("no federated credential has this subject: run `lakestrap setup`, which reads the subject from GitHub", False),
    "AADSTS7002138": ("the subject differs in upper and lower case only: run `lakestrap setup`, which takes GitHub's spelling", False),
    "AADSTS700211": ("no federated credential has GitHub's issuer: run `lakestrap setup`", False),
    "AADSTS700212": ("the federated credential has another audience than api://AzureADTokenExchange: run `lakestrap setup`", False),
    "AADSTS70025": ("the application has no federated credential at all: run `lakestrap setup`", True),
    "AADSTS700016": ("the variable AZURE_CLIENT_ID names no application of this tenant: run `lakestrap setup`", True),
    "AADSTS7000229": ("the application has no service principal in this tenant: run `lakestrap setup`", True),
    "AADSTS7000215": ("the secret AZURE_CLIENT_SECRET is not the application's: run `lakestrap rotate`", True),
    "AADSTS7000222": ("the secret AZURE_CLIENT_SECRET has expired: run `lakestrap rotate`", False),
    "AADSTS7000112": ("the application is disabled: an administrator has to enable it again", False),
    "AADSTS90002": ("the variable AZURE_TENANT_ID names no tenant: run `lakestrap setup`", False),
    "AADSTS900023": ("the variable AZURE_TENANT_ID is no tenant id: run `lakestrap setup`", False),
    "AADSTS700223": ("a tenant policy forbids federation with this issuer: ask an administrator of the tenant", False),
    "AADSTS700238": ("a tenant policy forbids federation with this issuer: ask an administrator of the tenant", False),
    "AADSTS700024": ("the job's token was no longer valid: the job ran for too long before it signed in", False),
    "AADSTS53003": ("a Conditional Access policy blocks workload identities: ask an administrator of the tenant", False),
}
_UNTRUSTED = "your identity does not trust this job: run `lakestrap explain ENVIRONMENT`, which tells the command that lets it"
_NO_SUCH = "write the client id of an application of this tenant as `existing.identity` in lakestrap.yaml, then run `lakestrap setup`"
OF_YOUR_OWN: dict[str, str] = {
    **dict.fromkeys(("AADSTS700213", "AADSTS7002138", "AADSTS700211", "AADSTS700212", "AADSTS70025"), _UNTRUSTED),
    "AADSTS700016": f"the variable AZURE_CLIENT_ID names no application of this tenant: {_NO_SUCH}",
    "AADSTS7000229": "your application has no service principal in this tenant: run `az ad sp create --id CLIENT-ID`",
}
"""What mends it where the identity is the user's own: set-up changes none of those."""
TEXTS: tuple[tuple[str, str, str, bool], ...] = (
    ("NoIdToken", r"id-token in the workflow|ACTIONS_ID_TOKEN_REQUEST_URL", "the job lacks `permissions: id-token: write`", False),
    ("NoValues", r"Ensure 'client-id' and 'tenant-id' are supplied", "the environment has no AZURE_CLIENT_ID or AZURE_TENANT_ID", False),
    ("NotAllowedBranch", r"is not allowed to deploy to", "the environment's branch policy refuses this branch: see deploy_from", False),
    ("Rejected", r"deployment was rejected", "a reviewer rejected the deployment", False),
    ("NoSubscription", r"No subscriptions found|The subscription of '[^']*' doesn't exist", "the identity has no role there yet", True),
    ("ForbiddenByRbac", r"ForbiddenByRbac", "the identity may not read the vault's secrets", True),
    ("ForbiddenByFirewall", r"ForbiddenByFirewall|ForbiddenByConnection", "the vault's network does not admit this runner", False),
    ("AuthorizationFailed", r"\(AuthorizationFailed\)", "the identity lacks a role", True),
    ("NotEmulated", r"not emulated: .*", "the local cloud does not play this step", False),
)
CODE = re.compile(r"AADSTS\d+")
MARK = re.compile(r"##\[error\]|ERROR:")
STAMP = re.compile(r"^\d{4}-\d\d-\d\dT[\d:.]+Z ")


def hint(log: str, *, own: bool = False) -> Hint | None:
    """What the log of a failed job says went wrong: its first error that the tables know, else its last error line.

    ``own``: the job signs in as an identity of the user's own.
    """
    lines = [STAMP.sub("", line).strip() for line in log.splitlines()]
    errors = [line.removeprefix("##[error]") for line in lines if MARK.search(line)]
    for line in lines:
        if (found := CODE.search(line)) is not None:
            unknown = f"see https://login.microsoftonline.com/error?code={found[0].removeprefix('AADSTS')}"
            delay = REMEDIES.get(found[0], ("", False))[1]
            return Hint(found[0], line.removeprefix("##[error]"), remedy(found[0], own=own) or unknown, delay)
    for code, pattern, mends, delay in TEXTS:
        matching = next((line for line in lines if re.search(pattern, line)), None)
        if matching is not None:
            shown = matching if MARK.search(matching) or not errors else errors[0]
            return Hint(code, shown.removeprefix("##[error]"), mends, delay)
    return Hint("", errors[-1], "read the log of the run") if errors else None


def remedy(code: str, *, own: bool = False) -> str:
    """What mends an error with that code; empty where the tables do not know it."""
    return (OF_YOUR_OWN.get(code, "") if own else "") or REMEDIES.get(code, ("", False))[0]


def subject_of(log: str) -> str:
    """The subject that the job really presented, as the sign-in action tells it; empty where it does not."""
    found = re.search(r"subject claim - (\S+)", log)
    return found[1] if found else ""
