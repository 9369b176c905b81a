"""The files that would be written, with their text in colours and what differs from what is there.

Owns reading the working tree for comparison and drawing; writes nothing.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

if TYPE_CHECKING:
    from rich.syntax import Syntax

    from wizard.render.files import File

LEXERS = {".yml": "yaml", ".yaml": "yaml", ".json": "json", ".md": "markdown", ".py": "python", ".bicep": "bicep"}


class Files(Horizontal):
    """A list of paths, each new, changed or unchanged, and the text of the chosen one."""

    def __init__(self) -> None:
        super().__init__(id="files")
        self.texts: dict[str, tuple[str, str | None]] = {}

    def compose(self) -> ComposeResult:
        yield OptionList(id="file-list", compact=True)
        with VerticalScroll(id="file-text"):
            yield Static("", id="file-body", markup=False)

    def show(self, texts: Mapping[str, tuple[str, str | None]]) -> None:
        """List files by path, each with its text then and its text now, ``None`` where there is none yet."""
        self.texts = dict(texts)
        options = self.query_one("#file-list", OptionList)
        options.clear_options()
        options.add_options([Option(_line(path, *texts), id=path) for path, texts in sorted(self.texts.items())])
        options.highlighted = 0 if self.texts else None

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        path = event.option_id or ""
        text, before = self.texts[path]
        dark = self.app.current_theme.dark
        self.query_one("#file-body", Static).update(
            _difference(path, before, text, dark) if before not in (None, text) else _coloured(path, text, dark)
        )
        self.query_one("#file-text", VerticalScroll).scroll_home(animate=False)


def texts_of(files: Sequence[File], root: Path) -> dict[str, tuple[str, str | None]]:
    """Files held against a folder."""
    return {file.path: (file.text, _read(root / file.path)) for file in files}


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def _line(path: str, text: str, before: str | None) -> Text:
    mark, style = ("+", "green") if before is None else ("=", "dim") if before == text else ("~", "yellow")
    return Text.assemble((f"{mark} ", style), path, no_wrap=True, overflow="ellipsis")


def _coloured(path: str, text: str, dark: bool) -> Syntax:
    from rich.syntax import Syntax

    lexer = LEXERS.get(Path(path).suffix, "text")
    return Syntax(text, lexer, theme="ansi_dark" if dark else "ansi_light", line_numbers=True, word_wrap=True)


def _difference(path: str, before: str | None, text: str, dark: bool) -> Syntax:
    from rich.syntax import Syntax

    lines = difflib.unified_diff((before or "").splitlines(), text.splitlines(), f"{path} (now)", f"{path} (then)", lineterm="")
    return Syntax("\n".join(lines), "diff", theme="ansi_dark" if dark else "ansi_light", word_wrap=True)
