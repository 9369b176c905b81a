"""What a flow asks of the face that runs it, and how it tells the face that it ended.

Owns the two shapes that every flow shares. Holds no rule and asks nothing by itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from wizard.engine.apply import Applied
from wizard.errors import ExitCode

if TYPE_CHECKING:
    from wizard.engine.plan import Plan
    from wizard.secret import Secret


class Decisions(Protocol):
    """What only the person (or the options that stand for one) can say."""

    async def agrees(self, plan: Plan) -> bool:
        """Whether the plan shall be applied."""

    async def secret_value(self, name: str, environment: str) -> Secret | None:
        """The value of a secret whose source is a prompt; ``None`` where it cannot be asked for."""


@dataclass(slots=True)
class Outcome:
    """How a run ended, for the last event and the exit code."""

    applied: Applied = field(default_factory=Applied)
    pending: list[dict[str, str]] = field(default_factory=list)
    unproven: list[str] = field(default_factory=list)

    @property
    def exit_code(self) -> ExitCode:
        return ExitCode.DONE if self.applied.complete and not self.unproven else ExitCode.FAILED
