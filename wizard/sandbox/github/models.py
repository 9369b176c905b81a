"""What GitHub holds in this world: the tables, and the accessors that other services read them through.

Owns names and shapes of the ``github.*`` tables. Makes no answers and checks no rights.

Repositories are named ``owner/name``; keys are lower case, documents keep the case they were made with.

``github.accounts`` by login: ``login, id, type ("User"/"Organization"), name, email, plan ("free"/"pro"/"team"/"enterprise"),
    created_at``; an organization also ``members {login: "admin"/"member"}, default_repository_permission,
    members_can_create_repositories, actions, oidc``.
``github.teams`` by ``org/slug``: ``id, slug, name, organization, organization_id, members [login], repositories {full name: role}``.
``github.tokens`` by token text: ``token, login, kind ("classic"/"fine-grained"/"installation"), scopes, permissions {name:
    "read"/"write"}, repositories "all" or [full names], sso ("authorized"/"required"), expires_at``.
``github.repositories`` by ``owner/name``: ``id, owner, name, private, visibility, description, created_at, updated_at, pushed_at,
    default_branch, archived, collaborators {login: role}, actions {enabled, allowed, github_owned, verified, patterns, sha_pinning,
    workflow_permissions, can_approve}, oidc {opted_in, use_default, include_claim_keys, use_immutable_subject, immutable}, topics,
    settings``.
``github.refs`` by ``owner/name:refs/heads/main``: ``repository, ref, sha``.
``github.objects`` by ``owner/name:sha``: ``repository, sha, type`` and, by type: blob ``content`` (base64); tree ``entries [{path,
    mode, type, sha}]``; commit ``tree, parents, author, committer, message, login, verified``; tag ``tag, object, message, tagger``.
``github.environments`` by ``owner/name|environment``: ``id, repository, name, created_at, updated_at, wait_timer,
    prevent_self_review, reviewers [{type, id}], deployment_branch_policy (None or {protected_branches, custom_branch_policies}),
    rule_ids``.
``github.branch_policies`` by id: ``id, repository, environment, name, type ("branch"/"tag")``.
``github.variables`` and ``github.secrets`` by ``owner/name|environment|NAME`` (environment ``""``: the repository's own):
    ``repository, environment, name, value, created_at, updated_at``; a secret's value is the decrypted text.
``github.pulls`` by ``owner/name#number``: ``id, number, repository, title, body, state, draft, head, base, head_sha, base_sha, user,
    merged, merged_at, merged_by, merge_commit_sha, created_at, updated_at, closed_at, reviews``.
``github.rulesets`` by id: ``id, repository, name, target, enforcement, conditions, rules, bypass_actors, created_at, updated_at``.
``github.check_runs`` by id: ``id, repository, sha, name, status, conclusion``; written by who runs checks, read by the rules.
``github.redirects`` by the old ``owner/name`` of a renamed repository: ``id``.
``_github.rate`` by token: ``used, reset``.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from wizard.sandbox.github import objects

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any

ISSUER = "https://token.actions.githubusercontent.com"
IMMUTABLE_SINCE = "2026-07-15T00:00:00Z"
"""Repositories made after this moment have the immutable subject (docs.github.com, OIDC reference)."""

PushListener = Callable[["World", str, str, str, str, str], None]
pushed: list[PushListener] = []
"""Called after every change of a ref with ``(world, repository, ref, before sha, after sha, actor login)``; ``""`` for no sha."""


def account(world: World, login: str) -> Json | None:
    """The user or organization, whatever the case of the login."""
    return world.table("github.accounts").get(login.lower())


def account_by_id(world: World, number: int) -> Json | None:
    return next(iter(world.table("github.accounts").where(lambda row: row["id"] == number)), None)


def teams(world: World, organization: str) -> list[Json]:
    return world.table("github.teams").where(lambda row: row["organization"].lower() == organization.lower())


def team_by_id(world: World, number: int) -> Json | None:
    return next(iter(world.table("github.teams").where(lambda row: row["id"] == number)), None)


def full_name(repository: Json) -> str:
    return f"{repository['owner']}/{repository['name']}"


def repository(world: World, name: str) -> Json | None:
    """The repository ``owner/name``, whatever the case."""
    return world.table("github.repositories").get(name.lower())


def put_repository(world: World, document: Json) -> None:
    world.table("github.repositories")[full_name(document).lower()] = document


def ref_key(name: str, ref: str) -> str:
    return f"{name.lower()}:{ref}"


def ref_sha(world: World, name: str, ref: str) -> str:
    """The object a full ref (``refs/heads/main``) points at; ``""`` where there is none."""
    row = world.table("github.refs").get(ref_key(name, ref))
    return str(row["sha"]) if row else ""


def refs(world: World, name: str, prefix: str = "refs/") -> list[Json]:
    """Refs that start with the prefix, sorted by name."""
    key = ref_key(name, prefix)
    table = world.table("github.refs")
    return [table[found] for found in sorted(table) if found.startswith(key)]


def move_ref(world: World, name: str, ref: str, sha: str, actor: str) -> None:
    """Set, move or (with ``sha=""``) remove a ref, and tell the listeners. Rules are the caller's duty."""
    table, before = world.table("github.refs"), ref_sha(world, name, ref)
    if sha:
        table[ref_key(name, ref)] = {"repository": name, "ref": ref, "sha": sha}
    else:
        table.pop(ref_key(name, ref), None)
    for listener in pushed:
        listener(world, name, ref, before, sha, actor)


def resolve(world: World, name: str, ref: str) -> str:
    """The commit sha that a branch, tag, full ref or sha means; ``""`` where it means nothing."""
    found = repository(world, name)
    if found is None:
        return ""
    ref = ref or found["default_branch"]
    for candidate in (f"refs/heads/{ref}", f"refs/tags/{ref}", ref if ref.startswith("refs/") else f"refs/{ref}"):
        if sha := ref_sha(world, name, candidate):
            return objects.peeled(world, name, sha)
    document = objects.get(world, name, ref) if re.fullmatch(r"[0-9a-f]{40}", ref) else None
    return objects.peeled(world, name, ref) if document else ""


def file_at(world: World, name: str, ref: str, path: str) -> bytes | None:
    """The bytes of one file at a ref (``""``: the default branch); ``None`` where it is not."""
    return objects.file_in(world, name, resolve(world, name, ref), path)


def files_at(world: World, name: str, ref: str, prefix: str = "") -> dict[str, bytes]:
    """Every file whose path starts with the prefix, by path."""
    commit = resolve(world, name, ref)
    found = {} if not commit else objects.flattened(world, name, objects.tree_of(world, name, commit))
    return {path: objects.content(world, name, entry["sha"]) for path, entry in found.items() if path.startswith(prefix)}


def environment_key(name: str, environment_name: str) -> str:
    return f"{name}|{environment_name}".lower()


def environment(world: World, name: str, environment_name: str) -> Json | None:
    return world.table("github.environments").get(environment_key(name, environment_name))


def environments(world: World, name: str) -> list[Json]:
    return world.table("github.environments").where(lambda row: row["repository"].lower() == name.lower())


def branch_policies(world: World, name: str, environment_name: str) -> list[Json]:
    """Custom deployment branch and tag policies of an environment."""
    key = environment_key(name, environment_name)
    return world.table("github.branch_policies").where(lambda row: environment_key(row["repository"], row["environment"]) == key)


def deployable(world: World, name: str, environment_name: str, ref: str) -> bool:
    """Whether the environment's branch policy lets a full ref (``refs/heads/main``) deploy."""
    found = environment(world, name, environment_name)
    policy = found["deployment_branch_policy"] if found else None
    if policy is None:
        return True
    kind, short = ("tag", ref.removeprefix("refs/tags/")) if ref.startswith("refs/tags/") else ("branch", ref.removeprefix("refs/heads/"))
    if policy["protected_branches"]:
        from wizard.sandbox.github.rules import protected

        return kind == "branch" and protected(world, name, short)
    return any(row["type"] == kind and matches(row["name"], short) for row in branch_policies(world, name, environment_name))


def matches(pattern: str, text: str) -> bool:
    """GitHub's fnmatch: ``*`` does not cross ``/``, ``**/`` does."""
    parts = re.split(r"(\*\*/|\*\*|\*|\?|\[[^\]]*\])", pattern)
    special = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    out = "".join(special.get(part) or (part if part.startswith("[") and part.endswith("]") else re.escape(part)) for part in parts)
    return re.fullmatch(out, text) is not None or (fnmatch.fnmatchcase(text, pattern) and "/" not in text)


def values_key(name: str, environment_name: str, variable: str) -> str:
    return f"{name}|{environment_name}".lower() + "|" + variable.upper()


def _values(world: World, table: str, name: str, environment_name: str) -> Iterator[Json]:
    prefix = values_key(name, environment_name, "")
    rows = world.table(table)
    return (rows[key] for key in sorted(rows) if key.startswith(prefix))


def variables(world: World, name: str, environment_name: str = "") -> dict[str, str]:
    """Variables of one environment, or of the repository itself; a job sees both, its environment's winning."""
    return {row["name"]: row["value"] for row in _values(world, "github.variables", name, environment_name)}


def secrets(world: World, name: str, environment_name: str = "") -> dict[str, str]:
    """Decrypted secrets of one environment, or of the repository itself."""
    return {row["name"]: row["value"] for row in _values(world, "github.secrets", name, environment_name)}


def immutable_subject(repository_document: Json) -> bool:
    """Whether jobs of the repository really get the immutable subject, whatever ``use_immutable_subject`` says."""
    return bool(repository_document["oidc"]["immutable"])


def subject_prefix(world: World, name: str) -> str:
    """``repo:OWNER@ID/REPO@ID`` for repositories with the immutable subject, ``repo:OWNER/REPO`` for the others."""
    found = repository(world, name)
    if found is None:
        return ""
    owner = account(world, found["owner"])
    if immutable_subject(found) and owner is not None:
        return f"repo:{found['owner']}@{owner['id']}/{found['name']}@{found['id']}"
    return f"repo:{full_name(found)}"


def put_token(world: World, document: Json) -> str:
    """Store a token (also one of a job: kind ``installation``) and return its text."""
    whole = {"scopes": [], "permissions": {}, "repositories": "all", "sso": "authorized", "expires_at": None, **document}
    world.table("github.tokens")[whole["token"]] = whole
    return str(whole["token"])


def subject(world: World, name: str, context: str, claims: dict[str, str]) -> str:
    """The ``sub`` of a job's token: the prefix and the context, or the keys of the repository's own template.

    ``context`` is ``environment:NAME``, ``ref:refs/heads/main`` or ``pull_request``; ``claims`` the other claims.
    """
    found = repository(world, name)
    if found is None or found["oidc"]["use_default"]:
        return f"{subject_prefix(world, name)}:{context}"
    special = {"repo": subject_prefix(world, name), "context": context}
    keys = found["oidc"]["include_claim_keys"]
    return ":".join(special.get(key) or f"{key}:{str(claims.get(key, '')).replace(':', '%3A')}" for key in keys)
