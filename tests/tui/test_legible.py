"""Every screen of the later jobs can be read in the dark theme, in the light one and without any colour, and used by mouse alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from rich.color import Color
from rich.console import Console
from rich.style import Style
from rich.text import Text
from textual.screen import ModalScreen
from textual.widgets import Button, Static
from textual.widgets._footer import FooterKey

import wizard.tui
from tests.tui import still, still_changes
from tests.tui.driving import at, outlined, seated, shown, until
from tests.tui.test_life_snapshots import put, root  # noqa: F401
from wizard.flows.explain import asked
from wizard.tui.hanging import Hanging
from wizard.tui.screens.add import AddChoice
from wizard.tui.screens.asking import Moved
from wizard.tui.screens.destroy import DestroyChoice
from wizard.tui.screens.explain import ExplainChoice
from wizard.tui.screens.migrate import MigrateChoice
from wizard.tui.screens.rotate import RotateChoice
from wizard.tui.widgets.ticks import Ticks

if TYPE_CHECKING:
    from textual.pilot import Pilot
    from textual.screen import Screen
    from textual.strip import Strip

RUN = "https://github.com/contoso/shop/actions/runs/7"
READABLE = 3.0
"""Contrast, as https://www.w3.org/TR/WCAG22/#contrast-minimum counts it for large and bold text; secondary words may be fainter."""
FAINT = 2.0
MARKS = "✗✓!?~⏸→"
COLOURS = ("red", "green", "yellow", "cyan")


def screens(app: object) -> Iterator[Screen[object]]:
    """One of each job."""
    yield AddChoice()  # type: ignore[misc]
    yield RotateChoice()  # type: ignore[misc]
    yield DestroyChoice()  # type: ignore[misc]
    yield ExplainChoice()  # type: ignore[misc]
    yield MigrateChoice()  # type: ignore[misc]
    yield still.StillStatus()  # type: ignore[misc]
    yield still.StillRotation({"full": True})  # type: ignore[misc]
    yield still.StillRemoval(("prod",))  # type: ignore[misc]
    yield still.StillRemoval(("prod",), purge=True)  # type: ignore[misc]
    yield still_changes.StillLeaving()  # type: ignore[misc]
    yield still_changes.StillUpgrade()  # type: ignore[misc]
    yield still_changes.StillExplained(asked(RUN))  # type: ignore[misc]
    yield still.stopped(app)  # type: ignore[arg-type, misc]
    yield Moved(still.moved())  # type: ignore[misc]


def luminance(colour: Color) -> float:
    parts = [value / 255 for value in colour.get_truecolor()]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(style: Style) -> float:
    """How far the two colours of a style are apart, from 1 to 21."""
    assert style.color is not None and style.bgcolor is not None
    dark, light = sorted((luminance(style.color), luminance(style.bgcolor)))
    return (light + 0.05) / (dark + 0.05)


def too_faint(strips: list[Strip]) -> list[str]:
    """Words that can hardly be read. Those that are dimmed, and those of a control that cannot be used now, may be fainter."""
    wrong = []
    for strip in strips:
        for segment in strip:
            words, style = "".join(letter for letter in segment.text.strip() if letter.isalnum() or letter in MARKS), segment.style
            if words and style is not None and style.color is not None and style.bgcolor is not None:
                least = READABLE if style.bold else FAINT
                if contrast(style) < least:
                    wrong.append(f"{words!r}: {style} {contrast(style):.1f}")
    return wrong


async def drawn(pilot: Pilot[int], screen: Screen[object]) -> list[Strip]:
    """The rows of a screen as they reach the terminal."""
    await put(pilot, screen)
    if hasattr(screen, "outline"):
        await outlined(pilot, type(screen).__name__)
    for button in screen.query(Button):
        if button.disabled:
            button.display = False
    await pilot.pause()
    strips = screen._compositor.render_strips()
    if isinstance(screen, ModalScreen):  # what is behind it is meant to be faint
        region = screen.query_one(".dialog").region
        strips = [strip.crop(region.x, region.right) for strip in strips[region.y : region.bottom]]
    return strips


@pytest.mark.parametrize("look", [pytest.param("dark", marks=pytest.mark.matrix), pytest.param("light", marks=pytest.mark.matrix), "none"])
async def test_nothing_fades_into_its_background(root: Path, look: str, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    if look == "none":
        monkeypatch.setenv("NO_COLOR", "1")
    async with seated(root, clock=lambda: 0.0) as pilot:
        if look == "light":
            pilot.app.action_light()  # type: ignore[attr-defined]
            await pilot.pause()
        for screen in screens(pilot.app):
            strips = await drawn(pilot, screen)
            assert too_faint(strips) == [], type(screen).__name__
            pilot.app.pop_screen()


async def test_everything_is_done_by_mouse_alone(root: Path) -> None:  # noqa: F811
    async with seated(root) as pilot:
        await put(pilot, DestroyChoice())  # type: ignore[arg-type]
        await pilot.click(Ticks, offset=(5, 1))
        assert pilot.app.screen.query_one(Ticks).selected == ("prod",)
        await pilot.click("#back")
        await at(pilot, "Home")
        await put(pilot, MigrateChoice())  # type: ignore[arg-type]
        assert "Ask GitHub for subjects with ids" in shown(pilot) and "Grace" not in shown(pilot)
        await pilot.click("#label-0")
        await pilot.pause()
        assert "Grace" in shown(pilot) and "Ask GitHub" not in shown(pilot), "only what belongs to the one that is chosen"
        await footer(pilot, "Back")
        await at(pilot, "Home")
        await put(pilot, still.StillStatus())  # type: ignore[arg-type]
        await outlined(pilot, "StillStatus")
        await pilot.click("#tree", offset=(10, 4))
        await until(pilot, lambda: "expires in 12 days" in shown(pilot), "the line that was clicked")
        await footer(pilot, "Filter")
        await until(pilot, lambda: pilot.app.screen.query_one("#filter").has_focus, "the filter")
        await put(pilot, Moved(still.moved()))  # type: ignore[arg-type]
        await pilot.click("#no")
        await at(pilot, "StillStatus")


async def footer(pilot: Pilot[int], words: str) -> None:
    """Click a key of the footer."""
    key = next(key for key in pilot.app.screen.query(FooterKey) if key.description == words)
    await pilot.click(key)
    await pilot.pause()


async def test_a_faint_word_is_found(root: Path) -> None:  # noqa: F811
    async with seated(root) as pilot:
        pilot.app.screen.query_one("#title", Static).update(Text.assemble(("hardly there", "bold #222222 on #111111")))
        await pilot.pause()
        assert any("hardlythere" in line for line in too_faint(pilot.app.screen._compositor.render_strips()))


def test_colours_are_those_of_the_palette() -> None:
    """A named colour for a whole ``Text`` would be looked up among those of CSS, whose yellow nobody can read on white."""
    wrong = [
        f"{path.name}:{line}"
        for path in Path(wizard.tui.__file__).parent.rglob("*.py")
        for line in whole_texts(path.read_text(encoding="utf-8"))
    ]
    assert wrong == []
    assert list(whole_texts("Text('x', style='bold red')\nText('x', 'dim')\nText.assemble(('x', 'red'))")) == [1]


def whole_texts(source: str) -> Iterator[int]:
    """Lines where a ``Text`` as a whole is given a named colour."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Text":
            given = [*node.args[1:], *(keyword.value for keyword in node.keywords if keyword.arg == "style")]
            words = {
                word for each in given for part in ast.walk(each) if isinstance(part, ast.Constant) for word in str(part.value).split()
            }
            if words & set(COLOURS):
                yield node.lineno


def test_what_is_indented_stays_so_on_the_next_line() -> None:
    console = Console(width=26, color_system=None)
    with console.capture() as taken:
        console.print(Hanging(Text("How to go on\n  1. merge the pull request soon\n    https://a.b\n")))
    assert [line.rstrip() for line in taken.get().splitlines()] == [
        "How to go on",
        "  1. merge the pull",
        "     request soon",
        "    https://a.b",
        "",
    ]
