"""Our files in the user's repository: one signed commit on a branch of ours, and a pull request to merge.

Owns how files travel, not what is in them: which files are still ours to write is the renderer's knowledge. Only a
repository that holds nothing else gets them straight on its default branch. Commits are made by GraphQL (docs/decisions/0002).
https://docs.github.com/graphql/reference/mutations#createcommitonbranch
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from wizard.engine.resource import Difference, Observed, Permission, Ref, Resource, Service
from wizard.errors import ServiceRefused
from wizard.providers.github.branch import CONTENTS, create_branch
from wizard.providers.github.published import Published, WrittenByUs, published
from wizard.providers.github.rest import mutation, path_of, removed, send

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wizard.providers.session import Session

Json = Any

PULL_REQUESTS = "pull_requests:write"
WORKFLOWS = "workflows:write"
BODY = """These files set up the delivery of this project: infrastructure, workflows and the bundle.

They were written by `lakestrap setup` and are yours from here on: change what you like.
After the merge, run `lakestrap verify` to see every environment sign in.
"""


def _everything(path: str, text: str, listed: str) -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Files(Resource):
    """``files`` is path → text, ``None`` for one that shall not be there. ``publish`` is ``pull-request`` or ``direct``.

    Attributes: ``published`` (``merged``, ``proposed`` or ``no``), ``merged``, ``branch``, ``pull_request_url``, ``pull_request_number``,
    ``pull_request_state``, ``full_name``, ``commit``.
    """

    kind: ClassVar[str] = "github.files"
    service: ClassVar[Service] = Service.GITHUB
    identified_by: ClassVar[tuple[str, ...]] = ("repository",)

    repository: str | Ref
    branch: str
    files: Mapping[str, str | None] = field(default_factory=dict)
    publish: str = "pull-request"
    proposal: str = "lakestrap/setup"
    message: str = "Set up delivery with Lakestrap"
    explanation: str = BODY
    """What the pull request says."""
    written_by_us: WrittenByUs = _everything
    """Tells a file that we wrote from one that somebody made or edited: the latter is left alone."""

    async def read(self, session: Session) -> Observed | None:
        state = await self._state(session)
        return None if state is None or not (state.merged or state.ours or state.begun) else self._observed(state)

    async def _state(self, session: Session) -> Published | None:
        return await published(session, str(self.repository), self.branch, self.proposal, self.files, self.written_by_us)

    def _observed(self, state: Published) -> Observed:
        pull = state.pull_request
        merged, proposed = state.merged, state.proposed and self.publish == "pull-request"
        attributes = {
            "published": "merged" if merged else ("proposed" if proposed else "no"),
            "merged": merged,
            "missing": state.missing_in_base,
            "kept": state.kept,
            "branch": self.branch if merged else self.proposal,
            "commit": state.base if merged else state.ours,
            "full_name": state.full_name,
            "pull_request_url": pull.get("html_url", ""),
            "pull_request_number": pull.get("number", 0),
            "pull_request_state": pull.get("state", ""),
        }
        return Observed(f"{state.full_name}/{attributes['branch']}", attributes, owner=self.project)

    def differences(self, observed: Observed) -> tuple[Difference, ...]:
        """One entry while the files are neither on the branch nor in an open pull request."""
        if observed.attributes.get("published") != "no":
            return ()
        missing = observed.attributes.get("missing") or ("nothing: the pull request is missing",)
        return (Difference("files", f"{len(self.files)} files as rendered", f"differing: {', '.join(missing)}"),)

    async def create(self, session: Session) -> Observed:
        return await self._next(session)

    async def update(self, session: Session, observed: Observed) -> Observed:
        return await self._next(session)

    async def _next(self, session: Session) -> Observed:
        """One request, and where that leaves us."""
        state = await self._state(session)
        if state is None:
            raise ServiceRefused(f"404 there is no repository {self.repository}", status=404)
        try:
            await self._request(session, state)
        except ServiceRefused:
            # an answer that was lost on the way: the client sent the request again, which is refused as done already
            after = await self._state(session)
            if after is None or after == state:
                raise
            return self._observed(after)
        after = await self._state(session)
        assert after is not None
        return self._observed(after)

    async def _request(self, session: Session, state: Published) -> None:
        """The next of: commit on the base; or branch, its renewal, commit on it, pull request."""
        if not state.base:
            raise ServiceRefused(f"{state.full_name} has no commit on {self.branch} yet", status=409)
        if state.begun or self.publish == "direct":
            await self._commit(session, state, self.branch, state.base, state.missing_in_base)
        elif not state.ours:
            await create_branch(session, state.full_name, self.proposal, state.base)
        elif state.stale:
            path = f"/repos/{state.full_name}/git/refs/heads/{self.proposal}"
            await send(session, "PATCH", path, {"sha": state.base, "force": True}, permission=CONTENTS)
        elif state.missing_in_ours:
            await self._commit(session, state, self.proposal, state.ours, state.missing_in_ours)
        elif not state.pull_request:
            await self._propose(session, state)

    async def _commit(self, session: Session, state: Published, branch: str, head: str, paths: tuple[str, ...]) -> None:
        texts = [(path, self.files[path]) for path in paths]
        additions = [{"path": path, "contents": base64.b64encode(text.encode()).decode()} for path, text in texts if text is not None]
        deletions = [{"path": path} for path, text in texts if text is None]
        given = {
            "branch": {"repositoryNameWithOwner": state.full_name, "branchName": branch},
            "message": {"headline": self.message},
            "expectedHeadOid": head,
            "fileChanges": {"additions": additions} | ({"deletions": deletions} if deletions else {}),
        }
        await mutation(session, "createCommitOnBranch", given, "commit { oid url }", permission=f"{CONTENTS} {WORKFLOWS}")

    async def _propose(self, session: Session, state: Published) -> None:
        body = {"title": self.message, "head": self.proposal, "base": self.branch, "body": self.explanation}
        await send(session, "POST", path_of(state.full_name, "pulls"), body, permission=PULL_REQUESTS)

    async def delete(self, session: Session, observed: Observed) -> None:
        """Take the proposal back; what was merged is the team's."""
        await removed(session, f"/repos/{observed.attributes['full_name']}/git/refs/heads/{self.proposal}", permission=CONTENTS)

    @property
    def requires(self) -> tuple[Permission, ...]:
        name = str(self.repository)
        return tuple(Permission("github", action, name) for action in (CONTENTS, WORKFLOWS, PULL_REQUESTS))

    def command(self, action: str) -> str:
        if action == "delete":
            return f"git push origin --delete {self.proposal}"
        return f"git switch -c {self.proposal} && git add -A && git commit && git push && gh pr create --base {self.branch}"
