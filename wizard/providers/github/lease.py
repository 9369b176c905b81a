"""A ref that says who works on a project: read with the server's time, created once, moved only from the state that was seen.

Owns the ref's name, the form of its commits and the requests; who may take it when is the flow's. The ref stands outside
``refs/heads`` and ``refs/tags``, so that it triggers nothing and no rule of branches holds it. Its commits carry the tree
that is there already: no content is added. https://docs.github.com/rest/git/refs
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from wizard.errors import ServiceRefused, Unreachable
from wizard.providers.github.branch import CONTENTS
from wizard.providers.github.rest import found, path_of, send, with_server_time

if TYPE_CHECKING:
    from wizard.providers.session import Session

Json = Any


@dataclass(frozen=True, slots=True)
class Claim:
    """What a commit of the ref says. ``seconds`` is how long it holds from its commit on; 0: nobody works."""

    holder: str = ""
    purpose: str = ""
    run: str = ""
    seconds: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """The ref as it was read: its commit (``""``: there is no ref yet), that commit's tree and claim, times in seconds since the epoch.

    ``now`` is GitHub's clock at the reading, ``since`` its clock at the commit.
    """

    commit: str
    tree: str
    claim: Claim
    since: float
    now: float

    @property
    def until(self) -> float:
        """When the claim ends, by GitHub's clock."""
        return self.since + self.claim.seconds

    @property
    def held(self) -> bool:
        return self.claim.seconds > 0 and self.now < self.until


def ref_of(project: str) -> str:
    """The full name of a project's ref."""
    return f"refs/lakestrap/{project}/lease"


async def seen(session: Session, repository: str, project: str) -> Seen:
    """The state of the ref. Raises ``ServiceRefused`` (404) where the repository is missing or has no commit."""
    ref = ref_of(project)
    body = await found(session, f"/repos/{repository}/git/{ref.replace('refs/', 'ref/', 1)}", missing=(404, 409))
    if body is None:
        return await _nothing(session, repository)
    sha = str(body["object"]["sha"])
    commit, now = await with_server_time(session, path_of(repository, "git", "commits", sha))
    since = datetime.fromisoformat(commit["committer"]["date"]).timestamp()
    return Seen(sha, commit["tree"]["sha"], _claim(commit["message"]), since, _moment(now))


async def _nothing(session: Session, repository: str) -> Seen:
    branches = await found(session, path_of(repository, "branches"), parameters={"per_page": "1"})
    if not branches:
        hints = ("set the project up first: lakestrap setup",)
        raise ServiceRefused(f"{repository} is missing or has no commit yet", status=404, hints=hints)
    commit, now = await with_server_time(session, path_of(repository, "git", "commits", branches[0]["commit"]["sha"]))
    return Seen("", commit["tree"]["sha"], Claim(), 0.0, _moment(now))


def _moment(date: str) -> float:
    return parsedate_to_datetime(date).timestamp()


def _claim(message: str) -> Claim:
    """The claim in a commit's message; one that nobody can read claims nothing."""
    try:
        said = json.loads(message.partition("\n\n")[2])
        return Claim(str(said["holder"]), str(said["purpose"]), str(said["run"]), int(said["seconds"]))
    except (ValueError, KeyError, TypeError):
        return Claim()


async def committed(session: Session, repository: str, before: Seen, claim: Claim) -> str:
    """One POST: a commit after the seen one that states the claim; no ref moves. The sha."""
    subject = f"lakestrap: {claim.purpose} by {claim.holder}" if claim.seconds else "lakestrap: free"
    message = f"{subject}\n\n{json.dumps(asdict(claim), sort_keys=True)}"
    body = {"message": message, "tree": before.tree, "parents": [before.commit] if before.commit else []}
    made = await send(session, "POST", path_of(repository, "git", "commits"), body, permission=CONTENTS)
    return str(made["sha"])


async def moved(session: Session, repository: str, project: str, before: Seen, commit: str) -> bool:
    """One request that moves the ref from the seen state to the commit; ``False`` where it is elsewhere by now.

    A lost answer counts as what the ref says afterwards.
    """
    ref = ref_of(project)
    try:
        if before.commit:
            await send(session, "PATCH", f"/repos/{repository}/git/{ref}", {"sha": commit, "force": False}, permission=CONTENTS)
        else:
            await send(session, "POST", path_of(repository, "git", "refs"), {"ref": ref, "sha": commit}, permission=CONTENTS)
    except (ServiceRefused, Unreachable) as refusal:
        after = await found(session, f"/repos/{repository}/git/{ref.replace('refs/', 'ref/', 1)}", missing=(404, 409))
        at = str(after["object"]["sha"]) if after else ""
        if at == commit:
            return True
        if at != before.commit:
            return False
        raise refusal
    return True
