"""Compare a folder of public pairs with what the compiler makes of them: agree, refused or wrong.

    python tools/bicep_pairs.py FOLDER [--newest]

A pair is a ``NAME.bicep`` beside ``NAME.json`` (or ``azuredeploy.json`` for ``main.bicep``), or beside ``NAME.hash``, which holds the
release and the template hash that the official JSON carries (``dev=0.4.1`` for an unreleased build with the forms of 0.4.1): an equal hash
of the whole text is the stricter proof. Each pair is compiled
as the release did that made it; with ``--newest`` as the newest does. Key order, the generator's stamp and template hashes do not count.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools.bicep.dialect import NEWEST, dialect
from tools.bicep.refusal import Refusal
from tools.bicep.unit import Unit

Json = Any


def plain(value: Json) -> Json:
    """The value without generators' stamps."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if not isinstance(value, dict):
        return value
    found = {key: plain(item) for key, item in value.items()}
    metadata = found.get("metadata")
    if isinstance(metadata, dict) and "_generator" in metadata:
        found["metadata"] = {key: item for key, item in metadata.items() if key != "_generator"}
    return {key: item for key, item in found.items() if key != "metadata" or item}


def differences(ours: Json, theirs: Json, path: str = "") -> Iterator[str]:
    """Where two templates differ."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in ours.keys() | theirs.keys():
            yield from differences(ours.get(key, "(absent)"), theirs.get(key, "(absent)"), f"{path}/{key}")
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for index, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            yield from differences(one, other, f"{path}/{index}")
    elif type(ours) is not type(theirs) or ours != theirs:
        yield f"{path}: ours {ours!r:.200}, theirs {theirs!r:.200}"


def judged(source: Path, newest: bool) -> tuple[str, str]:
    """The verdict on one pair and why."""
    recorded = source.with_suffix(".hash")
    official = next((path for path in (source.with_suffix(".json"), source.with_name("azuredeploy.json")) if path.is_file()), None)
    if official is None and not recorded.is_file():
        return "", ""
    theirs = json.loads(official.read_text(encoding="utf-8-sig")) if official else None
    release, expected = recorded.read_text().split() if theirs is None else (_stamp(theirs).get("version", "dev"), "")
    name, _, forms = release.partition("=")
    try:
        ours = Unit(source, dialect(NEWEST if newest else name, forms)).template()
    except Refusal as refusal:
        return "refused", str(refusal)
    if theirs is None:
        made = ours["metadata"]["_generator"]["templateHash"]
        return ("agree", "") if made == expected else ("wrong", f"hash {made}, not {expected}")
    found = next(differences(plain(ours), plain(theirs)), "")
    return ("wrong", found) if found else ("agree", "")


def _stamp(template: Json) -> dict[str, str]:
    stamp: dict[str, str] = template.get("metadata", {}).get("_generator", {})
    return stamp


def main() -> int:
    """Prints a line for every pair and the counts; 1 when one is wrong."""
    parser = argparse.ArgumentParser(description="Compare public pairs with the compiler's output.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--newest", action="store_true", help="compile as the newest release does")
    given = parser.parse_args()
    counts = {"agree": 0, "refused": 0, "wrong": 0}
    for source in sorted(given.folder.rglob("*.bicep")):
        verdict, why = judged(source, given.newest)
        if verdict:
            counts[verdict] += 1
            print(f"{verdict:8}{source.relative_to(given.folder)}  {why}")  # noqa: T201
    print(" ".join(f"{name} {count}" for name, count in counts.items()))  # noqa: T201
    return 1 if counts["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
