"""Routes of branches, refs and git objects.

Owns the git data API: 409 "Git Repository is empty." on a repository without commits, rules on every change of a ref.
Not emulated: signatures given with a commit, submodules, renaming a branch, classic branch protection (its GET answers
404 "Branch not protected").
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

from wizard.sandbox.github import commits, errors, forms, models, objects, rights, rules
from wizard.sandbox.github.bodies import members, page
from wizard.sandbox.github.router import ROUTER, signed_in
from wizard.sandbox.router import Request, Response

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any


def _filled(request: Request, world: World, role: str, permission: str) -> Json:
    repository = rights.opened(request, world, role, permission)
    if not models.refs(world, models.full_name(repository), "refs/heads/"):
        raise errors.empty_repository()
    return repository


def _ref_form(world: World, name: str, row: Json) -> Json:
    found = objects.get(world, name, row["sha"]) or {"type": "commit"}
    inner = {"sha": row["sha"], "type": found["type"], "url": f"{forms.API}/repos/{name}/git/{found['type']}s/{row['sha']}"}
    return {
        "ref": row["ref"],
        "node_id": forms.node_id("Ref", row["ref"]),
        "url": f"{forms.API}/repos/{name}/git/{row['ref']}",
        "object": inner,
    }


@ROUTER.get("/repos/{owner}/{repo}/branches")
def branches(request: Request, world: World) -> Response:
    name = models.full_name(rights.opened(request, world, "pull", "contents:read"))
    out = []
    for row in models.refs(world, name, "refs/heads/"):
        branch = row["ref"].removeprefix("refs/heads/")
        commit = {"sha": row["sha"], "url": f"{forms.API}/repos/{name}/commits/{row['sha']}"}
        out.append({"name": branch, "commit": commit, "protected": rules.protected(world, name, branch)})
    return page(request, out)


@ROUTER.get("/repos/{owner}/{repo}/branches/{branch:path}")
def branch(request: Request, world: World) -> Response:
    repository = rights.opened(request, world, "pull", "contents:read")
    name, short = models.full_name(repository), request.params["branch"]
    sha = models.ref_sha(world, name, f"refs/heads/{short}")
    if not sha:
        raise errors.refusal(404, "Branch not found")
    url = f"{forms.API}/repos/{name}/branches/{short}"
    checks = {"enforcement_level": "off", "contexts": [], "checks": []}
    return Response(
        200,
        {
            "name": short,
            "commit": forms.commit_form(world, name, sha),
            "_links": {"self": url, "html": f"{forms.WEB}/{name}/tree/{short}"},
            "protected": rules.protected(world, name, short),
            "protection": {"enabled": False, "required_status_checks": checks},
            "protection_url": f"{url}/protection",
        },
    )


@ROUTER.get("/repos/{owner}/{repo}/branches/{branch}/protection")
def protection(request: Request, world: World) -> Response:
    repository = rights.opened(request, world, "admin", "administration:read")
    if not rules.available(world, repository):
        raise errors.upgrade_required()
    if not models.ref_sha(world, models.full_name(repository), f"refs/heads/{request.params['branch']}"):
        raise errors.refusal(404, "Branch not found")
    raise errors.refusal(404, "Branch not protected")


@ROUTER.get("/repos/{owner}/{repo}/tags")
def tags(request: Request, world: World) -> Response:
    name = models.full_name(rights.opened(request, world, "pull", "contents:read"))
    out = []
    for row in models.refs(world, name, "refs/tags/"):
        tag, sha = row["ref"].removeprefix("refs/tags/"), objects.peeled(world, name, row["sha"])
        links = {f"{kind}_url": f"{forms.API}/repos/{name}/{kind}/refs/tags/{tag}" for kind in ("zipball", "tarball")}
        commit = {"sha": sha, "url": f"{forms.API}/repos/{name}/commits/{sha}"}
        out.append({"name": tag, "commit": commit, "node_id": forms.node_id("Ref", row["ref"]), **links})
    return page(request, out)


@ROUTER.get("/repos/{owner}/{repo}/git/matching-refs/{ref:path}")
def matching_refs(request: Request, world: World) -> Response:
    name = models.full_name(_filled(request, world, "pull", "contents:read"))
    return page(request, [_ref_form(world, name, row) for row in models.refs(world, name, f"refs/{request.params['ref']}")])


@ROUTER.get("/repos/{owner}/{repo}/git/ref/{ref:path}")
def get_ref(request: Request, world: World) -> Response:
    name = models.full_name(_filled(request, world, "pull", "contents:read"))
    ref = f"refs/{request.params['ref'].removeprefix('refs/')}"
    sha = models.ref_sha(world, name, ref)
    if not sha:
        raise errors.not_found()
    return Response(200, _ref_form(world, name, {"ref": ref, "sha": sha}))


@ROUTER.post("/repos/{owner}/{repo}/git/refs")
def create_ref(request: Request, world: World) -> Response:
    """422 "Reference already exists" and "Object does not exist"; rules refuse with 422 too."""
    repository = _filled(request, world, "push", "contents:write")
    body = members(request, {"ref": str, "sha": str})
    name, ref, sha = models.full_name(repository), body["ref"], body["sha"]
    if not ref.startswith("refs/") or ref.count("/") < 2:
        raise errors.invalid("Reference name must start with 'refs/' and contain at least three parts")
    if models.ref_sha(world, name, ref):
        raise errors.invalid("Reference already exists")
    if objects.get(world, name, sha) is None:
        raise errors.invalid("Object does not exist")
    commits.advance(world, repository, ref, sha, signed_in(request, world).login, status=422)
    return Response(201, _ref_form(world, name, {"ref": ref, "sha": sha}), {"Location": f"{forms.API}/repos/{name}/git/{ref}"})


def _existing(request: Request, world: World) -> tuple[Json, str, str]:
    repository = _filled(request, world, "push", "contents:write")
    ref = f"refs/{request.params['ref']}"
    before = models.ref_sha(world, models.full_name(repository), ref)
    if not before:
        raise errors.invalid("Reference does not exist")
    return repository, ref, before


@ROUTER.patch("/repos/{owner}/{repo}/git/refs/{ref:path}")
def update_ref(request: Request, world: World) -> Response:
    repository, ref, before = _existing(request, world)
    body = members(request, {"sha": str}, {"force": bool})
    name, sha = models.full_name(repository), body["sha"]
    if objects.get(world, name, sha) is None:
        raise errors.invalid("Object does not exist")
    if not body.get("force") and before not in objects.ancestors(world, name, sha):
        raise errors.invalid("Update is not a fast forward")
    commits.advance(world, repository, ref, sha, signed_in(request, world).login, status=422)
    return Response(200, _ref_form(world, name, {"ref": ref, "sha": sha}))


@ROUTER.delete("/repos/{owner}/{repo}/git/refs/{ref:path}")
def delete_ref(request: Request, world: World) -> Response:
    """Takes the open pull requests from that branch with it."""
    repository, ref, _ = _existing(request, world)
    if ref == f"refs/heads/{repository['default_branch']}":
        raise errors.invalid("Cannot delete the default branch")
    commits.advance(world, repository, ref, "", signed_in(request, world).login, status=422)
    name, branch, pulls = models.full_name(repository), ref.removeprefix("refs/heads/"), world.table("github.pulls")
    for key, row in list(pulls.items()):
        if row["repository"] == name and row["state"] == "open" and branch in (row["head"], row["base"]):
            pulls[key] = row | {"state": "closed", "closed_at": world.clock.iso(), "updated_at": world.clock.iso()}
    return Response(204)


@ROUTER.post("/repos/{owner}/{repo}/git/blobs")
def create_blob(request: Request, world: World) -> Response:
    name = models.full_name(_filled(request, world, "push", "contents:write"))
    body = members(request, {"content": str}, {"encoding": str})
    try:
        content = base64.b64decode(body["content"], validate=True) if body.get("encoding") == "base64" else body["content"].encode()
    except (binascii.Error, ValueError) as problem:
        raise errors.invalid("content is not valid Base64") from problem
    sha = objects.put_blob(world, name, content)
    return Response(201, {"sha": sha, "url": f"{forms.API}/repos/{name}/git/blobs/{sha}"})


@ROUTER.get("/repos/{owner}/{repo}/git/blobs/{file_sha}")
def get_blob(request: Request, world: World) -> Response:
    name, sha = models.full_name(_filled(request, world, "pull", "contents:read")), request.params["file_sha"]
    found = objects.get(world, name, sha)
    if found is None or found["type"] != "blob":
        raise errors.not_found()
    content = objects.content(world, name, sha)
    form = {"sha": sha, "node_id": forms.node_id("Blob", sha), "size": len(content), "url": f"{forms.API}/repos/{name}/git/blobs/{sha}"}
    return Response(200, form | {"content": base64.encodebytes(content).decode(), "encoding": "base64"})


def _tree_form(world: World, name: str, sha: str, *, recursive: bool) -> Json:
    flat = objects.flattened(world, name, sha, trees=True) if recursive else {row["path"]: row for row in objects.entries(world, name, sha)}
    rows = []
    for path, row in flat.items():
        url = f"{forms.API}/repos/{name}/git/{row['type']}s/{row['sha']}"
        size = {"size": len(objects.content(world, name, row["sha"]))} if row["type"] == "blob" else {}
        rows.append({"path": path, "mode": row["mode"], "type": row["type"], "sha": row["sha"], **size, "url": url})
    return {"sha": sha, "url": f"{forms.API}/repos/{name}/git/trees/{sha}", "tree": rows, "truncated": False}


@ROUTER.get("/repos/{owner}/{repo}/git/trees/{tree_sha:path}")
def get_tree(request: Request, world: World) -> Response:
    """The tree of a tree's, a commit's or a ref's name; whole where ``recursive`` is given."""
    name, sha = models.full_name(_filled(request, world, "pull", "contents:read")), request.params["tree_sha"]
    found = objects.get(world, name, sha)
    tree = sha if found and found["type"] == "tree" else objects.tree_of(world, name, models.resolve(world, name, sha))
    if not models.resolve(world, name, sha) and not (found and found["type"] == "tree"):
        raise errors.not_found()
    return Response(200, _tree_form(world, name, tree, recursive="recursive" in request.query))


@ROUTER.post("/repos/{owner}/{repo}/git/trees")
def create_tree(request: Request, world: World) -> Response:
    """Entries ``{path, mode, type, sha or content}``, ``sha: null`` removes; 404 for workflow files without the scope."""
    repository = _filled(request, world, "push", "contents:write")
    body, name, found = members(request, {"tree": list}, {"base_tree": str}), models.full_name(repository), signed_in(request, world)
    if commits.touches_workflows([row.get("path", "") for row in body["tree"]]) and not commits.may_write_workflows(found, repository):
        request.params["accepted scopes"] = "repo, workflow"
        raise errors.not_found()
    base = body.get("base_tree") or ""
    tree = objects.tree_of(world, name, base) if (objects.get(world, name, base) or {}).get("type") == "commit" else base
    if base and objects.get(world, name, tree) is None:
        raise errors.invalid("base_tree is not a valid tree oid")
    files = objects.flattened(world, name, tree) if base else {}
    for row in body["tree"]:
        _apply(world, name, files, row)
    return Response(201, _tree_form(world, name, objects.tree_from(world, name, files), recursive=False))


def _apply(world: World, name: str, files: dict[str, Json], row: Json) -> None:
    path, sha = row.get("path"), row.get("sha")
    if not path or path.startswith("/") or "//" in path:
        raise errors.invalid("tree.path contains a malformed path component")
    if sha is None and "content" not in row:
        files.pop(path, None)
        return
    if row.get("mode") not in ("100644", "100755", "040000", "160000", "120000"):
        raise errors.invalid("Must supply a valid tree.mode")
    sha = sha or objects.put_blob(world, name, row["content"].encode())
    found = objects.get(world, name, sha)
    if found is None:
        raise errors.invalid(f"tree.sha {sha} is not a valid {row.get('type', 'blob')}")
    if found["type"] == "tree":
        for inner, entry in objects.flattened(world, name, sha).items():
            files[f"{path}/{inner}"] = entry
    else:
        files[path] = {"mode": row["mode"], "type": "blob", "sha": sha}


@ROUTER.post("/repos/{owner}/{repo}/git/commits")
def create_commit(request: Request, world: World) -> Response:
    """An unsigned commit of the caller's; no branch moves."""
    name = models.full_name(_filled(request, world, "push", "contents:write"))
    body = members(request, {"message": str, "tree": str}, {"parents": list, "author": dict, "committer": dict})
    parents, login = body.get("parents") or [], signed_in(request, world).login
    if (objects.get(world, name, body["tree"]) or {}).get("type") != "tree":
        raise errors.invalid("Tree SHA does not exist")
    if any((objects.get(world, name, sha) or {}).get("type") != "commit" for sha in parents):
        raise errors.invalid("Parent SHA does not exist or is not a commit object")
    own = commits.person(world, login)
    author = own | (body.get("author") or {})
    commit = {"tree": body["tree"], "parents": parents, "author": author, "committer": author | (body.get("committer") or {})}
    sha = objects.put_commit(world, name, commit | {"message": body["message"], "login": login})
    return Response(201, forms.git_commit(name, objects.get(world, name, sha) or {}))


@ROUTER.get("/repos/{owner}/{repo}/git/commits/{commit_sha}")
def get_git_commit(request: Request, world: World) -> Response:
    name = models.full_name(_filled(request, world, "pull", "contents:read"))
    found = objects.get(world, name, request.params["commit_sha"])
    if found is None or found["type"] != "commit":
        raise errors.not_found()
    return Response(200, forms.git_commit(name, found))
