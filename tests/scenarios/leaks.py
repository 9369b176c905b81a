"""Looking for a planted text wherever a secret could have got to: files, output, command lines, environments.

Owns the forms that count as the text (raw, base64 at any alignment, URL-encoded) and the sampling of ``/proc``.
"""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import quote, quote_plus

import psutil


def forms(text: str) -> frozenset[bytes]:
    """Every spelling that counts as a leak of the text."""
    raw = text.encode()
    found = {raw, quote(text, safe="").encode(), quote_plus(text).encode()}
    for shift in range(3):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            code = encode(b"x" * shift + raw)
            found.add(code[(0, 4, 4)[shift] : len(code) - 4])  # the middle, which does not depend on what stands around it
    return frozenset(found)


def leaks_in_bytes(data: bytes, text: str) -> bool:
    return any(form in data for form in forms(text))


def leaking_files(folder: Path, text: str, ignored: Iterable[str] = ()) -> list[str]:
    """Files below the folder that hold the text in any form; ``ignored`` are names of the sandbox's own files."""
    skip = set(ignored)
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.name not in skip)
    return [str(path.relative_to(folder)) for path in files if leaks_in_bytes(path.read_bytes(), text)]


class Sampler:
    """Watches a process tree: command lines and environments, every few milliseconds, until it is left.

    ``given`` are the variables that rightly hold the text; processes whose command line has ``--canary`` are the sandbox itself.
    """

    def __init__(self, text: str, given: Iterable[str]) -> None:
        self.text, self.given = text, frozenset(given)
        self.found: set[str] = set()
        self.samples = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Sampler:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.02):
            self.samples += 1
            for process in psutil.Process().children(recursive=True):
                try:
                    self._look(process.cmdline(), process.environ())
                except psutil.Error:
                    continue

    def _look(self, words: list[str], variables: Mapping[str, str]) -> None:
        if "--canary" not in words and leaks_in_bytes("\0".join(words).encode(), self.text):
            self.found.add(f"command line of {words[0]}")
        for name, value in variables.items():
            if name not in self.given and leaks_in_bytes(value.encode("utf-8", "surrogateescape"), self.text):
                self.found.add(f"environment variable {name}")
