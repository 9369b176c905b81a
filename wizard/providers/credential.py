"""Access tokens out of the ``az`` profile: one cached source, seen as an asynchronous credential by the SDKs.

Owns the cache of tokens and the translation of sign-in failures (AADSTS…) into our exceptions. It must never print,
log or keep a token longer than the run.
"""

from __future__ import annotations

import asyncio
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

from wizard.errors import LakestrapError, NotSignedIn, Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from azure.core.credentials import AccessToken

Json = Any

RENEWED_BEFORE = 300.0
"""Seconds before its end from which a cached token is no longer handed out."""

EXPLANATIONS = {
    50173: "the sign-in was revoked (the password changed)",
    70043: "the sign-in has expired: the sign-in frequency of the tenant asks for a new one",
    700082: "the sign-in has expired: it was not used for too long",
    700084: "the sign-in has expired",
    50078: "the multi-factor authentication has expired",
    50076: "multi-factor authentication is asked for",
    50079: "multi-factor authentication has to be set up first",
    50158: "an additional check is asked for by the tenant",
    53003: "a conditional access policy blocks the sign-in",
    50057: "the account is disabled",
    50034: "the account does not exist in this tenant",
    7000222: "the client secret has expired",
    7000215: "the client secret is wrong",
    700016: "the application is not in this tenant",
    90002: "the tenant does not exist",
}
"""What the common AADSTS numbers mean. https://learn.microsoft.com/entra/identity-platform/reference-error-codes"""


class TokenSource:
    """Tokens for one signed-in account by scope; safe to use from several threads and from an event loop."""

    def __init__(self, acquire: Callable[..., Any], tenant: str, claims_command: Callable[[str], str] | None = None) -> None:
        """``acquire(scope, claims=…)`` answers ``(token, expires_on)`` and may block."""
        self._acquire = acquire
        self._tenant = tenant
        self._claims_command = claims_command
        self._tokens: dict[str, tuple[str, int]] = {}
        self._lock = threading.Lock()

    def cached(self, scope: str) -> tuple[str, int] | None:
        """The token for a scope where a fresh one is at hand."""
        found = self._tokens.get(scope)
        return found if found is not None and found[1] - time.time() > RENEWED_BEFORE else None

    def token(self, scope: str, claims: str | None = None) -> tuple[str, int]:
        """The token and the second of its end. Blocks. Raises ``NotSignedIn`` or ``Unreachable``."""
        with self._lock:
            found = None if claims else self.cached(scope)
            if found is None:
                with sign_in_translated(self._tenant, claims):
                    token, expires_on = self._acquire(scope, **({"claims": claims} if claims else {}))[:2]
                found = (str(token), int(expires_on))
                self._tokens[scope] = found
            return found


class CoreToken:
    """The source as azure-core's ``AsyncTokenCredential``.

    azure-cli-core's own credential gives a named tuple that kiota does not take for a token, and it blocks the loop.
    """

    def __init__(self, source: TokenSource) -> None:
        self._source = source

    async def get_token(self, *scopes: str, claims: str | None = None, **_: object) -> AccessToken:
        from azure.core.credentials import AccessToken

        found = None if claims else self._source.cached(scopes[0])
        if found is None:
            found = await asyncio.to_thread(self._source.token, scopes[0], claims)
        return AccessToken(*found)

    async def close(self) -> None:
        """Nothing to close."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """Nothing to close."""


def login_command(tenant: str = "", claims: str | None = None) -> str:
    """The ``az login`` that mends it. ``claims`` is the challenge of a service that asks for more (MFA)."""
    from base64 import b64encode

    command = "az login" + (f" --tenant {tenant}" if tenant else "")
    return command + (f' --claims-challenge "{b64encode(claims.encode()).decode()}"' if claims else "")


@contextmanager
def sign_in_translated(tenant: str = "", claims: str | None = None) -> Iterator[None]:
    """Failures of azure-cli-core and MSAL as ``NotSignedIn`` or ``Unreachable``."""
    import requests
    from azure.cli.core.azclierror import AuthenticationError
    from knack.util import CLIError
    from msal.exceptions import MsalError

    try:
        yield
    except LakestrapError:
        raise
    except AuthenticationError as error:
        raise refused(getattr(error, "msal_error", None) or {}, str(error), tenant, claims) from error
    except CLIError as error:
        raise NotSignedIn(f"not signed in to Azure: {error}", hints=[login_command(tenant, claims)]) from error
    except requests.exceptions.RequestException as error:
        hints = ["check the network, and HTTPS_PROXY where a proxy is used"]
        raise Unreachable(f"login.microsoftonline.com cannot be reached: {_short(error)}", hints=hints) from error
    except MsalError as error:  # an answer of 429 or 5xx, which MSAL does not read
        hints = ["run the same command again in a moment", "https://status.cloud.microsoft"]
        raise Unreachable(f"login.microsoftonline.com did not answer the sign-in: {first_line(str(error))}", hints=hints) from error
    except ValueError as error:  # MSAL: "Unable to get authority configuration for https://…" for an unknown tenant
        raise NotSignedIn(f"not signed in to Azure: {str(error).splitlines()[0]}", hints=[login_command(tenant, claims)]) from error


def refused(answer: Json, message: str, tenant: str = "", claims: str | None = None) -> LakestrapError:
    """What a refusal of the token service means. ``answer`` is its JSON error, which may be empty."""
    codes = [int(code) for code in answer.get("error_codes") or ()]
    if any(code in (90033, 90055) for code in codes) or answer.get("error") == "temporarily_unavailable":
        return Unreachable(f"Entra ID is not available for the moment: {first_line(message)}")
    explained = next((EXPLANATIONS[code] for code in codes if code in EXPLANATIONS), "")
    code = f"AADSTS{codes[0]}" if codes else ""
    reason = f"{explained} ({code})" if explained and code else first_line(str(answer.get("error_description") or message))
    return NotSignedIn(f"not signed in to Azure: {reason}", hints=[login_command(tenant, claims)])


def first_line(text: str) -> str:
    """The message without the trace ids that Entra ID puts behind it."""
    line = text.strip().splitlines()[0] if text.strip() else "no reason was given"
    return line.partition(" Trace ID:")[0]


def _short(error: Exception) -> str:
    text = str(error)
    for known in ("Connection refused", "Name or service not known", "timed out", "CERTIFICATE_VERIFY_FAILED", "Tunnel connection failed"):
        if known in text:
            return known
    return type(error).__name__
