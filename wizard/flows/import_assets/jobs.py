"""``jobs/*.json`` as jobs of the bundle, those of the API 2.0 with their one task, too.

Owns the forms in which the API gives and takes a job, and what its tasks refer to.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from wizard.flows.import_assets.assets import Place, Weight, at
from wizard.flows.import_assets.clusters import STATE
from wizard.flows.import_assets.known import fields
from wizard.flows.import_assets.mapping import UP
from wizard.flows.import_assets.naming import slug

if TYPE_CHECKING:
    from wizard.flows.import_assets.assets import Definition
    from wizard.flows.import_assets.mapping import Mapping

Json = Any
LATEST = "says the latest revision, which is what a bundle runs"
WRAPPERS = ("settings", "new_settings")
OF_BOTH = frozenset({"email_notifications", "webhook_notifications", "notification_settings", "timeout_seconds", "health", "description"})
"""Members that jobs and tasks have: of an old job they stay the job's."""


def settings_at(definition: Definition) -> Place:
    """Where the settings are: in the answer of a reading call they are wrapped."""
    return next(((name,) for name in WRAPPERS if isinstance(definition.data.get(name), dict)), ())


def job_name(definition: Definition) -> str:
    """What a job is called; as its file where it has no name."""
    return str((at(definition.data, settings_at(definition)) or {}).get("name") or PurePosixPath(definition.file).stem)


def job(mapping: Mapping, definition: Definition) -> dict[str, Json]:
    """The resource."""
    from databricks.sdk.service.jobs import JobSettings

    inside = settings_at(definition)
    for name, value in definition.data.items() if inside else ():
        if name not in WRAPPERS:
            mapping.tell(definition, (name,), value, STATE, Weight.LEFT_OUT)
    given = dict(at(definition.data, inside))
    for name in ("job_id", "format", "edit_mode", "deployment", "created_time", "creator_user_name"):
        if name in given:
            mapping.tell(definition, (*inside, name), given.pop(name), STATE, Weight.LEFT_OUT)
    permissions = _permissions(mapping, definition, given.pop("access_control_list", None), inside)
    if given.get("run_as"):
        reason = "each environment's jobs run as its own principal: the target in databricks.yml says so"
        mapping.tell(definition, (*inside, "run_as"), given.pop("run_as"), reason, Weight.CHANGED)
    places: dict[int, Place] = {}
    tasks = _tasks(definition, given, inside, places)
    shared = given.pop("job_clusters", None)
    kept = {"name": job_name(definition), **mapping.taken(definition, given, JobSettings, inside)}
    kept |= {"permissions": permissions} if permissions else {}
    if shared:
        place = (*inside, "job_clusters")
        kept["job_clusters"] = [_shared(mapping, definition, item, (*place, n)) for n, item in enumerate(shared)]
    kept["tasks"] = [_task(mapping, definition, task, places[number]) for number, task in enumerate(tasks)]
    if not tasks:
        mapping.tell(definition, inside, None, "has no task: there is nothing that it would run")
    return kept


def _tasks(definition: Definition, given: dict[str, Json], inside: Place, places: dict[int, Place]) -> list[dict[str, Json]]:
    """The tasks, taken out of the settings, with their places; the one of an old job is made of the members that are a task's."""
    from databricks.sdk.service.jobs import Task

    if isinstance(given.get("tasks"), list):
        tasks = [dict(task) for task in given.pop("tasks")]
        places.update({number: (*inside, "tasks", number) for number in range(len(tasks))})
        return tasks
    names = [name for name in given if name in {*fields(Task), "existing_cluster_name"} and name not in OF_BOTH]
    task = {name: given.pop(name) for name in names}
    if not any(name.endswith("_task") for name in task):
        given.update(task)
        return []
    places[0] = inside
    return [{"task_key": slug(job_name(definition))[:100], **task}]


def _shared(mapping: Mapping, definition: Definition, item: Json, place: Place) -> Json:
    from databricks.sdk.service.jobs import JobCluster

    kept = mapping.taken(definition, item, JobCluster, place)
    if kept.get("new_cluster"):
        kept["new_cluster"] = mapping.compute(definition, kept["new_cluster"], (*place, "new_cluster"))
    return kept


def _task(mapping: Mapping, definition: Definition, task: dict[str, Json], place: Place) -> dict[str, Json]:
    """One task, with everything in it that is somewhere else in a bundle."""
    from databricks.sdk.service.jobs import Task

    if "existing_cluster_name" in task:
        task.setdefault("existing_cluster_id", task["existing_cluster_name"])
        del task["existing_cluster_name"]
    notebook = task.get("notebook_task")
    if isinstance(notebook, dict) and "revision_timestamp" in notebook:
        revision = notebook["revision_timestamp"]
        task["notebook_task"] = {name: value for name, value in notebook.items() if name != "revision_timestamp"}
        if revision:
            reason = "names a revision that the workspace kept: a bundle runs what is in the repository"
            mapping.tell(definition, (*place, "notebook_task", "revision_timestamp"), revision, reason)
        else:
            mapping.tell(definition, (*place, "notebook_task", "revision_timestamp"), revision, LATEST, Weight.LEFT_OUT)
    nested = (task.get("for_each_task") or {}).get("task")
    if nested:
        task["for_each_task"] = {name: value for name, value in task["for_each_task"].items() if name != "task"}
    kept: dict[str, Json] = mapping.taken(definition, task, Task, place)
    if nested:
        kept["for_each_task"]["task"] = _task(mapping, definition, dict(nested), (*place, "for_each_task", "task"))
    if kept.get("existing_cluster_id"):
        where = (*place, "existing_cluster_id")
        kept["existing_cluster_id"] = mapping.reference(definition, "cluster", kept["existing_cluster_id"], where)
    if kept.get("new_cluster"):
        kept["new_cluster"] = mapping.compute(definition, kept["new_cluster"], (*place, "new_cluster"))
    if kept.get("libraries"):
        kept["libraries"] = mapping.libraries(definition, kept["libraries"], (*place, "libraries"))
    if (kept.get("run_job_task") or {}).get("job_id"):
        _other_job(mapping, definition, kept, place)
    _files(mapping, definition, kept, place)
    return kept


def _other_job(mapping: Mapping, definition: Definition, task: dict[str, Json], place: Place) -> None:
    said = task["run_job_task"]["job_id"]
    task["run_job_task"]["job_id"] = mapping.reference(definition, "job", str(said), (*place, "run_job_task", "job_id"))
    if task["run_job_task"]["job_id"] == str(said):
        task["run_job_task"]["job_id"] = said


def _files(mapping: Mapping, definition: Definition, task: dict[str, Json], place: Place) -> None:
    """Notebook and Python file as paths of the bundle, where they are not taken from git."""
    notebook = task.get("notebook_task")
    if notebook and notebook.get("source") != "GIT":
        path, doubt = mapping.sources.notebook(str(notebook.get("notebook_path", "")))
        if path:
            notebook["notebook_path"] = UP + path
            notebook.pop("source", None)
        else:
            mapping.tell(definition, (*place, "notebook_task", "notebook_path"), notebook.get("notebook_path"), doubt)
    script = task.get("spark_python_task")
    if script and script.get("source") != "GIT":
        copied = mapping.sources.library(str(script.get("python_file", "")))
        if copied:
            script["python_file"] = UP + copied
        elif str(script.get("python_file", "")).startswith("dbfs:/"):
            reason = "is in DBFS and was not imported: put the file into src/ and name it from here"
            mapping.tell(definition, (*place, "spark_python_task", "python_file"), script["python_file"], reason)


def _permissions(mapping: Mapping, definition: Definition, given: Json, inside: Place) -> list[dict[str, Json]]:
    """Who may what, in a bundle's words; owners are the deploying principals."""
    return [
        item
        for number, each in enumerate(given or ())
        for item in _permission(mapping, definition, each, (*inside, "access_control_list", number))
    ]


def _permission(mapping: Mapping, definition: Definition, each: Json, place: Place) -> Iterator[dict[str, Json]]:
    who = {name: each[name] for name in ("user_name", "group_name", "service_principal_name") if each.get(name)}
    level = each.get("permission_level")
    if level == "IS_OWNER":
        mapping.tell(definition, place, each, "whoever deploys owns the job: the target's principal", Weight.CHANGED)
    elif who and level:
        yield {"level": level, **who}
    else:
        mapping.tell(definition, place, each, "names nobody, or no level")
