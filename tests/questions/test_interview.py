"""The questions lead to a project: few answers typed, each problem in the file's words, nothing lost on the way back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel

from tests.questions.answering import answered, known
from tests.scenarios.rehearsal import SMALL
from wizard.errors import BadInput
from wizard.project import file
from wizard.project.messages import part_at
from wizard.project.model import Bundle, Project
from wizard.project.naming import KINDS
from wizard.questions import (
    BY_FIELD,
    GLOSSARY,
    QUESTIONS,
    Answers,
    Kind,
    Known,
    Listed,
    Step,
    answer,
    answers_of,
    asked,
    at,
    completed,
    further_groups,
    label_of,
    mapping,
    missing_answers,
    problem,
    project_of,
    unanswered,
)
from wizard.questions.environments import OWN_NAMES

FOUR = {"github.repository": "contoso/shop", "run.preset": "dev+uat+preprod+prod"}
NOT_ASKED = {
    "version": "written by us",
    "environments.*.address_space": "said in the file",
    **dict.fromkeys(("network.host_subnet", "network.container_subnet", "network.endpoint_subnet"), "said in the file"),
    **dict.fromkeys(("workspace", "monitoring.application_insights", "environments.*.budget", "maintenance"), "said in the file"),
    **dict.fromkeys((f"bundle.{name}" for name in set(Bundle.model_fields) - {"samples"}), "said in the file"),
    **dict.fromkeys(("data.schemas", "data.isolated"), "said in the file"),
    "secrets.*.check": "said in the file",
    "secrets.*.github": "said in the file",
    **dict.fromkeys((f"environments.*.naming.{kind}" for kind in set(KINDS) - set(OWN_NAMES)), "the project's patterns hold {environment}"),
}


def fields(part: type[BaseModel], begin: str = "") -> Iterator[str]:
    """Every field of the project file, as questions name fields."""
    for key, field in part.model_fields.items():
        path = f"{begin}{field.alias or key}"
        inner = part_at(tuple(step for step in path.split(".") if step != "*"))
        if inner is None or path in NOT_ASKED:
            yield path
        else:
            yield from fields(inner, f"{path}.*." if "tuple" in str(field.annotation) else f"{path}.")


def without_a_question(questions: Any) -> list[str]:
    asked_for = {question.field for question in questions}
    return [path for path in fields(Project) if path not in asked_for and path not in NOT_ASKED]


def test_every_field_of_the_file_has_its_question() -> None:
    assert without_a_question(QUESTIONS) == []
    assert without_a_question([q for q in QUESTIONS if q.field != "locks"]) == ["locks"]
    of_the_file = {*fields(Project), "environments", "access", "secrets"}
    assert [q.field for q in QUESTIONS if not q.field.startswith("run.") and q.field not in of_the_file] == []


def test_four_environments_with_at_most_eight_typed_answers() -> None:
    answers, typed = answered(FOUR, known())
    assert len(typed) <= 8 and set(typed) == set(FOUR)
    project = project_of(answers, known())
    assert [(e.name, e.subscription, e.reviewers) for e in project.environments] == [
        ("dev", "Contoso Dev", ()),
        ("uat", "Contoso UAT", ()),
        ("preprod", "Contoso PreProd", ()),
        ("prod", "Contoso Prod", ("@ada",)),
    ]
    assert (project.name, project.region, project.identity.mode) == ("shop", "westeurope", "federated")


def test_without_anything_known_the_defaults_still_lead_through() -> None:
    nobody = Known()
    answers, typed = answered({**FOUR, **{f"environments.{i}.subscription": "Contoso" for i in range(4)}}, nobody)
    assert len(typed) <= 8
    assert project_of(answers, nobody).environments[3].subscription == "Contoso"


def test_pressing_enter_everywhere_is_what_completed_assumes() -> None:
    answers, _ = answered(FOUR, known())
    short = answer(at(BY_FIELD["github.repository"]), "contoso/shop", Answers())
    short = answer(at(BY_FIELD["run.preset"]), FOUR["run.preset"], short)
    assert mapping(short, known()) == mapping(answers, known())
    assert list(unanswered(answers, known())) == []
    assert project_of(completed(short, known()), known()) == project_of(answers, known())


def test_a_default_that_the_file_has_anyway_is_not_written() -> None:
    for question in QUESTIONS:
        if question.written or question.table or question.field.startswith("run.") or question.kind is Kind.TABLE:
            continue
        base = project_of(answered(FOUR, known())[0], known()).model_dump(by_alias=True, mode="json")
        item = at(question)
        default = question.default(item.situation(answered(FOUR, known())[0], known()))
        assert default is None or Answers(base).get(question.field) == default, question.field


def test_a_project_file_gives_the_answers_and_comes_back_as_it_was() -> None:
    project = file.parsed(SMALL.replace("MODE", "federated"))
    answers = answers_of(project)
    assert mapping(answers, known()) == file.dumped(project)
    assert list(unanswered(answers, known())) == []
    assert answers.get("run.preset") == "dev+prod"


@pytest.mark.parametrize(
    ("field", "row", "value", "words"),
    [
        ("name", -1, "Shop", "lower-case"),
        ("github.repository", -1, "fabrikam", "owner/name"),
        ("region", -1, "West Europe", "westeurope"),
        ("environments.*.wait_minutes", 1, 99999, "43200"),
        ("environments.*.reviewers", 1, ["other/team"], "not of contoso"),
        ("environments.*.reviewers", 1, ["@a", "@a"], "twice"),
        ("environments.*.existing.vault", 0, "kv-mine", "ARM id"),
        ("environments.*.prevent_self_review", 1, True, "nobody else"),
        ("naming.vault", -1, "kv", "3-24"),
        ("naming.workspace", -1, "dbw", "both dev and prod"),
        ("identity.mode", -1, "magic", "federated"),
        ("secrets.*.from", 0, "hunter2", "never the value"),
        ("github.repository", -1, "", "missing"),
    ],
)
def test_a_wrong_answer_is_told_in_the_words_of_the_file(field: str, row: int, value: Any, words: str) -> None:
    answers, _ = answered({"github.repository": "contoso/shop", "environments.1.reviewers": ["@ada"]}, known())
    answers = answers.put("secrets", [{"name": "salt"}])
    found = problem(at(BY_FIELD[field], row), value, answers, known())
    assert found is not None and words in f"{found.reason} {found.remedy}", found
    assert "hunter2" not in str(found)


def test_the_words_are_those_that_the_reader_of_the_file_uses() -> None:
    answers, _ = answered({"github.repository": "contoso/shop"}, known())
    found = problem(at(BY_FIELD["name"]), "Shop", answers, known())
    read = file.checked({**mapping(answers, known()), "name": "Shop"})
    assert found in read


def test_no_answer_blames_what_is_not_answered_yet() -> None:
    for question in QUESTIONS:
        if question.kind in (Kind.TEXT, Kind.CHOICE) and not question.table and question.field not in ("run.github_token", "run.tenant"):
            choices = question.choices if isinstance(question.choices, tuple) else ()
            given = {"name": "shop", "region": "westeurope", "github.repository": "contoso/shop", "github.default_branch": "main"}
            given |= {"network.address_space": "10.1.0.0/20", "budget.starts": "2026-12"}
            value = given.get(question.field) or (choices[0].value if choices else "x{environment}xx{hash}")
            assert problem(at(question), value, Answers(), known()) is None, question.field


def test_the_whole_project_tells_every_problem_at_once() -> None:
    answers, _ = answered({"github.repository": "contoso/shop"}, known())
    answers = answers.put("name", "Shop").put("environments.0.wait_minutes", -1)
    with pytest.raises(BadInput) as caught:
        project_of(answers, known())
    assert {problem.place for problem in caught.value.problems} >= {"name", "environments.0.wait_minutes"}


def test_what_has_no_default_is_listed_as_missing() -> None:
    places = {problem.place for problem in missing_answers(Answers(), Known())}
    assert places == {"name", "github.repository", "environments.0.subscription", "environments.1.subscription"}


def test_rows_keep_their_answers_when_they_move() -> None:
    answers, _ = answered(FOUR, known())
    answers = answers.put("environments.3.wait_minutes", 10)
    fewer = answer(at(BY_FIELD["run.preset"]), "dev+prod", answers)
    assert fewer.get("environments.1") == answers.get("environments.3")
    assert "environments.1.wait_minutes" in fewer.answered and "environments.3.wait_minutes" not in fewer.answered
    assert "environments.0.subscription" in fewer.answered


def test_answers_never_change_in_place() -> None:
    before = Answers({"environments": [{"name": "dev"}]})
    after = before.put("environments.0.subscription", "x").put("tags", {"a": "b"}).put("tags", None)
    assert before.data == {"environments": [{"name": "dev"}]}
    assert after.data == {"environments": [{"name": "dev", "subscription": "x"}]}
    assert "tags" in after.answered


def test_existing_identities_are_asked_for_in_that_mode_only() -> None:
    answers, _ = answered({"github.repository": "contoso/shop"}, known())
    assert [item.path for item in asked(Step.IDENTITY, answers, known())] == ["identity.mode"]
    own = answer(at(BY_FIELD["identity.mode"]), "existing", answers)
    paths = [item.path for item in asked(Step.IDENTITY, own, known())]
    assert paths == ["identity.mode", "environments.0.existing.identity", "environments.1.existing.identity"]
    assert label_of(asked(Step.IDENTITY, own, known())[2], own) == "prod: Identity of yours"
    assert "previews in pull requests" not in further_groups(Step.IDENTITY, own, known())


def test_every_word_that_is_pointed_to_is_explained_in_one_sentence() -> None:
    for question in QUESTIONS:
        assert set(question.terms) <= set(GLOSSARY), question.field
        assert question.help.endswith("."), question.field
    for term, sentence in GLOSSARY.items():
        assert sentence.endswith(".") and sentence.count(". ") == 0 and len(sentence) < 130, term


def test_a_fetched_list_waits_for_what_it_depends_on() -> None:
    item = at(BY_FIELD["environments.*.existing.vault"], 1)
    assert isinstance(item.question.choices, Listed)
    answers = Answers({"environments": [{"name": "dev"}, {"name": "prod"}]})
    assert item.listed(answers) == ()
    assert item.listed(answers.put("environments.1.subscription", "Contoso Prod")) == ("vaults", "Contoso Prod")
