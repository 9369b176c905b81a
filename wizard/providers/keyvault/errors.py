"""From Key Vault's exceptions to ours: what the data plane said, with a hint.

Owns the translation for ``{vault}.vault.azure.net``; the control plane's is ``wizard.providers.arm.errors``. A missing right
is ``NoDataRight``: whether it is only a role that has not spread is the kind's to find out. A closed network is never a
matter of waiting.
https://learn.microsoft.com/azure/key-vault/general/rest-error-codes
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from wizard.errors import LakestrapError, NotAllowed, NotYet, ServiceRefused, Unreachable
from wizard.providers.arm.errors import from_answer, message_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from azure.core.exceptions import HttpResponseError

BUSY = frozenset({"ObjectIsBeingDeleted", "ObjectIsBeingRecovered"})
DELETED = "ObjectIsDeletedButRecoverable"
NETWORK_HINTS = {
    "ForbiddenByFirewall": "allow this machine's address in the vault's firewall: az keyvault network-rule add --name {vault} "
    "--ip-address ADDRESS",
    "ForbiddenByConnection": "public access to {vault} is off: run this from a machine inside its network",
}


class NoDataRight(NotAllowed):
    """Neither roles nor access policies allow it: never, or not yet."""


@contextmanager
def translated(step: str, vault: str, *, fresh: bool = False) -> Iterator[None]:
    """Turn the SDK's exceptions into ours. ``vault`` is its name; ``fresh``: this run has just made it.

    Raises ``NotYet`` for named delays, else ``NoDataRight``, ``NotAllowed``, ``NotSignedIn``, ``Unreachable`` or
    ``ServiceRefused`` whose ``code`` is the inner one (``ObjectIsDeletedButRecoverable``).
    """
    from azure.core.exceptions import AzureError, HttpResponseError

    try:
        yield
    except HttpResponseError as refusal:
        raise _from_answer(refusal, step, vault) from refusal
    except AzureError as trouble:
        if fresh:
            raise NotYet(f"the name of vault {vault} does not resolve yet", code="NameNotResolved") from trouble
        hints = (f"check that {vault}.vault.azure.net resolves from here, and the proxy; then run the same command again",)
        raise Unreachable(f"cannot reach vault {vault} to {step}: {trouble.message}", hints=hints) from trouble


def inner_code(refusal: HttpResponseError) -> str:
    """``ForbiddenByRbac``, ``SecretDisabled`` …; the outer code where there is no inner one."""
    error: Any = refusal.error
    inner = getattr(error, "innererror", None) or {}
    return str(inner.get("code") or getattr(error, "code", "") or "")


def _from_answer(refusal: HttpResponseError, step: str, vault: str) -> LakestrapError | NotYet:
    code, text = inner_code(refusal), " ".join(message_of(refusal).split())
    if code in BUSY:
        return NotYet(text, code=code)
    shown = f"cannot {step} in vault {vault}: {refusal.status_code} {code}: {text}"
    if code in NETWORK_HINTS:
        return NotAllowed(shown, hints=(NETWORK_HINTS[code].format(vault=vault),))
    if code in ("ForbiddenByRbac", "ForbiddenByPolicy", "AccessDenied"):
        return NoDataRight(shown, permission=_action(text), hints=_access_hints(code, vault))
    if refusal.status_code == 403:
        return NotAllowed(shown)
    if refusal.status_code in (401, 429) or (refusal.status_code or 0) >= 500:
        return from_answer(refusal, step)
    return ServiceRefused(shown, status=refusal.status_code or 0, code=code)


def _action(text: str) -> str:
    _, found, rest = text.partition("Action: '")
    return rest.partition("'")[0] if found else ""


def _access_hints(code: str, vault: str) -> tuple[str, ...]:
    if code != "ForbiddenByRbac":
        return (f"az keyvault set-policy --name {vault} --object-id OBJECT_ID --secret-permissions get list set",)
    scope = f"$(az keyvault show --name {vault} --query id --output tsv)"
    return (
        "name yourself, or a group of yours, under `access:` with the role secrets-officer in lakestrap.yaml",
        f'or: az role assignment create --role "Key Vault Secrets Officer" --assignee OBJECT_ID --scope {scope}',
    )
