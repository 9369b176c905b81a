"""Plain text that workflows read as ``vars.NAME``, wherever it lies: what variables of repositories and of environments have in common.

Owns nothing secret: ids, names and days travel here, secrets in ``environment_secret``.
https://docs.github.com/rest/actions/variables
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from wizard.engine.resource import Observed, Permission, Ref, Resource, Service
from wizard.errors import ServiceRefused
from wizard.providers.github.rest import found, path_of, removed, send

if TYPE_CHECKING:
    from wizard.providers.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable(Resource):
    """``variable`` (upper case) with ``value``, somewhere in ``repository``."""

    service: ClassVar[Service] = Service.GITHUB
    compared: ClassVar[tuple[str, ...]] = ("value",)
    identified_by: ClassVar[tuple[str, ...]] = ("repository",)
    permission: ClassVar[str]

    repository: str | Ref
    variable: str
    value: str | Ref

    @property
    @abstractmethod
    def place(self) -> tuple[str, ...]:
        """Where in the repository its variables lie: parts of the path."""

    async def read(self, session: Session) -> Observed | None:
        body = await found(session, self._path(self.variable))
        return self._observed(body["value"]) if body else None

    async def create(self, session: Session) -> Observed:
        """POST; where somebody made it meanwhile (409) its value is taken as found."""
        try:
            await send(session, "POST", self._path(), {"name": self.variable, "value": str(self.value)}, permission=self.permission)
        except ServiceRefused as refusal:
            observed = await self.read(session) if refusal.status == 409 else None
            if observed is None:
                raise
            return observed
        return self._observed(str(self.value))

    async def update(self, session: Session, observed: Observed) -> Observed:
        await send(session, "PATCH", self._path(self.variable), {"value": str(self.value)}, permission=self.permission)
        return self._observed(str(self.value))

    async def delete(self, session: Session, observed: Observed) -> None:
        await removed(session, self._path(self.variable), permission=self.permission)

    def _path(self, *name: str) -> str:
        return path_of(str(self.repository), *self.place, "variables", *name)

    def _observed(self, value: str) -> Observed:
        return Observed("/".join((str(self.repository), *self.place[1:], self.variable)), {"value": value})

    @property
    def requires(self) -> tuple[Permission, ...]:
        return (Permission("github", self.permission, str(self.repository)),)

    def command(self, action: str) -> str:
        place = f" --env {self.place[1]}" if self.place[1:] else ""
        where = f"{self.variable}{place} --repo {self.repository}"
        return f"gh variable delete {where}" if action == "delete" else f"gh variable set {where} --body {self.value}"
