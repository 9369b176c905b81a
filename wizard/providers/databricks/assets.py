"""What a workspace has that a bundle can hold: clusters, policies, jobs, notebooks and init scripts, as its API tells them.

Owns those reading calls. They go through the SDK's own client and keep its answers as they are: the SDK's models would drop members that
they do not know. https://docs.databricks.com/api/azure/workspace/introduction
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from wizard.providers.databricks.errors import host_of, translated

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

    from wizard.providers.session import Session

Json = Any
ENDINGS = {"PYTHON": ".py", "SQL": ".sql", "SCALA": ".scala", "R": ".r"}
NOT_READ = ("/Users", "/Repos", "/Workspace")
"""Folders of people: of these only what a job runs."""
EVERYWHERE = "init-scripts/everywhere"
PIECE = 1024 * 1024
"""Bytes that one call reads from DBFS at most. https://docs.databricks.com/api/azure/workspace/dbfs/read"""


@dataclass(slots=True)
class Found:
    """The answers. ``files`` maps ``notebooks/…`` or ``init-scripts/…`` to bytes, ``unread`` a path to why it was not read."""

    clusters: list[Json] = field(default_factory=list)
    policies: list[Json] = field(default_factory=list)
    jobs: list[Json] = field(default_factory=list)
    pools: list[Json] = field(default_factory=list)
    everywhere: list[Json] = field(default_factory=list)
    """Init scripts of all clusters, in the order in which they run; ``file`` is where their text is among the files."""
    files: dict[str, bytes] = field(default_factory=dict)
    unread: dict[str, str] = field(default_factory=dict)


async def assets_of(session: Session, host: str) -> Found:
    """Read it all; nothing is changed, no cluster is started. What may not be read is named in ``unread``.

    Raises ``NotAllowed``, ``NotSignedIn``, ``Unreachable`` or ``ServiceRefused`` where the workspace as a whole cannot be read.
    """
    with translated("read clusters, jobs and notebooks", host, session):
        return await session.databricks(host_of(host), _read)


def _read(client: WorkspaceClient) -> Found:
    found = Found()
    made = {"JOB", "PIPELINE", "PIPELINE_MAINTENANCE", "MODELS", "SQL"}
    found.clusters = [each for each in _pages(client, "/api/2.1/clusters/list", "clusters") if each.get("cluster_source") not in made]
    libraries = {each["cluster_id"]: each for each in _pages(client, "/api/2.0/libraries/all-cluster-statuses", "statuses")}
    for cluster in found.clusters:
        installed = libraries.get(cluster.get("cluster_id"), {}).get("library_statuses") or []
        if installed:
            cluster["libraries"] = [each["library"] for each in installed]
    found.policies = list(_pages(client, "/api/2.0/policies/clusters/list", "policies"))
    found.pools = list(_pages(client, "/api/2.0/instance-pools/list", "instance_pools"))
    listed = list(_pages(client, "/api/2.2/jobs/list", "jobs"))
    found.jobs = [_job(client, each["job_id"]) for each in listed]
    _or_unread(found, "global init scripts", lambda: found.everywhere.extend(_pages(client, "/api/2.0/global-init-scripts", "scripts")))
    found.everywhere.sort(key=lambda script: int(script.get("position") or 0))
    for script in found.everywhere:
        _or_unread(found, f"global init script {script.get('name')}", lambda script=script: _text(client, found, script))
    _notebooks(client, found)
    _scripts(client, found)
    return found


def _get(client: WorkspaceClient, call: str, /, **query: Json) -> Json:
    answer: Json = client.api_client.do("GET", call, query=query, headers={"Accept": "application/json"})
    return answer


def _pages(client: WorkspaceClient, path: str, name: str) -> Iterator[Json]:
    query: dict[str, Json] = {}
    while True:
        answer = _get(client, path, **query)
        yield from answer.get(name) or ()
        if not answer.get("next_page_token"):
            return
        query = {"page_token": answer["next_page_token"]}


def _job(client: WorkspaceClient, job_id: int) -> Json:
    """The whole job: one of more than a hundred tasks comes in pages."""
    job = _get(client, "/api/2.2/jobs/get", job_id=job_id)
    token = job.pop("next_page_token", None)
    job.pop("has_more", None)
    while token:
        more = _get(client, "/api/2.2/jobs/get", job_id=job_id, page_token=token)
        for name in ("tasks", "job_clusters", "environments", "parameters"):
            job["settings"].setdefault(name, []).extend((more.get("settings") or {}).get(name) or ())
        token = more.get("next_page_token")
    return job


def _or_unread(found: Found, path: str, read: Any) -> None:
    """One thing that may be refused by itself."""
    from databricks.sdk.errors import BadRequest, NotFound, PermissionDenied

    try:
        read()
    except (PermissionDenied, NotFound, BadRequest) as refusal:
        found.unread[path] = str(refusal)


def _text(client: WorkspaceClient, found: Found, script: Json) -> None:
    """The text of a script of all clusters; the list does not tell it."""
    whole = _get(client, f"/api/2.0/global-init-scripts/{script['script_id']}")
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", str(script.get("name"))).strip("-") or str(script["script_id"])
    script["file"] = f"{EVERYWHERE}/{name.removesuffix('.sh')}.sh"
    found.files[script["file"]] = base64.b64decode(whole.get("script") or "")


def _notebooks(client: WorkspaceClient, found: Found) -> None:
    """Everything outside the folders of people, and what jobs run, wherever it is."""
    queue = [
        each["path"] for each in _get(client, "/api/2.0/workspace/list", path="/").get("objects") or () if each["path"] not in NOT_READ
    ]
    wanted = [*queue, *sorted(_used(found.jobs))]
    seen: set[str] = set()
    while wanted:
        path = wanted.pop(0)
        if path not in seen and "/.bundle/" not in f"{path}/":
            seen.add(path)
            _or_unread(found, path, lambda path=path: wanted.extend(_object(client, found, path)))


def _object(client: WorkspaceClient, found: Found, path: str) -> list[str]:
    """Read one object; the paths inside where it is a folder."""
    about = _get(client, "/api/2.0/workspace/get-status", path=path)
    if about["object_type"] == "DIRECTORY":
        return [str(each["path"]) for each in _get(client, "/api/2.0/workspace/list", path=path).get("objects") or ()]
    if about["object_type"] in ("NOTEBOOK", "FILE"):
        ending = ENDINGS.get(str(about.get("language", "")), "") if about["object_type"] == "NOTEBOOK" else ""
        name = path.removeprefix("/Workspace").strip("/")
        data = _get(client, "/api/2.0/workspace/export", path=path, format="SOURCE" if ending else "AUTO").get("content") or ""
        found.files[f"notebooks/{name if name.endswith(ending) else name + ending}"] = base64.b64decode(data)
    return []


def _used(jobs: Iterable[Json]) -> set[str]:
    """Paths of the notebooks that jobs run from the workspace."""
    used: set[str] = set()
    for job in jobs:
        settings = job.get("settings") or {}
        for task in [settings, *(settings.get("tasks") or ())]:
            for one in (task, (task.get("for_each_task") or {}).get("task") or {}):
                notebook = one.get("notebook_task") or {}
                if notebook.get("source") != "GIT" and str(notebook.get("notebook_path", "")).startswith("/"):
                    used.add(str(notebook["notebook_path"]))
    return used


def _scripts(client: WorkspaceClient, found: Found) -> None:
    """The init scripts that clusters name, from the workspace or from DBFS; those in volumes stay there."""
    for store, path in sorted(set(_named(found))):
        name = f"init-scripts/{PurePosixPath(path).name}"
        if store == "workspace":
            _or_unread(found, path, lambda name=name, path=path: found.files.update({name: _file(client, path)}))
        elif store == "dbfs":
            _or_unread(found, path, lambda name=name, path=path: found.files.update({name: _dbfs(client, path.removeprefix("dbfs:"))}))


def _named(found: Found) -> Iterator[tuple[str, str]]:
    of_jobs = [job.get("settings") or {} for job in found.jobs]
    tasks = [task for settings in of_jobs for task in (settings, *(settings.get("tasks") or ()), *(settings.get("job_clusters") or ()))]
    for cluster in [*found.clusters, *(task.get("new_cluster") or {} for task in tasks)]:
        for item in cluster.get("init_scripts") or ():
            for store, where in item.items():
                if str((where or {}).get("destination", "")):
                    yield store, str(where["destination"])


def _file(client: WorkspaceClient, path: str) -> bytes:
    return base64.b64decode(_get(client, "/api/2.0/workspace/export", path=path, format="AUTO").get("content") or "")


def _dbfs(client: WorkspaceClient, path: str) -> bytes:
    data = b""
    while True:
        answer = _get(client, "/api/2.0/dbfs/read", path=path, offset=len(data), length=PIECE)
        data += base64.b64decode(answer.get("data") or "")
        if int(answer.get("bytes_read") or 0) < PIECE:
            return data
