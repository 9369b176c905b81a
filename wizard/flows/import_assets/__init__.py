"""From hand-kept assets (clusters, jobs, notebooks, init scripts) to resources of the bundle: ``preview``, then ``run``.

Owns the order of the use case. ``preview`` changes nothing; ``run`` writes into the project's folder only, over nobody's edits, and
never touches what was imported.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wizard.engine.events import Event, EventKind
from wizard.flows.import_assets import clusters, jobs, output
from wizard.flows.import_assets.assets import Assets, Definition, Leftover, Weight
from wizard.flows.import_assets.folder import read as read_folder
from wizard.flows.import_assets.installed import with_policies
from wizard.flows.import_assets.mapping import Choices, Mapping
from wizard.flows.import_assets.naming import Names
from wizard.flows.import_assets.output import Resource
from wizard.flows.import_assets.sources import Sources
from wizard.flows.import_assets.writing import Fate, Planned, planned, written

__all__ = ["Assets", "Choices", "Fate", "Leftover", "Planned", "Preview", "Resource", "Weight", "preview", "read_folder", "run"]

Json = Any
SECTIONS = {"policy": ("cluster_policy", "cluster_policies"), "cluster": ("cluster", "clusters"), "job": ("job", "jobs")}


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would write, and what would be left over. Printable, without a secret in what is told."""

    root: Path
    resources: tuple[Resource, ...]
    files: tuple[Planned, ...]
    told: tuple[Leftover, ...]

    @property
    def complete(self) -> bool:
        """Whether everything could be mapped and written."""
        return not any(each.weight is Weight.UNMAPPED for each in self.told) and not any(file.fate is Fate.LEFT for file in self.files)


def preview(assets: Assets, root: Path, choices: Choices | None = None) -> Preview:
    """Map everything and look at what stands in ``root``, the bundle's folder; nothing is changed."""
    choices = choices or Choices()
    resources, mapping = mapped(assets, choices, taken_keys(root))
    told = (*assets.told, *mapping.sources.told, *mapping.told)
    texts: dict[str, bytes] = {each.path: each.text().encode() for each in resources}
    for file, path in {each.file: each.path for each in resources}.items():  # the last one is the definition's own
        left = [one for one in told if one.file == file and one.weight is not Weight.LOOK and one.value is not None]
        if left:
            texts[path.removesuffix(".yml") + ".unmapped.json"] = output.sidecar(left).encode()
    for name, variable in mapping.names.variables.items():
        path = f"resources/{name}.variables.yml"
        texts[path] = output.stamped(path, output.yaml({"variables": {name: variable}})).encode()
    texts |= mapping.sources.copies
    texts[output.REPORT] = output.report(resources, mapping.sources.copies, told).encode()
    return Preview(root, resources, tuple(planned(path, data, root) for path, data in sorted(texts.items())), told)


def mapped(assets: Assets, choices: Choices, taken: frozenset[str] = frozenset()) -> tuple[tuple[Resource, ...], Mapping]:
    """The resources, and the mapping with what it told. ``taken`` are keys of the bundle like ``job/sample``. Pure."""
    mapping = Mapping(assets, choices, Names(dict(assets.names), set(taken)), Sources(assets.files))
    kept = [each for kind in SECTIONS for each in assets.definitions if each.kind == kind]
    if choices.keep_clusters:
        stay = [each for each in kept if each.kind == "cluster"]
        mapping.told += [each.left((), each.data, "stays in its workspaces; jobs find it by name", Weight.CHANGED) for each in stay]
        kept = [each for each in kept if each.kind != "cluster"]
    kept = sorted(with_policies(mapping, kept), key=lambda each: list(SECTIONS).index(each.kind))
    keys = [mapping.names.claim(SECTIONS[each.kind][0], _name(each)) for each in kept]
    make = {"policy": clusters.policy, "cluster": clusters.cluster, "job": jobs.job}
    made = [
        Resource(SECTIONS[each.kind][1], key, SECTIONS[each.kind][0], _name(each), each.file, make[each.kind](mapping, each))
        for each, key in zip(kept, keys, strict=True)
    ]
    return tuple(made), mapping


def _name(definition: Definition) -> str:
    if definition.kind == "policy":
        return str(definition.data.get("name") or Path(definition.file).stem)
    return clusters.cluster_name(definition) if definition.kind == "cluster" else jobs.job_name(definition)


def taken_keys(root: Path) -> frozenset[str]:
    """Keys that the bundle in a folder has already, of files that no import wrote."""
    kinds = {section: kind for kind, section in SECTIONS.values()}
    found: set[str] = set()
    for path in (root / "databricks.yml", *sorted((root / "resources").glob("*.yml"))):
        for section, items in _resources(path):
            found |= {f"{kinds[section]}/{key}" for key in items} if section in kinds else set()
    return frozenset(found)


def _resources(path: Path) -> Iterator[tuple[str, dict[str, Json]]]:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        text = path.read_text(encoding="utf-8")
        data = None if output.ours(text) is not None else YAML(typ="safe").load(text)
    except (OSError, UnicodeDecodeError, YAMLError):
        return
    sections = data.get("resources") if isinstance(data, dict) else None
    yield from ((name, items) for name, items in (sections or {}).items() if isinstance(items, dict))


async def run(before: Preview) -> AsyncIterator[Event]:
    """Write the files; tell each, and each part that somebody has to look at."""
    for event in written(before.files, before.root):
        yield event
    for left in before.told:
        if left.weight is not Weight.LEFT_OUT:
            detail = {"standing": left.weight.name.lower(), "file": left.file, "place": left.place, "line": left.line}
            yield Event(EventKind.NOTED, left.where, outcome=f"{left.weight.value}: {left.reason}", detail=detail)
