"""What is open to everyone or belongs to the account: discovery, the tenant's sign-in page, the metastore, telemetry.

Owns no state of its own. Of the OAuth endpoints that are named here a workspace's token endpoint is in ``oauth``; the others answer 501.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.sandbox.databricks.errors import refused
from wizard.sandbox.databricks.models import APPLICATION, done, workspace_at
from wizard.sandbox.databricks.router import ACCOUNTS, WORKSPACES, caller
from wizard.sandbox.login.directory import tenant
from wizard.sandbox.router import Request, Response

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any


def account_id(world: World) -> str:
    return str(world.table("databricks.account").get("account", {}).get("id", ""))


@WORKSPACES.get("/.well-known/databricks-config")
def workspace_configuration(request: Request, world: World) -> Response:
    resource = workspace_at(world, request.host)
    assert resource is not None
    return done(
        {
            "account_id": account_id(world),
            "workspace_id": str(resource["properties"]["workspaceId"]),
            "cloud": "Azure",
            "oidc_endpoint": f"https://{request.host}/oidc",
        }
    )


@ACCOUNTS.get("/.well-known/databricks-config")
def account_configuration(request: Request, world: World) -> Response:
    return done(
        {"account_id": account_id(world), "cloud": "Azure", "oidc_endpoint": f"https://{request.host}/oidc/accounts/{{account_id}}"}
    )


def _endpoints(issuer: str) -> Response:
    return done(
        {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/v1/authorize",
            "token_endpoint": f"{issuer}/v1/token",
            "jwks_uri": f"{issuer}/jwks.json",
            "grant_types_supported": ["client_credentials", "authorization_code", "refresh_token"],
            "response_types_supported": ["code"],
            "scopes_supported": ["all-apis", "offline_access"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        }
    )


@WORKSPACES.get("/oidc/.well-known/oauth-authorization-server")
@WORKSPACES.get("/oidc/.well-known/openid-configuration")
def workspace_endpoints(request: Request, world: World) -> Response:
    return _endpoints(f"https://{request.host}/oidc")


@ACCOUNTS.get("/oidc/accounts/{account}/.well-known/oauth-authorization-server")
@ACCOUNTS.get("/oidc/accounts/{account}/.well-known/openid-configuration")
def account_endpoints(request: Request, world: World) -> Response:
    if request.params["account"] != account_id(world):
        raise refused(404, "RESOURCE_DOES_NOT_EXIST", f"Account {request.params['account']} does not exist.")
    return _endpoints(f"https://{request.host}/oidc/accounts/{request.params['account']}")


@WORKSPACES.get("/aad/auth")
def entra_sign_in(request: Request, world: World) -> Response:
    """302 to the tenant's sign-in page: clients read the tenant from it."""
    place = f"https://login.microsoftonline.com/{tenant(world)['id']}/oauth2/authorize?client_id={APPLICATION}&response_type=code"
    return Response(302, None, {"Location": place})


def metastore(request: Request, world: World) -> Json:
    """The metastore of the workspace's region; none where the account has none there."""
    resource = caller(request, world).resource
    return world.table("databricks.metastores").get(resource["location"].lower().replace(" ", ""))


@WORKSPACES.get("/api/2.1/unity-catalog/current-metastore-assignment")
def current_metastore(request: Request, world: World) -> Response:
    found, who = metastore(request, world), caller(request, world)
    if not found:
        raise refused(404, "METASTORE_DOES_NOT_EXIST", "No metastore assigned for the current workspace.")
    name = who.resource["name"].lower().replace("-", "_")
    return done({"metastore_id": found["metastore_id"], "workspace_id": int(who.workspace), "default_catalog_name": name})


@WORKSPACES.get("/api/2.1/unity-catalog/metastore_summary")
def metastore_summary(request: Request, world: World) -> Response:
    found = metastore(request, world)
    if not found:
        raise refused(404, "METASTORE_DOES_NOT_EXIST", "No metastore assigned for the current workspace.")
    region = found["region"]
    known = {"metastore_id": found["metastore_id"], "name": found["name"], "region": region, "cloud": "azure"}
    known |= {"owner": next(iter(found.get("admins") or ()), "System user")}
    return done(known | {"global_metastore_id": f"azure:{region}:{found['metastore_id']}", "privilege_model_version": "1.0"})


@WORKSPACES.post("/telemetry-ext")
def telemetry(request: Request, world: World) -> Response:
    return done({"errors": [], "numProtoSuccess": 0})
