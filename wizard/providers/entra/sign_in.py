"""Signing in as an application with a client secret, to see whether it works.

Owns that one question. The token is dropped at once; the operator's own sign-in is not touched.
https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
"""

from __future__ import annotations

import asyncio
from typing import Any

from wizard.errors import NotYet, ServiceRefused, Unreachable
from wizard.secret import Secret

ARM_SCOPE = "https://management.azure.com/.default"
DELAYED = {
    7000215: "the token service does not know the new secret yet",
    700016: "the token service does not know the application yet",
    7000229: "the token service does not know the service principal yet",
}
"""AADSTS codes that a propagation delay explains: https://learn.microsoft.com/entra/identity-platform/reference-error-codes"""


async def signs_in(tenant: str, client_id: str, secret: Secret) -> None:
    """Return where the application gets a token for Azure with the secret.

    Raises ``NotYet`` where a delay explains the refusal, ``ServiceRefused`` with the AADSTS code for every other, ``Unreachable``.
    """
    answer = await asyncio.to_thread(_asked, tenant, client_id, secret)
    if "access_token" in answer:
        return
    codes = [int(code) for code in answer.get("error_codes") or ()]
    for code in codes:
        if code in DELAYED:
            raise NotYet(DELAYED[code], code=f"AADSTS{code}")
    words = str(answer.get("error_description") or answer.get("error") or "no answer").splitlines()[0]
    raise ServiceRefused(f"cannot sign in as {client_id}: {words}", code=f"AADSTS{codes[0]}" if codes else "")


def _asked(tenant: str, client_id: str, secret: Secret) -> dict[str, Any]:
    import msal
    import requests

    authority = f"https://login.microsoftonline.com/{tenant}"
    try:
        application = msal.ConfidentialClientApplication(
            client_id, authority=authority, client_credential=secret.reveal(), instance_discovery=False
        )
        answer: dict[str, Any] = application.acquire_token_for_client(scopes=[ARM_SCOPE])
    except requests.exceptions.RequestException as lost:
        raise Unreachable(f"cannot reach login.microsoftonline.com: {type(lost).__name__}", hints=["check the network"]) from lost
    except (ValueError, msal.exceptions.MsalServiceError) as unclear:  # an error answer that is no JSON, as a gateway's, or only a status
        raise Unreachable("login.microsoftonline.com gave no usable answer", hints=["run the same command again"]) from unclear
    return answer
