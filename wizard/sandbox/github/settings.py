"""Routes of the Actions settings of repositories and organizations: what may run, token permissions, OIDC subject.

Owns how an organization's policy narrows a repository's. Words of the 409 answers are ours. Not emulated: selected
repositories, cache and retention settings, self-hosted runner settings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.sandbox.github import errors, forms, models, rights
from wizard.sandbox.github.bodies import members, one_of
from wizard.sandbox.github.router import ROUTER
from wizard.sandbox.router import Request, Response

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any

ORGANIZATION = "/orgs/{org}/actions"
REPOSITORY = "/repos/{owner}/{repo}/actions"
CLAIMS = (
    "repo", "context", "actor", "actor_id", "base_ref", "environment", "event_name", "head_ref", "job_workflow_ref", "job_workflow_sha",
    "ref", "ref_protected", "ref_type", "repository", "repository_id", "repository_owner", "repository_owner_id",
    "repository_visibility", "run_attempt", "run_id", "run_number", "runner_environment", "sha", "workflow", "workflow_ref",
    "workflow_sha",
)  # fmt: skip


def effective(world: World, repository: Json) -> Json:
    """The Actions settings that hold for a repository: its own, narrowed by its organization's."""
    own, owner = dict(repository["actions"]), models.account(world, repository["owner"]) or {}
    above = owner.get("actions") if owner.get("type") == "Organization" else None
    if above:
        own["enabled"] = own["enabled"] and above["enabled"]
        if above["allowed"] != "all":
            own |= {name: above[name] for name in ("allowed", "github_owned", "verified", "patterns")}
        own["sha_pinning"] = own["sha_pinning"] or above["sha_pinning"]
    return own


def _organization(request: Request, world: World) -> Json:
    return rights.organization(request, world, scope="admin:org", permission="organization_administration:read", role="admin")


@ROUTER.get(f"{ORGANIZATION}/permissions")
def organization_permissions(request: Request, world: World) -> Response:
    actions = _organization(request, world)["actions"]
    form = {"enabled_repositories": "all" if actions["enabled"] else "none", "sha_pinning_required": actions["sha_pinning"]}
    return Response(200, form | ({"allowed_actions": actions["allowed"]} if actions["enabled"] else {}))


def _selected(actions: Json) -> Response:
    if actions["allowed"] != "selected":
        raise errors.conflict("Conflict: the allowed actions policy is not 'selected'.")
    form = {
        "github_owned_allowed": actions["github_owned"],
        "verified_allowed": actions["verified"],
        "patterns_allowed": actions["patterns"],
    }
    return Response(200, form)


@ROUTER.get(f"{ORGANIZATION}/permissions/selected-actions")
def organization_selected(request: Request, world: World) -> Response:
    return _selected(_organization(request, world)["actions"])


@ROUTER.get(f"{ORGANIZATION}/permissions/workflow")
def organization_workflow(request: Request, world: World) -> Response:
    actions = _organization(request, world)["actions"]
    return Response(
        200, {"default_workflow_permissions": actions["workflow_permissions"], "can_approve_pull_request_reviews": actions["can_approve"]}
    )


@ROUTER.get(f"{REPOSITORY}/permissions")
def permissions(request: Request, world: World) -> Response:
    repository = rights.opened(request, world, "admin", "administration:read")
    actions = effective(world, repository)
    form: Json = {"enabled": actions["enabled"]}
    if actions["enabled"]:
        form |= {"allowed_actions": actions["allowed"], "sha_pinning_required": actions["sha_pinning"]}
        if actions["allowed"] == "selected":
            form["selected_actions_url"] = f"{forms.API}/repos/{models.full_name(repository)}/actions/permissions/selected-actions"
    return Response(200, form)


@ROUTER.put(f"{REPOSITORY}/permissions")
def set_permissions(request: Request, world: World) -> Response:
    """409 where the organization forbids it."""
    repository = rights.opened(request, world, "admin", "administration:write")
    body = members(request, {"enabled": bool}, {"allowed_actions": str, "sha_pinning_required": bool})
    one_of("allowed_actions", body.get("allowed_actions", "all"), ("all", "local_only", "selected"))
    owner = models.account(world, repository["owner"]) or {}
    if owner.get("type") == "Organization" and body["enabled"] and not owner["actions"]["enabled"]:
        raise errors.conflict("Conflict: Actions are disabled by the organization.")
    repository["actions"]["enabled"] = body["enabled"]
    if body.get("allowed_actions"):
        repository["actions"]["allowed"] = body["allowed_actions"]
    if "sha_pinning_required" in body:
        repository["actions"]["sha_pinning"] = body["sha_pinning_required"]
    models.put_repository(world, repository)
    return Response(204)


@ROUTER.get(f"{REPOSITORY}/permissions/selected-actions")
def selected(request: Request, world: World) -> Response:
    return _selected(effective(world, rights.opened(request, world, "admin", "administration:read")))


@ROUTER.put(f"{REPOSITORY}/permissions/selected-actions")
def set_selected(request: Request, world: World) -> Response:
    repository = rights.opened(request, world, "admin", "administration:write")
    body = members(request, {}, {"github_owned_allowed": bool, "verified_allowed": bool, "patterns_allowed": list})
    if effective(world, repository)["allowed"] != "selected":
        raise errors.conflict("Conflict: the allowed actions policy is not 'selected'.")
    for name, member in (("github_owned", "github_owned_allowed"), ("verified", "verified_allowed"), ("patterns", "patterns_allowed")):
        if member in body:
            repository["actions"][name] = body[member]
    models.put_repository(world, repository)
    return Response(204)


@ROUTER.get(f"{REPOSITORY}/permissions/workflow")
def workflow_permissions(request: Request, world: World) -> Response:
    actions = rights.opened(request, world, "admin", "administration:read")["actions"]
    return Response(
        200, {"default_workflow_permissions": actions["workflow_permissions"], "can_approve_pull_request_reviews": actions["can_approve"]}
    )


@ROUTER.put(f"{REPOSITORY}/permissions/workflow")
def set_workflow_permissions(request: Request, world: World) -> Response:
    repository = rights.opened(request, world, "admin", "administration:write")
    body = members(request, {}, {"default_workflow_permissions": str, "can_approve_pull_request_reviews": bool})
    one_of("default_workflow_permissions", body.get("default_workflow_permissions", "read"), ("read", "write"))
    repository["actions"]["workflow_permissions"] = body.get("default_workflow_permissions", repository["actions"]["workflow_permissions"])
    repository["actions"]["can_approve"] = body.get("can_approve_pull_request_reviews", repository["actions"]["can_approve"])
    models.put_repository(world, repository)
    return Response(204)


@ROUTER.get(f"{REPOSITORY}/oidc/customization/sub")
def subject(request: Request, world: World) -> Response:
    """``use_immutable_subject`` says what was opted into; ``sub_claim_prefix`` what is really sent."""
    repository = rights.opened(request, world, "pull", "actions:read")
    oidc = repository["oidc"]
    if not oidc["opted_in"]:
        raise errors.not_found()
    form: Json = {"use_default": oidc["use_default"], "use_immutable_subject": oidc["use_immutable_subject"]}
    if not oidc["use_default"]:
        form["include_claim_keys"] = oidc["include_claim_keys"]
    return Response(200, form | {"sub_claim_prefix": models.subject_prefix(world, models.full_name(repository))})


@ROUTER.put(f"{REPOSITORY}/oidc/customization/sub")
def set_subject(request: Request, world: World) -> Response:
    """201 with ``{}``. The immutable form of new repositories cannot be given up."""
    repository = rights.opened(request, world, "push", "actions:write")
    body = members(request, {"use_default": bool}, {"include_claim_keys": list, "use_immutable_subject": bool})
    keys = body.get("include_claim_keys") or []
    unknown = [key for key in keys if key not in CLAIMS]
    if unknown:
        raise errors.invalid(f"Invalid claim keys: {', '.join(map(str, unknown))}", [f"{key} is not a valid claim key" for key in unknown])
    if not body["use_default"] and not keys:
        raise errors.invalid("include_claim_keys is required when use_default is false", ["include_claim_keys is missing"])
    oidc = repository["oidc"] | {
        "opted_in": True,
        "use_default": body["use_default"],
        "include_claim_keys": keys if not body["use_default"] else [],
    }
    if "use_immutable_subject" in body:
        oidc["use_immutable_subject"] = body["use_immutable_subject"]
        oidc["immutable"] = oidc["immutable"] or body["use_immutable_subject"]
    repository["oidc"] = oidc
    models.put_repository(world, repository)
    return Response(201, {})


@ROUTER.get(f"{ORGANIZATION}/oidc/customization/sub")
def organization_subject(request: Request, world: World) -> Response:
    account = rights.organization(request, world, permission="organization_administration:read", role="member")
    return Response(200, {"include_claim_keys": account["oidc"]["include_claim_keys"] or ["repo", "context"]})
