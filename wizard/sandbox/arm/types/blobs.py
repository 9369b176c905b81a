"""``ACCOUNT.blob.core.windows.net``: as much of the blob service as tells whether an account key works.

Owns the check of a request signed with a shared key, and the list of containers. A name resolves while its account exists. Not
emulated: everything else, blobs and their content, signed addresses and Entra tokens among it (501).
https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote
from xml.sax.saxutils import escape

from wizard.sandbox.arm.types.keys import account_keys
from wizard.sandbox.router import Refusal, Request, Response, Router, not_emulated

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any

SIGNED = (
    "content-encoding", "content-language", "content-length", "content-md5", "content-type", "date", "if-modified-since", "if-match",
    "if-none-match", "if-unmodified-since", "range",
)  # fmt: skip
YOUTH = 900.0
"""Seconds for which a signed request is taken."""


def account_named(world: World, host: str) -> Json | None:
    """The storage account of a host name; names are global."""
    tail = f"/providers/microsoft.storage/storageaccounts/{host.partition('.')[0].lower()}"
    rows = world.table("arm.resources").rows
    return next((row for key, row in rows.items() if key.endswith(tail)), None)


class Blobs(Router):
    """Host names come and go with their accounts."""

    def resolves(self, host: str, world: World) -> bool:
        return account_named(world, host) is not None


ROUTER = Blobs("storage", r"(?!productionresultssa\d)[a-z0-9]{3,24}\.blob\.core\.windows\.net")


def _refused(status: int, code: str, message: str, detail: str = "") -> Refusal:
    """The service's XML, which begins with a byte order mark."""
    more = f"<AuthenticationErrorDetail>{escape(detail)}</AuthenticationErrorDetail>" if detail else ""
    text = f'\ufeff<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code><Message>{message}</Message>{more}</Error>'
    return Refusal(Response(status, text.encode(), {"Content-Type": "application/xml", "x-ms-error-code": code}))


def string_to_sign(request: Request, account: str) -> str:
    """What the client must have signed."""
    headers = dict(request.headers)
    length = headers.get("content-length", "")
    lines = [request.method, *(headers.get(name, "") for name in SIGNED)]
    lines[3] = "" if length == "0" else length
    lines += [f"{name}:{headers[name].strip()}" for name in sorted(headers) if name.startswith("x-ms-")]
    resource = f"/{account}{request.path}"
    resource += "".join(f"\n{name.lower()}:{value}" for name, value in sorted(request.query.items()))
    return "\n".join([*lines, resource])


def _require_key(request: Request, world: World, account: Json) -> None:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if not scheme:
        words = "Server failed to authenticate the request. Please refer to the information in the www-authenticate header."
        raise _refused(401, "NoAuthenticationInformation", words)
    if scheme.lower() == "bearer":
        raise Refusal(not_emulated(request))
    properties = account["properties"]
    rules = properties.get("networkAcls") or {}
    if properties.get("publicNetworkAccess") in ("Disabled", "SecuredByPerimeter") or rules.get("defaultAction") == "Deny":
        raise _refused(403, "AuthorizationFailure", "This request is not authorized to perform this operation.")
    if properties.get("allowSharedKeyAccess") is False:
        raise _refused(403, "KeyBasedAuthenticationNotPermitted", "Key based authentication is not permitted on this storage account.")
    name, _, signature = given.partition(":")
    wanted, keys = string_to_sign(request, account["name"]), account_keys(world, account["id"])["keys"]
    computed = (base64.b64encode(hmac.digest(base64.b64decode(key["value"]), wanted.encode(), hashlib.sha256)).decode() for key in keys)
    if scheme != "SharedKey" or name != account["name"] or not any(hmac.compare_digest(signature, each) for each in computed):
        detail = f"The MAC signature found in the HTTP request '{signature}' is not the same as any computed signature."
        raise _unauthentic(detail)
    if abs(world.clock.now() - _moment(request)) > YOUTH:
        raise _unauthentic("Request date header too old")


def _unauthentic(detail: str) -> Refusal:
    words = "Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the "
    words += "signature."
    return _refused(403, "AuthenticationFailed", words, detail)


def _moment(request: Request) -> float:
    try:
        return parsedate_to_datetime(request.headers.get("x-ms-date") or request.headers.get("date", "")).timestamp()
    except ValueError:
        return 0.0


@ROUTER.get("/")
def list_containers(request: Request, world: World) -> Response:
    """https://learn.microsoft.com/rest/api/storageservices/list-containers2"""
    account = account_named(world, request.host)
    if account is None or request.query.get("comp") != "list":
        raise Refusal(not_emulated(request))
    _require_key(request, world, account)
    start = f"{account['id']}/blobServices/default/containers/".lower()
    names = [row["name"] for key, row in world.table("arm.resources").rows.items() if key.startswith(start)]
    found = "".join(f"<Container><Name>{escape(unquote(name))}</Name></Container>" for name in sorted(names))
    place = f"https://{request.host}/"
    text = f'<EnumerationResults ServiceEndpoint="{place}"><Containers>{found}</Containers><NextMarker /></EnumerationResults>'
    body = f'\ufeff<?xml version="1.0" encoding="utf-8"?>{text}'
    return Response(200, body.encode(), {"Content-Type": "application/xml", "x-ms-version": request.headers.get("x-ms-version", "")})
