"""Worlds compared after renaming: two dumps are equal when some renaming of their minted ids makes them the same.

Owns the renaming (colour refinement over all documents), what git content and secret text count as, and the list of what is
left out, with reasons. Names that a person chose, ids that the world began with and published ids (roles) are never renamed.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from tests.crash.git_content import with_content

Json = Any
Tables = Mapping[str, Mapping[str, Json]]

MINTED = re.compile(
    r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-5[0-9a-fA-F]{3}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"  # UUIDs of version 5: the sandbox's and guid()
    r"|(?<![0-9A-Za-z])[1-9]\d{6,19}(?![0-9A-Za-z]|-[0-9a-f]{4}-)"  # GitHub's and Databricks' numbers
    r"|(?<=/)[0-9a-f]{32}(?![0-9a-f])"  # versions of vault secrets
    r"|minted-secret-[0-9a-f]+"  # secret text, see ``_secrets_named``
)
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)?")

LEFT_OUT: Mapping[str, str] = {
    "github.workflow_runs": "how often a proof is repeated depends on propagation; ``killing.dispatches`` compares them",
}
"""Table -> why the comparison leaves it out."""

LEFT_OUT_MEMBERS: Mapping[str, str] = {
    "arm.deployments:correlationId": "the client's own random number of a request",
    "arm.deployments:duration": "a measured time",
    "arm.deployments:timestamp": "a time",
    "arm.deployments:start": "seconds since the deployment began",
    "arm.deployments:end": "seconds since the deployment began",
    "arm.deployments:operations/*/id": "a counter over all deployments",
    "graph.applications:hint": "the first letters of a minted secret",
    "keyvault.secrets:number": "a counter over all vaults: secrets are written concurrently",
    "keyvault.secrets:created": "a time",
    "keyvault.secrets:updated": "a time",
}
"""``table:member`` -> why the comparison leaves it out, at any depth of the table's documents."""

UNORDERED = ("owners", "members", "operations", "outputResources", "passwordCredentials", "dependencies", "dependsOn")
"""Lists whose order the services do not promise."""


def ids_in(world: Tables) -> frozenset[str]:
    """The ids of a world; those that it began with are given to ``differing`` and keep their names."""
    return frozenset(MINTED.findall(json.dumps(world)))


def differing(one: Tables, other: Tables, begun_with: frozenset[str] = frozenset(), values: frozenset[str] = frozenset()) -> list[str]:
    """Lines that only one of the two worlds has, marked with its side; empty where they are equal.

    ``values`` are secret values that the project gives and that therefore have to be the same on both sides.
    """
    left, right = _coloured(_documents(one, values), begun_with), _coloured(_documents(other, values), begun_with)
    if Counter(left) == Counter(right):
        return []
    plain = [Counter(_plain(line, begun_with) for document in _documents(w, values) for line in document) for w in (one, other)]
    found = _sides(*plain)
    return found or _sides(Counter(left), Counter(right))


def _sides(left: Counter[str], right: Counter[str]) -> list[str]:
    return [f"- {line}" for line in (left - right).elements()] + [f"+ {line}" for line in (right - left).elements()]


def _documents(world: Tables, values: frozenset[str]) -> list[list[str]]:
    """Every document as lines ``table key path = value``, before ids are renamed."""
    tables = with_content(_secrets_named(world, values))
    found = []
    for table, rows in tables.items():
        if table in LEFT_OUT:
            continue
        for key, document in rows.items():
            found.append([TIME.sub("TIME", f"{table} {key} {path} = {leaf}") for path, leaf in _leaves(table, document, "")])
    return found


def _leaves(table: str, value: Json, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, item in value.items():
            if not _left_out(table, f"{path}/{name}"):
                yield from _leaves(table, item, f"{path}/{name}")
    elif isinstance(value, list):
        unordered = path.rsplit("/", 1)[-1] in UNORDERED
        for position, item in enumerate(value):
            yield from _leaves(table, item, f"{path}/*" if unordered else f"{path}/{position}")
    else:
        yield path, json.dumps(value)
    if value in ({}, []):
        yield path, "(empty)"


def _left_out(table: str, path: str) -> bool:
    return any(path.endswith(f"/{member.partition(':')[2]}") for member in LEFT_OUT_MEMBERS if member.startswith(f"{table}:"))


def _coloured(documents: list[list[str]], begun_with: frozenset[str], rounds: int = 8) -> list[str]:
    """One text a document, with a colour for every minted id: what it is, seen from all places where it stands."""
    colours = {token: "id" for lines in documents for line in lines for token in MINTED.findall(line) if token not in begun_with}
    for _ in range(rounds):
        around: dict[str, list[str]] = {token: [] for token in colours}
        for lines in documents:
            whole = _digest("\n".join(sorted(_renamed(line, colours) for line in lines)))
            for line in lines:
                for token in {token for token in MINTED.findall(line) if token in colours}:
                    around[token].append(whole + _renamed(line, colours, token))
        refined = {token: _digest("|".join(sorted(places))) for token, places in around.items()}
        if len(set(refined.values())) == len(set(colours.values())):
            colours = refined
            break
        colours = refined
    return ["\n".join(sorted(_renamed(line, colours) for line in lines)) for lines in documents]


def _renamed(line: str, colours: Mapping[str, str], here: str = "") -> str:
    return MINTED.sub(lambda found: "HERE" if found[0] == here else colours.get(found[0], found[0]), line)


def _plain(line: str, begun_with: frozenset[str]) -> str:
    return MINTED.sub(lambda found: found[0] if found[0] in begun_with else "ID", line)


def _secrets_named(world: Tables, values: frozenset[str]) -> Tables:
    """Secret text that differs between runs becomes an id: equal text stays equal, so that a store holding another value shows."""
    texts = {str(row["secretText"]) for row in world.get("graph.passwords", {}).values()}
    texts |= {str(row["value"]) for row in world.get("keyvault.secrets", {}).values() if row.get("value") is not None} - values
    text = json.dumps(world)
    for secret in sorted(texts, key=len, reverse=True):
        text = text.replace(json.dumps(secret)[1:-1], "minted-secret-" + hashlib.sha256(secret.encode()).hexdigest()[:24])
    named: Tables = json.loads(text)
    return named


def _digest(text: str) -> str:
    return "id:" + hashlib.sha256(text.encode()).hexdigest()[:12]
