"""What every securable of Unity Catalog has in common: our mark, its owner, whose workspaces reach it, and what a refusal means.

Owns those alone; what a kind is made of is in its own file. A securable lives in the metastore of a region, not in the workspace through
which it is made: it outlives that workspace, and every workspace of the region sees it unless it is isolated.
https://learn.microsoft.com/azure/databricks/data-governance/unity-catalog/
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from wizard.engine.resource import Observed, Permission, Ref, Resource, Service
from wizard.errors import NotAllowed, NotYet, ServiceRefused
from wizard.providers.arm.deployment import deployed_key
from wizard.providers.databricks.access import asked_for
from wizard.providers.databricks.errors import host_of, translated
from wizard.providers.entra.marks import PREFIX, mark

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

    from wizard.providers.session import Session

PROJECT_TAG, ENVIRONMENT_TAG = "lakestrap-project", "lakestrap-environment"
LACKS = re.compile(r"does not have (?P<right>[A-Z][A-Z ]+) on (?P<what>[A-Z][A-Za-z ]+ '[^']+')")
YOUNG = 90.0
"""Seconds after the workspace was deployed in which its administrators' rights on the metastore may not have spread."""


@contextmanager
def governed(step: str, host: object, session: Session, *, young: bool = False) -> Iterator[None]:
    """``translated``, with the privilege named that a refusal is about, and who gives it."""
    try:
        with translated(step, host, session, young=young):
            yield
    except NotAllowed as refusal:
        lacking = LACKS.search(refusal.message)
        if lacking is None:
            raise
        if deployed_since(session, host) < YOUNG:
            raise NotYet(refusal.message, code="PERMISSION_DENIED") from refusal
        right = f"{lacking['right']} on {lacking['what']}"
        if "Metastore" in lacking["what"]:
            request = asked_for(session.operator.name, lacking["right"], host_of(host))
            hints: tuple[str, ...] = (f"an administrator of the metastore grants you {right}", request)
        else:
            hints = (f"its owner grants you {right}",)
        raise NotAllowed(refusal.message, permission=right, hints=hints) from refusal


def deployed_since(session: Session, host: object) -> float:
    """Seconds since this run has deployed what the workspace belongs to; infinite where it has not."""
    return min(session.age(host_of(host)), session.age(deployed_key(host_of(host))))


def marks_in(row: Any) -> dict[str, str]:
    """Our two tags: from the properties where its kind has such, else from the comment. Empty where there is no mark."""
    if hasattr(row, "properties"):
        return {name: str(value) for name, value in (row.properties or {}).items() if name in (PROJECT_TAG, ENVIRONMENT_TAG)}
    text = str(row.comment or "").partition(" ")[0]
    if not text.startswith(PREFIX):
        return {}
    project, _, environment = text.removeprefix(PREFIX).partition("/")
    return {PROJECT_TAG: project, ENVIRONMENT_TAG: environment}


@dataclass(frozen=True, slots=True, kw_only=True)
class Securable(Resource):
    """``host``: a workspace of the metastore's region. ``owner``: a principal of the account; empty for whoever makes it.

    ``isolated``: only workspaces that it is bound to reach it, at first the one it is made through.
    """

    service: ClassVar[Service] = Service.DATABRICKS
    adoptable: ClassVar[bool] = True
    privilege: ClassVar[str] = ""
    """What making it takes."""
    word: ClassVar[str] = ""
    """What people call it."""

    host: str | Ref
    owner: str = ""

    @property
    @abstractmethod
    def full_name(self) -> str:
        """By which it is found."""

    @property
    def tags(self) -> dict[str, str]:
        """Our mark as two properties."""
        return {PROJECT_TAG: self.project, ENVIRONMENT_TAG: self.environment}

    @property
    def comment(self) -> str:
        """Our mark as a text."""
        return f"{mark(self.project, self.environment)} made by Lakestrap; the first word says whose it is"

    @property
    def requires(self) -> tuple[Permission, ...]:
        return (Permission("databricks", self.privilege, "" if isinstance(self.host, Ref) else host_of(self.host)),)

    async def read(self, session: Session) -> Observed | None:
        return await self._found(session)

    async def _found(self, session: Session) -> Observed | None:
        try:
            with governed(f"read the {self.word} {self.full_name}", self.host, session):
                row = await session.databricks(host_of(self.host), self._get)
        except ServiceRefused as refusal:
            if refusal.status == 404:
                return None
            raise
        return self._observed(row)

    @abstractmethod
    def _get(self, client: WorkspaceClient) -> Any:
        """The SDK's row of it."""

    @abstractmethod
    def _make(self, client: WorkspaceClient) -> Any:
        """Make it by one request; the SDK's row."""

    @abstractmethod
    def _change(self, client: WorkspaceClient) -> Any:
        """Make it as wished by one mutating request; the SDK's row."""

    @abstractmethod
    def _remove(self, client: WorkspaceClient) -> None:
        """Remove it by one request."""

    def _observed(self, row: Any) -> Observed:
        held = marks_in(row)
        mode = str(row.isolation_mode.value) if getattr(row, "isolation_mode", None) else ""
        owner = str(row.owner or "")
        attributes = {
            "tags": held,
            "owner": self.owner if not self.owner or owner.lower() == self.owner.lower() else owner,
            "owned_by": owner,
            "isolated": mode.endswith("ISOLATED"),
            "full_name": str(getattr(row, "full_name", None) or row.name),
            **self._own(row),
        }
        return Observed(str(getattr(row, "full_name", None) or row.name), attributes, owner=held.get(PROJECT_TAG, ""))

    def _own(self, row: Any) -> dict[str, Any]:
        """The attributes that only this kind has."""
        return {}

    async def create(self, session: Session) -> Observed:
        """Make it; where an earlier try has made it already it is taken as it is."""
        try:
            with governed(f"create the {self.word} {self.full_name}", self.host, session):
                return self._observed(await session.databricks(host_of(self.host), self._make))
        except ServiceRefused as refusal:
            there = await self._found(session) if refusal.code.endswith("_ALREADY_EXISTS") else None
            if there is None or there.owner != self.project:
                raise
            return there

    async def update(self, session: Session, observed: Observed) -> Observed:
        """Everything that differs, by one request."""
        with governed(f"change the {self.word} {self.full_name}", self.host, session):
            return self._observed(await session.databricks(host_of(self.host), self._change))

    async def delete(self, session: Session, observed: Observed) -> None:
        """Remove it; refused where something is in it or stands on it."""
        try:
            with governed(f"delete the {self.word} {self.full_name}", self.host, session):
                await session.databricks(host_of(self.host), self._remove)
        except ServiceRefused as refusal:
            if refusal.status != 404:
                raise

    @property
    def _place(self) -> str:
        return f"DATABRICKS_HOST=https://{host_of(self.host)}" if not isinstance(self.host, Ref) else "DATABRICKS_HOST=…"
