"""The run as it goes: one bar an environment, what is waited for and why, and a short log.

Owns the counting and the drawing of events. Called from the background thread; never blocks and decides nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from html import escape

import ipywidgets as widgets

from wizard.engine.events import Event, EventKind
from wizard.engine.plan import Action, Plan
from wizard.notebook import words

SHARED = "shared by all"
LOG_LINES = 200


class Lanes:
    """Bars for the environments of a plan."""

    def __init__(self) -> None:
        self.bars: dict[str, widgets.IntProgress] = {}
        self.now: dict[str, widgets.HTML] = {}
        self.log = widgets.HTML()
        self.ending = widgets.HTML()
        self._lane: dict[str, str] = {}
        self._settled: set[str] = set()
        self._proves = True
        self._lines: deque[str] = deque(maxlen=LOG_LINES)
        self._bars = widgets.VBox()
        folded = widgets.Accordion([self.log], titles=("log",), selected_index=None)
        self.box = widgets.VBox([self._bars, self.ending, folded])

    def begin(self, plan: Plan, *, proves: bool = True) -> None:
        """Empty bars for the changes of a plan; with ``proves`` one more step a bar for the sign-in of its pipeline."""
        lanes = {c.key: c.resource.environment or SHARED for c in plan.changes}
        totals: dict[str, int] = {}
        for change in plan.changes:
            lane = lanes[change.key]
            totals[lane] = totals.get(lane, int(proves and lane != SHARED)) + (change.action is not Action.KEEP)
        self.begin_with(lanes, totals, proves=proves)

    def begin_with(self, lanes: Mapping[str, str], totals: Mapping[str, int], *, proves: bool = False) -> None:
        """Empty bars: ``lanes`` are the lanes of the keys that count, ``totals`` how many there are in each."""
        self._lane, self._proves = dict(lanes), proves
        self._settled, self._lines = set(), deque(maxlen=LOG_LINES)
        self.bars = {name: self._bar(name, total) for name, total in totals.items() if total}
        self.now = {name: widgets.HTML() for name in self.bars}
        self._bars.children = tuple(widgets.HBox([bar, self.now[name]]) for name, bar in self.bars.items())
        self.log.value = self.ending.value = ""

    def _bar(self, name: str, total: int) -> widgets.IntProgress:
        return widgets.IntProgress(
            value=0, max=total, description=name, style={"description_width": "8em"}, layout=widgets.Layout(width="26em")
        )

    def event(self, event: Event) -> None:
        """Draw one event."""
        lane = self._lane.get(event.key) or str(event.detail.get("environment") or "") or event.key.partition("/")[2].partition("/")[0]
        if event.event is EventKind.RUN_FINISHED:
            self._end(event)
        elif lane in self.bars:
            self._move(lane, event)
        line = told(event)
        if line:
            self._lines.append(line)
            self.log.value = "<br>".join(self._lines)

    def _move(self, lane: str, event: Event) -> None:
        bar = self.bars[lane]
        over = event.event in (EventKind.SETTLED, EventKind.SKIPPED, EventKind.CHANGE_FAILED, EventKind.PENDING)
        counts = event.key in self._lane or (event.action == "verify" and self._proves)
        if over and counts and event.key not in self._settled and event.action != "keep":
            self._settled.add(event.key)
            bar.value = min(bar.value + 1, bar.max)
        if event.event is EventKind.CHANGE_FAILED:
            bar.bar_style = "danger"
        elif bar.value == bar.max and not bar.bar_style:
            bar.bar_style = "success"
        self.now[lane].value = "" if bar.value == bar.max else told(event) or self.now[lane].value

    def _end(self, event: Event) -> None:
        pending = event.detail.get("pending")
        items = [item for item in pending if isinstance(item, dict)] if isinstance(pending, (list, tuple)) else []
        good = event.detail.get("exit_code") == 0
        colour = words.COLOURS["create" if good else "delete"]
        self.ending.value = f'<b style="color:{colour}">{escape(words.ending(event.outcome))}</b>{words.left_for_people(items)}'


def told(event: Event) -> str:
    """One event as a line of HTML; empty for what nobody has to see."""
    where = escape(event.key or event.outcome)
    match event.event:
        case EventKind.CHANGE_STARTED:
            return f"{escape(event.action)} {where} …"
        case EventKind.CHANGE_MADE:
            return f"{escape(event.action)} {where}"
        case EventKind.WAITING:
            reason = escape(str(event.detail.get("reason") or event.outcome))
            return f"… {where}: {reason} (next look in {escape(str(event.detail.get('seconds', '?')))} s)"
        case EventKind.SETTLED if event.action == "verify":
            return f"✓ {where}: {escape(event.outcome)}"
        case EventKind.CHANGE_FAILED:
            return f"{words.wrong(f'{event.key}: {event.error}')}<br>hint: {escape(event.hint)}"
        case EventKind.SKIPPED:
            return f"skipped {where}: {escape(str(event.detail.get('reason', '')))}"
        case EventKind.PENDING:
            return f"waits: {escape(event.outcome)}"
        case EventKind.FILE_WRITTEN:
            return f"wrote {where}"
        case EventKind.NOTED:
            return f"{where}: {escape(event.outcome)}"
        case _:
            return ""
