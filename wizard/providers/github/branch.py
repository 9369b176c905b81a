"""A branch that the delivery strategy needs, started where the default branch is.

Owns its existence only: where it points afterwards is the team's business. https://docs.github.com/rest/git/refs
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from wizard.engine.resource import Observed, Permission, Ref, Resource, Service
from wizard.errors import ServiceRefused
from wizard.providers.github.rest import found, path_of, removed, send

if TYPE_CHECKING:
    from wizard.providers.session import Session

CONTENTS = "contents:write"


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch(Resource):
    """``branch`` of ``repository``, made from the head of ``base``. Attributes: ``branch``, ``sha``."""

    kind: ClassVar[str] = "github.branch"
    service: ClassVar[Service] = Service.GITHUB
    identified_by: ClassVar[tuple[str, ...]] = ("repository",)

    repository: str | Ref
    branch: str
    base: str | Ref = "main"

    async def read(self, session: Session) -> Observed | None:
        sha = await head_of(session, str(self.repository), self.branch)
        return Observed(f"refs/heads/{self.branch}", {"branch": self.branch, "sha": sha}) if sha else None

    async def create(self, session: Session) -> Observed:
        name = str(self.repository)
        sha = await head_of(session, name, str(self.base))
        if not sha:
            raise ServiceRefused(f"{name} has no branch {self.base} to start {self.branch} from", status=404)
        try:
            await create_branch(session, name, self.branch, sha)
        except ServiceRefused:
            # an answer that was lost on the way: the client sent the request again
            sha = await head_of(session, name, self.branch)
            if not sha:
                raise
        return Observed(f"refs/heads/{self.branch}", {"branch": self.branch, "sha": sha})

    async def delete(self, session: Session, observed: Observed) -> None:
        await removed(session, f"/repos/{self.repository}/git/{observed.id}", permission=CONTENTS)

    @property
    def requires(self) -> tuple[Permission, ...]:
        return (Permission("github", CONTENTS, str(self.repository)),)

    def command(self, action: str) -> str:
        if action == "delete":
            return f"gh api -X DELETE repos/{self.repository}/git/refs/heads/{self.branch}"
        return f"gh api repos/{self.repository}/git/refs -f ref=refs/heads/{self.branch} -f sha=$(git rev-parse origin/{self.base})"


async def head_of(session: Session, repository: str, branch: str) -> str:
    """The sha a branch is at; ``""`` where there is no such branch, or no commit at all."""
    body = await found(session, f"/repos/{repository}/git/ref/heads/{branch}", missing=(404, 409))
    return str(body["object"]["sha"]) if body else ""


async def create_branch(session: Session, repository: str, branch: str, sha: str) -> None:
    """One POST: a new branch at a commit."""
    await send(session, "POST", path_of(repository, "git", "refs"), {"ref": f"refs/heads/{branch}", "sha": sha}, permission=CONTENTS)
