"""Where notebooks, init scripts and libraries of the old layout go in the bundle, and which file a workspace path means.

Owns the new paths and the little that has to change in a text: the first line that makes it a notebook, and Unix line ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from wizard.flows.import_assets.assets import Leftover, Weight
from wizard.flows.import_assets.hidden import holds_secret

NOTEBOOKS, SCRIPTS, LIBRARIES = "notebooks", "init-scripts", ("libraries", "libs", "jars", "wheels")
INTO_NOTEBOOKS, INTO_SCRIPTS, INTO_LIBRARIES = "src/notebooks", "src/init-scripts", "src/libraries"
FIRST_LINES = {".py": "# Databricks notebook source", ".sql": "-- Databricks notebook source", ".scala": "// Databricks notebook source"}
FIRST_LINES |= {".r": "# Databricks notebook source"}
ARCHIVES = (".dbc", ".html", ".zip")


@dataclass(slots=True)
class Sources:
    """``copies`` maps a new path to its bytes; ``told`` is what was changed or left."""

    files: Mapping[str, bytes]
    copies: dict[str, bytes] = field(default_factory=dict)
    told: list[Leftover] = field(default_factory=list)
    _notebooks: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, data in sorted(self.files.items()):
            folder, _, rest = name.partition("/")
            if not rest:
                continue
            if folder == NOTEBOOKS:
                self._notebook(name, rest, data)
            elif folder.replace("_", "-") == SCRIPTS:
                self._text(name, f"{INTO_SCRIPTS}/{rest}", data)
            elif folder in LIBRARIES:
                self.copies[f"{INTO_LIBRARIES}/{rest}"] = data

    def _notebook(self, name: str, rest: str, data: bytes) -> None:
        suffix = PurePosixPath(rest).suffix.lower()
        if suffix in ARCHIVES:
            reason = "is an archive, which a bundle cannot hold: export what is in it as source files"
            self.told.append(Leftover(name, "", reason))
            return
        into = f"{INTO_NOTEBOOKS}/{rest}"
        if not self._text(name, into, data):
            return
        first = FIRST_LINES.get(suffix)
        if first is None and suffix != ".ipynb":
            if suffix in ("", ".txt"):
                self.told.append(
                    Leftover(name, "", "has no ending that tells a notebook's language: it was copied as a plain file", Weight.LOOK)
                )
            return
        text = self.copies[into].decode()
        if first and not text.lstrip("\ufeff").startswith(first):
            self.copies[into] = f"{first}\n{text.removeprefix(chr(0xFEFF))}".encode()
            self.told.append(
                Leftover(name, "", f"got the first line `{first}`: without it a bundle takes it for a plain file", Weight.CHANGED)
            )
        self._notebooks[rest] = into

    def _text(self, name: str, into: str, data: bytes) -> bool:
        """Copy a text with Unix line ends; anything else as it is. Not copied is what has a token in it."""
        try:
            text = data.decode()
        except UnicodeDecodeError:
            self.copies[into] = data
            return False
        if holds_secret(text):
            reason = "has what looks like a token or a key in it, and was not copied: read it from a secret scope instead"
            self.told.append(Leftover(name, "", reason))
            return False
        if "\r\n" in text:
            self.told.append(Leftover(name, "", "has Windows line ends, and Unix ones in the bundle", Weight.CHANGED))
            text = text.replace("\r\n", "\n")
        self.copies[into] = text.encode()
        return True

    def notebook(self, path: str) -> tuple[str, str]:
        """The new path of the notebook that a workspace path means, and why there is none (``""`` where there is)."""
        found = sorted({new for rest, new in self._notebooks.items() if _means(path, rest)}, key=len, reverse=True)
        longest = [new for new in found if len(new.rsplit(".", 1)[0]) == len(found[0].rsplit(".", 1)[0])]
        if len(longest) == 1:
            return longest[0], ""
        exact = [new for new in longest if path.endswith(new.rpartition("/")[2])]
        if len(exact) == 1:
            return exact[0], ""
        if found:
            return "", f"could be any of {', '.join(longest)}"
        return "", "is none of the notebooks that were imported: the path was kept, and is that of one workspace"

    def script(self, destination: str) -> str:
        """The new path of the init script of that name; ``""`` where it was not found."""
        return self._named(destination, (INTO_SCRIPTS,))

    def library(self, path: str) -> str:
        """The new path of a wheel, jar or Python file of that name; ``""`` where it was not found."""
        return self._named(path, (INTO_LIBRARIES, INTO_SCRIPTS))

    def _named(self, path: str, folders: tuple[str, ...]) -> str:
        """The copy whose path has most of the end of ``path``, where there is one such."""
        parts = PurePosixPath(path.replace(":", "/")).parts
        for count in range(len(parts), 0, -1):
            end = "/".join(parts[-count:])
            found = [new for new in self._in(folders) if f"/{new}".endswith(f"/{end}")]
            if found:
                return found[0] if len(found) == 1 else ""
        return ""

    def _in(self, folders: tuple[str, ...]) -> Iterator[str]:
        return (new for new in self.copies if new.startswith(tuple(f"{folder}/" for folder in folders)))


def _means(path: str, rest: str) -> bool:
    """Whether a workspace path can be the notebook at ``rest``: with or without ending, and wherever the folder was put."""
    here = PurePosixPath("/" + rest)
    shown = path if path.startswith("/") else f"/{path}"
    wholes = (str(here), str(here.with_suffix("")))
    return any(shown.endswith(whole) for whole in wholes) or any(whole.endswith(shown) for whole in wholes)
