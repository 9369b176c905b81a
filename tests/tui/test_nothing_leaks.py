"""What a screen must not show: the values in a crash, a typed secret, a library's own lines; and which world this is, always."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from textual.widgets import Input

from tests.tui.driving import at, seated, shown
from wizard.secret import Secret
from wizard.tui.screens.dialogs import AskSecret

CANARY = "ghp_canary0123456789"
CODE = """
import os, sys
from wizard.tui.quiet import only_the_screen
early = sys.stderr
with only_the_screen():
    print("a library printed")
    early.write("a library warned"); early.flush()
    os.write(1, b"a library wrote to 1"); os.write(2, b"a library wrote to 2")
    sys.__stderr__.write("the screen"); sys.__stderr__.flush()
print("afterwards")
"""


async def test_a_crash_tells_no_values(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def crash() -> None:
        token = CANARY
        raise RuntimeError(f"broken, {len(token)}")

    with pytest.raises(RuntimeError, match="broken"):
        async with seated(tmp_path / "shop") as pilot:
            pilot.app.call_later(crash)
            await pilot.pause()
    told = capsys.readouterr()
    assert "broken, 20" in told.err and CANARY not in told.err + told.out


async def test_a_typed_secret_leaves_as_a_secret_and_is_not_shown(tmp_path: Path) -> None:
    async with seated(tmp_path / "shop") as pilot:
        answers: list[Secret | None] = []
        pilot.app.push_screen(AskSecret("sql-password for prod", "It is never shown."), answers.append)
        await at(pilot, "AskSecret")
        await pilot.press(*"hunter2")
        assert "hunter2" not in shown(pilot) and "hunter2" not in pilot.app.export_screenshot()
        field = pilot.app.screen.query_one(Input)
        await pilot.press("enter")
        await at(pilot, "Home")
        assert field.value == "" and answers[0] is not None and answers[0].reveal() == "hunter2"


def test_what_libraries_print_does_not_reach_the_terminal() -> None:
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", CODE], capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": str(root)}
    )
    assert done.stdout == "afterwards\n" and done.stderr == "the screen"


@pytest.mark.parametrize(("rehearsal", "badge"), [(True, "REHEARSAL"), (False, "REAL CLOUD")])
async def test_which_world_it_is_stands_on_the_narrowest_screen(tmp_path: Path, rehearsal: bool, badge: str) -> None:
    async with seated(tmp_path / "shop", (80, 24), rehearsal=rehearsal) as pilot:
        await pilot.pause()
        assert badge in shown(pilot).splitlines()[0]
