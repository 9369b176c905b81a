"""What a resource kind is: desired state as a frozen dataclass, and four short methods against the world.

Owns the contract between engine and providers. Knows no cloud and no screen. A kind lives in one file under
``wizard/providers/SERVICE/`` and looks like this::

    @dataclass(frozen=True, slots=True, kw_only=True)
    class ResourceGroup(Resource):
        kind: ClassVar[str] = "arm.resource_group"
        service: ClassVar[Service] = Service.ARM
        compared: ClassVar[tuple[str, ...]] = ("tags",)
        identified_by: ClassVar[tuple[str, ...]] = ("subscription", "group")
        subscription: str | Ref
        group: str
        ...

Rules of a kind: ``create``, ``update`` and ``delete`` send **exactly one mutating request** each. Where the wished
state needs several (an environment and its branch policies) ``update`` does the *next* one and the engine calls it
again until nothing differs. No method sleeps: a propagation delay or an unfinished operation is ``raise NotYet``.
"""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar, Self

if TYPE_CHECKING:
    from wizard.providers.session import Session

Json = Any  # a JSON value, or a Secret where a kind says so


class Service(Enum):
    """The control planes; each has a limit of calls under way at once (``engine/apply.py``)."""

    ENTRA = "entra"
    ARM = "arm"
    KEYVAULT = "keyvault"
    GITHUB = "github"
    DATABRICKS = "databricks"


@dataclass(frozen=True, slots=True)
class Ref:
    """A value that another resource will have: ``Ref("entra.service_principal/dev", "object_id")``.

    ``form`` shapes a text: ``https://{}``.
    """

    key: str
    attribute: str
    form: str = "{}"

    def shaped(self, value: Json) -> Json:
        """The value as it is to stand in the field."""
        return value if self.form == "{}" else self.form.format(value)

    def __str__(self) -> str:
        return f"(known after {self.key})"


@dataclass(frozen=True, slots=True)
class Permission:
    """An effective permission that an operation needs.

    ``plane`` is ``arm``, ``keyvault`` (data actions), ``graph``, ``github`` or ``databricks``; ``action`` is the
    vendor's own word (``Microsoft.Resources/subscriptions/resourceGroups/write``, ``Application.ReadWrite.OwnedBy``,
    ``administration:write``); ``scope`` is an ARM id, a repository, a workspace host, or empty for the tenant.
    """

    plane: str
    action: str
    scope: str = ""


@dataclass(frozen=True, slots=True)
class Observed:
    """What the world holds: natural id, the attributes by the names of the kind's fields, and whose mark it bears.

    ``attributes`` holds every compared field in the *same shape* as the desired field, and whatever ``Ref``s ask for.
    ``owner`` is the project named in our mark, ``""`` where there is no mark. ``unfinished`` says that a
    long-running operation is still under way and ``finished`` has to be awaited.
    """

    id: str
    attributes: Mapping[str, Json] = field(default_factory=dict)
    owner: str = ""
    unfinished: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """One compared field that is not as wished; values are printable and never secret."""

    field: str
    desired: str
    observed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource(ABC):
    """A thing that should exist. ``name`` is unique within its kind: ``dev``, ``dev/contributor``."""

    kind: ClassVar[str]
    service: ClassVar[Service]
    compared: ClassVar[tuple[str, ...]] = ()
    identified_by: ClassVar[tuple[str, ...]] = ()
    adoptable: ClassVar[bool] = False
    """True where a thing without our mark must be adopted by agreement before we change it."""
    lookup: ClassVar[bool] = False
    """True for what is only ever read (a subject that GitHub decides): never created; read late if need be."""
    requestable: ClassVar[bool] = False
    """True where the hint of a refusal to read it is what its administrator is sent: commands, as they are."""
    replaced_by: ClassVar[tuple[str, ...]] = ()
    """Compared fields that cannot be changed in place: a difference there is ``replace``."""
    secret_attributes: ClassVar[frozenset[str]] = frozenset()
    """Attributes that hold a ``Secret`` and that ``create`` alone is sure to tell (a credential's value)."""
    revealable: ClassVar[bool] = False
    """Whether ``secret`` can tell them again later."""
    serial_by: ClassVar[tuple[str, ...]] = ()
    """Fields whose equal values forbid two writes at once (credentials of one identity)."""
    steady: ClassVar[int] = 1
    """How many successes of ``finished`` in a row end the wait after a create."""
    expected_seconds: ClassVar[float] = 2.0
    """What a create usually takes, for progress only."""

    name: str
    project: str
    environment: str = ""
    existing: str = ""
    """The id of a thing that is the user's own: read, granted on, never created, changed or destroyed."""
    after: tuple[str, ...] = ()
    """Keys to wait for that no ``Ref`` names (the gate before the trust)."""

    @property
    def key(self) -> str:
        return f"{self.kind}/{self.name}"

    @property
    def needs(self) -> frozenset[str]:
        """Keys of everything this waits for: explicit ones and those its ``Ref``s name."""
        return frozenset(self.after) | {ref.key for ref in self.refs()}

    def refs(self) -> Iterator[Ref]:
        """Every ``Ref`` in the fields, at any depth."""
        for item in dataclasses.fields(self):
            yield from _refs_in(getattr(self, item.name))

    def refs_of(self, name: str) -> Iterator[Ref]:
        """Every ``Ref`` in one field or compared property."""
        yield from _refs_in(getattr(self, name))

    def resolved(self, values: Mapping[Ref, Json]) -> Self:
        """A copy in which every ``Ref`` found in ``values`` is replaced by its value."""
        fields = {f.name: _replaced(getattr(self, f.name), values) for f in dataclasses.fields(self)}
        return dataclasses.replace(self, **fields)

    def identifiable(self) -> bool:
        """Whether every field that ``read`` needs is known."""
        return not any(True for name in self.identified_by for _ in _refs_in(getattr(self, name)))

    def differences(self, observed: Observed) -> tuple[Difference, ...]:
        """The compared fields that differ; a field still unknown (a ``Ref``) differs."""
        found = []
        for name in self.compared:
            wished, seen = getattr(self, name), observed.attributes.get(name)
            if any(True for _ in _refs_in(wished)) or wished != seen:
                found.append(Difference(name, _shown(wished), _shown(seen)))
        return tuple(found)

    @property
    def requires(self) -> tuple[Permission, ...]:
        """The effective permissions that create and update need."""
        return ()

    @abstractmethod
    async def read(self, session: Session) -> Observed | None:
        """What the world holds under this resource's natural key; ``None`` where there is nothing."""

    @abstractmethod
    async def create(self, session: Session) -> Observed:
        """Make it, with our mark, by one mutating request."""

    async def update(self, session: Session, observed: Observed) -> Observed:
        """Bring it one request nearer to what is wished (also: write our mark when adopting)."""
        raise NotImplementedError(f"{self.kind} has nothing that can be changed in place")

    @abstractmethod
    async def delete(self, session: Session, observed: Observed) -> None:
        """Remove it by one mutating request; a thing already gone is no error."""

    async def finished(self, session: Session, observed: Observed) -> Observed:
        """Raise ``NotYet`` until the long-running operation or replication is over; then the settled state."""
        return observed

    async def secret(self, session: Session, observed: Observed, attribute: str) -> Json:
        """A ``Secret`` attribute that plain reading does not fetch; ``None`` where it cannot be had again."""
        return None

    def command(self, action: str) -> str:
        """The equivalent ``az``/``gh``/``databricks`` command for ``create``, ``update`` or ``delete``."""
        return ""


def _refs_in(value: object) -> Iterator[Ref]:
    if isinstance(value, Ref):
        yield value
    elif isinstance(value, (tuple, list, frozenset)):
        for item in value:
            yield from _refs_in(item)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _refs_in(item)


def _replaced(value: Json, values: Mapping[Ref, Json]) -> Json:
    if isinstance(value, Ref):
        return values.get(value, value)
    if isinstance(value, (tuple, list, frozenset)):
        return type(value)(_replaced(item, values) for item in value)
    if isinstance(value, Mapping):
        return {key: _replaced(item, values) for key, item in value.items()}
    return value


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={_shown(item)}" for key, item in sorted(value.items())) or "(none)"
    if isinstance(value, (tuple, list, frozenset)):
        return ", ".join(sorted(map(_shown, value)) if isinstance(value, frozenset) else map(_shown, value)) or "(none)"
    return "(none)" if value is None or value == "" else str(value)
