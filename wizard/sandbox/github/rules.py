"""Rulesets at work: which rules hold for a ref, who may bypass them, what a change violates.

Owns the enforcement and its words; storing rulesets is ``rulesets``'. A private repository of a Free account has no
rules. Classic branch protection is not emulated. Words of the deletion and force-push rules are from pushes; no
source shows them from the API.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.sandbox.github import errors, models, objects, rights

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any

ROLE_IDS = {1: "pull", 2: "maintain", 3: "triage", 4: "push", 5: "admin"}
"""``actor_id`` of ``RepositoryRole`` actors: GitHub's numbers of the base roles."""


def available(world: World, repository: Json) -> bool:
    """Whether the account's plan has rules for this repository."""
    owner = models.account(world, repository["owner"]) or {}
    return not repository["private"] or owner.get("plan") != "free"


def of_repository(world: World, repository: Json) -> list[Json]:
    name = models.full_name(repository).lower()
    return world.table("github.rulesets").where(lambda row: row["repository"].lower() == name)


def _covers(pattern: str, repository: Json, ref: str) -> bool:
    if pattern == "~ALL":
        return True
    if pattern == "~DEFAULT_BRANCH":
        return ref == f"refs/heads/{repository['default_branch']}"
    return models.matches(pattern, ref)


def applying(world: World, repository: Json, ref: str) -> list[Json]:
    """Active rulesets whose target and conditions cover the full ref."""
    if not available(world, repository):
        return []
    kind = "tag" if ref.startswith("refs/tags/") else "branch"
    found = []
    for row in of_repository(world, repository):
        names = (row["conditions"] or {}).get("ref_name", {"include": [], "exclude": []})
        included = any(_covers(pattern, repository, ref) for pattern in names.get("include", []))
        excluded = any(_covers(pattern, repository, ref) for pattern in names.get("exclude", []))
        if row["enforcement"] == "active" and row["target"] == kind and included and not excluded:
            found.append(row)
    return found


def protected(world: World, name: str, branch: str) -> bool:
    """Whether any rule holds for a branch."""
    repository = models.repository(world, name)
    return repository is not None and any(row["rules"] for row in applying(world, repository, f"refs/heads/{branch}"))


def bypass(world: World, repository: Json, ruleset: Json, login: str) -> str:
    """``always``, ``pull_requests_only`` or ``never`` for a login."""
    modes = {actor.get("bypass_mode", "always") for actor in ruleset["bypass_actors"] if _is(world, repository, actor, login)}
    return "always" if modes & {"always", "exempt"} else ("pull_requests_only" if modes else "never")


def _is(world: World, repository: Json, actor: Json, login: str) -> bool:
    kind, number = actor["actor_type"], actor.get("actor_id")
    if kind == "OrganizationAdmin":
        return rights.membership(world, repository["owner"], login) == "admin"
    if kind == "RepositoryRole":
        return number in ROLE_IDS and rights.at_least(rights.role_in(world, repository, login), ROLE_IDS[number])
    if kind == "Team":
        teams = models.teams(world, repository["owner"])
        return any(team["id"] == number and login.lower() in (member.lower() for member in team["members"]) for team in teams)
    account = models.account(world, login)
    return kind == "User" and account is not None and account["id"] == number


def expected_checks(world: World, repository: Json, rule: Json, sha: str) -> list[str]:
    """Names of required checks that have no success on the commit."""
    name = models.full_name(repository).lower()
    runs = world.table("github.check_runs").where(lambda row: row["repository"].lower() == name and row["sha"] == sha)
    passed = {row["name"] for row in runs if row["conclusion"] in ("success", "neutral", "skipped")}
    wanted = rule["parameters"]["required_status_checks"]
    return [check["context"] for check in wanted if check["context"] not in passed]


def _checks(world: World, repository: Json, rule: Json, sha: str) -> list[str]:
    missing = expected_checks(world, repository, rule, sha)
    total = len(rule["parameters"]["required_status_checks"])
    if len(missing) > 1:
        return [f"{len(missing)} of {total} required status checks are expected."]
    return [f'Required status check "{name}" is expected.' for name in missing]


def _unsigned(world: World, name: str, before: str, after: str) -> list[str]:
    known = (
        set(objects.ancestors(world, name, before))
        if before
        else {sha for row in models.refs(world, name) for sha in objects.ancestors(world, name, row["sha"])}
    )
    commits = [sha for sha in objects.ancestors(world, name, objects.peeled(world, name, after)) if sha not in known]
    bad = [sha for sha in commits if not (objects.get(world, name, sha) or {}).get("verified")]
    return (
        [f"Commits must have verified signatures.\n\n  Found {len(bad)} violation{'s' * (len(bad) > 1)}:\n\n  " + "\n  ".join(bad)]
        if bad
        else []
    )


def _broken(world: World, repository: Json, rule: Json, before: str, after: str, merging: bool) -> list[str]:
    name, kind = models.full_name(repository), rule["type"]
    if kind == "creation" and not before:
        return ["Cannot create ref due to creations being restricted."]
    if kind == "update" and before and after:
        return ["Cannot update this protected ref."]
    if kind == "deletion" and not after:
        return ["Cannot delete this protected ref."]
    if not after:
        return []
    if kind == "non_fast_forward" and before and before not in objects.ancestors(world, name, after):
        return ["Cannot force-push to this branch"]
    if kind == "pull_request" and before and not merging:
        return ["Changes must be made through a pull request."]
    if kind == "required_status_checks" and not merging and (before or not rule["parameters"].get("do_not_enforce_on_create")):
        return _checks(world, repository, rule, objects.peeled(world, name, after))
    if kind == "required_signatures":
        return _unsigned(world, name, before, after)
    return []


def violations(world: World, repository: Json, ref: str, before: str, after: str, login: str, *, merging: bool = False) -> list[str]:
    """What changing the ref from one sha to another (``""``: none) would violate; empty where it is allowed."""
    found: list[str] = []
    for ruleset in applying(world, repository, ref):
        mode = bypass(world, repository, ruleset, login)
        if mode == "always" or (merging and mode == "pull_requests_only"):
            continue
        for rule in ruleset["rules"]:
            found += [text for text in _broken(world, repository, rule, before, after, merging) if text not in found]
    return found


def enforce(world: World, repository: Json, ref: str, before: str, after: str, login: str, status: int) -> None:
    """Refuse a change of a ref that a rule forbids, with the status that the caller's operation answers."""
    found = violations(world, repository, ref, before, after, login)
    if found:
        raise errors.rule_violations(status, found)


def merge_violations(world: World, repository: Json, base: str, head_sha: str, approvals: int, login: str) -> list[str]:
    """What stands between a pull request and its merge: reviews and checks on its head."""
    found: list[str] = []
    for ruleset in applying(world, repository, f"refs/heads/{base}"):
        if bypass(world, repository, ruleset, login) != "never":
            continue
        for rule in ruleset["rules"]:
            if rule["type"] == "pull_request" and approvals < (wanted := rule["parameters"]["required_approving_review_count"]):
                found.append(
                    f"At least {wanted} approving review{'s are' if wanted > 1 else ' is'} required by reviewers with write access."
                )
            if rule["type"] == "required_status_checks":
                found += _checks(world, repository, rule, head_sha)
            if rule["type"] == "update":
                found.append("Cannot update this protected ref.")
    return found
