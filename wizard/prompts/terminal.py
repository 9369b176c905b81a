"""Lines out and lines in.

Owns reading from the terminal without ever holding up the event loop, so that Ctrl-C works at any moment and lists are fetched
while somebody types. Output goes through the console, to stderr. Must never echo or keep a secret.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from wizard.secret import Secret

if TYPE_CHECKING:
    from wizard.console import Console


class Lines(Protocol):
    """Where answers come from."""

    async def line(self, prompt: str, proposals: Sequence[str] = ()) -> str:
        """One line without its end. Raises ``KeyboardInterrupt`` where the input is over."""

    async def masked(self, prompt: str) -> Secret | None:
        """A line that is not shown; ``None`` for an empty one."""


class Bare:
    """Plain lines from stdin; nothing is redrawn, nothing is coloured."""

    def __init__(self, console: Console) -> None:
        self._console = console

    async def line(self, prompt: str, proposals: Sequence[str] = ()) -> str:
        self._console.talk.print(prompt, end="", markup=False)
        return await _line()

    async def masked(self, prompt: str) -> Secret | None:
        with _without_echo():  # before the prompt: who answers at once must not be shown either
            self._console.talk.print(prompt, end="", markup=False)
            text = await _line()
        self._console.talk.print()
        return Secret(text) if text else None


class Edited(Bare):
    """Lines that can be edited and completed, by questionary; still one line after the other."""

    async def line(self, prompt: str, proposals: Sequence[str] = ()) -> str:
        import questionary
        from prompt_toolkit.output import create_output

        completer: dict[str, Any] = {}
        if proposals:
            from prompt_toolkit.completion import FuzzyWordCompleter

            completer = {"completer": FuzzyWordCompleter(list(proposals)), "complete_while_typing": False}
        question = questionary.text(prompt.rstrip(), qmark="", output=create_output(stdout=sys.stderr), **completer)
        try:
            return str(await question.unsafe_ask_async())
        except EOFError:
            raise KeyboardInterrupt from None


async def _line() -> str:
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    try:
        loop.add_reader(sys.stdin.fileno(), ready.set)
    except (NotImplementedError, OSError, ValueError):  # no such waiting here: on Windows, or from a file
        with _interruptible():
            return _read()
    try:
        await ready.wait()
    finally:
        loop.remove_reader(sys.stdin.fileno())
    return _read()


def _read() -> str:
    text = sys.stdin.readline()
    if not text:
        raise KeyboardInterrupt
    return text.rstrip("\r\n")


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    """Let Ctrl-C break a blocking read: the event loop's own handler would only note it down."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextlib.contextmanager
def _without_echo() -> Iterator[None]:
    try:
        import termios
    except ImportError:
        yield
        return
    handle = sys.stdin.fileno()
    before = termios.tcgetattr(handle)
    silent = termios.tcgetattr(handle)
    silent[3] &= ~termios.ECHO
    try:
        termios.tcsetattr(handle, termios.TCSAFLUSH, silent)
        yield
    finally:
        termios.tcsetattr(handle, termios.TCSAFLUSH, before)
