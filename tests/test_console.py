"""What people and programs are shown: one line an event, errors with their hints, data on stdout and talk on stderr."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from wizard.console import Console
from wizard.engine.events import Event, EventKind
from wizard.errors import BadInput, LakestrapError, Problem
from wizard.options import taken_out
from wizard.secret import Secret


def told(capsys: pytest.CaptureFixture[str], *events: Event, as_json: bool = False) -> tuple[str, str]:
    console = Console(as_json=as_json, plain=True)
    for event in events:
        console.event(event)
    out, err = capsys.readouterr()
    return out, err


def waiting(at: float, reason: str = "the role has not spread yet") -> Event:
    return Event(EventKind.WAITING, "keyvault.secret/dev/salt", "create", detail={"seconds": 2, "reason": reason}, time=at)


def test_people_see_changes_with_their_progress_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    plan = Event(EventKind.PLAN_MADE, detail={"counts": {"keep": 4, "create": 2}})
    made = Event(EventKind.CHANGE_MADE, "arm.resource_group/dev", "create")
    settled = Event(EventKind.SETTLED, "arm.resource_group/dev", "create", "settled")
    out, err = told(capsys, plan, made, settled, Event(EventKind.CHANGE_MADE, "keyvault.vault/dev", "create"))
    assert out == "" and err.splitlines() == ["[0/2] + create arm.resource_group/dev", "[1/2] + create keyvault.vault/dev"]


def test_the_same_wait_is_told_once_until_a_while_has_passed(capsys: pytest.CaptureFixture[str]) -> None:
    _, err = told(capsys, waiting(100), waiting(101), waiting(102, "another reason"), waiting(111))
    assert [line.count("not spread") for line in err.splitlines()] == [1, 0, 1]


def test_programs_get_every_event_as_a_line_with_the_eight_members(capsys: pytest.CaptureFixture[str]) -> None:
    out, err = told(capsys, waiting(100), waiting(101), as_json=True)
    lines = [json.loads(line) for line in out.splitlines()]
    assert err == "" and len(lines) == 2
    assert list(lines[0])[:8] == ["time", "run", "event", "key", "action", "outcome", "error", "hint"]


def test_an_error_tells_each_problem_and_its_remedy(capsys: pytest.CaptureFixture[str]) -> None:
    problems = [Problem("lakestrap.yaml:12:5", "no such region", "westeurope"), Problem("lakestrap.yaml:14:1", "unknown field [x]", "")]
    Console(plain=True).error(BadInput(problems))
    Console(plain=True).error(LakestrapError("it broke", hints=["az login"]))
    assert capsys.readouterr().err.splitlines() == [
        "error: lakestrap.yaml:12:5: no such region",
        "hint: westeurope",
        "error: lakestrap.yaml:14:1: unknown field [x]",
        "error: it broke",
        "hint: az login",
    ]


def test_what_is_left_for_people_stands_at_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    pending: list[Mapping[str, str]] = [{"what": "approve the run", "link": "https://github.com/x", "who": "@ana"}]
    Console(plain=True).finished(Event(EventKind.RUN_FINISHED, outcome="done", detail={"exit_code": 0, "pending": pending}))
    assert capsys.readouterr().err.splitlines()[:2] == ["1 thing left for people:", "  • approve the run https://github.com/x"]


def test_global_options_stand_before_or_after_the_command_and_never_behind_the_dashes() -> None:
    options, rest = taken_out(["--yes", "setup", "--project=x.yaml", "--allow", "adopt,delete", "--", "--json"])
    assert rest == ["setup", "--", "--json"] and options.yes and not options.json
    assert options.project.name == "x.yaml" and options.allow == {"adopt", "delete"}
    with pytest.raises(BadInput, match="needs a value"):
        taken_out(["setup", "--project"])
    with pytest.raises(BadInput, match="no action 'destroy'"):
        taken_out(["--allow", "destroy"])


def test_a_secret_shows_itself_nowhere() -> None:
    secret = Secret("hunter2")
    assert "hunter2" not in f"{secret} {secret!r} {[secret]} {secret:>20}"
    for leak in (lambda: json.dumps(secret), lambda: __import__("pickle").dumps(secret), lambda: __import__("copy").deepcopy(secret)):
        with pytest.raises(TypeError):
            leak()
    assert secret.reveal() == "hunter2"
