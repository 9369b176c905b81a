"""What the published bundle tells of its settings: on what its jobs run, with which libraries and scripts, and its samples.

Owns the reading of our own bundle files. Pure; a file that cannot be read tells nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from wizard.project.model import Bundle

Json = Any

CONFIGURATION, SAMPLE, SHARED = "databricks.yml", "resources/sample.job.yml", "resources/shared.cluster.yml"
SAMPLES = {
    "medallion": "resources/orders.job.yml",
    "pipeline": "resources/orders.pipeline.yml",
    "machine-learning": "resources/forecast.job.yml",
}
"""A file that only this sample has."""
FILES = (CONFIGURATION, SAMPLE, SHARED, *SAMPLES.values())
KINDS = {"whl": "whl", "jar": "jar", "pypi": "package", "maven": "coordinates"}
OUR_WHEEL = "../dist/*.whl"


def bundle(texts: Mapping[str, str | None]) -> dict[str, Json]:
    """The fields of ``bundle`` that are not the usual ones. ``texts`` of ``FILES`` by path, ``None`` for what is not there."""
    job = at(parsed(texts.get(SAMPLE)), "resources", "jobs", "sample")
    shared = at(parsed(texts.get(SHARED)), "resources", "clusters", "shared")
    lookups = at(parsed(texts.get(CONFIGURATION)), "variables")
    new = _first(at(job, "job_clusters")) if job else None
    cluster = shared or at(new, "new_cluster")
    found: dict[str, Json] = {"compute": _compute(job, shared, at(lookups, "cluster", "lookup"))}
    found |= {"cluster": name} if (name := at(lookups, "cluster", "lookup", "cluster")) else {}
    found |= {"policy": name} if (name := at(lookups, "policy", "lookup", "cluster_policy")) else {}
    sizes = {"runtime": "spark_version", "node_type": "node_type_id", "workers": "num_workers"}
    found |= {field: at(cluster, wire) for field, wire in sizes.items() if at(cluster, wire) is not None}
    found |= {"libraries": libraries} if (libraries := list(_libraries(job))) else {}
    found |= {"init_scripts": place} if (place := _scripts(cluster)) else {}
    found |= {"samples": samples} if (samples := [name for name, path in SAMPLES.items() if texts.get(path) is not None]) else {}
    return {field: value for field, value in found.items() if value and value != Bundle.model_fields[field].default}


def _compute(job: Json, shared: Json, looked_up: Json) -> str:
    if shared:
        return "shared-cluster"
    if looked_up:
        return "existing-cluster"
    return "job-cluster" if at(job, "job_clusters") else "serverless"


def _libraries(job: Json) -> Iterator[str]:
    """As the project file spells them: of serverless compute the dependencies, else those of the task that runs the wheel."""
    for text in at(_first(at(job, "environments")), "spec", "dependencies") or ():
        if text != OUR_WHEEL:
            yield f"{'whl' if str(text).endswith('.whl') else 'pypi'}:{text}"
    for task in at(job, "tasks") or ():
        for entry in at(task, "libraries") or ():
            kind, value = next(iter(entry.items()))
            text = value if kind in ("whl", "jar") else at(value, KINDS.get(kind, ""))
            if kind in KINDS and text and text != OUR_WHEEL:
                yield f"{kind}:{text}"


def _scripts(cluster: Json) -> str:
    first = _first(at(cluster, "init_scripts"))
    if not isinstance(first, dict):
        return ""
    return "workspace" if "workspace" in first else str(at(first, "volumes", "destination") or "").rpartition("/")[0]


def _first(value: Json) -> Json:
    return value[0] if isinstance(value, list) and value else None


def parsed(text: str | None) -> Json:
    """The data of a YAML text; ``None`` for one that cannot be read."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        return YAML(typ="safe").load(text or "")
    except YAMLError:
        return None


def at(value: Json, *way: str) -> Json:
    """What is found on the way through mappings; ``None`` where it ends."""
    for step in way:
        value = value.get(step) if isinstance(value, dict) else None
    return value
