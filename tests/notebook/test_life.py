"""The jobs after set-up by clicks: chosen, looked at, agreed to, carried out, reported."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ipywidgets as widgets
import pytest

from tests.conftest import Sandbox
from tests.flows.rotate.shops import clone, set_up, state, tables_of, troubles
from tests.notebook.test_page import until
from wizard.notebook import Wizard
from wizard.project.file import load
from wizard.questions.jobs import AFTER, ENVIRONMENTS, NAME, WHAT

NEW = "typed-in-a-cell-4711"


@pytest.fixture
def shop() -> str:
    """Which project is set up in the world; override it by parametrising it."""
    return "tiny"


@pytest.fixture
def sandbox_world(shop: str) -> Any:
    return set_up(shop) / "world.json"


@pytest.fixture
def page(sandbox: Sandbox, shop: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Wizard]:
    """A wizard over the project's file on a laptop that never ran anything."""
    monkeypatch.setenv("API_KEY", "a-value-for-the-test")
    made = Wizard(clone(shop, tmp_path / "laptop"))
    yield made
    made.close()


def opened(page: Wizard, job: str, **chosen: str) -> Any:
    """The page of a job, with what somebody typed into its fields."""
    page.jobs.value = job
    shown = page.life[job]
    for field, text in chosen.items():
        shown.fields[field.replace("__", ".")].input.value = text
    return shown


def typed(field: str) -> str:
    return field.replace(".", "__")


async def looked(job: Any) -> None:
    """Press the button that looks, and wait."""
    job.look.click()
    await until(lambda: job.under_way.done())


@pytest.mark.matrix
async def test_rotate_by_clicks(page: Wizard, sandbox: Sandbox) -> None:
    before = state(tables_of(sandbox)).passwords
    assert page.page.children == (page.set_up,)
    job = opened(page, "rotate", **{typed(WHAT): "entra-client-secret"})
    await looked(job)
    assert job.trouble.value == "" and "entra-client-secret/dev" in job.table.value and "Key Vault kv-shop-dev" in job.table.value
    assert not job.go.disabled and not sandbox.mutating()
    job.go.click()
    await until(lambda: job.report.value)
    assert {name: (bar.value, bar.max, bar.bar_style) for name, bar in job.lanes.bars.items()} == {"dev": (1, 1, "success")}
    assert "it is safe to leave" in job.lanes.ending.value and "it is safe to leave" in job.report.value
    assert state(tables_of(sandbox)).stored not in before.values() and troubles(tables_of(sandbox)) == []
    await until(lambda: job.under_way.done())
    assert job.go.disabled, "what was looked at is carried out once"


async def test_a_wrong_choice_is_told_and_changes_nothing(page: Wizard, sandbox: Sandbox) -> None:
    job = opened(page, "rotate", **{typed(WHAT): "due, external"})
    assert "nothing is chosen beside due" in job.fields[WHAT].problem.value
    await looked(job)
    assert "nothing is chosen beside due" in job.trouble.value and job.go.disabled
    job.fields[WHAT].input.value = "due"
    await looked(job)
    assert job.trouble.value == "" and job.go.disabled, "nothing is due"
    assert not sandbox.mutating()


@pytest.mark.matrix
async def test_a_value_that_somebody_else_issues_is_asked_for_unseen(page: Wizard, sandbox: Sandbox) -> None:
    path = page.sitting.path
    path.write_text(path.read_text().replace("env:API_KEY", "prompt"))
    job = opened(page, "rotate", **{typed(WHAT): "external"})
    await looked(job)
    job.go.click()
    await until(lambda: job.secrets.children)
    job.secrets.children[1].value = NEW
    await until(lambda: job.report.value)
    stored = [row["value"] for key, row in tables_of(sandbox)["keyvault.secrets"].items() if "/api-key/" in key]
    assert NEW in stored and NEW not in json.dumps(widgets.Widget.get_manager_state())


@pytest.mark.matrix
async def test_add_by_clicks(page: Wizard, sandbox: Sandbox) -> None:
    job = opened(page, "add", **{typed(NAME): "dev"})
    assert "the environment dev is there already" in job.fields[NAME].problem.value
    job.fields[NAME].input.value = "prod"
    job.fields[AFTER].input.value = "dev"
    await looked(job)
    assert job.trouble.value == "" and "dev → prod" in job.table.value and "keyvault.vault/prod" in job.table.value
    assert not sandbox.mutating()
    job.go.click()
    await until(lambda: job.report.value, 120)
    assert [environment.name for environment in load(page.sitting.path).environments] == ["dev", "prod"], job.trouble.value
    assert "Left for people" in job.lanes.ending.value


@pytest.mark.matrix
async def test_status_by_clicks_leads_to_the_plan_that_mends(page: Wizard, sandbox: Sandbox) -> None:
    with sandbox.lock:
        rows = sandbox.world.table("github.variables")
        key = next(key for key in rows if key.endswith("|dev|AZURE_LOCATION"))
        rows[key] = {**rows[key], "value": "elsewhere"}
    job = opened(page, "status")
    await looked(job)
    assert "AZURE_LOCATION" in job.table.value and "drift" in job.table.value and not job.mend.disabled
    job.mend.click()
    assert page.page.children == (page.set_up,)
    await until(lambda: not page.carrying_out.apply.disabled)
    assert "github.environment_variable/dev/AZURE_LOCATION" in page.carrying_out.table.value
    assert not sandbox.mutating()


@pytest.mark.matrix
@pytest.mark.parametrize("shop", ["gated"])
async def test_destroy_by_clicks_asks_for_the_name(page: Wizard, sandbox: Sandbox) -> None:
    job = opened(page, "destroy")
    await looked(job)
    assert "is missing" in job.trouble.value and job.go.disabled, "nothing is taken for granted"
    job.fields[ENVIRONMENTS].input.value = "prod"
    await looked(job)
    assert "deployments to it need an approval" in job.more.children[0].children[0].value
    job.go.click()
    await until(lambda: job.trouble.value)
    assert "--confirm prod" in job.trouble.value and not sandbox.mutating()
    await looked(job)
    job.names["prod"].value = "prod"
    job.go.click()
    await until(lambda: job.report.value and job.under_way.done(), 120)
    assert job.trouble.value == ""
    assert [environment.name for environment in load(page.sitting.path).environments] == ["dev"]


@pytest.mark.matrix
async def test_what_only_looks_or_has_nothing_to_do(page: Wizard, sandbox: Sandbox) -> None:
    for job, words in (("explain", "expected"), ("upgrade", "in this version")):
        shown = opened(page, job, **({"run__about": "dev"} if job == "explain" else {}))
        await looked(shown)
        assert shown.trouble.value == "" and words in shown.table.value, (job, shown.trouble.value, shown.table.value)
        assert shown.go.disabled
    migration = opened(page, "migrate oidc")
    await looked(migration)
    assert migration.trouble.value == "" and not migration.go.disabled, "it signs in with a client secret"
    subject = opened(page, "migrate subject")
    await looked(subject)
    assert "lakestrap migrate oidc" in subject.trouble.value and subject.go.disabled
    assert not sandbox.mutating()
