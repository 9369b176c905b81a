"""The page on the local cloud: sign-in, lists, plan and run by clicks, inside a running event loop that is never held up."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import ipywidgets as widgets
import pytest

from tests.scenarios.rehearsal import small_project
from wizard.errors import BadInput
from wizard.notebook import Wizard
from wizard.providers import signin
from wizard.questions import Step
from wizard.sandbox.login import people

CANARY = "canary-of-the-page"


@pytest.fixture
def shop(sandbox: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Wizard]:
    """A wizard over a project of two environments."""
    monkeypatch.setenv("API_KEY", CANARY)
    made = Wizard(small_project(tmp_path))
    yield made
    made.close()


async def until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    """Let the loop run, as a kernel's does, until something is so."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came about"
        await asyncio.sleep(0.05)


async def test_showing_the_page_signs_in_and_fetches_lists(shop: Wizard) -> None:
    shop._repr_mimebundle_()
    await until(lambda: "ada@contoso.com" in shop.head.value)
    assert "ada@contoso.com" in shop.signing_in.state.value and "<b>ada</b>" in shop.signing_in.state.value
    shop.tabs.selected_index = list(shop.forms).index(Step.ENVIRONMENTS)
    chosen = shop.forms[Step.ENVIRONMENTS].fields["environments.0.subscription"].input
    await until(lambda: "Contoso Dev" in chosen.options)


async def test_a_code_to_sign_in_with_is_shown_in_the_cell(shop: Wizard, sandbox: Any) -> None:
    (signin.profile_directory() / "azureProfile.json").unlink()
    panel = shop.signing_in
    panel.begin()
    await until(lambda: "not signed in" in panel.state.value and "alert" in panel.state.value)
    panel.device.click()
    await until(lambda: panel.code.value)
    assert "login.microsoft.com/device" in panel.code.value and panel.stop.layout.display == ""
    code = panel.code.value.partition('all">')[2].partition("<")[0]
    with sandbox.lock:
        people.approve(sandbox.world, code, "bea@contoso.com")
    await until(lambda: "bea@contoso.com" in panel.state.value)
    assert panel.code.value == "" and panel.stop.layout.display == "none"


async def test_waiting_for_a_code_can_be_stopped(shop: Wizard) -> None:
    (signin.profile_directory() / "azureProfile.json").unlink()
    panel = shop.signing_in
    panel.device.click()
    await until(lambda: panel.code.value)
    panel.stop.click()
    await until(lambda: "alert" in panel.state.value)
    assert not panel.device.disabled and not panel.browser.disabled


async def test_plan_and_run_by_clicks(shop: Wizard, sandbox: Any) -> None:
    run = shop.carrying_out
    started = time.monotonic()
    run.plan.click()
    assert time.monotonic() - started < 0.5 and run.apply.disabled
    await until(lambda: not run.apply.disabled)
    assert "<b>create</b>" in run.table.value and "keyvault.vault/prod" in run.table.value and "az " in run.table.value
    assert not sandbox.mutating()
    run.apply.click()
    await until(lambda: run.report.value)
    assert {name: (bar.value, bar.bar_style) for name, bar in run.lanes.bars.items()} == {
        name: (bar.max, "success") for name, bar in run.lanes.bars.items()
    }
    assert set(run.lanes.bars) == {"shared by all", "dev", "prod"}
    assert "Left for people" in run.lanes.ending.value and "approve" in run.report.value
    saved = json.dumps(widgets.Widget.get_manager_state())
    assert CANARY not in saved
    await until(lambda: run.under_way is None or run.under_way.done())
    run.plan.click()
    await until(lambda: "nothing to do" in run.table.value)
    await until(lambda: run.under_way is None or run.under_way.done())
    assert run.apply.disabled


async def test_a_secret_is_asked_for_and_never_kept(shop: Wizard) -> None:
    run = shop.carrying_out
    asked = shop._background.submit(run.secret_value("api-key", "dev"))
    await until(lambda: run.secrets.children)
    run.secrets.children[1].value = CANARY
    await until(asked.done)
    value = asked.result()
    assert value is not None and value.reveal() == CANARY and run.secrets.children == ()
    assert CANARY not in json.dumps(widgets.Widget.get_manager_state())


async def test_a_call_from_a_cell_works_inside_a_running_loop_and_needs_agreement(shop: Wizard, sandbox: Any) -> None:
    assert asyncio.get_running_loop().is_running()
    plan = shop.plan()
    assert plan.counts["create"] > 40 and "to create" in repr(plan) and "<table" in plan._repr_html_()
    with pytest.raises(BadInput) as refused:
        shop.apply()
    assert refused.value.__notes__ == ["hint: look at .plan(), then .apply(yes=True)"]
    assert not sandbox.mutating()


def test_a_refusal_stands_on_the_page_and_answers_can_be_changed(shop: Wizard) -> None:
    shop.answer({"environments.0.subscription": "Nowhere"})
    shop.carrying_out.plan.click()
    assert shop.carrying_out.under_way is not None
    shop.carrying_out.under_way.result(60)
    assert "Nowhere" in shop.carrying_out.trouble.value and shop.carrying_out.apply.disabled
    shop.answer({"environments.0.subscription": "Contoso Dev"})
    shop.carrying_out.plan.click()
    shop.carrying_out.under_way.result(60)
    assert shop.carrying_out.trouble.value == "" and not shop.carrying_out.apply.disabled


@pytest.mark.matrix
async def test_a_run_that_was_stopped_goes_on_where_it_ended(shop: Wizard, sandbox: Any) -> None:
    run = shop.carrying_out
    run.plan.click()
    await until(lambda: not run.apply.disabled)
    run.apply.click()
    await until(lambda: sum(bar.value for bar in run.lanes.bars.values()) > 5)
    run.stop.click()
    await until(lambda: "Stopped between two calls" in run.trouble.value and run.stop.disabled)
    made = len(sandbox.mutating())
    await asyncio.sleep(0.5)
    assert len(sandbox.mutating()) == made > 0
    run.plan.click()
    await until(lambda: not run.apply.disabled)
    run.apply.click()
    await until(lambda: run.report.value)
    assert all(bar.value == bar.max for bar in run.lanes.bars.values())
    assert shop.sitting.outcome is not None and not shop.sitting.outcome.exit_code
