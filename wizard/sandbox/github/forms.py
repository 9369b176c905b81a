"""Wire forms of accounts, teams and repositories, whole as GitHub's description demands them.

Owns shapes only: reads the world, writes nothing, checks no rights.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from wizard.sandbox.github import models, objects, rights

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any

API = "https://api.github.com"
WEB = "https://github.com"


def node_id(kind: str, number: int | str) -> str:
    """A GraphQL node id in the older, readable form."""
    return base64.b64encode(f"0{len(kind)}:{kind}{number}".encode()).decode()


def simple_user(world: World, login: str) -> Json:
    """``simple-user``; logins that no account has (bots) get number 0."""
    found = models.account(world, login) or {"login": login, "id": 41898282 if login.startswith("github-actions") else 0, "type": "Bot"}
    url = f"{API}/users/{found['login']}"
    return {
        "login": found["login"],
        "id": found["id"],
        "node_id": node_id(found["type"], found["id"]),
        "avatar_url": f"https://avatars.githubusercontent.com/u/{found['id']}?v=4",
        "gravatar_id": "",
        "url": url,
        "html_url": f"{WEB}/{found['login']}",
        "followers_url": f"{url}/followers",
        "following_url": f"{url}/following{{/other_user}}",
        "gists_url": f"{url}/gists{{/gist_id}}",
        "starred_url": f"{url}/starred{{/owner}}{{/repo}}",
        "subscriptions_url": f"{url}/subscriptions",
        "organizations_url": f"{url}/orgs",
        "repos_url": f"{url}/repos",
        "events_url": f"{url}/events{{/privacy}}",
        "received_events_url": f"{url}/received_events",
        "type": found["type"],
        "user_view_type": "public",
        "site_admin": False,
    }


def user(world: World, account: Json, *, private: bool) -> Json:
    """The public or, for oneself, the private view of a user."""
    owned = world.table("github.repositories").where(lambda row: row["owner"].lower() == account["login"].lower())
    form = simple_user(world, account["login"]) | {
        "user_view_type": "private" if private else "public",
        "name": account.get("name"),
        "company": None,
        "blog": "",
        "location": None,
        "email": account.get("email"),
        "hireable": None,
        "bio": None,
        "public_repos": sum(not row["private"] for row in owned),
        "public_gists": 0,
        "followers": 0,
        "following": 0,
        "created_at": account["created_at"],
        "updated_at": account["created_at"],
    }
    if private:
        hidden = sum(row["private"] for row in owned)
        form |= {"private_gists": 0, "total_private_repos": hidden, "owned_private_repos": hidden, "disk_usage": 0, "collaborators": 0}
        form |= {
            "two_factor_authentication": True,
            "plan": {"name": account["plan"], "space": 976562499, "collaborators": 0, "private_repos": 9999},
        }
    return form


def simple_organization(account: Json) -> Json:
    url = f"{API}/orgs/{account['login']}"
    return {
        "login": account["login"],
        "id": account["id"],
        "node_id": node_id("Organization", account["id"]),
        "url": url,
        "repos_url": f"{url}/repos",
        "events_url": f"{url}/events",
        "hooks_url": f"{url}/hooks",
        "issues_url": f"{url}/issues",
        "members_url": f"{url}/members{{/member}}",
        "public_members_url": f"{url}/public_members{{/member}}",
        "avatar_url": f"https://avatars.githubusercontent.com/u/{account['id']}?v=4",
        "description": account.get("description"),
    }


def organization(world: World, account: Json, *, inside: bool) -> Json:
    """``organization-full``; the plan and the policies only for those inside."""
    owned = world.table("github.repositories").where(lambda row: row["owner"].lower() == account["login"].lower())
    form = simple_organization(account) | {
        "name": account.get("name"),
        "has_organization_projects": True,
        "has_repository_projects": True,
        "public_repos": sum(not row["private"] for row in owned),
        "public_gists": 0,
        "followers": 0,
        "following": 0,
        "html_url": f"{WEB}/{account['login']}",
        "created_at": account["created_at"],
        "updated_at": account["created_at"],
        "archived_at": None,
        "type": "Organization",
    }
    if inside:
        form |= {
            "total_private_repos": sum(row["private"] for row in owned),
            "owned_private_repos": sum(row["private"] for row in owned),
            "default_repository_permission": account["default_repository_permission"],
            "members_can_create_repositories": account["members_can_create_repositories"],
            "two_factor_requirement_enabled": False,
            "plan": {
                "name": account["plan"],
                "space": 976562499,
                "private_repos": 999999,
                "filled_seats": len(account["members"]),
                "seats": 50,
            },
        }
    return form


def team(row: Json) -> Json:
    """``team`` as in lists."""
    url = f"{API}/organizations/{row['organization_id']}/team/{row['id']}"
    return {
        "id": row["id"],
        "node_id": node_id("Team", row["id"]),
        "name": row["name"],
        "slug": row["slug"],
        "description": row.get("description"),
        "privacy": "closed",
        "notification_setting": "notifications_enabled",
        "permission": "pull",
        "url": url,
        "html_url": f"{WEB}/orgs/{row['organization']}/teams/{row['slug']}",
        "members_url": f"{url}/members{{/member}}",
        "repositories_url": f"{url}/repos",
        "type": "organization",
        "organization_id": row["organization_id"],
        "parent": None,
    }


def team_full(world: World, row: Json) -> Json:
    owner = models.account(world, row["organization"]) or {}
    counts = {"members_count": len(row["members"]), "repos_count": len(row["repositories"])}
    return (
        team(row)
        | counts
        | {"created_at": owner["created_at"], "updated_at": owner["created_at"], "organization": organization(world, owner, inside=False)}
    )


_LINKS = {
    "archive": "/{archive_format}{/ref}", "assignees": "{/user}", "blobs": "/git/blobs{/sha}", "branches": "{/branch}",
    "collaborators": "{/collaborator}", "comments": "{/number}", "commits": "{/sha}", "compare": "/{base}...{head}",
    "contents": "/{+path}", "contributors": "", "deployments": "", "downloads": "", "events": "", "forks": "",
    "git_commits": "/git/commits{/sha}", "git_refs": "/git/refs{/sha}", "git_tags": "/git/tags{/sha}",
    "issue_comment": "/issues/comments{/number}", "issue_events": "/issues/events{/number}", "issues": "{/number}", "keys": "{/key_id}",
    "labels": "{/name}", "languages": "", "merges": "", "milestones": "{/number}", "notifications": "{?since,all,participating}",
    "pulls": "{/number}", "releases": "{/id}", "stargazers": "", "statuses": "/{sha}", "subscribers": "", "subscription": "",
    "tags": "", "teams": "", "trees": "/git/trees{/sha}", "hooks": "",
}  # fmt: skip


_NOTHING = ("size", "stargazers_count", "watchers_count", "forks_count", "open_issues_count", "forks", "open_issues", "watchers")
_FEATURES = {
    "has_issues": True,
    "has_projects": True,
    "has_downloads": True,
    "has_wiki": True,
    "has_pages": False,
    "has_discussions": False,
}


def _links(name: str) -> Json:
    url = f"{API}/repos/{name}"
    links = {f"{link}_url": url + (tail if tail.startswith("/") else f"/{link}{tail}") for link, tail in _LINKS.items()}
    links |= {"url": url, "html_url": f"{WEB}/{name}", "git_url": f"git://github.com/{name}.git", "ssh_url": f"git@github.com:{name}.git"}
    return links | {"clone_url": f"{WEB}/{name}.git", "svn_url": f"{WEB}/{name}", "mirror_url": None}


def minimal_repository(world: World, row: Json, login: str = "") -> Json:
    """``minimal-repository``, and what lists add; ``permissions`` are those of the login."""
    name = models.full_name(row)
    kept = (
        "id",
        "name",
        "private",
        "description",
        "created_at",
        "updated_at",
        "pushed_at",
        "archived",
        "topics",
        "visibility",
        "default_branch",
    )
    form: Json = {member: row[member] for member in kept} | _links(name) | _FEATURES | dict.fromkeys(_NOTHING, 0)
    form |= {"node_id": node_id("Repository", row["id"]), "full_name": name, "owner": simple_user(world, row["owner"])}
    form |= {"fork": False, "homepage": row["settings"].get("homepage"), "language": None, "license": None, "disabled": False}
    form |= {"allow_forking": not row["private"], "is_template": False, "web_commit_signoff_required": False}
    if login:
        held = rights.role_in(world, row, login)
        form["permissions"] = {role: rights.at_least(held, role) for role in ("admin", "maintain", "push", "triage", "pull")}
    return form


def repository(world: World, row: Json, login: str = "") -> Json:
    """``full-repository``; the merge settings only for those who may push."""
    form: Json = minimal_repository(world, row, login) | {"network_count": 0, "subscribers_count": 1}
    owner = models.account(world, row["owner"])
    if owner and owner["type"] == "Organization":
        form["organization"] = simple_user(world, row["owner"])
    if form.get("permissions", {}).get("push"):
        defaults = {
            "allow_squash_merge": True,
            "allow_merge_commit": True,
            "allow_rebase_merge": True,
            "allow_auto_merge": False,
            "delete_branch_on_merge": False,
            "allow_update_branch": False,
        }
        form |= {name: row["settings"].get(name, value) for name, value in defaults.items()}
    return form


def verification(commit: Json) -> Json:
    """``verification``: commits that GitHub itself wrote through GraphQL or a merge are signed."""
    if not commit.get("verified"):
        return {"verified": False, "reason": "unsigned", "signature": None, "payload": None, "verified_at": None}
    signature = "-----BEGIN PGP SIGNATURE-----\n\nwsFcBAABCAAQBQJ\n-----END PGP SIGNATURE-----\n"
    return {
        "verified": True,
        "reason": "valid",
        "signature": signature,
        "payload": f"tree {commit['tree']}\n\n{commit['message']}",
        "verified_at": commit["committer"]["date"],
    }


def git_commit(name: str, commit: Json) -> Json:
    """``git-commit``, the form of the git data API."""
    url = f"{API}/repos/{name}/git"
    return {
        "sha": commit["sha"],
        "node_id": node_id("Commit", commit["sha"]),
        "url": f"{url}/commits/{commit['sha']}",
        "html_url": f"{WEB}/{name}/commit/{commit['sha']}",
        "author": commit["author"],
        "committer": commit["committer"],
        "message": commit["message"],
        "tree": {"sha": commit["tree"], "url": f"{url}/trees/{commit['tree']}"},
        "parents": [{"sha": sha, "url": f"{url}/commits/{sha}", "html_url": f"{WEB}/{name}/commit/{sha}"} for sha in commit["parents"]],
        "verification": verification(commit),
    }


def commit_form(world: World, name: str, sha: str) -> Json:
    """``commit``, the form of lists, branches and comparisons."""
    commit: Json = objects.get(world, name, sha)
    url = f"{API}/repos/{name}/commits/{sha}"
    inner = {
        "url": f"{API}/repos/{name}/git/commits/{sha}",
        "author": commit["author"],
        "committer": commit["committer"],
        "message": commit["message"],
        "tree": {"sha": commit["tree"], "url": f"{API}/repos/{name}/git/trees/{commit['tree']}"},
        "comment_count": 0,
        "verification": verification(commit),
    }
    login = commit.get("login", "")
    who = simple_user(world, login) if login else None
    parents = [
        {"sha": parent, "url": f"{API}/repos/{name}/commits/{parent}", "html_url": f"{WEB}/{name}/commit/{parent}"}
        for parent in commit["parents"]
    ]
    return {
        "url": url,
        "sha": sha,
        "node_id": node_id("Commit", sha),
        "html_url": f"{WEB}/{name}/commit/{sha}",
        "comments_url": f"{url}/comments",
        "commit": inner,
        "author": who,
        "committer": who,
        "parents": parents,
    }
