"""``login.microsoftonline.com`` and its aliases: discovery, keys, token, device code and authorize endpoints.

Not emulated: several tenants, guests, consent pages, certificates of applications, on-behalf-of, passwords of people,
conditional access beyond the tenant's wish for a second factor, and every page meant for human eyes but the device page.
"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

from wizard.sandbox.login import errors, people, workloads
from wizard.sandbox.login.directory import tenant
from wizard.sandbox.login.keys import public_jwks
from wizard.sandbox.router import Request, Response, Router

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any

HOST = "https://login.microsoftonline.com"
ROUTER = Router("login", r"login\.microsoftonline\.com", r"login\.windows\.net", r"sts\.windows\.net", r"login\.microsoft\.com")
SHARED = ("common", "organizations", "consumers")


def tenant_named(world: World, name: str) -> str:
    """The tenant id for a path segment (id, domain or shared word). Raises AADSTS90002."""
    told = tenant(world)
    if name.lower() in (told["id"].lower(), str(told["domain"]).lower()):
        return str(told["id"])
    if name.lower() in SHARED:
        return name.lower()
    raise errors.unknown_tenant(world, name)


@ROUTER.get("/common/discovery/instance")
def instance_discovery(request: Request, world: World) -> Response:
    """Which hosts are Microsoft's, as MSAL asks before it trusts an authority."""
    aliases = ["login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"]
    asked = request.query.get("authorization_endpoint", f"{HOST}/common/oauth2/v2.0/authorize")
    name = asked.removeprefix("https://").split("/")[1] if asked.count("/") > 2 else "common"
    return Response(
        200,
        {
            "tenant_discovery_endpoint": f"{HOST}/{name}/v2.0/.well-known/openid-configuration",
            "api-version": "1.1",
            "metadata": [{"preferred_network": "login.microsoftonline.com", "preferred_cache": "login.windows.net", "aliases": aliases}],
        },
    )


def _configuration(name: str, v1: bool) -> Json:
    middle = "oauth2" if v1 else "oauth2/v2.0"
    issuer = f"https://sts.windows.net/{name}/" if v1 else f"{HOST}/{name if name not in SHARED else '{tenantid}'}/v2.0"
    return {
        "token_endpoint": f"{HOST}/{name}/{middle}/token",
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": f"{HOST}/{name}/discovery/{'' if v1 else 'v2.0/'}keys",
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": issuer,
        "request_uri_parameter_supported": False,
        "userinfo_endpoint": "https://graph.microsoft.com/oidc/userinfo",
        "authorization_endpoint": f"{HOST}/{name}/{middle}/authorize",
        "device_authorization_endpoint": f"{HOST}/{name}/{middle}/devicecode",
        "http_logout_supported": True,
        "frontchannel_logout_supported": True,
        "end_session_endpoint": f"{HOST}/{name}/{middle}/logout",
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "auth_time", "acr", "nonce", "preferred_username", "name", "tid", "ver"],
        "tenant_region_scope": "EU",
        "cloud_instance_name": "microsoftonline.com",
        "cloud_graph_host_name": "graph.windows.net",
        "msgraph_host": "graph.microsoft.com",
        "rbac_url": "https://pas.windows.net",
    }


@ROUTER.get("/{tenant}/v2.0/.well-known/openid-configuration")
def configuration(request: Request, world: World) -> Response:
    """https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc"""
    return Response(200, _configuration(tenant_named(world, request.params["tenant"]), v1=False))


@ROUTER.get("/{tenant}/.well-known/openid-configuration")
def configuration_v1(request: Request, world: World) -> Response:
    """The same for version 1.0."""
    return Response(200, _configuration(tenant_named(world, request.params["tenant"]), v1=True))


@ROUTER.get("/{tenant}/discovery/v2.0/keys")
@ROUTER.get("/{tenant}/discovery/keys")
def key_set(request: Request, world: World) -> Response:
    """The public keys of the tenant's tokens."""
    tenant_named(world, request.params["tenant"])
    return Response(200, public_jwks(world, "entra"))


@ROUTER.post("/{tenant}/oauth2/v2.0/token")
def token(request: Request, world: World) -> Response:
    """The token endpoint, version 2.0."""
    return _token(request, world, v1=False)


@ROUTER.post("/{tenant}/oauth2/token")
def token_v1(request: Request, world: World) -> Response:
    """The token endpoint, version 1.0: ``resource`` in place of ``scope``."""
    return _token(request, world, v1=True)


def _token(request: Request, world: World, *, v1: bool) -> Response:
    name = tenant_named(world, request.params["tenant"])
    form = request.form()
    grant = form.get("grant_type", "")
    if not grant:
        raise errors.missing_parameter(world, "grant_type")
    if grant == "client_credentials":
        answer = workloads.client_credentials(world, form, name, v1=v1)
    elif grant == "refresh_token":
        answer = people.refresh(world, form, v1=v1)
    elif grant == "authorization_code":
        answer = people.authorization_code(world, form, v1=v1)
    elif grant in ("urn:ietf:params:oauth:grant-type:device_code", "device_code"):
        answer = people.device_code(world, form, v1=v1)
    else:
        raise errors.unsupported_grant(world, grant)
    return Response(200, answer, {"Cache-Control": "no-store, no-cache", "Pragma": "no-cache"})


@ROUTER.post("/{tenant}/oauth2/v2.0/devicecode")
@ROUTER.post("/{tenant}/oauth2/devicecode")
def device(request: Request, world: World) -> Response:
    """Start a device code sign-in."""
    tenant_named(world, request.params["tenant"])
    return Response(200, people.new_device_code(world, request.form()))


@ROUTER.get("/device")
@ROUTER.get("/common/oauth2/deviceauth")
def device_page(request: Request, world: World) -> Response:
    """The page where a person enters the code."""
    return _page('<form method="post"><input name="otc" placeholder="code"><button>Next</button></form>')


@ROUTER.post("/device")
@ROUTER.post("/common/oauth2/deviceauth")
def device_entered(request: Request, world: World) -> Response:
    """The code entered there: signs in as the world's operator."""
    try:
        people.approve(world, request.form().get("otc", ""))
    except KeyError:
        return _page("That code didn't work. Check the code and try again.")
    except PermissionError as blocked:
        return _page(f"You don't have access to this. Error Code: {blocked}")
    return _page("You have signed in on your device. You may now close this window.")


@ROUTER.get("/{tenant}/oauth2/v2.0/authorize")
@ROUTER.get("/{tenant}/oauth2/authorize")
def authorize(request: Request, world: World) -> Response:
    """Sign the operator in without asking, and send the code back as the client wishes (``form_post`` or a redirect)."""
    tenant_named(world, request.params["tenant"])
    query = request.query
    code, state, target = people.new_code(world, query), query.get("state", ""), query.get("redirect_uri", "")
    if query.get("response_mode") == "form_post":
        fields = {"code": code, "state": state, "session_state": world.new_id("session")}
        inputs = "".join(f'<input type="hidden" name="{name}" value="{html.escape(text)}">' for name, text in fields.items())
        body = f'<form id="f" method="post" action="{html.escape(target)}">{inputs}</form><script>document.forms[0].submit()</script>'
        return _page(body)
    return Response(302, None, {"Location": f"{target}{'&' if '?' in target else '?'}code={code}&state={state}"})


def _page(body: str) -> Response:
    page = f"<!DOCTYPE html><html><head><title>Sign in</title></head><body>{body}</body></html>"
    return Response(200, page.encode(), {"Content-Type": "text/html; charset=utf-8"})
