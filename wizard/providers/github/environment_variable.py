"""One variable of a GitHub environment: jobs in that environment read it as ``vars.NAME``.

Owns only where it lies. https://docs.github.com/rest/actions/variables
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from wizard.providers.github.variable import Variable


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentVariable(Variable):
    """``variable`` (upper case) with ``value`` in ``environment_name`` of ``repository``."""

    kind: ClassVar[str] = "github.environment_variable"
    permission: ClassVar[str] = "environments:write"

    environment_name: str

    @property
    def place(self) -> tuple[str, ...]:
        return ("environments", self.environment_name)
