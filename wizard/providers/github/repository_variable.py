"""One variable of a repository: every workflow reads it as ``vars.NAME``, in an environment or in none.

Owns only where it lies. It is for what a job outside every environment has to know, such as the day on which a credential ends.
https://docs.github.com/rest/actions/variables
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from wizard.providers.github.variable import Variable


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryVariable(Variable):
    """``variable`` (upper case) with ``value`` in ``repository``."""

    kind: ClassVar[str] = "github.repository_variable"
    permission: ClassVar[str] = "actions_variables:write"

    @property
    def place(self) -> tuple[str, ...]:
        return ("actions",)
