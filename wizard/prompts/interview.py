"""The walk through all questions on lines: forwards, back, and where one left off.

Owns the order of stations only; which questions there are and what they mean is the questions' own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wizard.prompts.asking import BACK, GoBack
from wizard.prompts.tables import edited
from wizard.questions import OWN, Answers, Asked, Kind, Step, asked, further_groups

if TYPE_CHECKING:
    from wizard.prompts.asking import Asking

STEPS = (Step.REPOSITORY, Step.ENVIRONMENTS, Step.IDENTITY, Step.DELIVERY, Step.PEOPLE, Step.SECRETS)
TITLES = {
    Step.REPOSITORY: "Repository",
    Step.ENVIRONMENTS: "Environments",
    Step.IDENTITY: "Identity",
    Step.DELIVERY: "Delivery",
    Step.PEOPLE: "People",
    Step.SECRETS: "Secrets",
}


@dataclass(frozen=True, slots=True)
class Station:
    """A place of the walk: a question or, without one, the further settings of a step."""

    step: Step
    item: Asked | None = None

    @property
    def key(self) -> str:
        return self.item.path if self.item else f"{self.step}…"


async def interviewed(asking: Asking, answers: Answers, keep: Callable[[Answers], None], *, again: bool) -> Answers:
    """The answers to everything, each kept as soon as it is given; going back loses none.

    Begins at the first question that is open, with ``again`` at the very first, where Enter keeps what was said.
    """
    position, step = 0 if again else _begin(asking, answers), None
    while position < len(stations := _stations(asking, answers)):
        station = stations[position]
        if station.step is not step:
            step = station.step
            asking.console.say("")
            asking.console.say(f"— {STEPS.index(step) + 1} of {len(STEPS)}: {TITLES[step]} —")
        try:
            answers = await _visited(asking, station, answers)
        except GoBack:
            position = max(0, position - 1)
            continue
        keep(answers)
        position = _stations_keys(asking, answers).index(station.key) + 1
    return answers


async def _visited(asking: Asking, station: Station, answers: Answers) -> Answers:
    if station.item is None:
        return await _further(asking, station.step, answers)
    if station.item.question.kind is Kind.TABLE:
        return await edited(asking, station.item, answers)
    return await asking.ask(station.item, answers)


def _begin(asking: Asking, answers: Answers) -> int:
    """The first question that nobody has settled; past the last where all are."""
    stations = _stations(asking, answers)
    return next((i for i, station in enumerate(stations) if station.item and station.key not in answers.answered), len(stations))


def _stations(asking: Asking, answers: Answers) -> list[Station]:
    found: list[Station] = []
    for step in STEPS:
        found += [Station(step, item) for item in asked(step, answers, asking.known) if not _filled(item, answers)]
        if further_groups(step, answers, asking.known):
            found.append(Station(step))
    return found


def _stations_keys(asking: Asking, answers: Answers) -> list[str]:
    return [station.key for station in _stations(asking, answers)]


def _filled(item: Asked, answers: Answers) -> bool:
    """Whether a preset has made the rows already."""
    return item.path == "environments" and bool(answers.rows("environments")) and answers.get("run.preset") != OWN


async def _further(asking: Asking, step: Step, answers: Answers) -> Answers:
    """The answers after as many groups of further settings as somebody wanted to see; usually none."""
    while True:
        groups = further_groups(step, answers, asking.known)
        asking.console.say("")
        asking.console.say("Further settings, all of them with a default:")
        for number, group in enumerate(groups, 1):
            asking.console.say(f"  {number:>2}  {group}")
        text = (await asking.lines.line("Further settings (Enter goes on, NUMBER opens one): ")).strip()
        if text == BACK:
            raise GoBack
        if not text:
            return answers
        if text.isdigit() and 1 <= int(text) <= len(groups):
            answers = await _group(asking, step, groups[int(text) - 1], answers)
        else:
            asking.tell(f"{text} is no answer here", f"a number from 1 to {len(groups)}, or Enter")


async def _group(asking: Asking, step: Step, group: str, answers: Answers) -> Answers:
    rows: Sequence[int] | None = None
    position = 0
    while position < len(items := [i for i in asked(step, answers, asking.known, group) if rows is None or i.row < 0 or i.row in rows]):
        item = items[position]
        if rows is None and item.row >= 0 and len(answers.rows("environments")) > 1:
            rows = await _rows(asking, answers)
            continue
        try:
            answers = await asking.ask(item, answers)
        except GoBack:
            if position == 0:
                return answers
            position -= 1
            continue
        position += 1
    return answers


async def _rows(asking: Asking, answers: Answers) -> Sequence[int]:
    """Which environments somebody wants to set something for."""
    names = [str(row.get("name")) for row in answers.rows("environments")]
    while True:
        text = await asking.lines.line(f"For which environments? {', '.join(names)} [all]: ")
        wanted = [part for part in text.replace(",", " ").split() if part]
        unknown = [part for part in wanted if part.lower() not in (name.lower() for name in names)]
        if not unknown:
            return [i for i, name in enumerate(names) if not wanted or name.lower() in (part.lower() for part in wanted)]
        asking.tell(f"there is no environment {unknown[0]}", f"one of: {', '.join(names)}")
