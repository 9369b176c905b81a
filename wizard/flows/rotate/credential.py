"""What a credential is to a rotation: who issued it, where its value is kept, who reads it, and five short methods.

Owns the contract between the rotation flow and the kinds under ``kinds/``, and nothing of any vendor. The rules of a kind:

- ``inventory`` and ``probe`` change nothing. ``issue`` and ``retire`` send **exactly one mutating request** each; a copy's ``write`` too.
- Nothing sleeps. ``raise NotYet`` for a propagation delay: the flow waits visibly and calls again.
- A credential that cannot be known as ours is listed with ``ours=False``; the flow never retires it.
- A value is a ``Secret`` and revealed only in the expression that sends it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Protocol

from wizard.flows.decisions import Decisions

if TYPE_CHECKING:
    from wizard.engine.resource import Permission
    from wizard.providers.session import Session
    from wizard.secret import Secret


@dataclass(frozen=True, slots=True)
class Held:
    """One credential at its issuer. ``active``: the copies hold its value. ``label`` is what the issuer shows for it; times are UTC."""

    id: str
    ours: bool
    active: bool
    created: datetime | None = None
    expires: datetime | None = None
    label: str = ""


@dataclass(frozen=True, slots=True)
class Issued:
    """A credential made (or found again) by us. ``id`` is the issuer's, and the same that ``inventory`` tells."""

    id: str
    value: Secret
    expires: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A copy as it stands. ``credential`` is the id its value belongs to, ``""`` where the place cannot tell."""

    there: bool
    credential: str = ""
    written: datetime | None = None
    expires: datetime | None = None


class Copy(Protocol):
    """A place that holds a credential's value, and that somebody reads it from."""

    @property
    def key(self) -> str:
        """Of the journal's events: ``keyvault.secret/prod-ops/deploy-client-secret``."""

    @property
    def place(self) -> str:
        """For people: ``Key Vault kv-shop-prod-o1a2b3, secret deploy-client-secret``."""

    async def standing(self, session: Session) -> Standing:
        """How it stands, read without any right on values."""

    async def write(self, session: Session, issued: Issued) -> None:
        """Put the value there, by one mutating request. What reads it sees the old value or the new one, never none."""

    async def room(self, session: Session) -> str:
        """Why it could not be written though the sign-in may: a full set. ``""`` where there is room."""


class Store(Copy, Protocol):
    """A copy that can be read back, with its earlier values: a Key Vault. It is what a resumed rotation learns the value from."""

    async def value(self, session: Session, credential: str) -> Issued | None:
        """The value written for that credential, whichever version holds it; ``None`` where none does."""


class RotationDecisions(Decisions, Protocol):
    """What only a person can say about a rotation, beside what every flow asks."""

    async def agrees_to_rotate(self, preview: object) -> bool:
        """Whether what the preview (``wizard.flows.rotate.preview.Preview``) shows shall be done."""

    async def choice(self, question: str, choices: tuple[str, ...], why: str) -> str | None:
        """One of the choices; ``None`` where nobody can be asked."""


class Credential(ABC):
    """One credential of one environment, and everything a rotation has to know of it."""

    kind: ClassVar[str]
    """The published name: ``--credential KIND``."""
    marked: ClassVar[bool] = True
    """Whether the issuer keeps a mark of ours on it. Where it does not, ours are those that our notes and copies name."""
    guided: ClassVar[bool] = False
    """Whether a person has to bring the new value."""
    issuer_is_store: ClassVar[bool] = False
    """Whether ``issue`` itself writes the store (a version in a vault that nobody else issues)."""
    replaced: ClassVar[bool] = False
    """Whether nothing reads it any more by the project's will; it is only ever ended."""
    withdrawable: ClassVar[bool] = True
    """Whether ``retire`` of the new one ends a failed rotation; storage keys are only ever made anew."""
    steady: ClassVar[int] = 5
    """How many probes in a row must succeed."""

    environment: str
    name: str
    """Unique within kind and environment; the environment's name where there is only one."""
    copies: tuple[Copy, ...]
    """Where its value is kept, in the order of writing: the ``store`` first."""
    room: int | None = None
    """The most that the issuer holds at once; ``None`` for no limit."""
    readers: tuple[str, ...] = ()
    """Who reads it, for people: ``workflows of contoso/shop in the environment prod``."""
    warnings: tuple[str, ...] = ()
    """What the preview has to say before anybody agrees."""

    @property
    def key(self) -> str:
        """``entra-client-secret/prod``: in the journal, in notes and on the command line's output."""
        return f"{self.kind}/{self.environment}" + (f"/{self.name}" if self.name != self.environment else "")

    @property
    def store(self) -> Store | None:
        """The copy that can be read back; the first of the copies, or ``None``."""
        first = self.copies[0] if self.copies else None
        return first if first is not None and hasattr(first, "value") else None  # type: ignore[return-value]

    @property
    def read_by_jobs(self) -> bool:
        """Whether workflow jobs sign in with it, so that ``verify-login`` proves it and active runs hold its retirement."""
        return False

    @property
    def requires(self) -> tuple[Permission, ...]:
        """The effective permissions that ``issue`` and ``retire`` need."""
        return ()

    def remnants(self) -> tuple[tuple[str, Callable[[Session], Awaitable[None]]], ...]:
        """What is removed after the last one has ended: a key for the journal, and the request."""
        return ()

    async def refused(self, session: Session) -> tuple[str, str]:
        """Why no new one can be had, as far as it can be known beforehand (a policy), and a hint; ``("", "")`` where nothing is known."""
        return "", ""

    async def prepared(self, session: Session, decisions: RotationDecisions) -> Credential:
        """Ask what only a person can say, before anything is changed; raises ``BadInput`` where it has to be known and is not."""
        return self

    async def unchanged(self, session: Session) -> str:
        """Why there is nothing to issue though it was asked for: what was brought is what is there already; ``""`` where it is new."""
        return ""

    async def skipped(self, session: Session) -> str:
        """Why it is not to be rotated at all (shared keys are switched off); ``""`` where it may be."""
        return ""

    @abstractmethod
    async def inventory(self, session: Session, known: frozenset[str] = frozenset()) -> tuple[Held, ...]:
        """Every credential at the issuer, foreign ones too, oldest first. ``known`` are ids that our notes name as ours."""

    @abstractmethod
    async def issue(self, session: Session) -> Issued:
        """Make a new one beside the old, by one mutating request, sent once."""

    @abstractmethod
    async def probe(self, session: Session, issued: Issued) -> None:
        """Sign in with it. ``NotYet`` where a propagation delay explains the refusal; any other error says that it does not work."""

    @abstractmethod
    async def retire(self, session: Session, id: str) -> None:
        """End it for good, by one mutating request; one already gone is no error."""
