"""Whether people have done their part meanwhile: merged, approved, trusted. Looked at again until nothing is left.

Owns that second look after a set-up. Reads, and dispatches a proof where the way has become free; decides and approves nothing.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from wizard.flows.pending import pending_trust
from wizard.flows.verify import prove

if TYPE_CHECKING:
    from wizard.engine.events import Event
    from wizard.engine.journal import Journal
    from wizard.flows.decisions import Outcome
    from wizard.flows.job import Job

EVERY_SECONDS = 30.0
"""How long a face lets people be before it looks again."""


async def looked_again(job: Job, outcome: Outcome, journal: Journal | None = None) -> AsyncIterator[Event]:
    """Prove every login anew that is not proven yet; ``outcome`` then holds what is left.

    What only an owner of an identity can do is kept as it was read: it is no proof of ours. Where the look itself fails, what was left
    before is left still.
    """
    before, unproven = list(outcome.pending), list(outcome.unproven)
    trust = [{name: item[name] for name in ("what", "link", "who")} for item in pending_trust(outcome.applied)]
    outcome.pending[:] = [item for item in before if item in trust]
    outcome.unproven.clear()
    complete = False
    try:
        async for event in prove(job, outcome, journal=journal):
            yield event
        complete = True
    finally:
        if not complete:
            outcome.pending[:], outcome.unproven[:] = before, unproven
