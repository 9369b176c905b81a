"""The world: everything the local cloud holds, in tables of JSON documents, with transactions.

Owns storage, identifiers, minted secrets and the seed. Knows no service: each folder keeps its own tables, named
``SERVICE.NOUN``. A table whose name starts with ``_`` is ephemeral (sign-in state, propagation): it is saved with a
kept world, but it is no part of ``--world-out`` and a write to it does not make a request *mutating*.
"""

from __future__ import annotations

import copy
import hashlib
import uuid
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

from wizard.sandbox.clock import Clock
from wizard.sandbox.consistency import Consistency

Json = Any


class Table(MutableMapping[str, Json]):
    """Documents by key. Reading gives a copy: a change counts only when the document is put back."""

    def __init__(self, name: str, written: Callable[[Table, str, Json], None]) -> None:
        self.name = name
        self.rows: dict[str, Json] = {}
        self._written = written

    def __getitem__(self, key: str) -> Json:
        return copy.deepcopy(self.rows[key])

    def __setitem__(self, key: str, document: Json) -> None:
        self._written(self, key, self.rows.get(key))
        self.rows[key] = copy.deepcopy(document)

    def __delitem__(self, key: str) -> None:
        self._written(self, key, self.rows[key])
        del self.rows[key]

    def __iter__(self) -> Iterator[str]:
        return iter(list(self.rows))

    def __len__(self) -> int:
        return len(self.rows)

    def __contains__(self, key: object) -> bool:
        return key in self.rows

    def where(self, test: Callable[[Json], bool]) -> list[Json]:
        """Copies of the documents that pass, in order of making."""
        return [copy.deepcopy(row) for row in list(self.rows.values()) if test(row)]


class World:
    """All tables, the clock, the seed and the marks that tests plant (``canary``)."""

    def __init__(self, *, seed: int = 0, canary: str = "", clock: Clock | None = None, latency: float = 0.0) -> None:
        self.tables: dict[str, Table] = {}
        self.seed = seed
        self.canary = canary
        self.clock = clock or Clock()
        self.latency = latency
        """0: propagation takes tenths of a second; 1: as long as in the real clouds; a scale in between."""
        self.consistency = Consistency(self)
        self._undo: list[tuple[Table, str, Json]] | None = None
        self.mutated = False

    def table(self, name: str) -> Table:
        if name not in self.tables:
            self.tables[name] = Table(name, self._written)
        return self.tables[name]

    def _written(self, table: Table, key: str, before: Json) -> None:
        if not table.name.startswith("_"):
            self.mutated = True
        if self._undo is not None:
            self._undo.append((table, key, copy.deepcopy(before)))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Writes inside are undone when the block raises; ``mutated`` says afterwards whether there were any."""
        self._undo, self.mutated = [], False
        try:
            yield
        except BaseException:
            self.roll_back()
            raise
        finally:
            self._undo_last, self._undo = self._undo, None

    def roll_back(self) -> None:
        """Undo what the running (or the last) transaction wrote."""
        undo = self._undo if self._undo is not None else self._undo_last
        for table, key, before in reversed(undo or []):
            if before is None:
                table.rows.pop(key, None)
            else:
                table.rows[key] = before
        self.mutated = False
        if undo is not None:
            undo.clear()

    _undo_last: list[tuple[Table, str, Json]] | None = None

    def next_number(self, kind: str, start: int = 1) -> int:
        """1, 2, 3 … within a kind; part of the world, so that a kept one goes on where it was."""
        counters = self.table("_world.counters")
        value = int(counters[kind]) + 1 if kind in counters else start
        counters[kind] = value
        return value

    def new_id(self, kind: str) -> str:
        """A fresh UUID: the same seed and the same order give the same ids."""
        return str(uuid.uuid5(uuid.UUID(int=self.seed), f"{kind}/{self.next_number('id.' + kind)}"))

    def new_secret(self, kind: str, length: int = 40) -> str:
        """Fresh secret text. With ``--canary TEXT`` the text is part of it, so that a leak can be found by grep."""
        digest = hashlib.sha256(f"{self.seed}/{kind}/{self.next_number('secret.' + kind)}".encode()).hexdigest()
        return self.canary + digest[: max(16, length - len(self.canary))]

    def share(self, *parts: str) -> float:
        """A number in [0, 1) that depends on the seed and the parts only, not on the order of calls."""
        digest = hashlib.sha256("/".join((str(self.seed), *parts)).encode()).digest()
        return int.from_bytes(digest[:8], "big") / 2**64

    def dump(self, *, ephemeral: bool = False) -> Json:
        """``{table: {key: document}}``, sorted; the ephemeral tables only where asked (a kept world)."""
        return {
            name: {key: copy.deepcopy(table.rows[key]) for key in sorted(table.rows)}
            for name, table in sorted(self.tables.items())
            if table.rows and (ephemeral or not name.startswith("_"))
        }

    def load(self, tables: dict[str, dict[str, Json]]) -> None:
        """Put the documents of a dump into the world."""
        for name, rows in tables.items():
            self.table(name).rows.update(copy.deepcopy(rows))
