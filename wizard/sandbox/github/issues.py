"""Routes of issues and of the comments under issues and pull requests: what workflows write to tell people something.

Owns those rows. A pull request is an issue too, for comments. Not emulated: labels, milestones, assignees (422 where they are sent),
reactions, locks, search. https://docs.github.com/rest/issues
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.sandbox.github import errors, forms, models, pulls, rights
from wizard.sandbox.github.bodies import members, one_of, page
from wizard.sandbox.github.router import ROUTER, caller, signed_in
from wizard.sandbox.router import Refusal, Request, Response

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any

PATH = "/repos/{owner}/{repo}/issues"
_NONE = ("labels", "assignees")


def _form(world: World, row: Json) -> Json:
    """``issue``."""
    name, number = row["repository"], row["number"]
    url = f"{forms.API}/repos/{name}/issues/{number}"
    said = world.table("github.comments").where(lambda each: (each["repository"], each["number"]) == (name, number))
    kept = ("id", "number", "state", "state_reason", "title", "body", "created_at", "updated_at", "closed_at")
    links = {f"{link}_url": f"{url}/{link}" for link in ("comments", "events")} | {"labels_url": f"{url}/labels{{/name}}"}
    return {member: row[member] for member in kept} | links | {
        "node_id": forms.node_id("Issue", row["id"]), "url": url, "repository_url": f"{forms.API}/repos/{name}",
        "html_url": f"{forms.WEB}/{name}/issues/{number}", "user": forms.simple_user(world, row["user"]), "labels": [], "assignee": None,
        "assignees": [], "milestone": None, "locked": False, "comments": len(said), "author_association": "NONE",
    }  # fmt: skip


def _comment_form(world: World, row: Json) -> Json:
    """``issue-comment``."""
    name, number = row["repository"], row["number"]
    place = "pull" if pulls.key(name, number) in world.table("github.pulls") else "issues"
    return {member: row[member] for member in ("id", "body", "created_at", "updated_at")} | {
        "node_id": forms.node_id("IssueComment", row["id"]), "url": f"{forms.API}/repos/{name}/issues/comments/{row['id']}",
        "html_url": f"{forms.WEB}/{name}/{place}/{number}#issuecomment-{row['id']}", "user": forms.simple_user(world, row["user"]),
        "issue_url": f"{forms.API}/repos/{name}/issues/{number}", "author_association": "NONE",
    }  # fmt: skip


def _either(request: Request, world: World, access: str) -> Json:
    """The repository, for a comment: the permission on issues or the one on pull requests is enough."""
    try:
        return rights.opened(request, world, "pull", f"issues:{access}")
    except Refusal as refused:
        if refused.response.status != 403:
            raise
        return rights.opened(request, world, "pull", f"pull_requests:{access}")


def _talked_about(request: Request, world: World, access: str) -> Json:
    """The issue or pull request of the path; a token for pull requests alone does not reach an issue."""
    repository = _either(request, world, access)
    name, number = models.full_name(repository), request.params["issue_number"]
    pull = world.table("github.pulls").get(pulls.key(name, number))
    if pull is None:
        rights.opened(request, world, "pull", f"issues:{access}")
    row = pull or world.table("github.issues").get(pulls.key(name, number))
    if row is None:
        raise errors.not_found()
    return row


@ROUTER.get(PATH)
def list_issues(request: Request, world: World) -> Response:
    """The newest first; pull requests, which GitHub lists among them, are left out."""
    name, query = models.full_name(rights.opened(request, world, "pull", "issues:read")), request.query
    state, creator = query.get("state", "open"), query.get("creator", "").lower()
    one_of("state", state, ("open", "closed", "all"))
    rows = world.table("github.issues").where(lambda row: row["repository"].lower() == name.lower())
    rows = [row for row in rows if state in ("all", row["state"]) and creator in ("", row["user"].lower())]
    return page(request, [_form(world, row) for row in sorted(rows, key=lambda row: -row["number"])])


@ROUTER.post(PATH)
def create(request: Request, world: World) -> Response:
    repository = rights.opened(request, world, "pull", "issues:write")
    body = members(request, {"title": str}, {"body": str, "labels": list, "assignees": list})
    if any(body.get(member) for member in _NONE):
        raise errors.refusal(501, "not emulated: labels and assignees of issues")
    name, now = models.full_name(repository), world.clock.iso()
    number = world.next_number(f"github.issue.{name.lower()}")
    row = {"id": world.next_number("github.issues", 2_200_000_001), "number": number, "repository": name, "title": body["title"]}
    row |= {"body": body.get("body"), "state": "open", "state_reason": None, "user": signed_in(request, world).login}
    row |= {"created_at": now, "updated_at": now, "closed_at": None}
    world.table("github.issues")[pulls.key(name, number)] = row
    made = _form(world, row)
    return Response(201, made, {"Location": made["url"]})


def _issue(request: Request, world: World, access: str) -> Json:
    name = models.full_name(rights.opened(request, world, "pull", f"issues:{access}"))
    row = world.table("github.issues").get(pulls.key(name, request.params["issue_number"]))
    if row is None:
        raise errors.not_found()
    return row


@ROUTER.get(PATH + "/{issue_number}")
def get(request: Request, world: World) -> Response:
    return Response(200, _form(world, _issue(request, world, "read")))


@ROUTER.patch(PATH + "/{issue_number}")
def update(request: Request, world: World) -> Response:
    row = _issue(request, world, "write")
    body = members(request, {}, {"title": str, "body": str, "state": str, "state_reason": str})
    one_of("state", body.get("state", row["state"]), ("open", "closed"))
    row |= {name: body[name] for name in ("title", "body", "state") if name in body}
    row["updated_at"] = world.clock.iso()
    row["closed_at"] = None if row["state"] == "open" else (row["closed_at"] or row["updated_at"])
    row["state_reason"] = body.get("state_reason", "completed" if row["state"] == "closed" else None)
    world.table("github.issues")[pulls.key(row["repository"], row["number"])] = row
    return Response(200, _form(world, row))


@ROUTER.get(PATH + "/{issue_number}/comments")
def list_comments(request: Request, world: World) -> Response:
    about = _talked_about(request, world, "read")
    rows = world.table("github.comments").where(lambda row: (row["repository"], row["number"]) == (about["repository"], about["number"]))
    return page(request, [_comment_form(world, row) for row in sorted(rows, key=lambda row: row["id"])])


@ROUTER.post(PATH + "/{issue_number}/comments")
def comment(request: Request, world: World) -> Response:
    about, now = _talked_about(request, world, "write"), world.clock.iso()
    body = members(request, {"body": str}, {})
    number = world.next_number("github.comment", 2_300_000_001)
    row = {"id": number, "repository": about["repository"], "number": about["number"], "body": body["body"]}
    row |= {"user": signed_in(request, world).login, "created_at": now, "updated_at": now}
    world.table("github.comments")[str(number)] = row
    made = _comment_form(world, row)
    return Response(201, made, {"Location": made["url"]})


@ROUTER.patch(PATH + "/comments/{comment_id}")
def update_comment(request: Request, world: World) -> Response:
    """One's own, or anybody's for who may push."""
    repository = _either(request, world, "write")
    row = world.table("github.comments").get(request.params["comment_id"])
    if row is None or row["repository"].lower() != models.full_name(repository).lower():
        raise errors.not_found()
    body, who = members(request, {"body": str}, {}), caller(request, world)
    if row["user"] != who.login and (
        who.kind == "installation" or not rights.at_least(rights.role_in(world, repository, who.login), "push")
    ):
        raise errors.forbidden("Must have admin rights to Repository.")
    row |= {"body": body["body"], "updated_at": world.clock.iso()}
    world.table("github.comments")[str(row["id"])] = row
    return Response(200, _comment_form(world, row))
