"""Forms in Python, without any cloud: values that are set arrive as answers, and what is wrong stands beside its field."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ipywidgets as widgets
import pytest

from tests.questions.answering import known
from tests.scenarios.rehearsal import SMALL, small_project
from wizard.errors import BadInput
from wizard.notebook import Wizard
from wizard.notebook.field import Field
from wizard.project.file import load
from wizard.questions import BY_FIELD, Step, at, project_of
from wizard.secret import Secret

CANARY = "canary-of-the-notebook"


@pytest.fixture
def wizard(tmp_path: Path) -> Iterator[Wizard]:
    """A wizard that has learnt what the default world tells, with nobody signed in."""
    made = Wizard(tmp_path / "shop" / "lakestrap.yaml")
    made.sitting.known = known()
    made.refresh()
    yield made
    made.close()


def field(wizard: Wizard, path: str) -> Field:
    """The field of a path, wherever it stands."""
    return next(form.fields[path] for form in wizard.forms.values() if path in form.fields)


def state() -> str:
    """Everything that a notebook would save of its widgets."""
    return json.dumps(widgets.Widget.get_manager_state())


def test_a_value_that_is_set_is_an_answer_and_changes_what_is_asked(wizard: Wizard) -> None:
    assert "github.visibility" in wizard.forms[Step.REPOSITORY].fields
    field(wizard, "github.repository").input.value = "contoso/old"
    assert wizard.sitting.answers.get("github.repository") == "contoso/old"
    shown = wizard.forms[Step.REPOSITORY].box.children
    assert wizard.forms[Step.REPOSITORY].fields["github.visibility"].box not in shown
    field(wizard, "github.repository").input.value = "https://github.com/contoso/shop"
    assert wizard.sitting.answers.get("github.repository") == "contoso/shop"
    assert wizard.forms[Step.REPOSITORY].fields["github.visibility"].box in wizard.forms[Step.REPOSITORY].box.children
    assert field(wizard, "name").input.value == "shop"


def test_what_is_wrong_is_told_beside_the_field_and_refused_by_the_plan(wizard: Wizard) -> None:
    name = field(wizard, "name")
    name.input.value = "Not A Name"
    assert "✗" in name.problem.value and "repository ✗" in wizard.tabs.titles
    with pytest.raises(BadInput) as refused:
        wizard.sitting.refuse_problems()
    assert "name" in {found.place for found in refused.value.problems}
    name.input.value = "shop"
    assert name.problem.value == ""


def test_what_cannot_be_read_stays_as_typed_and_says_what_is_allowed(wizard: Wizard) -> None:
    tags = field(wizard, "tags")
    tags.input.value = "cost-centre"
    assert "name=value" in tags.problem.value and "repository ✗" in wizard.tabs.titles
    wizard.refresh()
    assert tags.input.value == "cost-centre" and wizard.sitting.answers.get("tags") is None
    with pytest.raises(BadInput, match="name=value"):
        wizard.plan()
    tags.input.value = "cost-centre=4711"
    assert tags.problem.value == "" and wizard.sitting.answers.get("tags") == {"cost-centre": "4711"}


def test_a_preset_makes_rows_and_rows_come_and_go(wizard: Wizard) -> None:
    field(wizard, "run.preset").input.value = "dev+uat+preprod+prod"
    assert field(wizard, "environments.3.subscription").input.value == "Contoso Prod"
    table = wizard.forms[Step.ENVIRONMENTS].tables["environments"]
    assert len(table.rows.children) == 4
    table._removers[1].click()
    assert [row["name"] for row in wizard.sitting.answers.rows("environments")] == ["dev", "preprod", "prod"]
    table.add.click()
    field(wizard, "environments.3.name").input.value = "late"
    assert wizard.sitting.answers.get("environments.3.name") == "late"


def test_a_choice_is_added_to_a_list(wizard: Wizard) -> None:
    people = wizard.forms[Step.PEOPLE].tables["access"]
    people.add.click()
    chosen = field(wizard, "access.0.environments")
    assert chosen.more is not None
    chosen.more.value = "prod"
    chosen.more.value = "dev"
    assert chosen.input.value == "prod, dev" and chosen.more.value is None
    assert wizard.sitting.answers.get("access.0.environments") == ["prod", "dev"]


def test_widgets_stay_where_they_are_while_somebody_types(wizard: Wizard) -> None:
    form = wizard.forms[Step.REPOSITORY]
    before, count = form.box.children, len(widgets.Widget.get_manager_state()["state"])
    for text in ("shop-a", "shop-ab", "shop-abc"):
        field(wizard, "name").input.value = text
    assert form.box.children == before and field(wizard, "name").input.value == "shop-abc"
    assert len(widgets.Widget.get_manager_state()["state"]) == count


def test_the_forms_make_the_project_that_a_file_says(tmp_path: Path) -> None:
    path = small_project(tmp_path, "federated")
    made = Wizard(path)
    made.sitting.known = known()
    made.refresh()
    assert project_of(made.sitting.answers, made.sitting.known) == load(path)
    assert not made.sitting.changed and path.read_text() == SMALL.replace("MODE", "federated")


def test_answers_are_kept_for_the_next_time(tmp_path: Path) -> None:
    first = Wizard(tmp_path / "lakestrap.yaml")
    field(first, "name").input.value = "kept"
    second = Wizard(tmp_path / "lakestrap.yaml")
    assert field(second, "name").input.value == "kept" and "last time" in second.head.value


def test_a_place_that_is_not_asked_for_is_refused(wizard: Wizard) -> None:
    with pytest.raises(BadInput, match=r"nothing\.like\.it: is not asked for"):
        wizard.answer({"nothing.like.it": 1})


def test_a_secret_leaves_its_widget_at_once() -> None:
    taken: list[Any] = []
    secret = Field(at(BY_FIELD["run.github_token"]), lambda _, value: taken.append(value))
    assert isinstance(secret.input, widgets.Password)
    secret.input.value = CANARY
    assert taken == [Secret(CANARY)] and secret.input.value == ""
    assert CANARY not in state()
    planted = widgets.Text(value=CANARY)
    assert CANARY in state()
    planted.close()


def test_without_ipywidgets_one_clear_error() -> None:
    code = "import sys; sys.modules['ipywidgets'] = None; import wizard.notebook"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].endswith("install it with: pip install 'lakestrap[notebook]'")
    assert done.stderr.count("Traceback") == 1
