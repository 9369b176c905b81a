"""The example runs top to bottom with nobody there, ends as the headless run does, and saves no secret."""

from __future__ import annotations

import json

import nbformat
import pytest

from tests.crash.canonical import differing, ids_in
from tests.notebook.execution import EXAMPLE, Executed, executed
from tests.scenarios.rehearsal import rehearsed

CANARY = "canary-of-the-example"
TYPED = f"""
import json, time, ipywidgets
value = {CANARY[::-1]!r}[::-1]
asked = wizard._background.submit(wizard.carrying_out.secret_value("api-key", "dev"))
while not wizard.carrying_out.secrets.children:
    time.sleep(0.05)
wizard.carrying_out.secrets.children[1].value = value
assert asked.result(10).reveal() == value
assert value not in json.dumps(ipywidgets.Widget.get_manager_state())
"""
PROJECT = """\
# What lakestrap sets up. Fields: `lakestrap schema`; what would change: `lakestrap plan`.
version: 1
name: shop
region: westeurope
github: {repository: contoso/shop, visibility: private}
identity: {mode: federated}
delivery: {strategy: trunk}
tags: {cost-centre: '4711'}
secrets:
  - name: salt
    from: generate
    environments: [prod]
locks: production
environments:
  - {name: dev, subscription: Contoso Dev}
  - name: prod
    subscription: Contoso Prod
    reviewers: ["@ana", contoso/platform]
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Executed:
    """The example, executed once, with secrets minted and typed that can be found again."""
    return executed(tmp_path_factory.mktemp("example"), canary=CANARY, inserted=TYPED, before="wizard.apply")


def test_it_ends_in_the_same_project_and_the_same_world_as_the_headless_run(
    run: Executed, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert run.project == PROJECT
    options = ("--canary", CANARY)
    begun_with = ids_in(rehearsed(tmp_path_factory.mktemp("begun"), "true", options=options).world)
    headless = tmp_path_factory.mktemp("headless")
    (headless / "lakestrap.yaml").write_text(PROJECT, encoding="utf-8")
    done = rehearsed(headless, "lakestrap", "setup", "--yes", "--json", options=options)
    assert done.code == 0, done.stderr
    assert (headless / "lakestrap.yaml").read_text(encoding="utf-8") == run.project
    assert differing(done.world, run.world, begun_with) == []
    changed = json.loads(json.dumps(run.world))
    next(iter(changed["github.repositories"].values()))["name"] = "planted"
    assert differing(done.world, changed, begun_with)


def test_its_cells_show_the_plan_the_report_and_nothing_left_to_do(run: Executed) -> None:
    assert "REHEARSAL" in run.saved and "application/vnd.jupyter.widget-view+json" in run.output("wizard = Wizard(")
    assert "keyvault.vault/prod" in run.output("wizard.plan()")
    assert "text/markdown" in run.output("wizard.report()") and "Left for people" in run.output("wizard.report()")
    assert "nothing to do" in json.dumps([cell.outputs for cell in run.notebook.cells if cell.source == "wizard.plan()"][-1])
    errors = [output for cell in run.notebook.cells for output in cell.get("outputs", ()) if output.get("name") == "stderr"]
    assert errors == []


def test_no_secret_is_saved(run: Executed) -> None:
    assert CANARY in json.dumps(run.world), "the local cloud minted secrets that would be found"
    assert CANARY not in run.saved.replace(f'--canary\\", \\"{CANARY}', "")


def test_a_planted_leak_would_be_found(run: Executed) -> None:
    leaking = json.loads(run.saved)
    leaking["metadata"]["widgets"]["application/vnd.jupyter.widget-state+json"]["state"]["x"] = {"state": {"value": CANARY}}
    assert CANARY in json.dumps(leaking).replace(f'--canary\\", \\"{CANARY}', "")


def test_the_file_holds_no_outputs() -> None:
    notebook = nbformat.read(EXAMPLE, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert code and all(not cell.outputs and cell.execution_count is None for cell in code)
    assert "widgets" not in notebook.metadata
