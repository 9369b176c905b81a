"""A removal before it begins, as people look at it: what stands in the way, what goes, what goes along, what stays.

Owns the order of the sections and their words, as plain data; what is ours is the flow's judgement.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.text import Text

from wizard.tui import plan_view
from wizard.tui.outline import Branch, Line, Outline, fact

if TYPE_CHECKING:
    from wizard.engine.plan import Change
    from wizard.flows.destroy import Item, Removal

PLANES = {"entra": "Entra ID", "databricks": "Databricks", "arm": "Azure", "keyvault": "Key Vault", "github": "GitHub"}


def outline(removal: Removal) -> Outline:
    """Bad news first, then what goes by control plane, then the rest."""
    found = [
        _section("Stands in the way", removal.obstacles, "✗", "bold red", "forbids the removal; nothing is removed as long as it does"),
        _section("Not ours, would go too", removal.foreign, "!", "bold red", "is in a group that is deleted"),
        *_planes(removal),
        _section("Goes along", removal.along, "-", "red", "goes with something that is deleted"),
        _section("Purged: gone for good", removal.purged, "✗", "bold red", "cannot be had back, because that was asked for"),
        _section("Can be had back for a while", removal.recoverable, "↶", "yellow", "is soft-deleted first"),
        _paths("Files taken out", removal.files.removed, "-", "red"),
        _paths("Files written anew", removal.files.rewritten, "~", "yellow"),
        _paths("Your files stay", removal.files.kept, "=", "dim"),
        _section("Stays", removal.kept, "=", "dim", "is not removed", opened=False),
    ]
    return Outline(tuple(branch for branch in found if branch.lines), _overview(removal), _summary(removal))


def _planes(removal: Removal) -> Iterable[Branch]:
    gone = [change for change in removal.plan.changes if str(change.action) == "delete"]
    for plane, name in PLANES.items():
        changes = [change for change in gone if change.resource.service.value == plane]
        yield Branch(_title(name, len(changes), "-", "red"), tuple(_change(change) for change in changes), opened=len(gone) <= 12)
    others = [change for change in removal.plan.changes if str(change.action) != "delete"]
    yield Branch(_title("Changed", len(others), "~", "yellow"), tuple(_change(change) for change in others), opened=False)


def _change(change: Change) -> Line:
    detail = plan_view.detail(change)
    fact(detail, "\nId", change.observed.id if change.observed else "")
    text = plan_view.line(change)
    if change.resource.environment:
        text.append(f"  {change.resource.environment}", "dim")
    return Line(text, detail, plan_view.command_of(change))


def _title(name: str, count: int, sign: str, style: str) -> Text:
    return Text.assemble((name, "bold"), (f" {sign}{count}", style))


def _section(title: str, items: Iterable[Item], sign: str, style: str, words: str, *, opened: bool = True) -> Branch:
    lines = []
    for item in items:
        detail = Text.assemble((f"{sign} ", style), (f"{item.what}\n", "bold"), (f"{words}\n\n", "dim"))
        if item.why:
            detail.append(f"{item.why}\n")
        if item.command:
            detail.append_text(Text.assemble(("\nBy hand", "bold"), ("  (C copies it)\n", "dim"), f"  {item.command}\n"))
        lines.append(Line(Text.assemble((f"{sign} ", style), *_named(item.what), no_wrap=True), detail, item.command))
    return Branch(_title(title, len(lines), sign, style), tuple(lines), opened)


def _named(what: str) -> list[str | tuple[str, str]]:
    """A thing as it is called; one that is told by its id in Azure, by its name and type."""
    parts = what.split("/")
    return [parts[-1], (f"  {parts[-2]}", "dim")] if what.startswith("/subscriptions/") and len(parts) > 4 else [what]


def _paths(title: str, paths: Iterable[str], sign: str, style: str) -> Branch:
    lines = [Line(Text.assemble((f"{sign} ", style), path, no_wrap=True), Text(path)) for path in paths]
    return Branch(_title(title, len(lines), sign, style), tuple(lines), opened=False)


def which(removal: Removal) -> str:
    """What is taken down, in words."""
    return "the whole project" if removal.whole else ", ".join(removal.environments)


def _summary(removal: Removal) -> Text:
    if removal.obstacles:
        return Text.assemble((f"✗ {len(removal.obstacles)} in the way: nothing can be removed", "bold red"))
    if removal.empty:
        return Text.assemble(("nothing of ours is left", "bold green"))
    gone = removal.plan.counts().get("delete", 0)
    parts = [(f"- {gone} to delete   ", "red")]
    parts += [(f"! {len(removal.foreign)} not ours   ", "bold red")] if removal.foreign else []
    parts += [(f"= {len(removal.kept)} stay", "dim")] if removal.kept else []
    return Text.assemble(*parts)


def _overview(removal: Removal) -> Text:
    if removal.empty:
        return Text.assemble((f"Nothing of ours is left of {which(removal)}.", "bold green"))
    text = Text.assemble(("Take down ", "bold"), (which(removal), "bold red"), "\n\nNothing has been removed yet.\n\n")
    if removal.obstacles:
        text.append("Something stands in the way: see the first branch for what lifts it.\n\n", "bold red")
    if removal.foreign:
        count = len(removal.foreign)
        what = "1 thing" if count == 1 else f"{count} things"
        text.append(f"{what} that Lakestrap did not make would be deleted with the group. ", "bold red")
        text.append("Each line tells how to move it away before.\n\n")
    if removal.to_name:
        text.append("You will be asked to type\n", "bold")
    for name, why in removal.to_name.items():
        text.append_text(Text.assemble("  ", (name, "bold"), f": {why}\n"))
    text.append("\nTrust goes first, so that no job can sign in any more; the GitHub gates go last. ")
    text.append("Only what bears this project's mark is removed.\n")
    if removal.purge:
        text.append("\nWhat is soft-deleted is purged: it cannot be had back.\n", "bold red")
    return text
