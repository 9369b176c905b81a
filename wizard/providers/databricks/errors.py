"""From databricks-sdk's exceptions to ours, with a hint.

Owns the translation, and what a workspace that is just made answers before it is ready: that is a delay, not an error.
https://docs.databricks.com/api/azure/workspace/introduction
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from wizard.errors import LakestrapError, NotAllowed, NotSignedIn, NotYet, ServiceRefused, Unreachable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from databricks.sdk.errors import DatabricksError

    from wizard.providers.session import Session

VAULT_REFUSED = "Unable to grant read/list permission"
UNSPREAD = ("was not found", "is not available", "Could not find principal")
"""What a workspace says of a principal or a vault that is not known everywhere yet."""


def host_of(host: object) -> str:
    """The host name alone, whatever form a deployment's output has."""
    return str(host).removeprefix("https://").rstrip("/").lower()


@contextmanager
def translated(step: str, host: object, session: Session, *, young: bool = False) -> Iterator[None]:
    """Turn the SDK's exceptions into ours. ``young``: what the request names may not have spread yet.

    A workspace that this run made (``session.made(host)`` or ``made("https://HOST")``) may not answer, or not know the
    operator, for a while. Raises ``NotYet``, ``NotAllowed``, ``NotSignedIn``, ``Unreachable`` or ``ServiceRefused``.
    """
    from databricks.sdk.errors import DatabricksError
    from requests.exceptions import RequestException

    name = host_of(host)
    fresh = session.young(name) or session.young(f"https://{name}")
    try:
        yield
    except DatabricksError as refusal:
        raise _from_answer(refusal, step, name, fresh, young) from refusal
    except (RequestException, TimeoutError, ConnectionError) as trouble:
        if fresh:
            raise NotYet(f"the workspace {name} does not answer yet", code="NameNotResolved") from trouble
        hints = (f"check that {name} resolves and can be reached from here, and the proxy; then run the same command again",)
        raise Unreachable(f"cannot reach the workspace {name} to {step}: {trouble}", hints=hints) from trouble


def _from_answer(refusal: DatabricksError, step: str, host: str, fresh: bool, young: bool) -> LakestrapError | NotYet:
    from databricks.sdk.errors import InternalError, PermissionDenied, TemporarilyUnavailable, Unauthenticated

    code, text = str(refusal.error_code or ""), str(refusal).partition(". Config: host=")[0]
    shown = f"cannot {step} in {host}: {code}: {text}"
    if fresh and isinstance(refusal, (TemporarilyUnavailable, InternalError)):
        return NotYet(f"the workspace {host} is not ready yet", code=code)
    if fresh and "Unauthorized access to Org" in text:
        return NotYet(f"the workspace {host} does not know the operator yet", code=code)
    if young and any(words in text for words in UNSPREAD):
        return NotYet(f"{host} does not find it yet: {text}", code=code)
    if "Unauthorized network access" in text:
        hints = ("run this from a machine in the workspace's network or connected to it; what is done stays, and set-up goes on from here",)
        return NotAllowed(shown, hints=hints)
    if VAULT_REFUSED in text:
        hints = ("making a scope on a vault takes Contributor (Microsoft.KeyVault/vaults/write) on that vault",)
        return NotAllowed(shown, permission="Microsoft.KeyVault/vaults/write", hints=hints)
    if isinstance(refusal, Unauthenticated) or "Invalid access token" in text:
        return NotSignedIn(shown, hints=("az login",))
    if isinstance(refusal, PermissionDenied) or code == "SCIM_403":
        hints = (f"it takes an administrator of the workspace {host}, or Contributor on its resource in Azure",)
        return NotAllowed(shown, hints=hints)
    return ServiceRefused(shown, status=_status(code), code=code)


def _status(code: str) -> int:
    number = code.removeprefix("SCIM_")
    if number.isdigit():
        return int(number)
    return 404 if code == "NOT_FOUND" or code.endswith("_DOES_NOT_EXIST") else 400
