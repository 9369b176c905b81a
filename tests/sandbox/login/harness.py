"""Requests to the sandbox's routers without a network, for tests of what the services answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from wizard.sandbox.login import keys
from wizard.sandbox.login.routes import ROUTER
from wizard.sandbox.router import Refusal, Request, Response, Router
from wizard.sandbox.worlds import load

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any

TENANT = "3f2c6a1e-5b0d-4c8e-9a71-2d4f8b6c1e90"
ISSUER = "https://token.actions.githubusercontent.com"
AUDIENCE = "api://AzureADTokenExchange"
SUBJECT = "repo:contoso@2001/shop@900001:environment:dev"
ARM = "https://management.azure.com/.default"


def world_named(name: str = "owner") -> World:
    """A shipped world without delays."""
    world = load(name)
    world.consistency.enabled = False
    return world


def answered(router: Router, world: World, method: str, url: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Response:
    """The answer, a refusal's too."""
    parts = urlsplit(url)
    request = Request(method, parts.netloc, parts.path, parts.query, headers or {}, body)
    try:
        with world.transaction():
            return router.handle(request, world)
    except Refusal as refusal:
        return refusal.response


def token(world: World, tenant: str = TENANT, *, v1: bool = False, **form: Any) -> Response:
    """The answer of the token endpoint."""
    url = f"https://login.microsoftonline.com/{tenant}/oauth2/{'' if v1 else 'v2.0/'}token"
    return answered(ROUTER, world, "POST", url, urlencode(form).encode())


def code_of(response: Response) -> int:
    """The AADSTS number of an error answer."""
    body: Json = response.body
    number = int(body["error_codes"][0])
    assert body["error_description"].startswith(f"AADSTS{number}: ")
    assert body["error_uri"].endswith(str(number))
    assert {"error", "timestamp", "trace_id", "correlation_id"} <= set(json.loads(response.encoded()))
    return number


def assertion(world: World, key: str = "github-actions", **changed: Json) -> str:
    """A job's token as GitHub would sign it; ``changed`` claims may break it."""
    now = int(world.clock.now())
    claims = {"iss": ISSUER, "sub": SUBJECT, "aud": AUDIENCE, "iat": now, "nbf": now - 60, "exp": now + 300}
    return keys.sign(world, claims | changed, key)


def trusted(world: World, *, subject: str = SUBJECT, issuer: str = ISSUER, audience: str = AUDIENCE) -> str:
    """The client id of the automation application, which now trusts that subject."""
    row = world.table("login.automation")["automation"]
    application = next(item for item in world.table("graph.applications").values() if item["appId"] == row["appId"])
    credential = {
        "id": "fic",
        "name": "github-dev",
        "issuer": issuer,
        "subject": subject,
        "audiences": [audience],
        "parent": application["id"],
    }
    world.table("graph.federated_credentials")[f"{application['id']}/github-dev"] = credential
    return str(row["appId"])
