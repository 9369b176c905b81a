"""Routes of repository rulesets, and of the rules that hold for a branch.

Owns storing and validating rulesets. Not emulated: organization rulesets, push rulesets, ruleset history, suites.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.sandbox.github import errors, forms, models, rights, rules
from wizard.sandbox.github.bodies import members, one_of, page
from wizard.sandbox.github.router import ROUTER, caller
from wizard.sandbox.router import Request, Response

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any

PLAIN = ("creation", "deletion", "non_fast_forward", "required_signatures", "required_linear_history", "update")
PARAMETERS = {
    "required_status_checks": ("required_status_checks", "strict_required_status_checks_policy"),
    "pull_request": (
        "dismiss_stale_reviews_on_push",
        "require_code_owner_review",
        "require_last_push_approval",
        "required_approving_review_count",
        "required_review_thread_resolution",
    ),
}


def store(world: World, name: str, body: Json, number: int = 0) -> Json:
    """Keep a ruleset of a repository (a new one, or the one with this number) and return its document."""
    table, now = world.table("github.rulesets"), world.clock.iso()
    before = table.get(str(number)) or {"created_at": now}
    row = {
        "id": number or body.get("id") or world.next_number("github.ruleset", 7_000_001),
        "repository": name,
        "name": body.get("name", before.get("name")),
        "target": body.get("target") or before.get("target") or "branch",
        "enforcement": body.get("enforcement", before.get("enforcement")),
        "conditions": body.get("conditions", before.get("conditions")),
        "rules": body.get("rules", before.get("rules", [])),
        "bypass_actors": body.get("bypass_actors", before.get("bypass_actors", [])),
        "created_at": before["created_at"],
        "updated_at": now,
    }
    table[str(row["id"])] = row
    return row


def form(world: World, repository: Json, row: Json, login: str, *, whole: bool = True) -> Json:
    """``repository-ruleset``; lists leave out rules and conditions, readers do not see who may bypass."""
    name = models.full_name(repository)
    out = {name_: row[name_] for name_ in ("id", "name", "target", "enforcement", "created_at", "updated_at")}
    out |= {"source_type": "Repository", "source": name, "node_id": forms.node_id("RepositoryRuleset", row["id"])}
    out["_links"] = {
        "self": {"href": f"{forms.API}/repos/{name}/rulesets/{row['id']}"},
        "html": {"href": f"{forms.WEB}/{name}/rules/{row['id']}"},
    }
    if whole:
        out |= {
            "conditions": row["conditions"],
            "rules": row["rules"],
            "current_user_can_bypass": rules.bypass(world, repository, row, login),
        }
        if rights.at_least(rights.role_in(world, repository, login), "admin"):
            out["bypass_actors"] = row["bypass_actors"]
    return out


_MEMBERS: dict[str, type] = {"name": str, "target": str, "enforcement": str, "bypass_actors": list, "conditions": dict, "rules": list}


def _valid(world: World, repository: Json, request: Request, number: int = 0) -> Json:
    required: dict[str, type] = {} if number else {"name": str, "enforcement": str}
    body = members(request, required, {name: kind for name, kind in _MEMBERS.items() if name not in required})
    if "enforcement" in body:
        one_of("enforcement", body["enforcement"], ("disabled", "active", "evaluate"))
    one_of("target", body.get("target") or "branch", ("branch", "tag", "push"))
    problems = [problem for rule in body.get("rules") or [] for problem in _rule_problems(rule)]
    target = body.get("target") or "branch"
    for side in ("include", "exclude"):
        for pattern in ((body.get("conditions") or {}).get("ref_name") or {}).get(side, []):
            if not pattern.startswith(("~", "refs/heads/" if target == "branch" else "refs/tags/")):
                problems.append(f"Invalid target patterns: '{pattern}'")
    if any(row["name"] == body.get("name") and row["id"] != number for row in rules.of_repository(world, repository)):
        problems.append("Name must be unique")
    if problems:
        raise errors.invalid("Validation Failed", problems)
    return body


def _rule_problems(rule: Json) -> list[str]:
    kind = rule.get("type") if isinstance(rule, dict) else None
    if kind in PLAIN:
        return []
    if kind not in PARAMETERS:
        return [f"Invalid rule '{kind}': "]
    missing = [name for name in PARAMETERS[str(kind)] if name not in rule.get("parameters", {})]
    return [f"Invalid parameters for rule '{kind}': Missing required parameter {name}" for name in missing]


def _opened(request: Request, world: World, role: str, permission: str) -> Json:
    repository = rights.opened(request, world, role, permission)
    if not rules.available(world, repository):
        raise errors.upgrade_required()
    return repository


def _found(request: Request, world: World, repository: Json) -> Json:
    row = world.table("github.rulesets").get(request.params["ruleset_id"])
    if row is None or row["repository"].lower() != models.full_name(repository).lower():
        raise errors.not_found()
    return row


@ROUTER.get("/repos/{owner}/{repo}/rulesets")
def list_rulesets(request: Request, world: World) -> Response:
    repository = _opened(request, world, "pull", "metadata:read")
    login = caller(request, world).login
    return page(request, [form(world, repository, row, login, whole=False) for row in rules.of_repository(world, repository)])


@ROUTER.post("/repos/{owner}/{repo}/rulesets")
def create(request: Request, world: World) -> Response:
    repository = _opened(request, world, "admin", "administration:write")
    row = store(world, models.full_name(repository), _valid(world, repository, request))
    return Response(201, form(world, repository, row, caller(request, world).login))


@ROUTER.get("/repos/{owner}/{repo}/rulesets/{ruleset_id}")
def get(request: Request, world: World) -> Response:
    repository = _opened(request, world, "pull", "metadata:read")
    return Response(200, form(world, repository, _found(request, world, repository), caller(request, world).login))


@ROUTER.put("/repos/{owner}/{repo}/rulesets/{ruleset_id}")
def update(request: Request, world: World) -> Response:
    repository = _opened(request, world, "admin", "administration:write")
    row = _found(request, world, repository)
    row = store(world, models.full_name(repository), _valid(world, repository, request, row["id"]), row["id"])
    return Response(200, form(world, repository, row, caller(request, world).login))


@ROUTER.delete("/repos/{owner}/{repo}/rulesets/{ruleset_id}")
def delete(request: Request, world: World) -> Response:
    repository = _opened(request, world, "admin", "administration:write")
    del world.table("github.rulesets")[str(_found(request, world, repository)["id"])]
    return Response(204)


@ROUTER.get("/repos/{owner}/{repo}/rules/branches/{branch:path}")
def branch_rules(request: Request, world: World) -> Response:
    """Every active rule for a branch, which need not exist."""
    repository = rights.opened(request, world, "pull", "metadata:read")
    found = []
    for row in rules.applying(world, repository, f"refs/heads/{request.params['branch']}"):
        source = {"ruleset_source_type": "Repository", "ruleset_source": models.full_name(repository), "ruleset_id": row["id"]}
        found += [rule | source for rule in row["rules"]]
    return page(request, found)
