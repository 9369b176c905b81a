"""What the clouds say to an answer: a name that is taken, the part of a list that was typed for, what would be created."""

from __future__ import annotations

from wizard.questions import (
    BY_FIELD,
    Answers,
    Choice,
    Known,
    Offered,
    answer,
    at,
    choices_of,
    instead_of,
    problem,
    to_verify,
    value_of,
)

ANSWERS = Answers(
    {
        "name": "shop",
        "region": "westeurope",
        "github": {"repository": "contoso/shop"},
        "environments": [{"name": "dev", "subscription": "Contoso Dev"}, {"name": "prod", "subscription": "Contoso Prod"}],
    }
)
DEV = ("vault name", "Contoso Dev", "kv-shop-dev-26smk")


def said(label: str) -> Known:
    """What is known after the clouds said that of dev's vault name."""
    return Known(lists={DEV: Offered((Choice(DEV[2], label),))})


def test_the_vaults_that_would_be_created_are_asked_about() -> None:
    assert to_verify(ANSWERS)[0] == DEV and len(to_verify(ANSWERS)) == 2
    assert to_verify(Answers({"environments": ANSWERS.get("environments")})) == (), "nothing is asked of a name that nobody gave"
    own = answer(at(BY_FIELD["environments.*.existing.vault"], 0), "/subscriptions/x", ANSWERS)
    assert DEV not in to_verify(own)
    named = answer(at(BY_FIELD["environments.*.naming.vault"], 0), "kv-mine-dev", ANSWERS)
    assert ("vault name", "Contoso Dev", "kv-mine-dev") in to_verify(named)


def test_a_taken_vault_name_is_told_at_the_environment_and_at_the_project() -> None:
    for path, row in (("name", -1), ("environments.*.name", 0)):
        item = at(BY_FIELD[path], row)
        wrong = problem(item, value_of(item, ANSWERS, said("taken")), ANSWERS, said("taken"))
        assert wrong is not None and wrong.reason == "the vault name kv-shop-dev-26smk of dev is taken" and "names" in wrong.remedy
        for label in ("free", "yours", "deleted"):
            assert problem(item, value_of(item, ANSWERS, said(label)), ANSWERS, said(label)) is None
        assert problem(item, value_of(item, ANSWERS, Known()), ANSWERS, Known()) is None, "what nobody knows is no problem"
    other = at(BY_FIELD["environments.*.name"], 1)
    assert problem(other, "prod", ANSWERS, said("taken")) is None
    assert problem(at(BY_FIELD["name"]), "till", ANSWERS, said("taken")) is None, "another name is another vault"


def test_of_a_directory_only_the_part_that_was_typed_for_is_fetched() -> None:
    item = at(BY_FIELD["access.*.group"], 0)
    assert item.searched("Data ", ANSWERS) == ("people: groups", "data") and item.searched(" ", ANSWERS) == ()
    assert at(BY_FIELD["region"]).searched("west", ANSWERS) == ()
    first, second = Choice("a", "data-operators"), Choice("b", "platform")
    known = Known(lists={("people: groups",): Offered((second,)), ("people: groups", "data"): Offered((first,), "only the first 50")})
    assert choices_of(item, ANSWERS, known) == Offered((first, second), "only the first 50")


def test_beside_a_thing_of_ones_own_stands_what_would_be_created() -> None:
    assert instead_of(at(BY_FIELD["environments.*.existing.vault"], 0), ANSWERS) == "kv-shop-dev-26smk"
    assert instead_of(at(BY_FIELD["environments.*.existing.resource_group"], 1), ANSWERS) == "rg-shop-prod"
    assert instead_of(at(BY_FIELD["environments.*.existing.vault"], 5), ANSWERS) == "" == instead_of(at(BY_FIELD["region"]), ANSWERS)
