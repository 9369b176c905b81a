"""Libraries that are installed on a cluster beside its definition: a policy has them, which every start of the cluster installs anew.

Owns that translation. What a policy cannot hold (a file of the bundle, a cluster that has a policy already) stays told. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from wizard.flows.import_assets.assets import Weight
from wizard.flows.import_assets.clusters import cluster_name
from wizard.flows.import_assets.mapping import UP

if TYPE_CHECKING:
    from wizard.flows.import_assets.assets import Definition
    from wizard.flows.import_assets.mapping import Mapping

Json = Any
ALL_ALLOWED = "{}"
"""Rules of a policy that forbids nothing."""


def with_policies(mapping: Mapping, definitions: Iterable[Definition]) -> Iterator[Definition]:
    """The definitions, each cluster with libraries and without a policy preceded by a policy that installs them."""
    for definition in definitions:
        yield from _with_policy(mapping, definition) if definition.kind == "cluster" else (definition,)


def _with_policy(mapping: Mapping, definition: Definition) -> Iterator[Definition]:
    data = definition.data
    inside: Json = data["spec"] if isinstance(data.get("spec"), dict) else data
    given = data.get("libraries")
    if not isinstance(given, list) or not given or inside.get("policy_id") or not all(isinstance(item, dict) for item in given):
        yield definition
        return
    installed = []
    for number, item in enumerate(mapping.libraries(definition, given, ("libraries",))):
        if str(next(iter(item.values()), "")).startswith(UP):
            reason = "is a file of the bundle, which a policy cannot install: put it into a volume, or name it at the tasks that use it"
            mapping.tell(definition, ("libraries", number), item, reason)
        elif item:
            installed.append(item)
    name = f"{cluster_name(definition)} libraries"
    if not installed:
        yield replace(definition, data={key: value for key, value in data.items() if key != "libraries"})
        return
    reason = f"are installed by the cluster policy {name} now, which forbids nothing"
    mapping.tell(definition, ("libraries",), given, reason, Weight.CHANGED)
    yield replace(definition, kind="policy", data={"name": name, "definition": ALL_ALLOWED, "libraries": installed})
    spec = {**inside, "policy_id": name}
    rest = {key: value for key, value in data.items() if key not in ("libraries", "spec")}
    yield replace(definition, data={**rest, "spec": spec} if inside is not data else {k: v for k, v in spec.items() if k != "libraries"})
