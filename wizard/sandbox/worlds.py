"""Where a world comes from and where it goes: shipped worlds, YAML descriptions, and worlds left as JSON.

Owns the file forms. A description (YAML) may say ``extends: NAME`` of a shipped world and name only what differs: mappings
are merged, lists and plain values replaced. A world that was left is one JSON object, sorted: ``format seed clock_offset
source description counters tables``; compare two worlds by ``tables``, the rest is bookkeeping that lets it be gone on with.
"""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from wizard.sandbox.options import BadOption
from wizard.sandbox.services import seed as seed_services
from wizard.sandbox.world import World

Json = Any

FORMAT = "lakestrap-world/1"
FOLDER = Path(__file__).with_name("worlds")
COUNTERS = "_world.counters"
DESCRIPTION = "_world.description"


class BadWorld(BadOption):
    """No such world, or a file that describes none; the message is for the person who named it."""


def shipped() -> list[str]:
    """The names of the worlds that come with the sandbox."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def _merged(base: Json, change: Json) -> Json:
    if isinstance(base, Mapping) and isinstance(change, Mapping):
        return {**base, **{key: _merged(base[key], value) if key in base else value for key, value in change.items()}}
    return change


def _parsed(path: Path) -> Json:
    return copy.deepcopy(_shipped(path)) if path.parent == FOLDER else _read(path)


@cache
def _shipped(path: Path) -> Json:
    return _read(path)


def _read(path: Path) -> Json:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        text = path.read_text(encoding="utf-8")
        return json.loads(text) if path.suffix == ".json" else YAML(typ="safe", pure=True).load(text)
    except OSError as missing:
        raise BadWorld(f"cannot read the world {path}: {missing.strerror}") from missing
    except (YAMLError, ValueError) as wrong:
        raise BadWorld(f"{path} is no world: {wrong}") from wrong


def _found(name: str | Path) -> Path:
    by_name = FOLDER / f"{name}.yaml"
    if isinstance(name, str) and "/" not in name and by_name.is_file():
        return by_name
    if not Path(name).is_file():
        raise BadWorld(f"no world is called {name}, and no such file exists; shipped are {', '.join(shipped())}")
    return Path(name)


def describe(source: str | Path | Mapping[str, Json]) -> dict[str, Json]:
    """A whole description (``extends`` resolved), or the JSON object of a world that was left."""
    given = dict(source) if isinstance(source, Mapping) else _parsed(_found(source))
    if not isinstance(given, dict):
        raise BadWorld(f"{source} is no world: not a mapping")
    base = given.pop("extends", None)
    return dict(_merged(describe(str(base)), given)) if base else given


def load(source: str | Path | Mapping[str, Json] = "owner", *, seed: int | None = None, canary: str = "", latency: float = 0.0) -> World:
    """A world made as described, or gone on with. ``seed`` of a left world is its own unless another is given."""
    given = describe(source)
    left = given.get("format")
    if left is not None and left != FORMAT:
        raise BadWorld(f"{source} is a world of format {left}; this version reads {FORMAT}")
    world = World(seed=seed if seed is not None else int(given.get("seed", 0)), canary=canary, latency=latency)
    if left is None:
        seed_services(world, given)
        world.load({DESCRIPTION: {"current": given, "source": "" if isinstance(source, Mapping) else str(source)}})
    else:
        world.clock.forward(float(given.get("clock_offset", 0.0)))
        world.load({COUNTERS: given["counters"], DESCRIPTION: {"current": given["description"], "source": given["source"]}})
        world.load(given["tables"])
    world.mutated = False
    return world


def description(world: World) -> dict[str, Json]:
    """What the world was made from."""
    found: dict[str, Json] = world.table(DESCRIPTION).get("current", {})
    return found


def source_of(world: World) -> str:
    """The name or path that the world was first made from."""
    return str(world.table(DESCRIPTION).get("source", ""))


def left(world: World, *, ephemeral: bool = False) -> dict[str, Json]:
    """The JSON object that ``load`` goes on from; with the ephemeral tables where the same world is kept."""
    tables = world.dump(ephemeral=ephemeral)
    return {
        "format": FORMAT,
        "seed": world.seed,
        "clock_offset": world.clock.offset,
        "description": description(world),
        "source": source_of(world),
        "counters": dict(sorted(world.table(COUNTERS).rows.items())),
        "tables": {name: rows for name, rows in tables.items() if name not in (COUNTERS, DESCRIPTION)},
    }


def save(world: World, path: Path, *, ephemeral: bool = False) -> None:
    """Write it, readable by its owner only (0600: secret values are in it), whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(left(world, ephemeral=ephemeral), file, indent=1, sort_keys=True)
        file.write("\n")
    beside.replace(path)
