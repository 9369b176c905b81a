"""``clusters/*.json`` and ``policies/*.json`` as resources of the bundle.

Owns what of a cluster belongs to its definition, and what to the workspace that it was taken from.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from wizard.flows.import_assets.assets import Leftover, Place, Weight
from wizard.flows.import_assets.known import fields

if TYPE_CHECKING:
    from wizard.flows.import_assets.assets import Definition
    from wizard.flows.import_assets.mapping import Mapping

Json = Any
STATE = "is the workspace's own and no part of a definition"
NEWER = "is a resource of bundles since Databricks CLI 1.14: the version that databricks.yml and the workflows name has to be that at least"
LIBRARIES = "are installed on the cluster, which has a policy already: add them to that one, or name them at the tasks that use it"
BY_HAND = 60
"""Minutes after which an idle cluster ends where its definition named none."""


def cluster_name(definition: Definition) -> str:
    """What a cluster is called; as its file where it has no name."""
    data = definition.data.get("spec") or definition.data
    return str(data.get("cluster_name") or definition.data.get("cluster_name") or PurePosixPath(definition.file).stem)


def cluster(mapping: Mapping, definition: Definition) -> dict[str, Json]:
    """The resource: the definition without state, stopped after a deployment, and never running idle for ever."""
    from databricks.sdk.service.compute import ClusterDetails, ClusterSpec

    observed = {name for name in fields(ClusterDetails) if name not in fields(ClusterSpec)} | {"pinned_by_user_name", "clone_from"}
    whole: dict[str, Json] = definition.data
    inside: Place = ()
    if isinstance(whole.get("spec"), dict):
        mapping.told += [
            _state(definition, name, whole[name])
            for name in whole
            if name not in ("spec", "libraries") and whole["spec"].get(name) != whole[name]
        ]
        whole, inside = whole["spec"], ("spec",)
    mapping.told += [_state(definition, name, whole[name], inside) for name in whole if name in observed]
    if definition.data.get("libraries"):
        mapping.tell(definition, ("libraries",), definition.data["libraries"], LIBRARIES)
    observed.add("libraries")
    kept = mapping.taken(definition, {name: value for name, value in whole.items() if name not in observed}, ClusterSpec, inside)
    kept = {"cluster_name": cluster_name(definition), **mapping.compute(definition, kept, inside)}
    if not kept.get("autotermination_minutes"):
        mapping.tell(
            definition, ("autotermination_minutes",), 0, f"never ended by itself; it does after {BY_HAND} idle minutes", Weight.CHANGED
        )
        kept["autotermination_minutes"] = BY_HAND
    for name in ("spark_version", "node_type_id"):
        if not kept.get(name) and not (name == "node_type_id" and (kept.get("instance_pool_id") or kept.get("policy_id"))):
            mapping.tell(definition, (name,), None, "is missing: no cluster can be made without it")
    return {**kept, "lifecycle": {"started": False}}


def _state(definition: Definition, name: str, value: Json, place: Place = ()) -> Leftover:
    return definition.left((*place, name), value, STATE, Weight.LEFT_OUT)


def policy(mapping: Mapping, definition: Definition) -> dict[str, Json]:
    """A cluster policy; its rules are a text in the API and stay one."""
    import json

    from databricks.sdk.service.compute import Policy

    observed = ("policy_id", "created_at_timestamp", "creator_user_name", "is_default")
    mapping.told += [_state(definition, name, definition.data[name]) for name in definition.data if name in observed]
    mapping.tell(definition, (), None, NEWER, Weight.LOOK)
    given = {name: value for name, value in definition.data.items() if name not in observed}
    for name in ("definition", "policy_family_definition_overrides"):
        if isinstance(given.get(name), dict):
            given[name] = json.dumps(given[name], indent=2)
    return {"name": PurePosixPath(definition.file).stem, **mapping.taken(definition, given, Policy, ())}
