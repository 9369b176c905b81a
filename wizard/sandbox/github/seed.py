"""Fills GitHub's tables from the world description, and names the operator's token.

Owns defaults: who is a member of what where the description is silent. The first user owns the organization; further
users are members of it unless their ``role`` is ``admin``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.sandbox.github import models, objects

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any

LONG_AGO = "2020-01-01T00:00:00Z"


def seed(world: World, description: Json) -> None:
    """Read the section ``github`` (absent: nothing) and make accounts, teams, tokens and repositories."""
    section = description.get("github")
    if not section:
        return
    first = {"login": "ada", "id": 1001, "name": "Ada Lovelace", **(section.get("user") or {})}
    owner = {"type": "Organization", "plan": "enterprise", **(section.get("owner") or {"login": "contoso", "id": 2001})}
    people = [{"role": "admin", **first}, *(section.get("users") or [])]
    own_plan = owner["plan"] if owner["login"] == first["login"] else "free"
    for person in people:
        _account(world, person, "User", own_plan if person["login"] == first["login"] else "free")
    if owner["type"] == "Organization":
        _organization(world, owner, people, section.get("actions") or {})
    for team in section.get("teams") or []:
        _team(world, owner, team)
    for person in people:
        models.put_token(world, _token(world, person["login"], section.get("token") or {}))
    for row in section.get("repositories") or []:
        add_repository(world, owner["login"], row, section.get("actions") or {}, first["login"])


def token_for(world: World, login: str) -> str:
    """The text of the personal token that the description gave this user."""
    rows = world.table("github.tokens").where(lambda row: row["login"].lower() == login.lower() and row["kind"] != "installation")
    if not rows:
        raise KeyError(f"no GitHub token for {login} in this world")
    return str(rows[0]["token"])


def _account(world: World, person: Json, kind: str, plan: str) -> None:
    row = {
        "login": person["login"],
        "id": person["id"],
        "type": kind,
        "name": person.get("name"),
        "email": person.get("email"),
        "plan": person.get("plan", plan),
    }
    world.table("github.accounts")[person["login"].lower()] = row | {"created_at": LONG_AGO, "actions": actions_settings({})}


def _organization(world: World, owner: Json, people: list[Json], actions: Json) -> None:
    world.table("github.accounts")[owner["login"].lower()] = {
        "login": owner["login"],
        "id": owner["id"],
        "type": "Organization",
        "name": owner.get("name", owner["login"].title()),
        "plan": owner["plan"],
        "created_at": LONG_AGO,
        "members": {person["login"]: person.get("role", "member") for person in people if person.get("role") != "outside"},
        "default_repository_permission": owner.get("default_repository_permission", "read"),
        "members_can_create_repositories": owner.get("members_can_create_repositories", True),
        "actions": actions_settings(actions),
        "oidc": {"include_claim_keys": owner.get("include_claim_keys", [])},
    }


def actions_settings(section: Json) -> Json:
    """The ``actions`` member of organizations and repositories."""
    return {
        "enabled": section.get("enabled", True),
        "allowed": section.get("allowed", "all"),
        "github_owned": section.get("github_owned", True),
        "verified": section.get("verified", False),
        "patterns": list(section.get("patterns") or []),
        "sha_pinning": section.get("sha_pinning", False),
        "workflow_permissions": section.get("workflow_permissions", "read"),
        "can_approve": section.get("can_approve", False),
    }


def _team(world: World, owner: Json, team: Json) -> None:
    names = [name if "/" in name or name == "*" else f"{owner['login']}/{name}" for name in team.get("repositories") or []]
    world.table("github.teams")[f"{owner['login']}/{team['slug']}".lower()] = {
        "id": team["id"],
        "slug": team["slug"],
        "name": team.get("name", team["slug"].title()),
        "organization": owner["login"],
        "organization_id": owner["id"],
        "members": list(team.get("members") or []),
        "repositories": {name: team.get("role", "push") for name in names},
    }


def _token(world: World, login: str, section: Json) -> Json:
    kind = section.get("kind", "classic")
    prefix = "ghp_" if kind == "classic" else "github_pat_"
    return {
        "token": prefix + world.new_secret("github.token", 36),
        "login": login,
        "kind": kind,
        "scopes": list(section.get("scopes") or []) if kind == "classic" else [],
        "permissions": dict(section.get("permissions") or {}),
        "repositories": section.get("repositories", "all"),
        "sso": section.get("sso", "authorized"),
        "expires_at": section.get("expires_at"),
    }


def new_repository(world: World, owner: str, name: str, *, private: bool, actions: Json | None = None) -> Json:
    """The document of a fresh, empty repository."""
    now = world.clock.iso()
    return {
        "id": world.next_number("github.repository", 1_300_000_001),
        "owner": owner,
        "name": name,
        "private": private,
        "visibility": "private" if private else "public",
        "description": None,
        "created_at": now,
        "updated_at": now,
        "pushed_at": now,
        "default_branch": "main",
        "archived": False,
        "collaborators": {},
        "actions": actions_settings(actions or {}),
        "oidc": {
            "opted_in": True,
            "use_default": True,
            "include_claim_keys": [],
            "use_immutable_subject": False,
            "immutable": now > models.IMMUTABLE_SINCE,
        },
        "topics": [],
        "settings": {},
    }


def add_repository(world: World, owner: str, row: Json, actions: Json, author: str) -> None:
    """One repository of the description, with its files as the first commit, its rulesets and its collaborators."""
    document = new_repository(world, owner, row["name"], private=row.get("private", True), actions=row.get("actions") or actions)
    for name in ("id", "default_branch", "description", "archived", "visibility"):
        document[name] = row.get(name, document[name])
    document["created_at"] = document["updated_at"] = document["pushed_at"] = str(row.get("created_at", document["created_at"]))
    document["oidc"]["immutable"] = row.get("immutable_subject", document["created_at"] > models.IMMUTABLE_SINCE)
    document["oidc"] |= row.get("oidc") or {}
    people = row.get("collaborators") or []
    document["collaborators"] = dict(people) if isinstance(people, dict) else dict.fromkeys(people, "push")
    models.put_repository(world, document)
    name = models.full_name(document)
    if row.get("files"):
        files = {
            path: {"mode": "100644", "type": "blob", "sha": objects.put_blob(world, name, text.encode())}
            for path, text in row["files"].items()
        }
        person = {"name": author, "email": f"{author}@users.noreply.github.com", "date": document["created_at"]}
        tree = objects.tree_from(world, name, files)
        commit = {"tree": tree, "parents": [], "author": person, "committer": person, "message": "Initial commit", "login": author}
        models.move_ref(world, name, f"refs/heads/{document['default_branch']}", objects.put_commit(world, name, commit), author)
    for ruleset in row.get("rulesets") or []:
        from wizard.sandbox.github.rulesets import store

        store(world, name, ruleset)
