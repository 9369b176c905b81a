"""Routes of ``contents``: read a file or a directory, create, change or delete one file by one commit.

Owns nothing but the mapping; commits are made by ``commits``. The only way to give an empty repository its first
commit. A classic token without ``workflow`` gets a 404 for workflow files, as at GitHub. Commits made here are not
signed (at GitHub those of Apps are; the stricter reading). Not emulated: symlinks, submodules, raw and HTML media types
other than ``raw``.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from wizard.sandbox.github import commits, errors, forms, models, objects, rights
from wizard.sandbox.github.bodies import members, missing
from wizard.sandbox.github.router import ROUTER, signed_in
from wizard.sandbox.router import Request, Response

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any


def form(world: World, name: str, path: str, entry: Json, ref: str, *, whole: bool) -> Json:
    """``content-file`` (with its content) or an entry of ``content-directory``."""
    url = f"{forms.API}/repos/{name}/contents/{quote(path)}?ref={ref}"
    kind = "dir" if entry["type"] == "tree" else "file"
    git = f"{forms.API}/repos/{name}/git/{'trees' if kind == 'dir' else 'blobs'}/{entry['sha']}"
    html = f"{forms.WEB}/{name}/{'tree' if kind == 'dir' else 'blob'}/{ref}/{quote(path)}"
    content = objects.content(world, name, entry["sha"])
    out = {
        "name": path.rpartition("/")[2],
        "path": path,
        "sha": entry["sha"],
        "size": len(content),
        "url": url,
        "html_url": html,
        "git_url": git,
    }
    out |= {"download_url": None if kind == "dir" else f"https://raw.githubusercontent.com/{name}/{ref}/{quote(path)}", "type": kind}
    if whole:
        text = base64.encodebytes(content).decode()
        out |= {"content": text, "encoding": "base64"}
    return out | {"_links": {"self": url, "git": git, "html": html}}


def _commit_at(request: Request, world: World, repository: Json) -> tuple[str, str]:
    name, ref = models.full_name(repository), request.query.get("ref", "")
    if not models.refs(world, name, "refs/heads/"):
        raise errors.refusal(404, "This repository is empty.")
    commit = models.resolve(world, name, ref)
    if not commit:
        raise errors.refusal(404, f"No commit found for the ref {ref}")
    return commit, ref or repository["default_branch"]


def _read(request: Request, world: World, path: str) -> Response:
    repository = rights.opened(request, world, "pull", "contents:read")
    name = models.full_name(repository)
    commit, ref = _commit_at(request, world, repository)
    entry = objects.entry_at(world, name, commit, path)
    if entry is None:
        raise errors.not_found()
    if entry["type"] == "blob":
        if "raw" in request.headers.get("accept", ""):
            return Response(200, objects.content(world, name, entry["sha"]), {"Content-Type": "application/vnd.github.raw; charset=utf-8"})
        return Response(200, form(world, name, path, entry, ref, whole=True))
    inner = objects.entries(world, name, entry["sha"])
    return Response(200, [form(world, name, f"{path}/{item['path']}".lstrip("/"), item, ref, whole=False) for item in inner])


@ROUTER.get("/repos/{owner}/{repo}/contents/{path:path}")
def get_content(request: Request, world: World) -> Response:
    return _read(request, world, request.params["path"].strip("/"))


@ROUTER.get("/repos/{owner}/{repo}/contents")
def get_root(request: Request, world: World) -> Response:
    return _read(request, world, "")


@ROUTER.get("/repos/{owner}/{repo}/readme")
def readme(request: Request, world: World) -> Response:
    return _read(request, world, "README.md")


def _target(request: Request, world: World, body: Json) -> tuple[Json, str, str]:
    """Repository, full ref and the commit it is at (``""`` for the first commit of an empty repository)."""
    path = request.params["path"]
    repository = rights.opened(request, world, "push", "contents:write")
    found = signed_in(request, world)
    if commits.touches_workflows([path]) and not commits.may_write_workflows(found, repository):
        request.params["accepted scopes"] = "repo, workflow"
        request.params["accepted permissions"] = "contents=write,workflows=write"
        raise errors.not_found() if found.kind == "classic" else rights.not_accessible(found)
    if repository["archived"]:
        raise errors.forbidden("Repository was archived so is read-only.")
    name = models.full_name(repository)
    branch = body.get("branch") or repository["default_branch"]
    ref = f"refs/heads/{str(branch).removeprefix('refs/heads/')}"
    parent = models.ref_sha(world, name, ref)
    empty = not models.refs(world, name, "refs/heads/")
    if not parent and not (empty and branch == repository["default_branch"]):
        raise errors.refusal(404, f"Branch {branch} not found")
    return repository, ref, parent


_PEOPLE: dict[str, type] = {"committer": dict, "author": dict, "branch": str}


def _people(world: World, body: Json) -> Json:
    now = world.clock.iso()
    return {role: {"date": now, **body[role]} for role in ("author", "committer") if body.get(role)}


@ROUTER.put("/repos/{owner}/{repo}/contents/{path:path}")
def put_content(request: Request, world: World) -> Response:
    """201 for a new file, 200 for a change (which needs the blob's sha)."""
    path = request.params["path"].strip("/")
    body = members(request, {"message": str, "content": str}, {"sha": str} | _PEOPLE)
    repository, ref, parent = _target(request, world, body)
    name = models.full_name(repository)
    entry = objects.entry_at(world, name, parent, path) if parent else None
    if entry is not None and entry["type"] == "blob":
        if not body.get("sha"):
            raise missing("sha")
        if body["sha"] != entry["sha"]:
            raise errors.conflict(f"{path} does not match {body['sha']}")
    elif entry is not None:
        raise errors.invalid(f"path {path} is a directory")
    try:
        content = base64.b64decode(body["content"].replace("\n", ""), validate=True)
    except (binascii.Error, ValueError) as problem:
        raise errors.invalid("content is not valid Base64") from problem
    login = signed_in(request, world).login
    sha = commits.commit_files(world, repository, parent, {path: content}, body["message"], login, people=_people(world, body))
    commits.advance(world, repository, ref, sha, login, status=409)
    made = objects.entry_at(world, name, sha, path)
    short = ref.removeprefix("refs/heads/")
    answer = {
        "content": form(world, name, path, made, short, whole=False),
        "commit": forms.git_commit(name, objects.get(world, name, sha) or {}),
    }
    return Response(200 if entry else 201, answer)


@ROUTER.delete("/repos/{owner}/{repo}/contents/{path:path}")
def delete_content(request: Request, world: World) -> Response:
    path = request.params["path"].strip("/")
    body = members(request, {"message": str, "sha": str}, _PEOPLE)
    repository, ref, parent = _target(request, world, body)
    name = models.full_name(repository)
    entry = objects.entry_at(world, name, parent, path) if parent else None
    if entry is None or entry["type"] != "blob":
        raise errors.not_found()
    if body["sha"] != entry["sha"]:
        raise errors.conflict(f"{path} does not match {body['sha']}")
    login = signed_in(request, world).login
    sha = commits.commit_files(world, repository, parent, {path: None}, body["message"], login, people=_people(world, body))
    commits.advance(world, repository, ref, sha, login, status=409)
    return Response(200, {"content": None, "commit": forms.git_commit(name, objects.get(world, name, sha) or {})})
