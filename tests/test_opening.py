"""The way to the screens that waits for no parser opens them exactly where the parsed command would."""

from __future__ import annotations

import subprocess
import sys

import pytest

from wizard import opening
from wizard.errors import BadInput, ExitCode, Problem
from wizard.options import Options


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
