"""From Graph's refusals to ours, with a hint.

Owns the translation for every kind that talks to Microsoft Graph, and the knowledge of which refusals a propagation delay
explains. It must never retry.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from wizard.errors import LakestrapError, NotAllowed, NotSignedIn, NotYet, ServiceRefused, Unreachable
from wizard.providers.graph import GraphRefused

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterator

Answer = TypeVar("Answer")

NOT_FOUND = "Request_ResourceNotFound"
EXISTS = "Request_MultipleObjectsWithSameKeyValue"
NO_BACKING_APPLICATION = "NoBackingApplicationObject"
DENIED = "Authorization_RequestDenied"

POLICY = {
    "CredentialTypeNotAllowedAsPerAppPolicy": "a policy of the tenant forbids client secrets",
    "CredentialInvalidLifetimeAsPerAppPolicy": "a policy of the tenant forbids client secrets that live so long",
}
HINTS = {
    "InvalidFederatedIdentityCredentialValue": "the trust is there under another name: az ad app federated-credential list --id CLIENT_ID",
    "Directory_QuotaExceeded": "remove what is no longer needed: an application has at most twenty federated credentials",
}
SERVICE_TREE = frozenset({"ServiceTreeNullValueProvided", "ServiceTreeInvalid"})


@contextmanager
def translated(step: str, *, young: bool = False, permission: str = "") -> Iterator[None]:
    """Turn ``GraphRefused`` into ours. ``step`` says what was tried: ``create application shop-dev-deploy``.

    ``young`` says that what is referred to was made a moment ago, so that "not found" is a delay: ``NotYet``. ``permission``
    is what a refusal for lack of rights will name. https://learn.microsoft.com/graph/errors
    """
    try:
        yield
    except GraphRefused as refusal:
        if young and (refusal.code in (NOT_FOUND, NO_BACKING_APPLICATION) or refusal.status == 404):
            raise NotYet("Entra ID has not replicated the application yet", refusal.retry_after, refusal.code) from refusal
        if refusal.status == 429:
            raise NotYet("Microsoft Graph asks to slow down", refusal.retry_after or 5.0, refusal.code) from refusal
        raise from_answer(refusal, step, permission) from refusal


def from_answer(refusal: GraphRefused, step: str, permission: str = "") -> LakestrapError:
    """Our exception for an error answer."""
    shown = f"cannot {step}: {refusal.status} {refusal.code}: {refusal.message}"
    if refusal.status == 401:
        return NotSignedIn(shown, hints=["az login"])
    if refusal.code in POLICY:
        hints = ["set identity.mode to federated in lakestrap.yaml: it needs no secret", "or ask an administrator for an exemption"]
        return NotAllowed(f"cannot {step}: {POLICY[refusal.code]} ({refusal.code})", permission="client secrets", hints=hints)
    if refusal.code in SERVICE_TREE:
        hints = ["the tenant wants a serviceManagementReference on every application: ask an administrator to create it"]
        return ServiceRefused(shown, status=refusal.status, code=refusal.code, hints=hints)
    if refusal.status == 403:
        return NotAllowed(shown, permission=permission, hints=[_right(permission)])
    if refusal.status >= 500:
        return Unreachable(shown, hints=["run the same command again: it finds out what was done and goes on"])
    hints = [HINTS[refusal.code]] if refusal.code in HINTS else []
    return ServiceRefused(shown, status=refusal.status, code=refusal.code, hints=hints)


def _right(permission: str) -> str:
    if permission == "Application.ReadWrite.OwnedBy":
        return "ask an administrator for the Entra role Application Developer, or set identity.mode to managed-identity in lakestrap.yaml"
    return "ask an administrator for the Entra role Application Administrator"


async def found(call: Awaitable[Answer]) -> Answer | None:
    """The answer of a read; ``None`` where there is nothing. Use it inside ``translated``."""
    try:
        return await call
    except GraphRefused as refusal:
        if refusal.status == 404:
            return None
        raise
