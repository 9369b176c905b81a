"""Routes of environments, their branch and tag policies and their protection rules.

Owns the replace-like PUT. A private repository of a Free account has no environments: 404 (the stricter reading of the
documentation; some report that a bare PUT passes there). Words for a reviewer without access are ours. Not emulated:
custom protection rules by Apps, ``can_admins_bypass`` in requests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from wizard.sandbox.github import errors, forms, models, plans, rights
from wizard.sandbox.github.bodies import members, one_of, page
from wizard.sandbox.github.router import ROUTER
from wizard.sandbox.router import Request, Response

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any

PATH = "/repos/{owner}/{repo}/environments/{environment_name}"
POLICIES = f"{PATH}/deployment-branch-policies"


def opened(request: Request, world: World, role: str, permission: str) -> Json:
    """The repository, where its plan has environments."""
    repository = rights.opened(request, world, role, permission)
    if not plans.features(world, repository).environments:
        raise errors.not_found()
    return repository


def found(request: Request, world: World, role: str, permission: str) -> tuple[Json, Json]:
    """Repository and environment of the path."""
    repository = opened(request, world, role, permission)
    row = models.environment(world, models.full_name(repository), request.params["environment_name"])
    if row is None:
        raise errors.not_found()
    return repository, row


def _rules(world: World, row: Json) -> list[Json]:
    out: list[Json] = []
    if row["wait_timer"]:
        out.append({"type": "wait_timer", "wait_timer": row["wait_timer"]})
    if row["reviewers"]:
        out.append({"type": "required_reviewers", "prevent_self_review": row["prevent_self_review"], "reviewers": _reviewers(world, row)})
    if row["deployment_branch_policy"] is not None:
        out.append({"type": "branch_policy"})
    for rule in out:
        number = row["rule_ids"][rule["type"]]
        rule |= {"id": number, "node_id": forms.node_id("GateDetails", number)}
    return out


def _reviewers(world: World, row: Json) -> list[Json]:
    out = []
    for reviewer in row["reviewers"]:
        if reviewer["type"] == "User":
            form = forms.simple_user(world, (models.account_by_id(world, reviewer["id"]) or {"login": "ghost"})["login"])
        else:
            form = forms.team(models.team_by_id(world, reviewer["id"]))
        out.append({"type": reviewer["type"], "reviewer": form})
    return out


def form(world: World, row: Json) -> Json:
    """``environment``."""
    name = row["repository"]
    return {
        "id": row["id"],
        "node_id": forms.node_id("Environment", row["id"]),
        "name": row["name"],
        "url": f"{forms.API}/repos/{name}/environments/{quote(row['name'], safe='')}",
        "html_url": f"{forms.WEB}/{name}/deployments/activity_log?environments_filter={quote(row['name'])}",
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
        "can_admins_bypass": True,
        "protection_rules": _rules(world, row),
        "deployment_branch_policy": row["deployment_branch_policy"],
    }


@ROUTER.get("/repos/{owner}/{repo}/environments")
def list_environments(request: Request, world: World) -> Response:
    repository = opened(request, world, "pull", "actions:read")
    rows = models.environments(world, models.full_name(repository))
    return page(request, [form(world, row) for row in rows], "environments")


@ROUTER.get(PATH)
def get(request: Request, world: World) -> Response:
    return Response(200, form(world, found(request, world, "pull", "actions:read")[1]))


def _policy(body: Json) -> Json | None:
    policy = body.get("deployment_branch_policy")
    if policy is None:
        return None
    flags = {name: policy.get(name) for name in ("protected_branches", "custom_branch_policies")}
    if not all(isinstance(flag, bool) for flag in flags.values()) or flags["protected_branches"] == flags["custom_branch_policies"]:
        raise errors.invalid("Invalid request.\n\nprotected_branches and custom_branch_policies cannot have the same value.")
    return flags


def _checked_reviewers(world: World, repository: Json, body: Json) -> list[Json]:
    reviewers = body.get("reviewers") or []
    if len(reviewers) > 6:
        raise errors.invalid("Failed to create the environment protection rule. The number of reviewers cannot exceed 6.")
    out = []
    for reviewer in reviewers:
        kind, number = reviewer.get("type"), reviewer.get("id")
        one_of("reviewers/type", kind, ("User", "Team"))
        if kind == "User":
            account = models.account_by_id(world, number)
            reads = account is not None and rights.at_least(rights.role_in(world, repository, account["login"]), "pull")
        else:
            reads = any(team["id"] == number and rights.team_reads(team, repository) for team in models.teams(world, repository["owner"]))
        if not reads:
            raise errors.invalid("Failed to create the environment protection rule. Reviewers must have read access to the repository.")
        out.append({"type": kind, "id": number})
    return out


@ROUTER.put(PATH)
def create_or_update(request: Request, world: World) -> Response:
    """Replace-like: what the body leaves out goes back to its default. Custom policies stay until deleted."""
    repository = opened(request, world, "admin", "administration:write")
    optional: dict[str, type] = {"wait_timer": int, "prevent_self_review": bool, "reviewers": list, "deployment_branch_policy": dict}
    body, name = members(request, {}, optional), models.full_name(repository)
    wanted = request.params["environment_name"]
    if len(wanted) > 255:
        raise errors.validation_failed("Environment", "name", "name is too long (maximum is 255 characters)")
    timer, self_review = body.get("wait_timer") or 0, bool(body.get("prevent_self_review"))
    if not 0 <= timer <= 43200:
        raise errors.invalid("Failed to create the environment protection rule. Wait timer must be between 0 and 43200 minutes.")
    reviewers, policy = _checked_reviewers(world, repository, body), _policy(body)
    gates = plans.features(world, repository).gates
    if reviewers and not gates:
        raise errors.protection_plan("required reviewers")
    if timer and not gates:
        raise errors.protection_plan("wait timer")
    if self_review and not reviewers:
        words = "Required reviewers must have at least one reviewer to set prevent_self_review."
        raise errors.invalid(f"Failed to create or update the environment protection rule. {words}")
    now, before = world.clock.iso(), models.environment(world, name, wanted)
    row = before or {
        "id": world.next_number("github.environment", 5_000_001),
        "repository": name,
        "name": wanted,
        "created_at": now,
        "rule_ids": {},
    }
    row |= {
        "wait_timer": timer,
        "prevent_self_review": self_review,
        "reviewers": reviewers,
        "deployment_branch_policy": policy,
        "updated_at": now,
    }
    for kind in ("wait_timer", "required_reviewers", "branch_policy"):
        if kind not in row["rule_ids"]:
            row["rule_ids"][kind] = world.next_number("github.protection_rule", 6_000_001)
    world.table("github.environments")[models.environment_key(name, wanted)] = row
    return Response(200, form(world, row))


@ROUTER.delete(PATH)
def delete(request: Request, world: World) -> Response:
    """Takes its policies, secrets and variables with it."""
    repository, row = found(request, world, "admin", "administration:write")
    key = models.environment_key(models.full_name(repository), row["name"])
    for table, prefix in (("github.variables", f"{key}|"), ("github.secrets", f"{key}|")):
        for found_key in [other for other in world.table(table) if other.startswith(prefix)]:
            del world.table(table)[found_key]
    for policy in models.branch_policies(world, models.full_name(repository), row["name"]):
        del world.table("github.branch_policies")[str(policy["id"])]
    del world.table("github.environments")[key]
    return Response(204)


def _policy_form(row: Json) -> Json:
    return {"id": row["id"], "node_id": forms.node_id("DeploymentBranchPolicy", row["id"]), "name": row["name"], "type": row["type"]}


@ROUTER.get(POLICIES)
def list_policies(request: Request, world: World) -> Response:
    repository, row = found(request, world, "pull", "actions:read")
    rows = models.branch_policies(world, models.full_name(repository), row["name"])
    return page(request, [_policy_form(policy) for policy in rows], "branch_policies")


@ROUTER.post(POLICIES)
def create_policy(request: Request, world: World) -> Response:
    """404 unless the environment has custom policies, 303 where the pattern is there already."""
    repository, row = found(request, world, "admin", "administration:write")
    body, name = members(request, {"name": str}, {"type": str}), models.full_name(repository)
    one_of("type", body.get("type") or "branch", ("branch", "tag"))
    if not (row["deployment_branch_policy"] or {}).get("custom_branch_policies"):
        raise errors.not_found()
    kind = body.get("type") or "branch"
    for policy in models.branch_policies(world, name, row["name"]):
        if (policy["name"], policy["type"]) == (body["name"], kind):
            return Response(303, None, {"Location": f"{form(world, row)['url']}/deployment-branch-policies/{policy['id']}"})
    number = world.next_number("github.branch_policy", 4_000_001)
    policy = {"id": number, "repository": name, "environment": row["name"], "name": body["name"], "type": kind}
    world.table("github.branch_policies")[str(number)] = policy
    return Response(200, _policy_form(policy))


def _found_policy(request: Request, world: World, role: str, permission: str) -> Json:
    repository, row = found(request, world, role, permission)
    rows = models.branch_policies(world, models.full_name(repository), row["name"])
    match = next((policy for policy in rows if str(policy["id"]) == request.params["branch_policy_id"]), None)
    if match is None:
        raise errors.not_found()
    return match


@ROUTER.get(POLICIES + "/{branch_policy_id}")
def get_policy(request: Request, world: World) -> Response:
    return Response(200, _policy_form(_found_policy(request, world, "pull", "actions:read")))


@ROUTER.put(POLICIES + "/{branch_policy_id}")
def update_policy(request: Request, world: World) -> Response:
    policy = _found_policy(request, world, "admin", "administration:write")
    policy["name"] = members(request, {"name": str})["name"]
    world.table("github.branch_policies")[str(policy["id"])] = policy
    return Response(200, _policy_form(policy))


@ROUTER.delete(POLICIES + "/{branch_policy_id}")
def delete_policy(request: Request, world: World) -> Response:
    del world.table("github.branch_policies")[str(_found_policy(request, world, "admin", "administration:write")["id"])]
    return Response(204)


@ROUTER.get(PATH + "/deployment_protection_rules")
def protection_rules(request: Request, world: World) -> Response:
    """Custom rules by Apps: there are none in this world."""
    found(request, world, "pull", "actions:read")
    return Response(200, {"total_count": 0, "custom_deployment_protection_rules": []})
