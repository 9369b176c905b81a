"""A terminal for a child process, driven line by line with nothing but the standard library.

Owns starting under a pseudo-terminal, waiting for a text, typing, and the transcript. Never waits longer than it is told.
"""

from __future__ import annotations

import contextlib
import os
import pty
import re
import select
import signal
import struct
import subprocess
import time
from collections.abc import Mapping, Sequence
from fcntl import ioctl
from pathlib import Path
from termios import TIOCSCTTY, TIOCSWINSZ

ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[()][A-Z0-9]")


class Terminal:
    """A child with a terminal of its own; ``transcript`` is all that it wrote, without colours."""

    def __init__(self, command: Sequence[str], folder: Path, environment: Mapping[str, str], size: tuple[int, int] = (40, 120)) -> None:
        self._master, follower = pty.openpty()
        ioctl(self._master, TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))

        def own_terminal() -> None:
            os.setsid()
            ioctl(0, TIOCSCTTY, 0)

        self.process = subprocess.Popen(
            command, stdin=follower, stdout=follower, stderr=follower, cwd=folder, env=dict(environment), preexec_fn=own_terminal
        )
        os.close(follower)
        self.raw = ""
        self._seen = 0

    @property
    def transcript(self) -> str:
        return ESCAPES.sub("", self.raw).replace("\r\n", "\n")

    def wait_for(self, text: str, seconds: float = 60) -> str:
        """What was written since the last wait, up to and with the text. Fails with the transcript where it does not come."""
        end = time.monotonic() + seconds
        while True:
            new = self.transcript[self._seen :]
            at = new.find(text)
            if at >= 0:
                self._seen += at + len(text)
                return new[: at + len(text)]
            if not self._read(end):
                raise AssertionError(f"{text!r} did not come; the terminal says:\n{self.transcript[-4000:]}")

    def prompt(self, seconds: float = 60) -> str:
        """The last, unfinished line, once the child waits for an answer to it: it has ended with a space and nothing follows."""
        end = time.monotonic() + seconds
        while True:
            new = self.transcript[self._seen :]
            if new.endswith((": ", "] ")) and not self._read(time.monotonic() + 0.15):
                self._seen += len(new)
                return new.rpartition("\n")[2]
            if not self._read(end):
                raise AssertionError(f"no prompt came; the terminal says:\n{self.transcript[-4000:]}")

    def _read(self, end: float) -> bool:
        while (left := end - time.monotonic()) > 0:
            if select.select([self._master], [], [], max(0.0, min(left, 0.5)))[0]:
                try:
                    piece = os.read(self._master, 65536)
                except OSError:
                    return False
                self.raw += piece.decode("utf-8", "replace")
                return bool(piece)
        return False

    def type(self, line: str) -> None:
        """A line and Enter."""
        os.write(self._master, line.encode() + b"\n")

    def enter(self, keys: str) -> None:
        """Keys and Enter as a program that edits lines by itself gets them."""
        os.write(self._master, keys.encode() + b"\r")

    def interrupt(self) -> None:
        """Ctrl-C."""
        os.write(self._master, b"\x03")

    def ended(self, seconds: float = 120) -> int:
        """The exit code, once everything has been read."""
        end = time.monotonic() + seconds
        while self._read(end):
            pass
        return self.process.wait(max(1.0, end - time.monotonic()))

    def close(self) -> None:
        """End the child if it still runs."""
        if self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(10)
        os.close(self._master)
