"""The ``databricks`` commands that a played step may run: those that read.

Owns how the command signs in (by ``az``, or by the job's own token) and its requests. It must never write to the world.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from wizard.sandbox.actions.identity import AzureSession, SignInFailed, decoded, id_token, send
from wizard.sandbox.actions.shell import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wizard.sandbox.world import World

Json = Any

RESOURCE = "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d"
PATHS = {
    "current-user me": "/api/2.0/preview/scim/v2/Me",
    "secrets list-scopes": "/api/2.0/secrets/scopes/list",
    "clusters list": "/api/2.1/clusters/list",
    "jobs list": "/api/2.2/jobs/list",
}


def databricks(world: World, session: AzureSession | None, words: Sequence[str], variables: dict[str, str]) -> Outcome | None:
    """Run one command; ``None`` where it is not among those that are played."""
    positional = [word for word in words if not word.startswith("-")]
    path = PATHS.get(" ".join(positional[:2]))
    if " ".join(positional[:2]) == "secrets list-secrets" and len(positional) == 3:
        path = f"/api/2.0/secrets/list?scope={positional[2]}"
    if path is None or any(word.startswith("-") and word not in ("-o", "--output") for word in words):
        return None
    host = variables.get("DATABRICKS_HOST", "").rstrip("/")
    if not host:
        return _failed(
            "default auth: cannot configure default credentials, please check https://docs.databricks.com/en/dev-tools/auth.html"
        )
    try:
        token = _token(world, session, variables)
    except SignInFailed as failure:
        return _failed(f"{variables.get('DATABRICKS_AUTH_TYPE', 'default')} auth: {failure}")
    answer = send(world, "GET", (host if "://" in host else f"https://{host}") + path, {"authorization": f"Bearer {token}"})
    if answer.status != 200:
        body = decoded(answer)
        return _failed(str(body.get("message") or body.get("detail") or body or f"status {answer.status}"))
    return Outcome(0, json.dumps(decoded(answer), indent=2) + "\n")


def _failed(message: str) -> Outcome:
    return Outcome(1, "", f"Error: {message}\n")


def _token(world: World, session: AzureSession | None, variables: dict[str, str]) -> str:
    """The token that the chosen way of signing in gives; without a choice, the CLI takes the first that has its variables."""
    chosen = variables.get("DATABRICKS_AUTH_TYPE", "")
    client, tenant = variables.get("ARM_CLIENT_ID", ""), variables.get("ARM_TENANT_ID", "")
    if chosen in ("", "azure-client-secret") and variables.get("ARM_CLIENT_SECRET"):
        return AzureSession(world, client, tenant, secret=variables["ARM_CLIENT_SECRET"]).token(RESOURCE)
    if chosen == "github-oidc-azure" or (chosen == "" and client and "ACTIONS_ID_TOKEN_REQUEST_URL" in variables):
        if not client or not tenant:
            raise SignInFailed("cannot configure default credentials: ARM_CLIENT_ID and ARM_TENANT_ID are needed")
        assertion = id_token(world, variables, "api://AzureADTokenExchange")
        return AzureSession(world, client, tenant, assertion=assertion).token(RESOURCE)
    if chosen in ("", "azure-cli"):
        if session is None:
            raise SignInFailed("cannot get access token: ERROR: Please run 'az login' to setup account.")
        return session.token(RESOURCE)
    raise SignInFailed(f"the auth type {chosen} is not emulated")
