"""Whether a key of a storage account works: one read, signed with it.

Owns the signature and what a refusal means. https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING

from wizard.errors import LakestrapError, NotAllowed, NotYet
from wizard.providers.arm.errors import translated

if TYPE_CHECKING:
    from wizard.providers.session import Session
    from wizard.secret import Secret

VERSION = "2023-11-03"
QUERY = {"comp": "list", "maxresults": "1"}


async def key_works(session: Session, account: str, key: Secret) -> None:
    """Return where the blob service takes a request signed with the key.

    Raises ``NotYet`` where it does not know the key (yet), ``NotAllowed`` where shared keys or this network are shut out.
    """
    from azure.core.rest import HttpRequest

    headers = {"x-ms-date": format_datetime(datetime.now(UTC), usegmt=True), "x-ms-version": VERSION}
    request = HttpRequest("GET", f"https://{account}.blob.core.windows.net/", params=QUERY, headers=headers)
    request.headers["Authorization"] = f"SharedKey {account}:{signature(account, headers, key)}"
    with translated(f"list the containers of the storage account {account}"):
        answer = await session.unsigned().send_request(request)
    if answer.status_code >= 400:
        raise _refusal(account, answer.status_code, str(answer.headers.get("x-ms-error-code", "")))


def signature(account: str, headers: dict[str, str], key: Secret) -> str:
    """Base64 of the HMAC over the request: eleven standard headers, all of them empty here, then ours, then the resource."""
    canonical = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    resource = f"/{account}/" + "".join(f"\n{name}:{QUERY[name]}" for name in sorted(QUERY))
    text = "GET" + "\n" * 12 + canonical + resource
    return base64.b64encode(hmac.digest(base64.b64decode(key.reveal()), text.encode(), hashlib.sha256)).decode()


def _refusal(account: str, status: int, code: str) -> LakestrapError | NotYet:
    shown = f"the storage account {account} refuses its key: {status} {code}"
    if code == "AuthenticationFailed":
        return NotYet(shown, code=code)
    if code == "KeyBasedAuthenticationNotPermitted":
        return NotAllowed(shown, hints=("shared keys are switched off: take the secret out of lakestrap.yaml",))
    hints = (f"the network rules of {account} shut this machine out: run it from where the account can be reached",)
    return NotAllowed(shown, hints=hints)
