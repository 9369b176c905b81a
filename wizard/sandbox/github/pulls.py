"""Routes of pull requests: open, list, read, change, review and merge.

Owns merging and its refusals (405, 409). Not emulated: forks, comments, drafts' limits, auto-merge, merge queues.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.sandbox.github import commits, errors, forms, history, models, objects, rights, rules
from wizard.sandbox.github.bodies import members, one_of, page
from wizard.sandbox.github.router import ROUTER, caller, signed_in
from wizard.sandbox.router import Request, Response

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any


def key(name: str, number: int | str) -> str:
    return f"{name.lower()}#{number}"


def _end(world: World, repository: Json, branch: str, sha: str) -> Json:
    label = f"{repository['owner']}:{branch}"
    return {
        "label": label,
        "ref": branch,
        "sha": sha,
        "user": forms.simple_user(world, repository["owner"]),
        "repo": forms.minimal_repository(world, repository),
    }


def current(world: World, row: Json) -> Json:
    """The row with the head's and base's shas of now, while it is open."""
    if row["state"] == "open":
        name = row["repository"]
        row["head_sha"] = models.ref_sha(world, name, f"refs/heads/{row['head']}") or row["head_sha"]
        row["base_sha"] = models.ref_sha(world, name, f"refs/heads/{row['base']}") or row["base_sha"]
    return row


def _reviewed(row: Json) -> int:
    latest: dict[str, str] = {}
    for review in row.get("reviews", []):
        if review["state"] in ("APPROVED", "CHANGES_REQUESTED"):
            latest[review["user"]] = review["state"]
    return sum(state == "APPROVED" for state in latest.values())


def conflicts(world: World, row: Json) -> bool:
    """Whether both sides changed one file since they parted."""
    name = row["repository"]
    base, head = objects.ancestors(world, name, row["base_sha"]), objects.ancestors(world, name, row["head_sha"])
    parted = next((sha for sha in head if sha in base), "")
    ours = {item["filename"]: item["sha"] for item in history.changed_files(world, name, parted, row["base_sha"])}
    theirs = {item["filename"]: item["sha"] for item in history.changed_files(world, name, parted, row["head_sha"])}
    return any(ours.get(path, sha) != sha for path, sha in theirs.items())


def simple_form(world: World, row: Json) -> Json:
    """``pull-request-simple``."""
    row = current(world, row)
    name = row["repository"]
    repository = models.repository(world, name) or {}
    url, issue = f"{forms.API}/repos/{name}/pulls/{row['number']}", f"{forms.API}/repos/{name}/issues/{row['number']}"
    html = f"{forms.WEB}/{name}/pull/{row['number']}"
    urls = {
        "url": url, "html_url": html, "diff_url": f"{html}.diff", "patch_url": f"{html}.patch", "issue_url": issue,
        "commits_url": f"{url}/commits",
        "review_comments_url": f"{url}/comments", "review_comment_url": f"{forms.API}/repos/{name}/pulls/comments{{/number}}",
        "comments_url": f"{issue}/comments", "statuses_url": f"{forms.API}/repos/{name}/statuses/{row['head_sha']}",
    }  # fmt: skip
    links = {"self": url, "html": html, "issue": issue} | {
        link: urls[f"{link}_url"] for link in ("comments", "review_comments", "review_comment", "commits", "statuses")
    }
    kept = ("id", "number", "state", "title", "body", "draft", "created_at", "updated_at", "closed_at", "merged_at", "merge_commit_sha")
    return (
        {name_: row[name_] for name_ in kept}
        | urls
        | {
            "node_id": forms.node_id("PullRequest", row["id"]),
            "locked": False,
            "user": forms.simple_user(world, row["user"]),
            "labels": [],
            "milestone": None,
            "assignee": None,
            "assignees": [],
            "requested_reviewers": [],
            "requested_teams": [],
            "head": _end(world, repository, row["head"], row["head_sha"]),
            "base": _end(world, repository, row["base"], row["base_sha"]),
            "_links": {link: {"href": href} for link, href in links.items()},
            "author_association": "MEMBER",
            "auto_merge": None,
        }
    )


def form(world: World, row: Json, login: str = "") -> Json:
    """``pull-request``."""
    row = current(world, row)
    name = row["repository"]
    repository = models.repository(world, name) or {}
    files = history.changed_files(world, name, row["base_sha"], row["head_sha"])
    clash = row["state"] == "open" and conflicts(world, row)
    blocked = rules.merge_violations(world, repository, row["base"], row["head_sha"], _reviewed(row), login)
    state = "dirty" if clash else ("blocked" if blocked else "clean")
    base = objects.ancestors(world, name, row["base_sha"])
    return simple_form(world, row) | {
        "merged": row["merged"],
        "mergeable": not clash if row["state"] == "open" else None,
        "rebaseable": not clash if row["state"] == "open" else None,
        "mergeable_state": state if row["state"] == "open" else "unknown",
        "merged_by": forms.simple_user(world, row["merged_by"]) if row["merged_by"] else None,
        "comments": 0,
        "review_comments": 0,
        "maintainer_can_modify": False,
        "commits": len([sha for sha in objects.ancestors(world, name, row["head_sha"]) if sha not in base]),
        "additions": sum(item["additions"] for item in files),
        "deletions": sum(item["deletions"] for item in files),
        "changed_files": len(files),
    }


@ROUTER.get("/repos/{owner}/{repo}/pulls")
def list_pulls(request: Request, world: World) -> Response:
    name = models.full_name(rights.opened(request, world, "pull", "pull_requests:read"))
    query = request.query
    rows = world.table("github.pulls").where(lambda row: row["repository"].lower() == name.lower())
    state, head, base = query.get("state", "open"), query.get("head", "").rpartition(":")[2], query.get("base", "")
    rows = [
        row for row in rows if state in ("all", row["state"]) and (not head or row["head"] == head) and (not base or row["base"] == base)
    ]
    return page(request, [simple_form(world, row) for row in sorted(rows, key=lambda row: -row["number"])])


def make(world: World, repository: Json, login: str, body: Json) -> Json:
    """Store a new pull request; 422 with GitHub's own list of what is wrong: no such branch, nothing to merge, already open."""
    name, head, base = models.full_name(repository), body["head"].rpartition(":")[2], body["base"]
    if not body.get("title"):
        raise errors.invalid("Validation Failed", [{"resource": "PullRequest", "code": "missing_field", "field": "title"}])
    shas = {}
    for field, branch in (("head", head), ("base", base)):
        shas[field] = models.ref_sha(world, name, f"refs/heads/{branch}")
        if not shas[field]:
            raise errors.invalid("Validation Failed", [{"resource": "PullRequest", "field": field, "code": "invalid"}])
    same = world.table("github.pulls").where(
        lambda row: row["repository"].lower() == name.lower() and (row["head"], row["base"], row["state"]) == (head, base, "open")
    )
    if same:
        raise errors.validation_failed("PullRequest", "", f"A pull request already exists for {repository['owner']}:{head}.")
    if shas["head"] in objects.ancestors(world, name, shas["base"]):
        raise errors.validation_failed("PullRequest", "", f"No commits between {base} and {head}")
    now = world.clock.iso()
    number = world.next_number(f"github.issue.{name.lower()}")
    row = {
        "id": world.next_number("github.pull", 2_100_000_001),
        "number": number,
        "repository": name,
        "title": body["title"],
        "body": body.get("body"),
    }
    row |= {
        "state": "open",
        "draft": bool(body.get("draft")),
        "head": head,
        "base": base,
        "head_sha": shas["head"],
        "base_sha": shas["base"],
        "user": login,
    }
    row |= {
        "merged": False,
        "merged_at": None,
        "merged_by": None,
        "merge_commit_sha": None,
        "created_at": now,
        "updated_at": now,
        "closed_at": None,
        "reviews": [],
    }
    world.table("github.pulls")[key(name, number)] = row
    return row


@ROUTER.post("/repos/{owner}/{repo}/pulls")
def create(request: Request, world: World) -> Response:
    repository = rights.opened(request, world, "pull", "pull_requests:write")
    body = members(request, {"head": str, "base": str}, {"title": str, "body": str, "draft": bool, "maintainer_can_modify": bool})
    login = signed_in(request, world).login
    made = form(world, make(world, repository, login, body), login)
    return Response(201, made, {"Location": made["url"]})


def _found(request: Request, world: World, role: str, permission: str) -> tuple[Json, Json]:
    repository = rights.opened(request, world, role, permission)
    row = world.table("github.pulls").get(key(models.full_name(repository), request.params["pull_number"]))
    if row is None:
        raise errors.not_found()
    return repository, current(world, row)


@ROUTER.get("/repos/{owner}/{repo}/pulls/{pull_number}")
def get(request: Request, world: World) -> Response:
    _, row = _found(request, world, "pull", "pull_requests:read")
    return Response(200, form(world, row, caller(request, world).login))


@ROUTER.patch("/repos/{owner}/{repo}/pulls/{pull_number}")
def update(request: Request, world: World) -> Response:
    _, row = _found(request, world, "push", "pull_requests:write")
    body = members(request, {}, {"title": str, "body": str, "state": str, "base": str, "maintainer_can_modify": bool})
    one_of("state", body.get("state", row["state"]), ("open", "closed"))
    if row["merged"] and body.get("state") == "open":
        raise errors.validation_failed("PullRequest", "state", "state cannot be changed. The pull request was already merged.", "invalid")
    row |= {name: body[name] for name in ("title", "body", "state", "base") if name in body}
    row["updated_at"] = world.clock.iso()
    row["closed_at"] = None if row["state"] == "open" else (row["closed_at"] or row["updated_at"])
    world.table("github.pulls")[key(row["repository"], row["number"])] = row
    return Response(200, form(world, row, caller(request, world).login))


@ROUTER.get("/repos/{owner}/{repo}/pulls/{pull_number}/files")
def files(request: Request, world: World) -> Response:
    _, row = _found(request, world, "pull", "pull_requests:read")
    return page(request, history.changed_files(world, row["repository"], row["base_sha"], row["head_sha"]))


@ROUTER.get("/repos/{owner}/{repo}/pulls/{pull_number}/commits")
def list_commits(request: Request, world: World) -> Response:
    _, row = _found(request, world, "pull", "pull_requests:read")
    base = objects.ancestors(world, row["repository"], row["base_sha"])
    found = [sha for sha in objects.ancestors(world, row["repository"], row["head_sha"]) if sha not in base]
    return page(request, [forms.commit_form(world, row["repository"], sha) for sha in reversed(found)])


@ROUTER.post("/repos/{owner}/{repo}/pulls/{pull_number}/reviews")
def review(request: Request, world: World) -> Response:
    """An approval counts towards required reviews, but not one's own."""
    repository, row = _found(request, world, "pull", "pull_requests:write")
    body = members(request, {}, {"event": str, "body": str, "commit_id": str, "comments": list})
    event, login = body.get("event", "COMMENT"), signed_in(request, world).login
    one_of("event", event, ("APPROVE", "REQUEST_CHANGES", "COMMENT"))
    if event == "APPROVE" and login == row["user"]:
        raise errors.refusal(422, "Unprocessable Entity", errors=["Review Can not approve your own pull request"])
    state = {"APPROVE": "APPROVED", "REQUEST_CHANGES": "CHANGES_REQUESTED", "COMMENT": "COMMENTED"}[event]
    if rights.at_least(rights.role_in(world, repository, login), "push"):
        row["reviews"].append({"user": login, "state": state})
        world.table("github.pulls")[key(row["repository"], row["number"])] = row
    number = world.next_number("github.review", 3_000_001)
    pull = simple_form(world, row)
    html = f"{pull['html_url']}#pullrequestreview-{number}"
    out = {
        "id": number,
        "node_id": forms.node_id("PullRequestReview", number),
        "user": forms.simple_user(world, login),
        "body": body.get("body") or "",
    }
    out |= {"state": state, "html_url": html, "pull_request_url": pull["url"], "commit_id": row["head_sha"], "author_association": "MEMBER"}
    return Response(200, out | {"_links": {"html": {"href": html}, "pull_request": {"href": pull["url"]}}})


@ROUTER.get("/repos/{owner}/{repo}/pulls/{pull_number}/merge")
def is_merged(request: Request, world: World) -> Response:
    _, row = _found(request, world, "pull", "contents:read")
    if not row["merged"]:
        raise errors.not_found()
    return Response(204)


@ROUTER.put("/repos/{owner}/{repo}/pulls/{pull_number}/merge")
def merge(request: Request, world: World) -> Response:
    """Merge, squash or rebase (played as a squash). 405 where rules forbid it, 409 where the head moved."""
    repository, row = _found(request, world, "push", "contents:write")
    body = members(request, {}, {"sha": str, "commit_title": str, "commit_message": str, "merge_method": str})
    login, method = signed_in(request, world).login, body.get("merge_method", "merge")
    one_of("merge_method", method, ("merge", "squash", "rebase"))
    if row["state"] != "open" or row["draft"] or conflicts(world, row):
        raise errors.refusal(405, "Pull Request is not mergeable")
    if body.get("sha") and body["sha"] != row["head_sha"]:
        raise errors.conflict("Head branch was modified. Review and try the merge again.")
    blocked = rules.merge_violations(world, repository, row["base"], row["head_sha"], _reviewed(row), login)
    if blocked:
        raise errors.rule_violations(405, blocked)
    sha = merged_commit(world, row, login, method, body)
    commits.advance(world, repository, f"refs/heads/{row['base']}", sha, login, status=405, enforced=False)
    now = world.clock.iso()
    row |= {
        "state": "closed",
        "merged": True,
        "merged_at": now,
        "closed_at": now,
        "updated_at": now,
        "merged_by": login,
        "merge_commit_sha": sha,
    }
    world.table("github.pulls")[key(row["repository"], row["number"])] = row
    return Response(200, {"sha": sha, "merged": True, "message": "Pull Request successfully merged"})


def merged_commit(world: World, row: Json, login: str, method: str, body: Json) -> str:
    """The signed commit that a merge makes on top of the base."""
    name = row["repository"]
    ours = objects.flattened(world, name, objects.tree_of(world, name, row["base_sha"]))
    base = objects.ancestors(world, name, row["base_sha"])
    parted = next((sha for sha in objects.ancestors(world, name, row["head_sha"]) if sha in base), "")
    theirs = objects.flattened(world, name, objects.tree_of(world, name, row["head_sha"]))
    for item in history.changed_files(world, name, parted, row["head_sha"]):
        if item["status"] == "removed":
            ours.pop(item["filename"], None)
        else:
            ours[item["filename"]] = theirs[item["filename"]]
    own = commits.person(world, login)
    merged = f"Merge pull request #{row['number']} from {name.partition('/')[0]}/{row['head']}"
    title = body.get("commit_title") or (merged if method == "merge" else f"{row['title']} (#{row['number']})")
    message = "\n\n".join(part for part in (title, body.get("commit_message") or (row["title"] if method == "merge" else "")) if part)
    parents = [row["base_sha"], row["head_sha"]] if method == "merge" else [row["base_sha"]]
    committer = {"name": "GitHub", "email": "noreply@github.com", "date": own["date"]}
    commit = {"tree": objects.tree_from(world, name, ours), "parents": parents, "author": own, "committer": committer, "message": message}
    return objects.put_commit(world, name, commit | {"login": login, "verified": True})
