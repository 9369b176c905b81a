"""Routes of users, organizations, memberships and teams, and of the API itself (meta, rate limit).

Owns no repository. Changing organizations, their members and their teams is not emulated: people do that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.sandbox.github import errors, forms, models, rights
from wizard.sandbox.github.bodies import page
from wizard.sandbox.github.router import ROUTER, caller, rate, signed_in
from wizard.sandbox.router import Request, Response

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any

ENTRY = {
    "current_user": "user",
    "current_user_authorizations_html": "settings/connections/applications{/client_id}",
    "authorizations": "authorizations",
    "code_search": "search/code?q={query}{&page,per_page,sort,order}",
    "commit_search": "search/commits?q={query}{&page,per_page,sort,order}",
    "emails": "user/emails",
    "emojis": "emojis",
    "events": "events",
    "feeds": "feeds",
    "followers": "user/followers",
    "following": "user/following{/target}",
    "gists": "gists{/gist_id}",
    "issue_search": "search/issues?q={query}{&page,per_page,sort,order}",
    "issues": "issues",
    "keys": "user/keys",
    "label_search": "search/labels?q={query}&repository_id={repository_id}{&page,per_page}",
    "notifications": "notifications",
    "organization": "orgs/{org}",
    "organization_repositories": "orgs/{org}/repos{?type,page,per_page,sort}",
    "organization_teams": "orgs/{org}/teams",
    "public_gists": "gists/public",
    "rate_limit": "rate_limit",
    "repository": "repos/{owner}/{repo}",
    "repository_search": "search/repositories?q={query}{&page,per_page,sort,order}",
    "current_user_repositories": "user/repos{?type,page,per_page,sort}",
    "starred": "user/starred{/owner}{/repo}",
    "starred_gists": "gists/starred",
    "user": "users/{user}",
    "user_organizations": "user/orgs",
    "user_repositories": "users/{user}/repos{?type,page,per_page,sort}",
    "user_search": "search/users?q={query}{&page,per_page,sort,order}",
}
"""What the entry point names, as GitHub does, served here or not."""


@ROUTER.get("/")
def root(request: Request, world: World) -> Response:
    """The entry point, which ``gh`` asks for the scopes of a token."""
    caller(request, world)
    return Response(200, {f"{name}_url": f"{forms.API}/{path}" for name, path in ENTRY.items()})


@ROUTER.get("/meta")
def meta(request: Request, world: World) -> Response:
    return Response(
        200,
        {
            "verifiable_password_authentication": False,
            "domains": {"website": ["*.github.com"], "actions": ["*.actions.githubusercontent.com"]},
        },
    )


@ROUTER.get("/rate_limit")
def rate_limit(request: Request, world: World) -> Response:
    row = rate(world, caller(request, world))
    return Response(
        200, {"resources": {"core": row, "graphql": row, "search": row | {"limit": 30, "remaining": 30, "used": 0}}, "rate": row}
    )


@ROUTER.get("/user")
def authenticated_user(request: Request, world: World) -> Response:
    found = signed_in(request, world)
    account = models.account(world, found.login)
    if account is None:  # the token of a workflow job
        raise errors.forbidden("Resource not accessible by integration")
    return Response(200, forms.user(world, account, private=True))


@ROUTER.get("/users/{username}")
def user(request: Request, world: World) -> Response:
    account = models.account(world, request.params["username"])
    if account is None:
        raise errors.not_found()
    own = account["login"].lower() == caller(request, world).login.lower()
    return Response(200, forms.user(world, account, private=own))


@ROUTER.get("/user/orgs")
def organizations_of_user(request: Request, world: World) -> Response:
    found = signed_in(request, world)
    rows = world.table("github.accounts").where(lambda row: row["type"] == "Organization")
    return page(request, [forms.simple_organization(row) for row in rows if rights.membership(world, row["login"], found.login)])


@ROUTER.get("/orgs/{org}")
def organization(request: Request, world: World) -> Response:
    """The plan and the policies are shown to owners whose token may read them."""
    account = rights.organization(request, world)
    found = signed_in(request, world)
    scoped = "read:org" in found.scopes if found.kind == "classic" else found.permitted("organization_plan:read")
    inside = scoped and rights.membership(world, account["login"], found.login) == "admin"
    return Response(200, forms.organization(world, account, inside=inside))


@ROUTER.get("/orgs/{org}/members")
def members(request: Request, world: World) -> Response:
    account = rights.organization(request, world, role="member")
    return page(request, [forms.simple_user(world, login) for login in sorted(account["members"])])


@ROUTER.get("/orgs/{org}/members/{username}")
def is_member(request: Request, world: World) -> Response:
    account = rights.organization(request, world, role="member")
    if not rights.membership(world, account["login"], request.params["username"]):
        raise errors.not_found()
    return Response(204)


def _membership(world: World, account: Json, login: str) -> Response:
    role = rights.membership(world, account["login"], login)
    if not role:
        raise errors.not_found()
    url = f"{forms.API}/orgs/{account['login']}/memberships/{login}"
    form = {"url": url, "state": "active", "role": role, "organization_url": f"{forms.API}/orgs/{account['login']}"}
    return Response(200, form | {"organization": forms.simple_organization(account), "user": forms.simple_user(world, login)})


@ROUTER.get("/orgs/{org}/memberships/{username}")
def membership(request: Request, world: World) -> Response:
    return _membership(world, rights.organization(request, world, role="member"), request.params["username"])


@ROUTER.get("/user/memberships/orgs/{org}")
def own_membership(request: Request, world: World) -> Response:
    return _membership(world, rights.organization(request, world, role="member"), signed_in(request, world).login)


@ROUTER.get("/orgs/{org}/teams")
def teams(request: Request, world: World) -> Response:
    account = rights.organization(request, world, role="member")
    return page(request, [forms.team(row) for row in models.teams(world, account["login"])])


def _team(request: Request, world: World) -> Json:
    account = rights.organization(request, world, role="member")
    slug = request.params["team_slug"].lower()
    found = next((row for row in models.teams(world, account["login"]) if row["slug"] == slug), None)
    if found is None:
        raise errors.not_found()
    return found


@ROUTER.get("/orgs/{org}/teams/{team_slug}")
def team(request: Request, world: World) -> Response:
    return Response(200, forms.team_full(world, _team(request, world)))


@ROUTER.get("/orgs/{org}/teams/{team_slug}/members")
def team_members(request: Request, world: World) -> Response:
    return page(request, [forms.simple_user(world, login) for login in _team(request, world)["members"]])


@ROUTER.get("/orgs/{org}/teams/{team_slug}/memberships/{username}")
def team_membership(request: Request, world: World) -> Response:
    row, login = _team(request, world), request.params["username"]
    if login.lower() not in (member.lower() for member in row["members"]):
        raise errors.not_found()
    return Response(200, {"url": f"{forms.team(row)['url']}/memberships/{login}", "role": "member", "state": "active"})


@ROUTER.get("/orgs/{org}/teams/{team_slug}/repos")
def team_repositories(request: Request, world: World) -> Response:
    row, login = _team(request, world), signed_in(request, world).login
    owned = world.table("github.repositories").where(lambda found: found["owner"].lower() == row["organization"].lower())
    return page(request, [forms.minimal_repository(world, found, login) for found in owned if rights.team_reads(row, found)])


@ROUTER.get("/orgs/{org}/teams/{team_slug}/repos/{owner}/{repo}")
def team_repository(request: Request, world: World) -> Response:
    """204, or the repository itself where the media type asks for it; 404 where the team has no access."""
    row = _team(request, world)
    found = models.repository(world, f"{request.params['owner']}/{request.params['repo']}")
    if found is None or not rights.team_reads(row, found):
        raise errors.not_found()
    if "repository+json" in request.headers.get("accept", ""):
        return Response(200, forms.minimal_repository(world, found, signed_in(request, world).login))
    return Response(204)
