"""A rotation before it begins, as people look at it: every credential with its copies, age, expiry and readers, and what is done to it.

Owns signs and words, as plain data; what is due is the flow's judgement. A value is nowhere in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from rich.text import Text

from wizard.tui.outline import Branch, Line, Outline, fact

if TYPE_CHECKING:
    from wizard.flows.rotate.preview import Item, Preview

TASKS: Mapping[str, tuple[str, str, str]] = {
    "rotate": ("↻", "bold green", "renew"),
    "finish": ("↻", "bold yellow", "finish what was interrupted"),
    "retire": ("-", "bold red", "end the old one"),
    "undo": ("↶", "bold yellow", "put the old one back"),
    "wait": ("⏸", "yellow", "wait"),
    "skip": ("·", "dim", "skip"),
    "keep": ("=", "dim", "leave"),
}
"""Sign, style and word of each task."""
SECRETLESS = "This project is secretless: its pipelines sign in without anything that expires or could leak."


def outline(preview: Preview, command: str) -> Outline:
    """``command`` does the same without a screen."""
    environments = list(dict.fromkeys(item.credential.environment for item in preview.items))
    branches = []
    for environment in environments:
        items = [item for item in preview.items if item.credential.environment == environment]
        branches.append(Branch(_title(environment, items), tuple(_line(item, preview.now, command) for item in items)))
    return Outline(tuple(branches), _overview(preview, command), _summary(preview))


def _title(environment: str, items: list[Item]) -> Text:
    counts: dict[str, int] = {}
    for item in items:
        counts[str(item.task)] = counts.get(str(item.task), 0) + 1
    return Text.assemble((environment, "bold"), *[(f" {TASKS[task][0]}{count}", TASKS[task][1]) for task, count in counts.items()])


def _line(item: Item, now: datetime, command: str) -> Line:
    sign, style, words = TASKS[str(item.task)]
    name = item.credential.kind if item.credential.name == item.credential.environment else item.credential.name
    kind = "" if name == item.credential.kind else f"  {item.credential.kind}"
    obstacle = ("  cannot be", "bold red") if item.obstacles else ("", "")
    text = Text.assemble((f"{sign} ", style), name, (kind, "dim"), obstacle, no_wrap=True)
    return Line(text, _detail(item, now, words), command)


def _detail(item: Item, now: datetime, words: str) -> Text:
    credential, active = item.credential, item.active
    sign, style, _ = TASKS[str(item.task)]
    text = Text.assemble((f"{sign} {words}", style), " ", (f"{credential.key}\n", "bold"))
    if item.reason:
        text.append(f"{item.reason}\n")
    for obstacle in item.obstacles:
        text.append_text(Text.assemble(("\n✗ ", "bold red"), obstacle))
    for hint in item.hints:
        text.append_text(Text.assemble(("\n→ ", "cyan"), hint))
    text.append("\n\n" if item.obstacles else "\n")
    fact(text, "age    ", _age(now - active.created) if active and active.created else "unknown")
    fact(text, "expires", _expiry(item.expires, now) if item.expires else "never" if active else "unknown", _urgency(item, now))
    others = [held for held in item.held if not held.active]
    fact(text, "beside ", _beside(item) if others else "")
    if item.copies:
        text.append("\nLives in\n", "bold")
    for copy, seen in item.copies:
        written = f"  written {seen.written:%Y-%m-%d}" if seen.written else "" if seen.there else "  not there"
        text.append_text(Text.assemble(f"  {copy.place}", (written, "dim"), "\n"))
    if credential.readers:
        text.append("\nRead by\n", "bold")
    for reader in credential.readers:
        text.append(f"  {reader}\n")
    for warning in credential.warnings if str(item.task) == "rotate" else ():
        text.append_text(Text.assemble(("\n! ", "bold yellow"), warning, "\n"))
    if credential.guided and str(item.task) == "rotate":
        text.append("\nSomebody else issues it: you are asked for the new value, unseen, before anything is changed.\n", "yellow")
    return text


def _beside(item: Item) -> str:
    ours = sum(held.ours for held in item.held if not held.active)
    foreign = sum(not held.ours for held in item.held if not held.active)
    told = [f"{ours} of ours"] if ours else []
    return ", ".join([*told, *([f"{foreign} not ours, left alone"] if foreign else [])])


def _age(age: timedelta) -> str:
    return "today" if age.days < 1 else f"{age.days} day{'s' if age.days > 1 else ''}"


def _expiry(moment: datetime, now: datetime) -> str:
    days = (moment - now).days
    return f"{moment:%Y-%m-%d}, " + ("expired" if moment <= now else f"in {days} days")


def _urgency(item: Item, now: datetime) -> str:
    if item.expires is None:
        return ""
    return "bold red" if item.expires <= now else "bold yellow" if item.expires - now < timedelta(days=30) else ""


def _summary(preview: Preview) -> Text:
    if any(item.obstacles for item in preview.items):
        return Text.assemble(("something stands in the way", "bold red"))
    counts = preview.counts()
    parts = [(f"{TASKS[task][0]} {count} to {TASKS[task][2]}   ", TASKS[task][1]) for task, count in counts.items() if task != "keep"]
    return Text.assemble(*parts) if parts else Text("nothing is due")


def _overview(preview: Preview, command: str) -> Text:
    text = Text()
    if preview.secretless:
        text.append(f"{SECRETLESS}\n\n", "bold green")
        text.append("What does expire: your own sign-ins (az login, the GitHub token)")
        text.append(" and what somebody else issues.\n\n" if any(item.credential.guided for item in preview.items) else ".\n\n")
    if not preview.doing:
        text.append("Nothing is due. ", "bold")
        text.append("Esc leads back, to choose more than what expires soon.\n\n")
        return text
    text.append("Nothing has been changed yet.\n\n", "bold")
    hours = preview.wishes.grace.total_seconds() / 3600
    steps = (
        "the new one is made beside the old",
        "it is tried until it works, several times in a row",
        "every copy is written",
        "a job signs in with it",
        f"the old one ends after {hours:g} hours, with the next rotate",
    )
    if any(str(item.task) == "rotate" for item in preview.items):
        text.append("For each, in this order\n", "bold")
        text.append("".join(f"  {number}. {step}\n" for number, step in enumerate(steps, start=1)))
        text.append("Should any of it fail, the old one stays valid and in place.\n\n")
    text.append_text(Text.assemble(("The same by hand\n", "bold"), f"  {command}\n"))
    return text
