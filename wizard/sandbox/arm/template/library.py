"""The shelf on which the functions of the template language stand, by lower-case name.

Owns the registration and the check of how many arguments a call has; the functions live beside it by subject.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from wizard.sandbox.arm.template.faults import wrong_arguments

Json = Any
Body = Callable[..., Json]


@dataclass(frozen=True, slots=True)
class Function:
    """A pure function: arguments in, value out. ``most`` is -1 where any number is taken."""

    name: str
    body: Body
    least: int
    most: int

    def __call__(self, arguments: list[Json]) -> Json:
        check_count(self.name, len(arguments), self.least, self.most)
        return self.body(*arguments)


def check_count(name: str, given: int, least: int, most: int) -> None:
    """Refuse a call with too few or too many arguments, in ARM's words."""
    if given < least or (most >= 0 and given > most):
        wanted = str(least) if least == most else f"at least {least}" if most < 0 else f"{least} to {most}"
        raise wrong_arguments(name, f"function requires {wanted} argument(s) while {given} were provided.")


class Shelf:
    """Functions of one subject."""

    def __init__(self) -> None:
        self.functions: dict[str, Function] = {}

    def add(self, name: str, least: int, most: int | None = None) -> Callable[[Body], Body]:
        """Register a function that takes ``least`` to ``most`` arguments (``None``: exactly ``least``; -1: any number)."""

        def register(body: Body) -> Body:
            self.functions[name.lower()] = Function(name, body, least, least if most is None else most)
            return body

        return register
