"""The questions about the data lake, logs and the budget: all of them further settings.

Owns these questions' words, defaults and conditions.
"""

from __future__ import annotations

from wizard.questions.question import Choice, Kind, Question, Situation, Step

DATA, BUDGET = "data and logs", "budget"


def _budgeted(situation: Situation) -> bool:
    return situation.get("budget.amount") is not None


def _with_catalogs(situation: Situation) -> bool:
    return bool(situation.get("data.unity_catalog"))


def _with_samples(situation: Situation) -> bool:
    return _with_catalogs(situation) and situation.get("samples", True) is not False


QUESTIONS = (
    Question(
        field="lake.containers",
        step=Step.DELIVERY,
        label="Containers",
        help="Containers of each data lake, several with commas.",
        why="One for each stage that data passes; jobs find them by these names.",
        kind=Kind.MANY,
        free=True,
        default=lambda _: ["bronze", "silver", "gold"],
        further=DATA,
    ),
    Question(
        field="lake.redundancy",
        step=Step.DELIVERY,
        label="Redundancy",
        help="How often and where the data is kept.",
        why="More copies cost more for every gigabyte.",
        kind=Kind.CHOICE,
        choices=(
            Choice("LRS", "LRS", "three copies in one place"),
            Choice("ZRS", "ZRS", "copies in three places of the region"),
            Choice("GRS", "GRS", "copies in a second region too"),
            Choice("GZRS", "GZRS", "three places, and a second region too"),
        ),
        default=lambda _: "LRS",
        further=DATA,
    ),
    Question(
        field="data.unity_catalog",
        step=Step.DELIVERY,
        label="Catalogs in Unity Catalog",
        help="A catalog with schemas and storage locations for each environment.",
        why="Tables then have one name, one place and rights of their own; the account's metastore has to be assigned to the workspaces.",
        kind=Kind.YES_NO,
        default=lambda _: False,
    ),
    Question(
        field="bundle.samples",
        step=Step.DELIVERY,
        label="Further samples in the bundle",
        help="Working examples to begin with, several with commas; nothing for the small one alone.",
        why="They read and write the environment's own catalog and lake. Whatever you do not need you delete.",
        kind=Kind.MANY,
        choices=(
            Choice("medallion", "medallion", "landing, bronze, silver, gold"),
            Choice("pipeline", "pipeline", "the same as a declarative pipeline"),
            Choice("machine-learning", "machine-learning", "a feature table and a registered model; builds on medallion"),
        ),
        default=lambda _: [],
        when=_with_samples,
    ),
    Question(
        field="data.owner",
        step=Step.DELIVERY,
        label="Owner of the catalogs",
        help="A group of the Databricks account; nothing for whoever runs set-up.",
        why="Every member can run set-up again; what one person owns only that person can change.",
        when=_with_catalogs,
        further=DATA,
    ),
    Question(
        field="environments.*.existing.catalog",
        step=Step.DELIVERY,
        label="Catalog of yours",
        help="One in Unity Catalog that exists, instead of a new one; nothing to make one.",
        why="Schemas and rights go into it. It is never created, changed or removed.",
        when=_with_catalogs,
        further=DATA,
    ),
    Question(
        field="monitoring.retention_days",
        step=Step.DELIVERY,
        label="Days that logs are kept",
        help="30 to 730.",
        kind=Kind.NUMBER,
        default=lambda _: 30,
        further=DATA,
    ),
    Question(
        field="budget.amount",
        step=Step.DELIVERY,
        label="Monthly budget",
        help="Of each environment, in the currency of the bill; nothing for none.",
        why="People are told when it is nearly spent; nothing is stopped.",
        kind=Kind.NUMBER,
        further=BUDGET,
    ),
    Question(
        field="budget.starts",
        step=Step.DELIVERY,
        label="From which month",
        help="Like 2026-12; this month or a later one.",
        when=_budgeted,
        required=True,
        further=BUDGET,
    ),
    Question(
        field="budget.notify",
        step=Step.DELIVERY,
        label="Who is told",
        help="E-mail addresses, several with commas.",
        kind=Kind.MANY,
        free=True,
        when=_budgeted,
        required=True,
        further=BUDGET,
    ),
)
