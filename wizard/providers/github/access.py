"""What the operator may do on GitHub, asked before anything is changed.

Owns the preflight questions of this service. Reads only; what GitHub does not tell is ``unknown``, with the later call that
decides, never a guess.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from wizard.errors import NotAllowed
from wizard.providers.github.plans import PlanFeatures, plan_features, plan_of
from wizard.providers.github.rest import found, login_of, path_of, seen_headers
from wizard.providers.verdict import Answer, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wizard.providers.session import Session

__all__ = [
    "PlanFeatures",
    "actions_enabled",
    "approvals_enforced",
    "environments_available",
    "may_administer",
    "may_push",
    "plan_features",
    "plan_of",
    "reviewers_can_read",
    "single_sign_on",
    "token_suffices",
    "uses_allowed",
]

Json = Any

SCOPES = ("repo", "workflow")
FINE_GRAINED = "administration, contents, environments, pull_requests and workflows: write; actions: read and write"
GITHUB_OWNED = ("actions", "github")
WAYS_OUT = "make the repository public; or upgrade the account to Pro, Team or Enterprise; or use a repository of an account that has it"


async def token_suffices(session: Session, *, teams: bool = False) -> Verdict:
    """Whether the token has the scopes ``repo`` and ``workflow``, and ``read:org`` where ``teams`` review.

    A fine-grained token does not tell what it may do.
    """
    headers = await seen_headers(session, "/rate_limit")
    if "x-oauth-scopes" not in headers:
        return Verdict(
            Answer.UNKNOWN, f"a fine-grained token does not tell its permissions; it needs {FINE_GRAINED}; the first write decides"
        )
    held = {scope.strip() for scope in headers["x-oauth-scopes"].split(",")}
    missing = [scope for scope in SCOPES if scope not in held]
    if teams and not held & {"read:org", "write:org", "admin:org"}:
        missing.append("read:org")
    if missing:
        return Verdict(Answer.NO, f"the token lacks the scope {' and '.join(missing)}", f"gh auth refresh --scopes {','.join(missing)}")
    return Verdict(Answer.YES, f"the token has {', '.join(sorted(scope for scope in held if scope))}")


async def single_sign_on(session: Session, repository: str) -> Verdict:
    """Whether the organization lets this token in where it enforces SAML."""
    owner = repository.partition("/")[0]
    try:
        await found(session, f"/orgs/{owner}")
        await found(session, path_of(repository))
    except NotAllowed as refusal:
        if "SAML" in refusal.message:
            return Verdict(Answer.NO, f"{owner} asks for single sign-on and the token was not authorized for it", "; ".join(refusal.hints))
        return Verdict(Answer.UNKNOWN, refusal.message)
    return Verdict(Answer.YES, f"{owner} lets the token in")


async def may_administer(session: Session, repository: str) -> Verdict:
    """Whether the operator administers the repository, or may create it where it does not exist."""
    body = await found(session, path_of(repository), missing=(403, 404))
    if body is None:
        return await _may_create(session, repository)
    held = body.get("permissions") or {}
    if held.get("admin"):
        return Verdict(Answer.YES, f"you administer {body['full_name']}")
    role = next((name for name in ("maintain", "push", "triage", "pull") if held.get(name)), "no")
    hint = f"an administrator runs: gh api -X PUT repos/{body['full_name']}/collaborators/{await login_of(session)} -f permission=admin"
    return Verdict(Answer.NO, f"you have the role {role} in {body['full_name']}; environments and rules need admin", hint)


async def _may_create(session: Session, repository: str) -> Verdict:
    owner, login = repository.partition("/")[0], await login_of(session)
    if owner.lower() == login.lower():
        return Verdict(Answer.YES, "the repository will be created in your own account")
    organization = await found(session, f"/orgs/{owner}", missing=(403, 404))
    if organization is None:
        other = await found(session, f"/users/{owner}")
        who = "another person's account" if other else "no account that GitHub knows"
        return Verdict(Answer.NO, f"{owner} is {who}: nothing can be created there", "correct `github.repository`", bad_input=True)
    membership = await found(session, f"/user/memberships/orgs/{owner}", missing=(403, 404))
    if membership and membership["role"] == "admin":
        return Verdict(Answer.YES, f"you own the organization {owner}")
    if membership is None:
        return Verdict(Answer.UNKNOWN, f"whether you are a member of {owner} is not shown to this token; creating the repository decides")
    if organization.get("members_can_create_repositories") is False:
        return Verdict(
            Answer.NO, f"members of {owner} may not create repositories", f"an owner runs: gh repo create {repository} --private"
        )
    return Verdict(
        Answer.UNKNOWN, f"you are a member of {owner}; whether members may create repositories only its owners see; creating it decides"
    )


async def environments_available(session: Session, repository: str, *, private: bool = True) -> Verdict:
    """Whether the account's plan has environments for this repository."""
    features = await plan_features(session, repository, private=private)
    if not features.environments:
        return Verdict(Answer.NO, "private repositories have no environments on GitHub Free", WAYS_OUT, bad_input=True)
    return (
        Verdict(Answer.YES)
        if features.known
        else Verdict(Answer.UNKNOWN, "the account's plan is shown to owners only; the first environment decides")
    )


async def approvals_enforced(session: Session, repository: str, *, private: bool = True) -> Verdict:
    """Whether reviewers and wait timers can be had."""
    features = await plan_features(session, repository, private=private)
    if not features.approvals:
        why = f"required reviewers and wait timers of private repositories need GitHub Enterprise; the plan is {features.plan}"
        return Verdict(Answer.NO, why, "without them production is deployed by manual dispatch only", bad_input=True)
    return (
        Verdict(Answer.YES)
        if features.known
        else Verdict(Answer.UNKNOWN, "the account's plan is shown to owners only; the first environment decides")
    )


async def reviewers_can_read(session: Session, repository: str, reviewers: Iterable[str]) -> Verdict:
    """Whether every reviewer may read the repository; GitHub refuses others."""
    if await found(session, path_of(repository), missing=(403, 404)) is None:
        return Verdict(Answer.UNKNOWN, "the repository does not exist yet; the environment decides")
    blind = [name for name in reviewers if await _reads(session, repository, name) is False]
    if blind:
        give = f"gh api -X PUT repos/{repository}/collaborators/LOGIN -f permission=pull"
        return Verdict(Answer.NO, f"{', '.join(blind)} cannot read {repository} and so cannot review", give)
    return Verdict(Answer.YES)


async def _reads(session: Session, repository: str, name: str) -> bool | None:
    if "/" in name:
        organization, _, team = name.lstrip("@").partition("/")
        from_team = f"/orgs/{organization}/teams/{team}/repos/{repository}"
        return await found(session, from_team, missing=(403, 404), default=True) is not None
    body = await found(session, f"/repos/{repository}/collaborators/{name.removeprefix('@')}/permission", missing=(403, 404))
    return None if body is None else body["permission"] != "none"


async def actions_enabled(session: Session, repository: str) -> Verdict:
    """Whether repository and organization let Actions run; set-up switches them on where only the repository says no."""
    settings = await _settings(session, repository)
    if settings is None:
        return Verdict(Answer.UNKNOWN, "the setting is shown to administrators only; switching Actions on decides")
    if settings.get("enabled", settings.get("enabled_repositories", "all") != "none"):
        return Verdict(Answer.YES, "Actions are allowed")
    above = await found(session, f"/orgs/{repository.partition('/')[0]}/actions/permissions", missing=(403, 404))
    if above and above["enabled_repositories"] == "none":
        place = f"https://github.com/organizations/{repository.partition('/')[0]}/settings/actions"
        return Verdict(Answer.NO, "the organization allows Actions in no repository", f"an owner allows it: {place}")
    return Verdict(Answer.UNKNOWN, "Actions are switched off in the repository; set-up switches them on, if the organization lets it")


async def _settings(session: Session, repository: str) -> Json:
    settings = await found(session, path_of(repository, "actions", "permissions"), missing=(403, 404))
    if settings is None and await found(session, path_of(repository), missing=(403, 404)) is None:
        return await found(session, f"/orgs/{repository.partition('/')[0]}/actions/permissions", missing=(403, 404))
    return settings


async def uses_allowed(session: Session, repository: str, uses: Iterable[str]) -> list[Verdict]:
    """One verdict for every distinct ``uses:`` that may not run; one *yes* where all may."""
    wanted = sorted({use for use in uses if not use.startswith("./")})
    settings = await _settings(session, repository)
    if settings is None:
        return [Verdict(Answer.UNKNOWN, "which actions may run is shown to administrators only; the first workflow run decides")]
    selected: Json = {}
    if settings.get("allowed_actions") == "selected":
        base = path_of(repository) if "enabled" in settings else f"/orgs/{repository.partition('/')[0]}"
        selected = await found(session, f"{base}/actions/permissions/selected-actions", missing=(403, 404, 409))
        if selected is None:
            return [Verdict(Answer.UNKNOWN, "only selected actions may run, and which is not shown to us; the first workflow run decides")]
    verdicts = [verdict for use in wanted if (verdict := _judged(use, repository, settings, selected)).answer is not Answer.YES]
    return verdicts or [Verdict(Answer.YES, f"all {len(wanted)} actions are allowed")]


def _judged(use: str, repository: str, settings: Json, selected: Json) -> Verdict:
    action, _, version = use.partition("@")
    owner = action.partition("/")[0].lower()
    place = f"https://github.com/{repository}/settings/actions"
    if settings.get("sha_pinning_required") and not re.fullmatch(r"[0-9a-f]{40}", version):
        return Verdict(Answer.NO, f"{use} is not pinned to a commit, which the settings demand", place)
    mode = settings.get("allowed_actions", "all")
    if mode == "all" or owner == repository.partition("/")[0].lower():
        return Verdict(Answer.YES)
    if mode == "selected":
        if selected.get("github_owned_allowed") and owner in GITHUB_OWNED:
            return Verdict(Answer.YES)
        if any(_matches(use, pattern) for pattern in selected.get("patterns_allowed") or []):
            return Verdict(Answer.YES)
        if selected.get("verified_allowed"):
            return Verdict(
                Answer.UNKNOWN, f"{use} may run if GitHub counts {owner} as a verified creator; the first workflow run decides", place
            )
    return Verdict(Answer.NO, f"{use} is not among the actions that may run in {repository}", f"add the pattern {action}@* at {place}")


def _matches(use: str, pattern: str) -> bool:
    wanted = pattern.strip().lower()
    return fnmatchcase(use.lower(), wanted if "@" in wanted or wanted.endswith("*") else f"{wanted}@*")


async def may_push(session: Session, repository: str, branch: str) -> Verdict:
    """Whether rules forbid to make and to change a branch by the API. Our commits are signed, so signatures are no obstacle."""
    rules = await found(session, f"/repos/{repository}/rules/branches/{branch}", missing=(403, 404))
    if not rules:
        return Verdict(Answer.YES, f"no rule holds for {branch}")
    stopping = {"creation", "update", "pull_request", "required_status_checks", "required_deployments", "merge_queue"}
    blocking, unclear = [], []
    for rule in rules:
        if rule["type"] in stopping:
            ruleset = await found(session, f"/repos/{repository}/rulesets/{rule['ruleset_id']}", missing=(403, 404)) or {}
            if ruleset.get("current_user_can_bypass", "never") not in ("always", "exempt"):
                blocking.append(f"{rule['type']} of the ruleset {ruleset.get('name', rule['ruleset_id'])}")
        elif rule["type"] not in ("deletion", "non_fast_forward", "required_signatures", "required_linear_history"):
            unclear.append(rule["type"])
    if blocking:
        return Verdict(
            Answer.NO, f"{branch} may not be written: {', '.join(blocking)}", f"exclude {branch} at https://github.com/{repository}/rules"
        )
    return (
        Verdict(Answer.UNKNOWN, f"the rule {', '.join(unclear)} holds for {branch}; the push decides") if unclear else Verdict(Answer.YES)
    )
