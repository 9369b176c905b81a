"""Applications and managed identities that sign in: client secrets and federated assertions.

Owns the client-credentials grant. A young application, secret or federated credential is not known everywhere yet, and
is refused in the words that the real service uses then. Not emulated: certificates of an application's own (700027).
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any

import jwt

from wizard.sandbox.login import errors
from wizard.sandbox.login.directory import application_of, principal, service_principal_of, tenant
from wizard.sandbox.login.grants import application_answer
from wizard.sandbox.login.keys import ISSUERS, signature_holds
from wizard.sandbox.login.resources import audience_of

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def client_credentials(world: World, form: dict[str, str], tenant_name: str, *, v1: bool) -> Json:
    """The answer to ``grant_type=client_credentials``, by ``client_secret`` or ``client_assertion``.

    https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
    """
    if tenant_name in ("common", "organizations", "consumers"):
        raise errors.common_needs_user(world, tenant_name)
    client = form.get("client_id", "")
    if not client:
        raise errors.missing_parameter(world, "client_id")
    found = _service_principal(world, client)
    if form.get("client_assertion"):
        if form.get("client_assertion_type") != ASSERTION_TYPE:
            raise errors.missing_parameter(world, "client_assertion_type")
        _check_assertion(world, found, form["client_assertion"])
    elif form.get("client_secret"):
        _check_secret(world, client, form["client_secret"])
    else:
        raise errors.no_credential(world)
    audience = audience_of(world, form, v1=v1, delegated=False)
    return application_answer(world, principal(world, found["id"]), audience, secretless="client_assertion" in form, v1=v1)


def _service_principal(world: World, client: str) -> Json:
    told = tenant(world)
    application = application_of(world, client)
    found = service_principal_of(world, client)
    if application is None and (found is None or found["servicePrincipalType"] != "ManagedIdentity"):
        raise errors.unknown_client(world, client, told["displayName"])
    if application is not None and not world.consistency.visible("application", application["id"]):
        raise errors.unknown_client(world, client, told["displayName"])
    if found is None:
        raise errors.no_service_principal(world, client, told["id"])
    if not world.consistency.visible("principal", found["id"]):
        raise errors.unknown_client(world, client, told["displayName"])
    if not found.get("accountEnabled", True) or (application or {}).get("isDisabled"):
        raise errors.disabled_client(world, client, found["displayName"])
    return found


def _check_secret(world: World, client: str, secret: str) -> None:
    application = application_of(world, client)
    for credential in (application or {}).get("passwordCredentials", ()):
        kept = world.table("graph.passwords").rows.get(credential["keyId"], {}).get("secretText", "")
        if not hmac.compare_digest(kept.encode(), secret.encode()):
            continue
        if not world.consistency.visible("client_secret", credential["keyId"]):
            raise errors.wrong_secret(world, client)
        if credential["endDateTime"] and credential["endDateTime"] <= world.clock.iso():
            raise errors.expired_secret(world, client)
        return
    raise errors.wrong_secret(world, client)


def _check_assertion(world: World, found: Json, assertion: str) -> None:
    try:
        claims = jwt.decode(assertion, options={"verify_signature": False})
    except jwt.InvalidTokenError:
        raise errors.malformed_assertion(world) from None
    issuer, subject = str(claims.get("iss", "")), str(claims.get("sub", ""))
    if issuer == found["appId"]:
        raise errors.wrong_signature(world)
    audiences = claims.get("aud", "")
    _match(world, found, issuer, subject, [audiences] if isinstance(audiences, str) else list(audiences))
    start, end, now = float(claims.get("nbf", claims.get("iat", 0))), float(claims.get("exp", 0)), world.clock.now()
    key = next((key for key, known in ISSUERS.items() if known == issuer), None)
    if key is None:
        raise errors.own_token(world) if tenant(world)["id"] in issuer else errors.unreachable_issuer(world, issuer)
    if not signature_holds(world, assertion, key):
        raise errors.wrong_signature(world)
    if not start - 300 <= now < end:  # five minutes of clock skew are forgiven at the start only: the stricter reading
        raise errors.out_of_time(world, start, end)


def federated_credentials(world: World, found: Json) -> dict[str, Json]:
    """The federated credentials of a service principal by table key: its application's, or the managed identity's own."""
    application = application_of(world, found["appId"])
    parents = {found["id"]} | ({application["id"]} if application else set())
    return {
        key: row for key, row in world.table("graph.federated_credentials").items() if row.get("parent", key.partition("/")[0]) in parents
    }


def _match(world: World, found: Json, issuer: str, subject: str, audiences: list[str]) -> None:
    """Issuer, audience and subject exactly, in that order; a difference in case has an error of its own."""
    known = federated_credentials(world, found)
    if not known:
        raise errors.no_federation(world, found["appId"], found["displayName"])
    matching = {
        key: row
        for key, row in known.items()
        if (row["issuer"], row["subject"]) == (issuer, subject) and set(row["audiences"]) & set(audiences)
    }
    if matching:
        if not any(world.consistency.visible("federated_credential", key) for key in matching):
            raise errors.not_propagated(world, issuer, subject, ", ".join(audiences))
        return
    of_issuer = [row for row in known.values() if row["issuer"] == issuer]
    if not of_issuer:
        raise errors.no_issuer(world, issuer)
    of_audience = [row for row in of_issuer if set(row["audiences"]) & set(audiences)]
    if not of_audience:
        raise errors.no_audience(world, ", ".join(audiences))
    if any(str(row["subject"]).lower() == subject.lower() for row in of_audience):
        raise errors.other_case(world, subject)
    raise errors.no_subject(world, subject)
