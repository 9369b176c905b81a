"""The way to the screens that waits for no parser opens them exactly where the parsed command would."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Coroutine
from pathlib import Path

import pytest

from wizard import cli, opening
from wizard.errors import BadInput, ExitCode, Problem
from wizard.flows.add import Request
from wizard.options import Options
from wizard.tui.jobs import first_screen
from wizard.tui.screens.questions import Questions


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the screens were begun with, at a terminal that can be drawn on."""
    seen: list[str] = []
    monkeypatch.setattr(opening, "full_screen", lambda options: not (options.plain or options.json or options.no_input))

    def drawn(options: Options, begin: str) -> int:
        seen.append(begin)
        return 0

    monkeypatch.setattr(opening, "drawn", drawn)
    return seen


@pytest.mark.parametrize(
    ("arguments", "begin"), [([], "home"), (["setup"], "setup"), (["-p", "x.yaml"], "home"), (["setup", "--allow", "adopt"], "setup")]
)
def test_it_opens_the_screens(begun: list[str], arguments: list[str], begin: str) -> None:
    assert opening.at_once(arguments) == 0
    assert begun == [begin]


@pytest.mark.parametrize(
    "arguments",
    [["plan"], ["--help"], ["setup", "--help"], ["setup", "--yes"], ["--sandbox"], ["--plain"], ["--json"], ["--no-input"], ["--project"]],
)
def test_it_leaves_the_rest_to_the_parser(begun: list[str], arguments: list[str]) -> None:
    assert opening.at_once(arguments) is None
    assert begun == []


def test_it_tells_what_ends_the_screens(begun: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def fails(options: Options, begin: str) -> int:
        raise BadInput([Problem("region", "is none", "westeurope")])

    monkeypatch.setattr(opening, "drawn", fails)
    assert opening.at_once([]) == ExitCode.BAD_INPUT
    assert "region: is none" in capsys.readouterr().err


def test_it_imports_no_parser() -> None:
    code = (
        "import sys; from wizard import opening, tui; opening.at_once(['-p', 'x']); print({'typer', 'pydantic', 'rich'} & {*sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL)
    assert done.stdout.strip() == "set()"


@pytest.fixture
def faces(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[tuple[str, object]]:
    """Which screens a command opens, and with what; ``lines`` where it opens none."""
    seen: list[tuple[str, object]] = []

    def drawn(options: Options, begin: str, given: object = None) -> int:
        seen.append((begin, given))
        return 0

    def finished(work: Coroutine[object, object, int]) -> None:
        work.close()
        seen.append(("lines", None))

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(cli, "full_screen", lambda options: not (options.plain or options.json or options.no_input))
    monkeypatch.setattr(cli, "drawn", drawn)
    monkeypatch.setattr(cli, "_finish", finished)
    (tmp_path / "lakestrap.yaml").touch()
    return seen


ROTATION = {"environments": (), "kinds": (), "everything": False, "expiring": None, "grace": "24h", "undo": False}


@pytest.mark.parametrize(
    ("command", "begin", "given"),
    [
        ("status --all", "status", {"everything": True, "decides": True}),
        ("rotate", "rotate", {}),
        ("rotate dev --undo", "rotate", {**ROTATION, "environments": ["dev"], "undo": True}),
        ("add", "add", {}),
        ("add uat --like dev", "add", {"request": Request("uat", "dev", "", "", "", None, {})}),
        ("destroy", "destroy", {}),
        ("destroy prod --purge", "destroy", {"names": ("prod",), "purge": True}),
        ("upgrade", "upgrade", None),
        ("explain", "explain", None),
        ("migrate oidc --grace 7d", "migrate oidc", {"grace": "7d"}),
        ("migrate subject --opt-in --wait 60", "migrate subject", {"opt_in": True}),
    ],
)
def test_a_command_opens_its_screen_with_what_was_said(faces: list[tuple[str, object]], command: str, begin: str, given: object) -> None:
    assert cli.run(command.split()) == 0
    assert faces == [(begin, given)]
    assert not isinstance(first_screen(begin, given), Questions)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "command",
    [
        *("status --json", "status --fix", "rotate --yes", "destroy --plain", "destroy prod --confirm prod", "destroy --preview"),
        *("upgrade --check", "add --like dev", "explain AADSTS700213", "migrate oidc --no-input", "plan", "check", "verify"),
    ],
)
def test_what_scripts_and_lines_ask_for_opens_none(faces: list[tuple[str, object]], command: str) -> None:
    assert cli.run(command.split()) == 0
    assert faces == [("lines", None)]
