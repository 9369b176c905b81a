"""How the migration ended: which client secrets are still valid, until when, and what ends them.

Owns these last words, for every face. Decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from wizard.flows.decisions import Outcome
from wizard.flows.ending import finished

if TYPE_CHECKING:
    from wizard.engine.events import Event
    from wizard.errors import LakestrapError

FINISHES = "lakestrap rotate"
"""The command that ends a client secret after its grace."""


@dataclass(slots=True)
class MigrationOutcome(Outcome):
    """``valid_until``: environments whose jobs have signed in without the secret, and until when that one is valid all the same."""

    valid_until: dict[str, datetime] = field(default_factory=dict)

    @property
    def over(self) -> bool:
        """Whether nothing is left to be done but to wait for the grace."""
        return self.applied.complete and not self.pending and not self.unproven

    @property
    def words(self) -> str:
        """What somebody who leaves now has to know; empty where no old secret is valid."""
        if not self.valid_until:
            return ""
        many = len(self.valid_until) > 1
        secrets = f"the old client secret{'s are' if many else ' is'} still valid: {moments(self.valid_until)}"
        return f"{secrets}; it is safe to leave; {FINISHES} ends {'them' if many else 'it'} after that"


def moments(valid_until: Mapping[str, datetime]) -> str:
    """``dev until 2026-03-05 12:00 UTC``, the next one first."""
    return ", ".join(f"{name} until {moment:%Y-%m-%d %H:%M} UTC" for name, moment in sorted(valid_until.items(), key=lambda item: item[1]))


def closing(outcome: MigrationOutcome, run: str, error: LakestrapError | None = None) -> Event:
    """The last event: exit code, counts, and until when an old secret is valid."""
    event = finished(outcome, run, error)
    if error is not None or not outcome.words:
        return event
    return replace(event, outcome=f"{'the migration is done' if outcome.over else event.outcome}; {outcome.words}")
