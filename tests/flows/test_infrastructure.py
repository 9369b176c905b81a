"""Which template is deployed and who compiled it. The compiler is a small program of the test's own: the real one is in no registry."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from tests.render.projects import project
from wizard.blueprint import Facts, resources
from wizard.engine.plan import Action, Change, Plan
from wizard.flows.infrastructure import COMPILED, MAIN, compilers, template_of, template_rows
from wizard.render.assets import compiled_text

COUNTING = """#!/bin/sh
[ "$1" = build ] && [ "$3" = --stdout ] || exit 7
printf '{"resources": [], "metadata": {"lines": "%s"}}' "$(cat "$2" "$(dirname "$2")"/modules/*.bicep | wc -l)"
"""
FAILING = '#!/bin/sh\necho "$2(3,1) : Error BCP007: This declaration type is not recognized." >&2\nexit 1\n'


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "infra").mkdir()
    (tmp_path / MAIN).write_text("// mine\n")
    return tmp_path


def here(tmp_path: Path, *, on_path: str = "", own: str = "") -> dict[str, str]:
    """An environment in which these compilers are there."""
    if on_path:
        program(tmp_path / "bin" / "bicep", on_path)
    if own:
        program(tmp_path / "azure" / "bin" / "bicep", own)
    return {"PATH": f"{tmp_path / 'bin'}", "AZURE_CONFIG_DIR": str(tmp_path / "azure")}


async def test_without_a_compiler_it_is_the_one_that_comes_compiled(tree: Path) -> None:
    made = await template_of(tree, (), here(tree))
    assert (made.text, made.trouble) == (compiled_text(), "")
    assert "as it comes compiled" in made.made_by


async def test_the_one_on_path_goes_before_that_of_az(tree: Path) -> None:
    found = compilers(here(tree, on_path=COUNTING, own=COUNTING))
    assert [each.name for each in found] == ["bicep on PATH", "the Bicep compiler of az"]
    made = await template_of(tree, (), here(tree, own=COUNTING))
    assert made.made_by == f"{MAIN}, compiled by {found[0].name}"


async def test_what_the_user_left_alone_is_compiled_as_it_will_be_written(tree: Path) -> None:
    environment = here(tree, on_path=COUNTING)
    newest = json.loads((await template_of(tree, (), environment)).text)["metadata"]["lines"]
    mine = json.loads((await template_of(tree, (MAIN,), environment)).text)["metadata"]["lines"]
    assert int(newest) > int(mine) > 1
    assert (tree / MAIN).read_text() == "// mine\n"


async def test_bicep_of_the_users_own_without_a_compiler_is_trouble(tree: Path) -> None:
    made = await template_of(tree, (MAIN, "databricks.yml"), here(tree))
    assert made.trouble == f"you changed {MAIN}, and there is no Bicep compiler here"
    assert made.hints == ("install the Bicep compiler: az bicep install",)


async def test_what_the_compiler_says_is_told(tree: Path) -> None:
    made = await template_of(tree, (MAIN,), here(tree, on_path=FAILING))
    assert "infra/main.bicep(3,1) : Error BCP007" in made.trouble
    kept = await template_of(tree, (), here(tree, on_path=FAILING))
    assert kept.trouble == ""
    assert "BCP007" in kept.made_by


async def test_a_compiled_template_of_the_users_own_is_deployed(tree: Path) -> None:
    (tree / COMPILED).parent.mkdir()
    (tree / COMPILED).write_text('{"resources": []}')
    assert (await template_of(tree, (COMPILED,), here(tree))).text == '{"resources": []}'
    (tree / COMPILED).write_text("{")
    assert "it is no template" in (await template_of(tree, (COMPILED,), here(tree))).trouble


def facts(**more: Any) -> Facts:
    return Facts(tenant="t", subscriptions=dict.fromkeys(("dev", "UAT", "prod"), "1"), operator="o", **more)


@pytest.mark.parametrize(("action", "count"), [(Action.CREATE, 1), (Action.KEEP, 0)])
def test_trouble_stops_a_deployment_that_is_due(action: Action, count: int) -> None:
    found = resources(project(), facts(template_trouble="no compiler", template_hints=("az bicep install",)))
    plan = Plan(tuple(Change(each, action) for each in found if each.kind == "arm.deployment"))
    rows = template_rows(facts(template_trouble="no compiler"), plan)
    assert [(row.why, row.bad_input, len(row.keys)) for row in rows] == [("no compiler", True, 3)] * count
    assert template_rows(facts(), plan) == []


def test_the_template_of_the_facts_is_what_is_deployed() -> None:
    text = '{"resources": [{"type": "Microsoft.Storage/storageAccounts"}]}'
    mine = next(each for each in resources(project(), facts(template=text, edited=frozenset({MAIN}))) if each.kind == "arm.deployment")
    assert mine.template == text  # type: ignore[attr-defined]
    assert "Microsoft.Databricks/workspaces/write" not in {each.action for each in mine.requires}
