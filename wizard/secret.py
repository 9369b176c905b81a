"""A value that cannot be printed, logged, pickled or serialised by accident.

Owns the one type that carries secret text through the program. ``reveal`` is called by the adapter that sends the
value to its store, at the moment of sending, and nowhere else.
"""

from __future__ import annotations

import hmac
from typing import NoReturn


class Secret:
    """Secret text in a box: ``repr``, ``str``, ``format``, ``json`` and ``pickle`` never show it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself; only for the call that stores or checks it."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self._text.encode(), other._text.encode())

    def __hash__(self) -> NoReturn:
        raise TypeError("a Secret has no hash: it must not become a key")

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a Secret cannot be pickled or copied")

    def __bool__(self) -> bool:
        return bool(self._text)
