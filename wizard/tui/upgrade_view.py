"""What this version would write otherwise, as people look at it: each file with its difference, and those that are left with the reason.

Owns the order of the sections and their words, as plain data; what becomes of a file is the flow's judgement.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.text import Text

from wizard.flows.add.files import differences
from wizard.flows.upgrade import Preview
from wizard.render.following import Fate
from wizard.tui import plan_view
from wizard.tui.outline import Branch, Line, Outline

if TYPE_CHECKING:
    from wizard.engine.plan import Change
    from wizard.render.following import Followed

COMMAND = "lakestrap upgrade"
STYLES = {"+": "green", "-": "red", "@": "cyan", "#": "yellow"}
MOST = 400
"""Lines of one difference that are drawn; compiled files have thousands."""
WHY = {
    Fate.NEW: "This version generates it, and the repository does not hold it.",
    Fate.CHANGED: "This version generates it otherwise. Your edits are kept: only what changed between the versions is brought in.",
}


def outline(preview: Preview) -> Outline:
    """What is in the way first, then what is proposed, then what is left."""
    published = {fate: [item for item in preview.published if item.fate is fate] for fate in Fate}
    own = [item for item in (*published[Fate.SAME], *published[Fate.LEFT]) if item.reason and item not in preview.conflicting]
    branches = (
        Branch(_title("Cannot be done", preview.plan.blocked, "✗", "bold red"), tuple(_blocked(each) for each in preview.plan.blocked)),
        _branch("Changed by the pull request", published[Fate.CHANGED], "~", "yellow"),
        _branch("New in the pull request", published[Fate.NEW], "+", "green"),
        _branch("Changed on this disk", [item for item in preview.local if item.fate is not Fate.LEFT], "~", "yellow"),
        _branch("Yours are in the way", preview.conflicting, "!", "bold yellow"),
        _branch("Yours stay", own, "=", "dim", opened=False),
        _branch("As they are", [item for item in published[Fate.SAME] if not item.reason], "=", "dim", opened=False),
    )
    return Outline(tuple(branch for branch in branches if branch.lines), _overview(preview), _summary(preview))


def _title(name: str, items: Iterable[object], sign: str, style: str) -> Text:
    return Text.assemble((name, "bold"), (f" {sign}{len(list(items))}", style))


def _branch(title: str, items: Iterable[Followed], sign: str, style: str, *, opened: bool = True) -> Branch:
    lines = tuple(Line(Text.assemble((f"{sign} ", style), item.path, no_wrap=True), _detail(item, sign, style), COMMAND) for item in items)
    return Branch(_title(title, lines, sign, style), lines, opened)


def _blocked(change: Change) -> Line:
    return Line(plan_view.line(change), plan_view.detail(change))


def _detail(item: Followed, sign: str, style: str) -> Text:
    text = Text.assemble((f"{sign} ", style), (f"{item.path}\n", "bold"))
    text.append(f"\n{item.reason[:1].upper()}{item.reason[1:]}.\n" if item.reason else f"\n{WHY.get(item.fate, 'Nothing differs.')}\n")
    if item.conflicts:
        text.append("It is left as it is; lakestrap files --diff shows it.\n", "dim")
    lines = list(differences((item,)))
    if lines:
        text.append("\n")
    for line in lines[:MOST]:
        text.append(f"{line}\n", "dim" if line.startswith(("---", "+++")) else STYLES.get(line[:1], ""))
    if len(lines) > MOST:
        text.append(f"and {len(lines) - MOST} more lines\n", "dim")
    return text


def _overview(preview: Preview) -> Text:
    if preview.up_to_date:
        text = Text.assemble(("Everything is in this version's form.\n", "bold green"))
    else:
        count = len(preview.changing)
        text = Text.assemble(("Files of an older version, brought to this one's form\n\n", "bold"), "Nothing has been changed yet.\n\n")
        text.append(f"{count} file{'s' if count != 1 else ''} would be proposed by one pull request, your edits kept; ")
        text.append("no cloud and no environment is touched.\n")
    if preview.conflicting:
        text.append("\nWhere your edits are in the way, the file is left, and you are told what to bring in by hand.\n", "yellow")
    if preview.pull_request:
        text.append_text(Text.assemble(("\nWaits for a merge\n", "bold"), f"  {preview.pull_request}\n"))
    return text.append_text(Text.assemble(("\nThe same by hand\n", "bold"), f"  {COMMAND}\n"))


def _summary(preview: Preview) -> Text:
    if preview.up_to_date:
        return Text.assemble(("up to date" + (", a pull request waits" if preview.pull_request else ""), "bold green"))
    parts = [(f"~ {len(preview.changing)} to propose   ", "yellow")]
    parts += [(f"! {len(preview.conflicting)} left to you", "bold yellow")] if preview.conflicting else []
    return Text.assemble(*parts)
