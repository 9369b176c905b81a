"""A lost project file written back by clicks: looked at in both versions, then on the disk and known to the page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Sandbox
from tests.flows.rotate.shops import TEXTS, set_up
from tests.notebook.test_life import looked, opened, typed
from tests.notebook.test_page import until
from wizard.notebook import Wizard
from wizard.questions.jobs import FROM, REPOSITORY


@pytest.fixture
def sandbox_world() -> Any:
    return set_up("tiny") / "world.json"


@pytest.fixture
def page(sandbox: Sandbox, tmp_path: Path) -> Iterator[Wizard]:
    """A wizard in a folder with nothing in it."""
    made = Wizard(tmp_path / "lakestrap.yaml")
    yield made
    made.close()


@pytest.mark.matrix
async def test_adopt_by_clicks(page: Wizard, sandbox: Sandbox) -> None:
    page.begin()
    await until(lambda: "ada@contoso.com" in page.head.value)
    job = opened(page, "adopt")
    await until(lambda: "contoso/shop" in job.fields[REPOSITORY].input.options)
    await looked(job)
    assert "is missing" in job.trouble.value and job.go.disabled, "no repository was named"
    job = opened(page, "adopt", **{typed(REPOSITORY): "contoso/shop"})
    await looked(job)
    assert job.trouble.value == "" and "as main holds it" in job.table.value and not job.go.disabled
    job.fields[FROM].input.value = "clouds"
    assert job.go.disabled, "another version has to be looked at first"
    await looked(job)
    assert "as the clouds tell it" in job.table.value and "secrets.salt.from" in job.table.value
    job.fields[FROM].input.value = "repository"
    await looked(job)
    assert not page.sitting.path.exists() and not sandbox.mutating()
    job.go.click()
    await until(lambda: job.report.value and job.under_way.done())
    assert page.sitting.path.read_text(encoding="utf-8") == TEXTS["tiny"] and not sandbox.mutating()
    assert page.sitting.answers.get("name") == "shop" and not page.sitting.changed and job.go.disabled
    job.show()
    assert "already" in job.trouble.value and job.look.disabled, "a file that is there stands"
