"""Resource kinds over a dictionary: a world small enough to see through, for tests of the engine alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, cast

from wizard.engine.resource import Observed, Ref, Resource, Service
from wizard.errors import NotYet, ServiceRefused
from wizard.secret import Secret

if TYPE_CHECKING:
    from wizard.providers.session import Session


@dataclass
class Memory:
    """The world and a log of every call; ``trouble`` is raised instead of the named call, once a listed error."""

    things: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    trouble: dict[str, list[Exception]] = field(default_factory=dict)

    def called(self, what: str) -> None:
        self.calls.append(what)
        if self.trouble.get(what):
            raise self.trouble[what].pop(0)

    @property
    def mutations(self) -> list[str]:
        return [call for call in self.calls if not call.startswith(("read", "finished"))]


def session_of(memory: Memory) -> Session:
    return cast("Session", memory)


def memory_of(session: Session) -> Memory:
    return cast(Memory, session)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing(Resource):
    """``colour`` and ``size`` are set one request at a time; ``parent`` is part of the identity."""

    kind: ClassVar[str] = "memory.thing"
    service: ClassVar[Service] = Service.ARM
    compared: ClassVar[tuple[str, ...]] = ("colour", "size")
    identified_by: ClassVar[tuple[str, ...]] = ("parent",)
    adoptable: ClassVar[bool] = True
    project: str = "shop"
    colour: str | Ref = "red"
    size: int = 1
    parent: str | Ref = ""
    labels: Mapping[str, str | Ref] = field(default_factory=dict)

    async def read(self, session: Session) -> Observed | None:
        memory_of(session).called(f"read {self.name}")
        row = memory_of(session).things.get(self.name)
        return None if row is None else Observed(self.name, dict(row), owner=row.get("owner", ""))

    async def create(self, session: Session) -> Observed:
        memory_of(session).called(f"create {self.name}")
        if self.name in memory_of(session).things:
            raise ServiceRefused(f"{self.name} is there already", status=409)
        memory_of(session).things[self.name] = {"colour": self.colour, "size": 1, "owner": self.project, "id": f"id-{self.name}"}
        return self._seen(session)

    async def update(self, session: Session, observed: Observed) -> Observed:
        memory_of(session).called(f"update {self.name}")
        row = memory_of(session).things[self.name]
        if row.get("owner") != self.project:
            row["owner"] = self.project
        elif row["colour"] != self.colour:
            row["colour"] = self.colour
        else:
            row["size"] = self.size
        return self._seen(session)

    async def delete(self, session: Session, observed: Observed) -> None:
        memory_of(session).called(f"delete {self.name}")
        memory_of(session).things.pop(self.name, None)

    def _seen(self, session: Session) -> Observed:
        row = memory_of(session).things[self.name]
        return Observed(self.name, dict(row), owner=row["owner"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential(Thing):
    """Tells its value when it is made and never again."""

    kind: ClassVar[str] = "memory.credential"
    compared: ClassVar[tuple[str, ...]] = ()
    secret_attributes: ClassVar[frozenset[str]] = frozenset({"value"})

    async def create(self, session: Session) -> Observed:
        seen = await Thing.create(self, session)
        return Observed(seen.id, {**seen.attributes, "value": Secret("hunter2")}, seen.owner)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slow(Thing):
    """Needs three steady looks after it was made."""

    kind: ClassVar[str] = "memory.slow"
    steady: ClassVar[int] = 3

    async def finished(self, session: Session, observed: Observed) -> Observed:
        memory_of(session).called(f"finished {self.name}")
        return observed


def not_yet(*, after: float = 0.01) -> NotYet:
    return NotYet("the principal is not replicated yet", retry_after=after)
