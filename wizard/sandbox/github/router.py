"""The one router of api.github.com: sign-in, versions, rate limits and the headers of every answer.

Owns ``ROUTER`` and who is calling. Knows no resource. Every module with GitHub routes decorates on ``ROUTER``,
those of Actions too. Not emulated: ETags, OAuth device flow, GitHub Apps' own JWTs, enterprise routes.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from wizard.sandbox.github import errors
from wizard.sandbox.router import Refusal, Request, Response, Router

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any

VERSIONS = ("2022-11-28", "2026-03-10")
LIMIT = 5000
ANONYMOUS_LIMIT = 60


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose token came with the request; ``login`` is empty for nobody's."""

    login: str
    token: Json

    @property
    def kind(self) -> str:
        return str(self.token.get("kind", "anonymous"))

    @property
    def scopes(self) -> frozenset[str]:
        """Scopes of a classic token, with those that a wider one includes."""
        held = set(self.token.get("scopes", ()))
        included = {
            "repo": ("public_repo", "repo:status", "repo_deployment"),
            "admin:org": ("write:org", "read:org"),
            "write:org": ("read:org",),
            "user": ("read:user",),
        }
        for scope in ("admin:org", "write:org", "repo", "user"):
            held |= set(included[scope]) if scope in held else set()
        return frozenset(held)

    def permitted(self, permission: str) -> bool:
        """Whether a token with permissions of its own holds ``name:read`` or ``name:write``."""
        name, _, level = permission.partition(":")
        held = self.token.get("permissions", {}).get(name, "read" if name == "metadata" else "")
        return held in (("read", "write", "admin") if level == "read" else ("write", "admin"))


def presented(request: Request) -> str:
    """The token text of the request: ``token X``, ``Bearer X`` or the password of Basic; ``""`` without any."""
    scheme, _, rest = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(rest).decode().partition(":")[2]
        except ValueError:
            return rest
    return rest.strip() if scheme.lower() in ("token", "bearer") else request.headers.get("authorization", "")


def caller(request: Request, world: World) -> Caller:
    """Who calls. 401 "Bad credentials" for a token that is unknown or has expired."""
    text = presented(request)
    if not text:
        return Caller("", {})
    token = world.table("github.tokens").get(text)
    if token is None or (token["expires_at"] and token["expires_at"] <= world.clock.iso()):
        raise errors.bad_credentials()
    return Caller(token["login"], token)


def signed_in(request: Request, world: World) -> Caller:
    """Who calls, 401 for nobody."""
    found = caller(request, world)
    if not found.login:
        raise errors.requires_authentication()
    return found


def _guard(request: Request, world: World) -> None:
    if not request.headers.get("user-agent"):
        raise errors.forbidden(
            "Request forbidden by administrative rules. Please make sure your request has a User-Agent header "
            "(https://docs.github.com/en/rest/overview/resources-in-the-rest-api#user-agent-required)."
        )
    version = request.headers.get("x-github-api-version", VERSIONS[0])
    if version not in VERSIONS:
        raise errors.refusal(400, f"The '{version}' version of the REST API is not supported.")
    found = caller(request, world)
    if request.method not in ("GET", "HEAD") and not found.login:
        raise errors.requires_authentication()
    if _spend(request, world, found) < 0:
        raise errors.forbidden(
            f"API rate limit exceeded for user ID {found.login}. "
            "If you reach out to GitHub Support for help, please include the request ID."
        )


def rate(world: World, found: Caller) -> Json:
    """``{limit, remaining, reset, used}`` of the caller's hour."""
    limit, now = (LIMIT if found.login else ANONYMOUS_LIMIT), int(world.clock.now())
    row = world.table("_github.rate").get(found.token.get("token", "anonymous"))
    if row is None or row["reset"] <= now:
        row = {"used": 0, "reset": now + 3600}
    return {"limit": limit, "remaining": max(0, limit - row["used"]), "reset": row["reset"], "used": row["used"]}


def _spend(request: Request, world: World, found: Caller) -> int:
    if request.path == "/rate_limit":
        return LIMIT
    row = rate(world, found)
    world.table("_github.rate")[found.token.get("token", "anonymous")] = {"used": row["used"] + 1, "reset": row["reset"]}
    return int(row["remaining"]) - 1


class GitHubRouter(Router):
    """A router whose every answer bears GitHub's headers."""

    def handle(self, request: Request, world: World) -> Response:
        from wizard.sandbox.github.renames import redirect

        try:
            response = redirect(request, world) or super().handle(request, world)
        except Refusal as refused:
            refused.response.headers = _headers(request, world) | refused.response.headers
            raise
        response.headers = _headers(request, world) | response.headers
        return response


def _headers(request: Request, world: World) -> dict[str, str]:
    token = world.table("github.tokens").get(presented(request)) or {}
    found = Caller(token.get("login", ""), token)
    row = rate(world, found)
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "X-GitHub-Media-Type": "github.v3; format=json",
        "X-GitHub-Api-Version-Selected": request.headers.get("x-github-api-version", VERSIONS[0]),
        "X-GitHub-Request-Id": hashlib.sha256(f"{request.url}{row['used']}".encode()).hexdigest()[:20].upper(),
        "Date": datetime.fromtimestamp(world.clock.now(), UTC).strftime("%a, %d %b %Y %H:%M:%S GMT"),
        "X-RateLimit-Resource": "graphql" if request.path == "/graphql" else "core",
    }
    headers |= {f"X-RateLimit-{name.title()}": str(row[name]) for name in ("limit", "remaining", "reset", "used")}
    if found.kind == "classic":
        headers["X-OAuth-Scopes"] = ", ".join(token["scopes"])
        headers["X-Accepted-OAuth-Scopes"] = request.params.get("accepted scopes", "")
    if found.kind in ("fine-grained", "installation") and "accepted permissions" in request.params:
        headers["X-Accepted-GitHub-Permissions"] = request.params["accepted permissions"]
    if token.get("expires_at"):
        headers["GitHub-Authentication-Token-Expiration"] = token["expires_at"].replace("T", " ").replace("Z", " UTC")
    return headers


ROUTER = GitHubRouter("github", r"api\.github\.com", guard=_guard)
