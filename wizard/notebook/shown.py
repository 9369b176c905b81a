"""What calls from Python come back with: values that show themselves in a notebook.

Owns their forms. Holds no secret.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.notebook import words

if TYPE_CHECKING:
    from wizard.engine.plan import Plan
    from wizard.flows.check_rows import Row


@dataclass(frozen=True, slots=True)
class ShownPlan:
    """A plan that shows itself as a table."""

    plan: Plan
    rows: Sequence[Row] = ()

    @property
    def counts(self) -> dict[str, int]:
        """How many changes of each action."""
        return self.plan.counts()

    @property
    def empty(self) -> bool:
        """Whether everything is as wished."""
        return self.plan.empty

    def __repr__(self) -> str:
        return "plan: " + (", ".join(f"{count} to {action}" for action, count in self.counts.items()) or "nothing to do")

    def _repr_html_(self) -> str:
        return words.plan_table(self.plan, self.rows)


@dataclass(frozen=True, slots=True)
class Report:
    """A report in Markdown."""

    text: str

    def __str__(self) -> str:
        return self.text

    def save(self, path: str | Path) -> None:
        """Write it to a file."""
        Path(path).write_text(self.text, encoding="utf-8")

    def _repr_markdown_(self) -> str:
        return self.text
