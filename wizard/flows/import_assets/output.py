"""What an import writes: resources as YAML, copies, what is left over as JSON beside them, and a report.

Owns the form of those files and their header. Pure: the disk is ``writing.py``'s.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from wizard.flows.import_assets.assets import Leftover, Weight
from wizard.flows.import_assets.hidden import masked

Json = Any
REPORT = "docs/import.md"
_TEXT = "Imported by Lakestrap. Edits are kept; to compare: lakestrap import-assets --preview. sha256:"
_HEADER = re.compile(re.escape(_TEXT) + r"([0-9a-f]{64})")
ORDER = ("name", "cluster_name", "description", "task_key")
"""Members that stand first; the others keep their order."""


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource of the bundle: section and key there, what it was called, the file it came from, and its definition."""

    section: str
    key: str
    kind: str
    name: str
    file: str
    definition: dict[str, Json]

    @property
    def path(self) -> str:
        return f"resources/{self.key}.{self.kind}.yml"

    def text(self) -> str:
        return stamped(self.path, yaml({"resources": {self.section: {self.key: self.definition}}}))


def yaml(data: Json) -> str:
    """Block style, sequences indented, text of several lines as such."""
    from ruamel.yaml import YAML
    from ruamel.yaml.scalarstring import LiteralScalarString

    def shaped(value: Json) -> Json:
        if isinstance(value, dict):
            first = {name: value[name] for name in ORDER if name in value}
            return {name: shaped(each) for name, each in (first | value).items()}
        if isinstance(value, list):
            return [shaped(each) for each in value]
        return LiteralScalarString(value) if isinstance(value, str) and "\n" in value.strip() else value

    writer = YAML()
    writer.width = 10_000
    writer.indent(mapping=2, sequence=4, offset=2)
    stream = io.StringIO()
    writer.dump(shaped(data), stream)
    return stream.getvalue()


def stamped(path: str, body: str) -> str:
    """The body under a line that says whose it is."""
    digest = hashlib.sha256(body.encode()).hexdigest()
    return f"<!-- {_TEXT}{digest} -->\n{body}" if path.endswith(".md") else f"# {_TEXT}{digest}\n{body}"


def ours(text: str) -> bool | None:
    """Whether a file is as an import wrote it; ``None`` where no import wrote it."""
    line, _, body = text.replace("\r\n", "\n").partition("\n")
    found = _HEADER.search(line)
    return None if found is None else found[1] == hashlib.sha256(body.encode()).hexdigest()


def sidecar(left: Iterable[Leftover]) -> str:
    """What did not go over of one definition, with its values; secrets masked."""
    rows = [{"place": each.place, "standing": each.weight.value, "reason": each.reason, "value": _shown(each)} for each in left]
    return json.dumps(rows, indent=2, ensure_ascii=False) + "\n"


def _shown(left: Leftover) -> Json:
    return masked(left.value, re.sub(r"\[\d+\]$", "", left.place).rpartition(".")[2])


def report(resources: Iterable[Resource], copies: Iterable[str], told: Iterable[Leftover]) -> str:
    """The whole import for people."""
    return stamped(REPORT, "\n".join(_report(tuple(resources), tuple(copies), tuple(told))).rstrip() + "\n")


def _report(resources: tuple[Resource, ...], copies: tuple[str, ...], told: tuple[Leftover, ...]) -> Iterator[str]:
    yield "# What was imported\n"
    yield "| from | name | is now |\n| --- | --- | --- |"
    yield from (f"| {_cell(each.file)} | {_cell(each.name)} | [`{each.section}.{each.key}`](../{each.path}) |" for each in resources)
    if copies:
        yield f"\n{len(copies)} files were copied below `src/`. The originals were left alone."
    for weight in Weight:
        found = [each for each in told if each.weight is weight]
        if not found:
            continue
        yield f"\n## What {weight.value}\n"
        yield "| where | what |\n| --- | --- |"
        if weight is Weight.LEFT_OUT:
            files = sorted({(each.file, each.reason) for each in found})
            yield from (f"| {_cell(file)} | {', '.join(f'`{e.place}`' for e in found if e.file == file)}: {why} |" for file, why in files)
        else:
            yield from (f"| {_cell(each.where)} | {_cell(each.reason)}{_value(each)} |" for each in found)


def _value(left: Leftover) -> str:
    text = "" if left.value is None else json.dumps(_shown(left), ensure_ascii=False)
    return f" (`{_cell(text)}`)" if 0 < len(text) <= 120 else ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
