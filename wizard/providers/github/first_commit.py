"""The first commit of an empty repository: without one GitHub keeps no refs, no branches and no lease.

Owns that one commit of one file. Only the contents API can make it. https://docs.github.com/rest/repos/contents
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from wizard.engine.resource import Observed, Permission, Ref, Resource, Service
from wizard.errors import NotAllowed, ServiceRefused
from wizard.providers.github.branch import CONTENTS
from wizard.providers.github.rest import found, path_of, send

if TYPE_CHECKING:
    from wizard.providers.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstCommit(Resource):
    """``text`` at ``path``, committed on the default branch of a repository that has no commit. Attributes: ``branch``."""

    kind: ClassVar[str] = "github.first_commit"
    service: ClassVar[Service] = Service.GITHUB
    identified_by: ClassVar[tuple[str, ...]] = ("repository",)

    repository: str | Ref
    path: str
    text: str
    message: str = "Set up delivery with Lakestrap"

    async def read(self, session: Session) -> Observed | None:
        branches = await found(session, path_of(str(self.repository), "branches"), parameters={"per_page": "1"})
        return Observed(str(branches[0]["commit"]["sha"]), {"branch": branches[0]["name"]}) if branches else None

    async def create(self, session: Session) -> Observed:
        body = {"message": self.message, "content": base64.b64encode(self.text.encode()).decode()}
        try:
            await send(session, "PUT", f"/repos/{self.repository}/contents/{self.path}", body, permission=CONTENTS)
        except ServiceRefused:
            # somebody was faster, or an answer was lost on the way and the client sent the request again: a commit is a commit
            made = await self.read(session)
            if made is None:
                raise
            return made
        made = await self.read(session)
        if made is None:
            raise ServiceRefused(f"{self.repository} took a commit and shows none")
        return made

    async def delete(self, session: Session, observed: Observed) -> None:
        raise NotAllowed(f"the history of {self.repository} is never rewritten by this tool", hints=(f"gh repo delete {self.repository}",))

    @property
    def requires(self) -> tuple[Permission, ...]:
        return (Permission("github", CONTENTS, str(self.repository)),)

    def command(self, action: str) -> str:
        return f"git add {self.path} && git commit && git push"
