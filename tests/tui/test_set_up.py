"""The whole way through the full screen: it ends in the same file and the same world as the run without questions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from textual.widgets import Button, Input

from tests.crash.canonical import differing, ids_in
from tests.scenarios.rehearsal import rehearsed
from tests.tui.driving import at, held_at, planned, seated, shown, step, to_questions, to_review, until
from wizard.project.file import load
from wizard.questions import kept_at
from wizard.tui.screens.questions import Questions
from wizard.tui.widgets.answer_input import AnswerInput

if TYPE_CHECKING:
    from tests.conftest import Sandbox

Json = Any


def world_of(sandbox: Sandbox) -> dict[str, Json]:
    """A copy of the world's tables as they are."""
    with sandbox.lock:
        copied: dict[str, Json] = json.loads(json.dumps(sandbox.world.dump()))
    tables: dict[str, Json] = copied.get("tables", copied)
    return tables


@pytest.mark.timeout(240)
async def test_ends_in_the_same_file_and_the_same_world_as_without_questions(sandbox: Sandbox, tmp_path: Path) -> None:
    asked, headless = tmp_path / "asked" / "shop", tmp_path / "headless" / "shop"
    begun_with = ids_in(world_of(sandbox))
    async with seated(asked) as pilot:
        await to_questions(pilot)
        await pilot.press(*"contoso/shop", "enter")
        await to_review(pilot)
        assert sandbox.mutating() == [], "the review has changed nothing"
        await pilot.press("a")
        await at(pilot, "Done")
        assert "✓ shop is set up" in shown(pilot) and "approve the run" in shown(pilot)
        await pilot.press("s")
        await pilot.pause()
        report = (asked / ".lakestrap" / "lakestrap-report.md").read_text(encoding="utf-8")
        assert "# shop: set-up complete" in report and "✓ **dev**" in report and "One thing is left for people" in report
        await pilot.press("ctrl+q")
        await until(pilot, lambda: pilot.app.return_value is not None)
        assert pilot.app.return_value == 0
    assert not kept_at(asked).exists(), "the project file says it all"
    asked_world = world_of(sandbox)
    headless.mkdir(parents=True)
    (headless / "lakestrap.yaml").write_bytes((asked / "lakestrap.yaml").read_bytes())
    done = rehearsed(headless, "lakestrap", "setup", "--yes", "--json", options=("--seed", "0"))
    assert done.code == 0, done.stderr
    assert (headless / "lakestrap.yaml").read_bytes() == (asked / "lakestrap.yaml").read_bytes()
    assert differing(done.world, asked_world, begun_with) == []
    changed = asked_world | {"github.environments": {}}
    assert differing(done.world, changed, begun_with), "a world without its gates is another one"


@pytest.mark.matrix
async def test_four_environments_take_one_typed_answer_and_one_choice(sandbox: Sandbox, tmp_path: Path) -> None:
    async with seated(tmp_path / "shop") as pilot:
        await to_questions(pilot)
        await pilot.press(*"contoso/shop", "enter", "pagedown")
        await step(pilot, "environments")
        await pilot.press("down", "down")
        await step(pilot, "environments")
        await pilot.press("pageup")
        await step(pilot, "repository")
        await to_review(pilot)
    project = load(tmp_path / "shop" / "lakestrap.yaml")
    assert [(e.name, e.subscription) for e in project.environments] == [
        ("dev", "Contoso Dev"),
        ("uat", "Contoso UAT"),
        ("preprod", "Contoso PreProd"),
        ("prod", "Contoso Prod"),
    ]
    assert project.environments[3].reviewers == ("@ada",)


async def test_a_wrong_answer_is_told_beside_its_field_and_keeps_one_from_the_plan(sandbox: Sandbox, tmp_path: Path) -> None:
    async with seated(tmp_path / "shop", (80, 24)) as pilot:
        await to_questions(pilot)
        await pilot.press(*"fabrikam")
        await pilot.pause()
        assert "owner/name, like" in shown(pilot)
        for _ in range(5):
            await pilot.press("pagedown")
        await step(pilot, "secrets")
        await pilot.press("pagedown")
        await step(pilot, "repository")
        assert isinstance(pilot.app.screen, Questions), "no plan is made of a wrong answer"
        line = pilot.app.screen.query_one(AnswerInput)
        assert line.value == "fabrikam" and line.has_focus
        await pilot.press("end", *"/shop")
        await pilot.pause()
        assert "owner/name, like" not in shown(pilot)


async def test_leaving_and_coming_back_goes_on_with_every_answer(sandbox: Sandbox, tmp_path: Path) -> None:
    root = tmp_path / "shop"
    async with seated(root) as pilot:
        await to_questions(pilot)
        await pilot.press(*"contoso/shop", "enter", "pagedown")
        await step(pilot, "environments")
        await pilot.press("tab", "ctrl+n")
        await step(pilot, "environments")
        await pilot.press(*"extra")
        await pilot.press("ctrl+q")
        await until(pilot, lambda: pilot.app.return_value is not None)
    async with seated(root) as pilot:
        await pilot.pause(0.3)
        assert "go on where you left" in shown(pilot)
        await to_questions(pilot)
        assert pilot.app.screen.query_one(AnswerInput).value == "contoso/shop"
        await pilot.press("pagedown")
        await step(pilot, "environments")
        assert "extra" in [field.value for field in pilot.app.screen.query(Input)]


@pytest.mark.matrix
async def test_stopping_asks_first_and_the_run_can_be_resumed(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "shop"
    clouds = held_at(6, sandbox, monkeypatch)
    async with seated(root) as pilot:
        await to_questions(pilot)
        await pilot.press(*"contoso/shop", "enter")
        await to_review(pilot)
        await pilot.press("a")
        await at(pilot, "Apply")
        await until(pilot, lambda: clouds.held, "some steps")
        await pilot.press("s")
        await at(pilot, "Confirm")
        assert pilot.app.screen.query_one("#no", Button).has_focus, "Enter goes on"
        await pilot.press("y")
        await until(pilot, lambda: "Stopping: waiting for the calls under way" in shown(pilot), "that it stops")
        clouds.release()
        await at(pilot, "Done")
        assert "⏸ Stopped" in shown(pilot)
        made = len(sandbox.mutating())
        await pilot.press("escape")
        await at(pilot, "Home")
        await until(pilot, lambda: "Resume the run that did not end" in shown(pilot), "the run to resume")
        await pilot.press("home", "enter")
        review = await planned(pilot)
        assert review.preview is not None
        counts = review.preview.plan.counts()
        assert counts["keep"] > 4 and counts["create"] > 4, "it was stopped in the middle"
        await pilot.press("a")
        await at(pilot, "Done")
        assert "✓ shop is set up" in shown(pilot)
        assert len(sandbox.mutating()) >= made + counts["create"]


@pytest.mark.matrix
async def test_a_run_that_ends_under_a_question_takes_it_away(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clouds = held_at(6, sandbox, monkeypatch)
    async with seated(tmp_path / "shop") as pilot:
        await to_questions(pilot)
        await pilot.press(*"contoso/shop", "enter")
        await to_review(pilot)
        await pilot.press("a")
        await at(pilot, "Apply")
        await until(pilot, lambda: clouds.held, "some steps")
        await pilot.press("s")
        await at(pilot, "Confirm")
        clouds.release()
        await at(pilot, "Done")
        names = [type(screen).__name__ for screen in pilot.app.screen_stack]
        assert names == ["Home", "Questions", "Review", "Done"], "neither the question nor the lanes stay behind"
        assert "✓ shop is set up" in shown(pilot)


@pytest.mark.matrix
async def test_a_failed_step_is_told_and_can_be_tried_again_within_the_run(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.faults.add(method="PUT", path=r"management\.azure\.com/.*/vaults/kv-shop-dev-[^/]+", status=400)
    async with seated(tmp_path / "shop", (80, 24)) as pilot:
        await to_questions(pilot)
        await pilot.press(*"contoso/shop", "enter")
        await to_review(pilot)
        await pilot.press("a")
        await at(pilot, "AskRemedy")
        assert "keyvault.vault/dev" in shown(pilot) and "The request is invalid" in shown(pilot)
        assert "The other steps go on meanwhile" in shown(pilot)
        await pilot.press("r")
        await at(pilot, "Done")
        assert "✓ shop is set up" in shown(pilot) and "✗" not in shown(pilot)


@pytest.mark.matrix
async def test_skipping_a_failed_step_leaves_out_what_depends_on_it_only(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.faults.add(method="PUT", path=r"management\.azure\.com/.*/vaults/kv-shop-dev-[^/]+", status=400)
    async with seated(tmp_path / "shop") as pilot:
        await to_questions(pilot)
        await pilot.press(*"contoso/shop", "enter")
        await to_review(pilot)
        await pilot.press("a")
        await at(pilot, "AskRemedy")
        await pilot.press("k")
        await at(pilot, "Done")
        assert "✗ Not complete" in shown(pilot) and "that depend on it were left out" in shown(pilot)
        outcome = pilot.app.sitting.outcome  # type: ignore[attr-defined]
        assert list(outcome.applied.failed) == ["keyvault.vault/dev"]
        assert all("/prod" not in key or key.startswith("github.files") for key in outcome.applied.skipped)


@pytest.mark.parametrize("sandbox_world", ["taken-names"])
async def test_a_taken_vault_name_is_told_beside_its_environment(sandbox: Sandbox, tmp_path: Path) -> None:
    async with seated(tmp_path / "shop", (200, 60)) as pilot:
        await to_questions(pilot)
        await pilot.press(*"contoso/shop", "enter", "pagedown")
        await step(pilot, "environments")
        taken = "the vault name kv-shop-dev-26smk of dev is taken"
        await until(pilot, lambda: taken in shown(pilot), "that the name is taken")
        assert "kv-shop-prod-x6ksv" in shown(pilot), "beside a vault of one's own stands the one that would be created"
        await pilot.press("pageup")
        await step(pilot, "repository")
        assert taken in shown(pilot), "and beside the project's name, which it follows from"
        pilot.app.screen.query(AnswerInput)[1].focus()
        await pilot.press("end", *"-x")
        await until(pilot, lambda: taken not in shown(pilot), "that another name is free")


async def test_groups_are_searched_for_what_is_typed(sandbox: Sandbox, tmp_path: Path) -> None:
    with sandbox.lock:
        for number in range(60):
            name = f"aaa-{number:02}" if number < 59 else "zebra-keepers"
            sandbox.world.table("graph.groups")[f"g-{number}"] = {"id": f"g-{number}", "displayName": name, "members": []}
    async with seated(tmp_path / "shop", (120, 40)) as pilot:
        await to_questions(pilot)
        pilot.app.screen.go("people")  # type: ignore[attr-defined]
        await step(pilot, "people")
        await pilot.press("ctrl+n") if pilot.app.screen.query(AnswerInput) else pilot.app.screen.query_one(".add", Button).press()
        await until(pilot, lambda: bool(pilot.app.screen.query(AnswerInput)), "a row")
        await step(pilot, "people")
        assert "zebra-keepers" not in [choice.label for choice in pilot.app.screen.query(AnswerInput)[0].choices]
        pilot.app.screen.query(AnswerInput)[0].focus()
        await pilot.press(*"zeb")
        await until(pilot, lambda: "zebra-keepers" in shown(pilot), "what was searched for")
