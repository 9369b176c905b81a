"""The new environment's entry, made after the pattern of another.

Owns where it goes, what is taken over from the pattern and what must not be, and what has to be said of the others so that they stay as
they are. Pure: every wrong argument is told at once, no cloud is asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from wizard.errors import BadInput, Problem
from wizard.project import file
from wizard.project.model import Existing, Project

if TYPE_CHECKING:
    from wizard.project.model import Environment

Json = Any
ITS_OWN = frozenset({"name", "production", "existing", "address_space"})
"""What a pattern does not give away: its things, the range of its network; whether it is production follows from the place."""
NOBODY = "none"
UNTAKEN = "another"
"""Stands in for a name that is taken, so that everything else can be checked too."""


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for. Empty fields are taken from the pattern; ``reviewers`` is ``None`` where nothing was said of them."""

    name: str
    like: str = ""
    after: str = ""
    subscription: str = ""
    region: str = ""
    reviewers: tuple[str, ...] | None = None
    existing: Mapping[str, str] = field(default_factory=dict)

    def with_answer(self, name: str, value: str | tuple[str, ...]) -> Request:
        """The request with a field that was stale answered anew."""
        return replace(self, **{name: value})  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Proposal:
    """The project with the new environment in it, and without; ``notes`` say in words what was decided."""

    name: str
    like: str
    old: Project
    project: Project
    notes: tuple[str, ...] = ()

    @property
    def environment(self) -> Environment:
        return self.project.environment(self.name)


def proposed(project: Project, request: Request) -> Proposal:
    """The project with the environment in it. Raises ``BadInput`` with everything that is wrong with the request."""
    problems = list(_unknown(project, request))
    pattern = _named(project, request.like) or _before(project, request)
    at = _place(project, request)
    taken = any(problem.place == "ENV" for problem in problems)
    raw, notes = _raw(project, replace(request, name=UNTAKEN) if taken else request, pattern, at)
    problems += [Problem(_argument(item.place, at), item.reason, item.remedy) for item in file.checked(raw)]
    if problems:
        raise BadInput(list(dict.fromkeys(problems)))
    return Proposal(request.name, pattern.name, project, Project.model_validate(raw), tuple(notes))


def begun(project: Project, name: str) -> Proposal:
    """The same for an environment that an interrupted run has put into the file already."""
    environment = next(item for item in project.environments if item.name.lower() == name.lower())
    return Proposal(environment.name, "", without(project, environment.name), project, ("goes on with what an earlier run began",))


def without(project: Project, name: str) -> Project:
    """The project as it was before the environment was added."""
    raw = file.dumped(project)
    raw["environments"] = [item for item in raw["environments"] if item["name"] != name]
    for part in ("access", "secrets"):
        items = [_less(item, name) for item in raw.get(part, ())]
        if part in raw:
            raw[part] = [item for item in items if item.get("environments", True)]
    return Project.model_validate(raw)


def _less(item: dict[str, Json], name: str) -> dict[str, Json]:
    wanted = item.get("environments")
    return item if wanted is None else {**item, "environments": [other for other in wanted if other != name]}


def _unknown(project: Project, request: Request) -> Iterator[Problem]:
    names = ", ".join(environment.name for environment in project.environments)
    taken = next((e.name for e in project.environments if e.name.lower() == request.name.lower()), "")
    if taken:
        reason = f"the environment {taken} is there already" + ("" if taken == request.name else "; case does not count")
        yield Problem("ENV", reason, "choose another name; what the file wishes and the clouds lack: lakestrap setup")
    for option, value in (("--like", request.like), ("--after", request.after)):
        if value and _named(project, value) is None:
            yield Problem(option, f"there is no environment {value}", f"one of: {names}")
    for kind in request.existing:
        if kind not in Existing.model_fields:
            yield Problem("--existing", f"there is no {kind} to bring along", f"one of: {', '.join(Existing.model_fields)}")


def _named(project: Project, name: str) -> Environment | None:
    return next((item for item in project.environments if name and item.name.lower() == name.lower()), None)


def _place(project: Project, request: Request) -> int:
    """Behind the named one, else behind the last that is not production."""
    names = [environment.name.lower() for environment in project.environments]
    if request.after.lower() in names:
        return names.index(request.after.lower()) + 1
    ordinary = [index for index, item in enumerate(project.environments) if not project.is_production(item)]
    return ordinary[-1] + 1 if ordinary else 0


def _before(project: Project, request: Request) -> Environment:
    """The pattern where none is named: the environment before it in the order of promotion, else the one behind."""
    return project.environments[max(0, _place(project, request) - 1)]


def _raw(project: Project, request: Request, pattern: Environment, at: int) -> tuple[dict[str, Json], list[str]]:
    raw = file.dumped(project)
    rows: list[dict[str, Json]] = raw["environments"]
    given = next(row for row in rows if row["name"] == pattern.name)
    notes = [f"pattern: {pattern.name}"]
    entry: dict[str, Json] = {"name": request.name}
    entry |= {name: value for name, value in given.items() if name not in ITS_OWN}
    _adapted(entry, project, pattern, at, notes)
    entry["tags"] = {key: request.name if text.lower() == pattern.name.lower() else text for key, text in entry.get("tags", {}).items()}
    if not entry["tags"]:
        del entry["tags"]
    _asked(entry, request, notes)
    notes += [f"{name} of {pattern.name} is its own and is not taken over" for name in ("existing", "address_space") if given.get(name)]
    if at == len(rows):
        _last(project, rows, entry, notes)
    rows.insert(at, entry)
    for part, what in (("secrets", "name"), ("access", "role")):
        for item in raw.get(part, ()):
            if pattern.name in (item.get("environments") or ()):
                item["environments"] = [*item["environments"], request.name]
                who = " ".join(text for text in (item.get("group") or item.get("user"), item[what]) if text)
                notes.append(f"{part}: {who}, as for {pattern.name}")
    return raw, notes


def _adapted(entry: dict[str, Json], project: Project, pattern: Environment, at: int, notes: list[str]) -> None:
    """What cannot be the same for two environments: fixed names, and the branches and tags of a stage of its own."""
    literal = [kind for kind, text in entry.get("naming", {}).items() if text and not set(_WITH_ENVIRONMENT) & set(_placeholders(text))]
    if literal:
        kept = {kind: text for kind, text in entry["naming"].items() if kind not in literal}
        entry.pop("naming")
        entry |= {"naming": kept} if kept else {}
        notes.append(f"naming.{', naming.'.join(literal)} of {pattern.name} is its own; the usual name is given instead")
    own = project.delivery.strategy == "environment-branches" or (project.is_production(pattern) and at < len(project.environments))
    if "deploy_from" in entry and own:
        del entry["deploy_from"]
        notes.append(f"deploy_from of {pattern.name} is its own; it is deployed as the strategy {project.delivery.strategy} has it")


_WITH_ENVIRONMENT = ("environment", "Environment", "hash")


def _placeholders(pattern: str) -> list[str]:
    return [part.partition("}")[0] for part in pattern.split("{")[1:]]


def _asked(entry: dict[str, Json], request: Request, notes: list[str]) -> None:
    """What the request says itself."""
    if request.subscription:
        entry["subscription"] = request.subscription
    if request.region:
        entry["region"] = request.region
    if request.reviewers is not None:
        wanted = [name for name in request.reviewers if name.lower() != NOBODY]
        entry |= {"reviewers": wanted}
        if not wanted:
            entry.pop("reviewers")
            if entry.pop("prevent_self_review", False):
                notes.append("prevent_self_review is left out: there is nobody to review")
    if request.existing:
        entry["existing"] = {kind: text for kind, text in request.existing.items() if kind in Existing.model_fields}


def _last(project: Project, rows: Sequence[dict[str, Json]], entry: dict[str, Json], notes: list[str]) -> None:
    """The last one is production unless something else is said; those that are there shall stay what they are."""
    before = project.environments[-1]
    if not project.is_production(before):
        entry["production"] = False
        notes.append(f"it is last, and no production, as {before.name} was none")
        return
    notes.append(f"it is behind {before.name}, which is production, and so production too")
    if before.production is None:
        rows[-1]["production"] = True
        notes.append(f"production: true is written for {before.name}, so that it stays as it is")


def _argument(place: str, at: int) -> str:
    """The argument that a field path of the new entry stands for."""
    head = f"environments.{at}"
    if place != head and not place.startswith(f"{head}."):
        return place
    field_name = place.removeprefix(head).strip(".").partition(".")[0]
    options = {"name": "ENV", "subscription": "--subscription", "region": "--region", "reviewers": "--reviewer", "existing": "--existing"}
    if not field_name:
        return "--existing"
    return options.get(field_name, f"ENV: {place.removeprefix(head).strip('.')}")
