"""One variable of a repository: plain text that every workflow reads as ``vars.NAME``, in an environment or in none.

Owns nothing secret; it is for what a job outside every environment has to know, such as the day on which a credential ends.
https://docs.github.com/rest/actions/variables
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from wizard.engine.resource import Observed, Permission, Ref, Resource, Service
from wizard.errors import ServiceRefused
from wizard.providers.github.rest import found, path_of, removed, send

if TYPE_CHECKING:
    from wizard.providers.session import Session

VARIABLES = "actions_variables:write"


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryVariable(Resource):
    """``variable`` (upper case) with ``value`` in ``repository``."""

    kind: ClassVar[str] = "github.repository_variable"
    service: ClassVar[Service] = Service.GITHUB
    compared: ClassVar[tuple[str, ...]] = ("value",)
    identified_by: ClassVar[tuple[str, ...]] = ("repository",)

    repository: str | Ref
    variable: str
    value: str | Ref

    async def read(self, session: Session) -> Observed | None:
        body = await found(session, self._path(self.variable))
        return self._observed(body["value"]) if body else None

    async def create(self, session: Session) -> Observed:
        """POST; where somebody made it meanwhile (409) its value is taken as found."""
        try:
            await send(session, "POST", self._path(), {"name": self.variable, "value": str(self.value)}, permission=VARIABLES)
        except ServiceRefused as refusal:
            observed = await self.read(session) if refusal.status == 409 else None
            if observed is None:
                raise
            return observed
        return self._observed(str(self.value))

    async def update(self, session: Session, observed: Observed) -> Observed:
        await send(session, "PATCH", self._path(self.variable), {"value": str(self.value)}, permission=VARIABLES)
        return self._observed(str(self.value))

    async def delete(self, session: Session, observed: Observed) -> None:
        await removed(session, self._path(self.variable), permission=VARIABLES)

    def _path(self, *name: str) -> str:
        return path_of(str(self.repository), "actions", "variables", *name)

    def _observed(self, value: str) -> Observed:
        return Observed(f"{self.repository}/{self.variable}", {"value": value})

    @property
    def requires(self) -> tuple[Permission, ...]:
        return (Permission("github", VARIABLES, str(self.repository)),)

    def command(self, action: str) -> str:
        where = f"{self.variable} --repo {self.repository}"
        return f"gh variable delete {where}" if action == "delete" else f"gh variable set {where} --body {self.value}"
