"""AADSTS errors, as the token endpoint words them.

Owns numbers, texts and statuses. https://learn.microsoft.com/entra/identity-platform/reference-error-codes
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.sandbox.router import Refusal, Response

if TYPE_CHECKING:
    from wizard.sandbox.world import World

FEDERATION = "https://learn.microsoft.com/entra/workload-id/workload-identity-federation"
CHECK = f"Check your federated identity credential Subject, Audience and Issuer against the presented assertion. {FEDERATION}"


def refusal(world: World, status: int, error: str, number: int, text: str, **more: str) -> Refusal:
    """One error answer: ``error`` is OAuth's word, ``number`` the AADSTS number."""
    moment = world.clock.iso().replace("T", " ")
    trace, correlation = world.new_id("trace"), world.new_id("correlation")
    body = {
        "error": error,
        "error_description": f"AADSTS{number}: {text} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {moment}",
        "error_codes": [number],
        "timestamp": moment,
        "trace_id": trace,
        "correlation_id": correlation,
        "error_uri": f"https://login.microsoftonline.com/error?code={number}",
    }
    return Refusal(Response(status, body | more))


def unknown_tenant(world: World, tenant: str) -> Refusal:
    text = (
        f"Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. "
        "Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant."
    )
    return refusal(world, 400, "invalid_tenant" if tenant else "invalid_request", 90002, text)


def unknown_client(world: World, client: str, tenant: str) -> Refusal:
    text = (
        f"Application with identifier '{client}' was not found in the directory '{tenant}'. This can happen if the application has not "
        f"been "
        "installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication "
        "request to the wrong tenant."
    )
    return refusal(world, 400, "unauthorized_client", 700016, text)


def no_service_principal(world: World, client: str, tenant: str) -> Refusal:
    text = f"The client application '{client}' is missing service principal in the tenant '{tenant}'."
    return refusal(world, 401, "invalid_client", 7000229, text)


def disabled_client(world: World, client: str, name: str) -> Refusal:
    return refusal(world, 401, "unauthorized_client", 7000112, f"Application '{client}'({name}) is disabled.")


def no_credential(world: World) -> Refusal:
    text = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."
    return refusal(world, 401, "invalid_client", 7000218, text)


def wrong_secret(world: World, client: str) -> Refusal:
    text = (
        "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, "
        f"for a secret added to app '{client}'."
    )
    return refusal(world, 401, "invalid_client", 7000215, text)


def expired_secret(world: World, client: str) -> Refusal:
    text = (
        f"The provided client secret keys for app '{client}' are expired. Visit the Azure portal to create new keys for your app: "
        "https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds."
    )
    return refusal(world, 401, "invalid_client", 7000222, text)


def malformed_assertion(world: World) -> Refusal:
    return refusal(world, 400, "invalid_request", 50027, "JWT token is invalid or malformed.")


def no_federation(world: World, client: str, name: str) -> Refusal:
    text = f"The client '{client}'({name}) has no configured federated identity credentials."
    return refusal(world, 401, "invalid_client", 70025, text)


def not_propagated(world: World, issuer: str, subject: str, audience: str) -> Refusal:
    text = (
        f"No matching federated identity record found for presented assertion. Assertion Issuer: '{issuer}'. Assertion Subject: "
        f"'{subject}'. "
        f"Assertion Audience: '{audience}'. {FEDERATION}"
    )
    return refusal(world, 400, "invalid_request", 70021, text)


def no_issuer(world: World, issuer: str) -> Refusal:
    text = f"No matching federated identity record found for presented assertion issuer '{issuer}'. {CHECK}"
    return refusal(world, 401, "invalid_client", 700211, text)


def no_audience(world: World, audience: str) -> Refusal:
    text = f"No matching federated identity record found for presented assertion audience '{audience}'. {CHECK}"
    return refusal(world, 401, "invalid_client", 700212, text)


def no_subject(world: World, subject: str) -> Refusal:
    text = f"No matching federated identity record found for presented assertion subject '{subject}'. {CHECK}"
    return refusal(world, 401, "invalid_client", 700213, text)


def other_case(world: World, subject: str) -> Refusal:
    text = (
        f"No matching federated identity record found for presented assertion subject '{subject}'. The subject matches with "
        f"case-insensitive "
        "comparison, but not with case-sensitive comparison. Check your federated identity credential Subject, Audience and Issuer against "
        f"the presented assertion. See documentation at: {FEDERATION}. See breaking change notification and remediation at: "
        "https://learn.microsoft.com/en-us/entra/identity-platform/reference-breaking-changes#august-2024."
    )
    return refusal(world, 401, "invalid_client", 7002138, text)


def out_of_time(world: World, start: float, end: float) -> Refusal:
    iso = world.clock.iso
    text = (
        f"Client assertion is not within its valid time range. Current time: {iso()}, assertion valid from {iso(start)}, "
        f"expiry time of assertion {iso(end)}. Review the documentation at "
        f"https://learn.microsoft.com/entra/identity-platform/certificate-credentials ."
    )
    return refusal(world, 401, "invalid_client", 700024, text)


def wrong_signature(world: World) -> Refusal:
    text = "Client assertion failed signature validation. [Reason - The key was not found.]"
    return refusal(world, 401, "invalid_client", 700027, text)


def own_token(world: World) -> Refusal:
    return refusal(world, 401, "invalid_client", 700222, "AAD-issued tokens may not be used for federated identity flows.")


def unreachable_issuer(world: World, issuer: str) -> Refusal:
    text = f"Request to External OIDC endpoint failed: {issuer}."
    return refusal(world, 401, "invalid_client", 50166, text)


def unknown_resource(world: World, resource: str, tenant: str) -> Refusal:
    text = (
        f"The resource principal named {resource} was not found in the tenant named {tenant}. This can happen if the application has "
        f"not been "
        "installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication "
        "request to the wrong tenant."
    )
    return refusal(world, 400, "invalid_resource", 500011, text)


def wrong_scope(world: World, scope: str) -> Refusal:
    text = (
        f"The provided value for scope {scope} is not valid. Client credential flows must have a scope value with /.default suffixed to "
        f"the "
        "resource identifier (application ID URI)."
    )
    return refusal(world, 400, "invalid_scope", 1002012, text)


def missing_parameter(world: World, name: str) -> Refusal:
    text = f"The request body must contain the following parameter: '{name}'."
    return refusal(world, 400, "invalid_request", 900144, text)


def unsupported_grant(world: World, grant: str) -> Refusal:
    text = f"The app requested an unsupported grant type '{grant}'."
    return refusal(world, 400, "unsupported_grant_type", 70003, text)


def common_needs_user(world: World, tenant: str) -> Refusal:
    text = f"'{tenant}' is not valid for application sign-in: the tenant of the application has to be named."
    return refusal(world, 400, "invalid_request", 50194 if tenant == "common" else 9002313, text)


def wrong_grant(world: World, reason: str) -> Refusal:
    return refusal(world, 400, "invalid_grant", 70000, reason)


def disabled_user(world: World) -> Refusal:
    return refusal(world, 400, "invalid_grant", 50057, "The user account is disabled.")


def unknown_user(world: World, tenant: str) -> Refusal:
    text = f"The user account does not exist in the {tenant} directory. To sign into this application, the account must be added to it."
    return refusal(world, 400, "invalid_grant", 50034, text)


def revoked(world: World, number: int, issued: float) -> Refusal:
    """A refresh token that is of no use any more: 50173, 70043 or 700082."""
    since = world.clock.iso(issued)
    texts = {
        50173: f"The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or "
        f"reset their password. The grant was issued on '{since}' and the TokensValidFrom date (before which tokens are not valid) for "
        f"this user is '{world.clock.iso()}'.",
        70043: f"The refresh token has expired or is invalid due to sign-in frequency checks by conditional access. The token was "
        f"issued on "
        f"{since} and the maximum allowed lifetime for this request is 43200.",
        700082: f"The refresh token has expired due to inactivity. The token was issued on {since} and was inactive for 90.00:00:00.",
    }
    suberror = {"suberror": "bad_token"} if number == 700082 else {"suberror": "basic_action"}
    return refusal(world, 400, "invalid_grant", number, texts[number], **suberror)


def mfa_required(world: World, resource: str) -> Refusal:
    text = (
        "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor "
        f"authentication to access '{resource}'."
    )
    return refusal(world, 400, "interaction_required", 50076, text, suberror="basic_action")


def pending(world: World) -> Refusal:
    text = "OAuth 2.0 device flow error. Authorization is pending. Continue polling."
    return refusal(world, 400, "authorization_pending", 70016, text)


def declined(world: World) -> Refusal:
    return refusal(world, 400, "authorization_declined", 70018, "The end user declined the authorization request.")


def late(world: World) -> Refusal:
    return refusal(
        world,
        400,
        "expired_token",
        70020,
        "The provided value for the input parameter 'device_code' is not valid. This device code has expired.",
    )


def wrong_verifier(world: World) -> Refusal:
    text = "The Code_Verifier does not match the code_challenge supplied in the authorization request."
    return refusal(world, 400, "invalid_grant", 501481, text)


def redeemed(world: World) -> Refusal:
    text = "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token."
    return refusal(world, 400, "invalid_grant", 54005, text)
