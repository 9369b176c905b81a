"""The only writer to stdout and stderr: a human view, a JSON view, plain progress lines.

Owns words and layout of what is printed. stdout is data (plans, tables, JSON), stderr is talk (progress, errors,
hints). Never decides anything and never receives a secret: events and plans cannot hold one.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.engine.events import Event, EventKind
from wizard.errors import BadInput, LakestrapError

if TYPE_CHECKING:
    from rich.console import Console as RichConsole
    from rich.text import Text
    from rich.tree import Tree

    from wizard.engine.plan import Change, Plan

SIGNS = {
    "create": ("+", "green"),
    "update": ("~", "yellow"),
    "adopt": ("&", "cyan"),
    "replace": ("±", "magenta"),
    "delete": ("-", "red"),
    "blocked": ("!", "bold red"),
    "keep": ("=", "dim"),
}


CHANGING = frozenset({"create", "update", "adopt", "replace", "delete"})
LEFT_ALONE = frozenset({"keep", "wait", "skip"})
SAME_WAIT_SECONDS = 10.0
WIDTH_OF_A_FILE = 240
"""Columns of a table that is piped: wide enough that no id is broken and `grep` finds it."""


class Console:
    """Draws for people or, with ``as_json``, writes each event as a line on stdout."""

    def __init__(self, *, as_json: bool = False, plain: bool = False) -> None:
        self.as_json, self.plain = as_json, plain
        self._waits: dict[str, float] = {}
        self._settled = self._total = 0
        self._counted = CHANGING
        self._talk: RichConsole | None = None
        self._data: RichConsole | None = None

    @property
    def talk(self) -> RichConsole:
        """stderr, with colours where the terminal has them and nobody set NO_COLOR."""
        if self._talk is None:
            from rich.console import Console as RichConsole

            self._talk = RichConsole(stderr=True, highlight=False, force_terminal=False if self.plain else None, soft_wrap=True)
        return self._talk

    @property
    def data(self) -> RichConsole:
        """stdout."""
        if self._data is None:
            from rich.console import Console as RichConsole

            wide = None if sys.stdout.isatty() or os.environ.get("COLUMNS") else WIDTH_OF_A_FILE
            self._data = RichConsole(highlight=False, force_terminal=False if self.plain else None, soft_wrap=True, width=wide)
        return self._data

    def event(self, event: Event) -> None:
        """One line for one event; people are not shown what was only read."""
        if self.as_json:
            self.write(event.as_json())
            return
        self._count(event)
        if event.event is EventKind.WAITING and not self._worth_telling(event):
            return
        line = _line(event, f"[{self._settled}/{self._total}] " if self._total else "")
        if line is not None:
            self.talk.print(line)

    def _count(self, event: Event) -> None:
        if event.event is EventKind.PLAN_MADE:
            counts = event.detail.get("counts")
            self._counted = frozenset({"rotate"}) if event.action == "rotate" else CHANGING  # what else a rotation does serves it only
            self._total = sum(n for action, n in counts.items() if action not in LEFT_ALONE) if isinstance(counts, Mapping) else 0
        elif event.event is EventKind.SETTLED and event.action in self._counted:
            self._settled = min(self._settled + 1, self._total)

    def _worth_telling(self, event: Event) -> bool:
        """The same wait is told again only after a while."""
        what = f"{event.key}: {event.detail.get('reason') or event.outcome}"
        last = self._waits.get(what)
        if last is not None and event.time - last < SAME_WAIT_SECONDS:
            return False
        self._waits[what] = event.time
        return True

    def plan(self, plan: Plan) -> None:
        """The plan as a tree by environment, plain as indented lines; unchanged things are counted, not listed."""
        from rich.tree import Tree

        groups: dict[str, list[Change]] = {}
        for change in plan.changes:
            if str(change.action) != "keep":
                groups.setdefault(change.resource.environment or "shared by all", []).append(change)
        for name, changes in groups.items():
            if self.plain:
                self.write("\n".join((f"{name}:", *(line for change in changes for line in _change_lines(change)))))
                continue
            tree = Tree(f"[bold]{name}[/bold]", guide_style="dim")
            for change in changes:
                _add_change(tree, change)
            self.data.print(tree)
        counts = plan.counts()
        self.data.print("plan: " + (", ".join(f"{count} to {action}" for action, count in counts.items()) or "nothing to do"))

    def table(self, title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """A table on stdout; answers and standings are coloured."""
        from rich.table import Table

        table = Table(title=title or None, title_justify="left", box=None, pad_edge=False, header_style="bold")
        for column in columns:
            table.add_column(column, overflow="fold")
        styles = {"yes": "green", "no": "bold red", "unknown": "yellow", "drift": "bold red", "expiring": "yellow", "waiting": "cyan"}
        for row in rows:
            table.add_row(*(f"[{styles[cell]}]{cell}[/]" if cell in styles else _escaped(cell) for cell in row))
        self.data.print(table)

    def say(self, text: str) -> None:
        """A sentence to the person, on stderr; silent in the JSON view."""
        if not self.as_json:
            self.talk.print(text, markup=False)

    def write(self, text: str) -> None:
        """Data, as it is, on stdout. Raises ``LakestrapError`` where nobody takes it any more: the run stops between calls."""
        try:
            sys.stdout.write(text + "\n")
            sys.stdout.flush()
        except OSError as problem:
            sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115 - or Python complains once more when it exits
            hint = "nothing is lost: run the same command again"
            raise LakestrapError(f"cannot write to stdout: {problem.strerror or problem}", hints=[hint]) from problem

    def json(self, value: object) -> None:
        self.write(json.dumps(value, indent=2, ensure_ascii=False))

    def error(self, error: LakestrapError) -> None:
        """``error: …`` for each problem, then a ``hint:`` line for each remedy."""
        if isinstance(error, BadInput) and error.problems:
            for problem in error.problems:
                self._error_line(str(problem))
                if problem.remedy:
                    self._hint_line(problem.remedy)
        else:
            self._error_line(error.message)
        for hint in error.hints:
            self._hint_line(hint)

    def _error_line(self, text: str) -> None:
        self.talk.print(f"[bold red]error:[/] {_escaped(text)}")

    def _hint_line(self, text: str) -> None:
        self.talk.print(f"[cyan]hint:[/] {_escaped(text)}")

    def next_steps(self, project_name: str, pending: Sequence[Mapping[str, str]]) -> None:
        """How to go on after a set-up: what to pull, and how the wait for people is finished."""
        self.say(f"{project_name}: the files are in the working tree and in the repository; take over the latter with: git pull")
        if pending:
            self.say("when that is done: lakestrap verify")

    def finished(self, event: Event) -> None:
        """The last words of a run: what is left for people, and the exit code in the JSON view."""
        if self.as_json:
            self.write(event.as_json())
            return
        left = event.detail.get("pending")
        items = list(left) if isinstance(left, Sequence) else []
        if items:
            self.talk.print(f"[bold]{len(items)} thing{'s' if len(items) > 1 else ''} left for people:[/]")
            for item in items:
                if isinstance(item, Mapping):
                    self.talk.print(f"  • {_escaped(str(item.get('what', '')))} {_escaped(str(item.get('link', '')))}")
        self.talk.print(_escaped(event.outcome), style="bold green" if event.detail.get("exit_code") == 0 else "bold red")


def _escaped(text: str) -> str:
    from rich.markup import escape

    return escape(text)


def _add_change(tree: Tree, change: Change) -> None:
    sign, style = SIGNS[str(change.action)]
    label = f"[{style}]{sign} {change.action}[/] {_escaped(change.key)}"
    branch = tree.add(label + (f" [dim]({_escaped(change.reason)})[/]" if change.reason else ""))
    for difference in (*change.differences, *change.predicted):
        branch.add(f"[dim]{_escaped(difference.field)}:[/] {_escaped(difference.observed)} → {_escaped(difference.desired)}")
    for hint in change.hints:
        branch.add(f"[cyan]hint:[/] {_escaped(hint)}")


def _change_lines(change: Change) -> Iterator[str]:
    """A change without any drawing, for screen readers and terminals that cannot draw."""
    yield f"  {SIGNS[str(change.action)][0]} {change.action} {change.key}" + (f" ({change.reason})" if change.reason else "")
    for difference in (*change.differences, *change.predicted):
        yield f"      {difference.field}: {difference.observed} → {difference.desired}"
    for hint in change.hints:
        yield f"      hint: {hint}"


def _line(event: Event, progress: str) -> Text | None:
    from rich.text import Text

    where = event.key or event.outcome
    match event.event:
        case EventKind.CHANGE_MADE:
            sign, style = SIGNS.get(event.action, ("+", "green"))
            return Text.assemble((progress, "dim"), (f"{sign} ", style), f"{event.action} {where}")
        case EventKind.WAITING:
            reason, seconds = event.detail.get("reason") or event.outcome, event.detail.get("seconds")
            return Text.assemble((progress, "dim"), (f"… {where}: {reason} (next look in {seconds} s)", "dim"))
        case EventKind.SETTLED if event.action == "verify":
            return Text.assemble((progress, "dim"), ("✓ ", "bold green"), f"{where}: {event.outcome}")
        case EventKind.CHANGE_FAILED:
            hints = "".join(f"\nhint: {hint}" for hint in event.hint.splitlines())
            return Text.assemble(("error: ", "bold red"), f"cannot {event.action} {where}: {event.error}", (hints, "cyan"))
        case EventKind.SKIPPED:
            return Text.assemble(("- ", "yellow"), (f"skipped {where}: {event.detail.get('reason')}", "yellow"))
        case EventKind.PENDING:
            return Text.assemble(("⏸ ", "yellow"), event.outcome if event.outcome.startswith(where) else f"{where}: {event.outcome}")
        case EventKind.FILE_WRITTEN if event.action == "delete":
            return Text.assemble(("- ", "red"), f"removed {event.key}")
        case EventKind.FILE_WRITTEN:
            return Text.assemble(("+ ", "green"), f"wrote {event.key}")
        case EventKind.NOTED:
            return Text.assemble(("· ", "dim"), f"{event.key + ': ' if event.key else ''}{event.outcome}")
        case _:
            return None
