"""How a project stands, as people look at it: by environment, what is wrong first.

Owns signs and words, as plain data; how a thing stands is the status flow's judgement.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rich.style import Style
from rich.text import Text

from wizard.tui.outline import Branch, Line, Outline, fact

if TYPE_CHECKING:
    from wizard.flows.status import Row, Status

SHARED = "shared by all"
SIGNS: Mapping[str, tuple[str, str]] = {
    "drift": ("✗", "bold red"),
    "unknown": ("?", "yellow"),
    "expiring": ("!", "bold yellow"),
    "waiting": ("⏸", "yellow"),
    "ok": ("✓", "green"),
}
WORDS: Mapping[str, str] = {
    "drift": "not as the project wants it",
    "unknown": "may not be read by this sign-in",
    "expiring": "expires soon",
    "waiting": "waits for somebody, or for a moment; nothing is wrong",
    "ok": "as it should be",
}


def outline(found: Status, *, everything: bool = False) -> Outline:
    """``everything`` shows what is as it should be, too."""
    branches = []
    for environment in ("", *found.environments):
        rows = found.of(environment)
        shown = [row for row in rows if everything or str(row.standing) != "ok"]
        if rows:
            branches.append(Branch(_title(environment or SHARED, rows), tuple(_line(row) for row in shown), opened=True))
    return Outline(tuple(branches), _overview(found), _summary(found))


def _title(name: str, rows: tuple[Row, ...]) -> Text:
    counts: dict[str, int] = {}
    for row in rows:
        counts[str(row.standing)] = counts.get(str(row.standing), 0) + 1
    parts = [(f" {SIGNS[standing][0]}{count}", SIGNS[standing][1]) for standing, count in counts.items()]
    return Text.assemble((name, "bold"), *parts)


def _line(row: Row) -> Line:
    sign, style = SIGNS[str(row.standing)]
    text = Text.assemble((f"{sign} ", style), _what(row), (f"  {row.area}", "dim"), no_wrap=True)
    return Line(text, _detail(row), _command(row))


def _command(row: Row) -> str:
    return row.hint if row.hint.startswith(("lakestrap ", "az ", "gh ", "databricks ", "git ")) else ""


def _what(row: Row) -> str:
    """A resource by its name within the environment, other things as they are called."""
    kind, separator, name = row.what.partition("/")
    if not separator or "." not in kind or " " in kind:
        return row.what
    own = name.removeprefix(f"{row.environment}/")
    words = kind.partition(".")[2].replace("_", " ")
    return words if own == row.environment else f"{own} ({words})"


def _detail(row: Row) -> Text:
    sign, style = SIGNS[str(row.standing)]
    text = Text.assemble((f"{sign} {row.standing}", style), f"  {WORDS[str(row.standing)]}\n\n", (f"{row.what}\n", "bold"))
    if row.why:
        text.append(f"{row.why}\n")
    text.append("\n")
    fact(text, "area       ", row.area)
    fact(text, "environment", row.environment or SHARED)
    fact(text, "until      ", row.until)
    fact(text, "resource   ", row.key if row.key != row.what else "")
    for hint in row.hint.splitlines():
        text.append("\n→ ", "cyan")
        text.append(hint)
    if _command(row):
        text.append("  (C copies it)", "dim")
    if row.link:
        text.append("\n\n")
        text.append(row.link, Style(link=row.link, underline=True))
    return text


def _summary(found: Status) -> Text:
    counts = {name: count for name, count in found.counts().items() if name != "ok"}
    parts = [(f"{SIGNS[name][0]} {count} {name}  ", SIGNS[name][1]) for name, count in counts.items()]
    return Text.assemble(*parts) if parts else Text.assemble(("✓ everything is as it should be", "bold green"))


def _overview(found: Status) -> Text:
    counts = found.counts()
    text = Text()
    if found.drifted:
        many = counts["drift"] > 1
        text.append(
            f"{counts['drift']} thing{'s are' if many else ' is'} not as {found.project} wants {'them' if many else 'it'}.", "bold red"
        )
        text.append("\n\n")
        text.append(
            "Choose a line with ✗ to see what is there instead. M shows the plan that mends them; nothing is changed before you agree.\n\n"
        )
    else:
        text.append("Nothing has drifted.\n\n", "bold green")
    if counts.get("expiring"):
        text.append(f"{counts['expiring']} expire{'' if counts['expiring'] > 1 else 's'} soon. ", "bold yellow")
        text.append("O renews what does, the old valid beside the new.\n\n")
    if counts.get("waiting"):
        text.append(f"{counts['waiting']} wait{'' if counts['waiting'] > 1 else 's'} ", "bold")
        text.append("for somebody or for a moment: nothing is wrong there.\n\n")
    if counts.get("unknown"):
        text.append(f"{counts['unknown']} may not be read by this sign-in", "bold yellow")
        text.append(": never take that for fine.\n\n")
    if counts.get("ok"):
        text.append(f"{counts['ok']} are as they should be; K shows them too.\n\n", "dim")
    text.append("Everything here was only read.", "dim")
    return text
