"""Routes that read history: commits, comparisons, checks and statuses of a commit.

Owns no writing; check runs are written by whoever plays Actions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.sandbox.github import errors, forms, models, objects, rights
from wizard.sandbox.github.bodies import page
from wizard.sandbox.github.router import ROUTER
from wizard.sandbox.router import Request, Response

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any


def changed_files(world: World, name: str, before: str, after: str) -> list[Json]:
    """``diff-entry`` of every file that differs between two commits (``""``: nothing)."""
    old = objects.flattened(world, name, objects.tree_of(world, name, before)) if before else {}
    new = objects.flattened(world, name, objects.tree_of(world, name, after)) if after else {}
    out = []
    for path in sorted({*old, *new}):
        if old.get(path, {}).get("sha") == new.get(path, {}).get("sha"):
            continue
        status = "added" if path not in old else ("removed" if path not in new else "modified")
        entry = new.get(path) or old[path]
        lines = objects.content(world, name, entry["sha"]).count(b"\n") + 1
        added, removed = (lines if path in new else 0), (lines if path in old else 0)
        urls = {"blob_url": f"{forms.WEB}/{name}/blob/{after}/{path}", "raw_url": f"{forms.WEB}/{name}/raw/{after}/{path}"}
        urls["contents_url"] = f"{forms.API}/repos/{name}/contents/{path}?ref={after}"
        counts = {"additions": added, "deletions": removed, "changes": added + removed}
        out.append({"sha": entry["sha"], "filename": path, "status": status, **counts, **urls})
    return out


def _commit(request: Request, world: World, permission: str) -> tuple[Json, str]:
    repository = rights.opened(request, world, "pull", permission)
    name = models.full_name(repository)
    if not models.refs(world, name, "refs/heads/"):
        raise errors.empty_repository()
    sha = models.resolve(world, name, request.params["ref"])
    if not sha:
        raise errors.invalid(f"No commit found for SHA: {request.params['ref']}")
    return repository, sha


@ROUTER.get("/repos/{owner}/{repo}/commits")
def list_commits(request: Request, world: World) -> Response:
    """With ``path`` only commits that changed what is there. Not emulated: ``author``, ``committer``, ``since``, ``until``."""
    repository = rights.opened(request, world, "pull", "contents:read")
    name = models.full_name(repository)
    if not models.refs(world, name, "refs/heads/"):
        raise errors.empty_repository()
    sha = models.resolve(world, name, request.query.get("sha", ""))
    if not sha:
        raise errors.not_found()
    path = request.query.get("path", "")
    history = [found for found in objects.ancestors(world, name, sha) if not path or _changes(world, name, found, path)]
    return page(request, [forms.commit_form(world, name, found) for found in history])


def _changes(world: World, name: str, sha: str, path: str) -> bool:
    """Whether the file is not the same in the commit's parents; a merge that took it over from one of them has not changed it."""
    parents = (objects.get(world, name, sha) or {}).get("parents", [])
    now = objects.entry_at(world, name, sha, path)
    before = [objects.entry_at(world, name, parent, path) for parent in parents] or [None]
    return all((now or {}).get("sha") != (entry or {}).get("sha") for entry in before)


@ROUTER.get("/repos/{owner}/{repo}/commits/{ref:path}")
def get_commit(request: Request, world: World) -> Response:
    repository, sha = _commit(request, world, "contents:read")
    name = models.full_name(repository)
    parents = (objects.get(world, name, sha) or {}).get("parents", [])
    files = changed_files(world, name, parents[0] if parents else "", sha)
    stats = {"additions": sum(row["additions"] for row in files), "deletions": sum(row["deletions"] for row in files)}
    return Response(200, forms.commit_form(world, name, sha) | {"files": files, "stats": stats | {"total": sum(stats.values())}})


@ROUTER.get("/repos/{owner}/{repo}/commits/{ref}/check-runs")
def check_runs(request: Request, world: World) -> Response:
    repository, sha = _commit(request, world, "checks:read")
    name = models.full_name(repository)
    rows = world.table("github.check_runs").where(lambda row: row["repository"].lower() == name.lower() and row["sha"] == sha)
    return page(request, [_check_form(name, row) for row in rows], "check_runs")


def _check_form(name: str, row: Json) -> Json:
    url = f"{forms.API}/repos/{name}/check-runs/{row['id']}"
    output = {"title": None, "summary": None, "text": None, "annotations_count": 0, "annotations_url": f"{url}/annotations"}
    form = {"id": row["id"], "head_sha": row["sha"], "node_id": forms.node_id("CheckRun", row["id"]), "external_id": None, "url": url}
    form |= {
        "html_url": f"{forms.WEB}/{name}/runs/{row['id']}",
        "details_url": None,
        "status": row["status"],
        "conclusion": row["conclusion"],
    }
    form |= {"started_at": row.get("started_at"), "completed_at": row.get("completed_at"), "output": output, "name": row["name"]}
    return form | {"check_suite": None, "app": None, "pull_requests": []}


@ROUTER.get("/repos/{owner}/{repo}/commits/{ref}/status")
def status(request: Request, world: World) -> Response:
    """The combined status: there are no statuses in this world, so it is ``pending``, as at GitHub."""
    repository, sha = _commit(request, world, "statuses:read")
    name = models.full_name(repository)
    url = f"{forms.API}/repos/{name}/commits/{sha}"
    form: Json = {"state": "pending", "statuses": [], "sha": sha, "total_count": 0, "commit_url": url, "url": f"{url}/status"}
    return Response(200, form | {"repository": forms.minimal_repository(world, repository)})


@ROUTER.get("/repos/{owner}/{repo}/compare/{basehead:path}")
def compare(request: Request, world: World) -> Response:
    """``BASE...HEAD`` within one repository."""
    repository = rights.opened(request, world, "pull", "contents:read")
    name = models.full_name(repository)
    base_text, _, head_text = request.params["basehead"].partition("...")
    base, head = models.resolve(world, name, base_text), models.resolve(world, name, head_text.rpartition(":")[2])
    if not base or not head:
        raise errors.not_found()
    behind_all, ahead_all = objects.ancestors(world, name, base), objects.ancestors(world, name, head)
    ahead = [sha for sha in ahead_all if sha not in behind_all]
    behind = [sha for sha in behind_all if sha not in ahead_all]
    merge_base = next((sha for sha in ahead_all if sha in behind_all), "")
    if not merge_base:
        raise errors.refusal(404, f"No common ancestor between {base_text} and {head_text}.")
    state = "identical" if base == head else ("diverged" if ahead and behind else ("ahead" if ahead else "behind"))
    url = f"{forms.API}/repos/{name}/compare/{base_text}...{head_text}"
    web = f"{forms.WEB}/{name}/compare/{base_text}...{head_text}"
    links = {"url": url, "html_url": web, "permalink_url": web, "diff_url": f"{web}.diff", "patch_url": f"{web}.patch"}
    ends = {"base_commit": forms.commit_form(world, name, base), "merge_base_commit": forms.commit_form(world, name, merge_base)}
    counts = {"status": state, "ahead_by": len(ahead), "behind_by": len(behind), "total_commits": len(ahead)}
    listed = [forms.commit_form(world, name, sha) for sha in reversed(ahead)]
    return Response(200, links | ends | counts | {"commits": listed, "files": changed_files(world, name, merge_base, head)})
