"""The questions about the environments: their rows, their subscriptions, their gates, and what of yours they use.

Owns these questions' words, defaults and conditions.
"""

from __future__ import annotations

from typing import Any

from wizard.project.model import Naming
from wizard.project.naming import KINDS
from wizard.questions import presets, vault_names
from wizard.questions.question import Choice, Condition, Kind, Listed, Question, Situation, Step, always, no_more

GATES, YOURS, NETWORK, PROTECTION, NAMES, OTHER = (
    "gates",
    "things of yours to use",
    "network",
    "protection",
    "names",
    "single environments",
)
OPEN = frozenset({YOURS, NETWORK})
"""Further settings that a form shows at once: they stand beside what would be created."""
SUBSCRIPTION = "environments.*.subscription"


def _subscription(situation: Situation) -> str | None:
    """The one whose name is most like the environment's, else the environment's before, else the first."""
    choices = situation.known.choices("subscriptions")
    guess = presets.closest(str(situation.get("environments.*.name", "")), choices)
    before = situation.answers.get(f"environments.{situation.row - 1}.subscription") if situation.row > 0 else None
    return guess or before or (choices[0].value if choices else None)


def _is_production(situation: Situation) -> bool:
    """As said, else the last one; the rule of the project file."""
    said = situation.get("environments.*.production")
    return situation.last if said is None else bool(said)


def _asked_for_reviewers(situation: Situation) -> bool:
    name = str(situation.get("environments.*.name", "")).lower()
    return _is_production(situation) or name.startswith(("preprod", "staging"))


def _reviewers(situation: Situation) -> list[str]:
    """Whoever is signed in to GitHub, for production."""
    return [f"@{situation.known.login}"] if _is_production(situation) and situation.known.login else []


def _others_review(situation: Situation) -> bool:
    reviewers = situation.get("environments.*.reviewers") or ()
    return len(reviewers) > 1 or any(not name.startswith("@") for name in reviewers)


def _region(situation: Situation) -> str:
    """Where the first subscription has most of its groups already, else westeurope."""
    subscription = situation.get("environments.0.subscription", "")
    return next(iter(situation.known.values("usual region", subscription)), "westeurope")


def _own_network(situation: Situation) -> bool:
    return bool(situation.get("network.mode", "public") != "public")


def _private(situation: Situation) -> bool:
    return bool(situation.get("network.mode") == "private")


_YOURS: tuple[tuple[Any, ...], ...] = (
    ("resource_group", "Resource group", "resource group", "groups"),
    ("vault", "Key Vault", "Key Vault", "vaults"),
    ("workspace", "Databricks workspace", "workspace", "workspaces"),
    ("storage", "Storage account", "", "storage accounts"),
    ("network", "Virtual network", "", "networks", _own_network),
    ("dns_zones", "Group of DNS zones", "resource group", "groups", _private),
)


def _existing(name: str, label: str, term: str, listed: str, when: Condition = always) -> Question:
    return Question(
        field=f"environments.*.existing.{name}",
        step=Step.ENVIRONMENTS,
        label=f"{label} of yours",
        help="One that exists, instead of a new one; nothing to create one.",
        why="What is yours is read and granted on, never created, changed, retagged or destroyed.",
        kind=Kind.CHOICE,
        choices=Listed(listed, (SUBSCRIPTION,), complete=True),
        free=True,
        when=when,
        further=YOURS,
        terms=(term,) if term else (),
    )


def _naming(kind: str) -> Question:
    described = (Naming.model_fields[kind].description or "").rstrip(".")
    label, _, usual = described.partition(". Default ")
    return Question(
        field=f"naming.{kind}",
        step=Step.ENVIRONMENTS,
        label=f"Name: {label}",
        help=f"A pattern of {{project}} {{environment}} {{hash}} {{region}}; nothing for {usual}.",
        why=f"Only where your organisation has rules of its own. The name must have {KINDS[kind].rule}.",
        check=vault_names.free if kind == "vault" else no_more,
        further=NAMES,
    )


def _own_naming(kind: str) -> Question:
    label = (Naming.model_fields[kind].description or "").partition(",")[0].partition(". Default ")[0]
    return Question(
        field=f"environments.*.naming.{kind}",
        step=Step.ENVIRONMENTS,
        label=f"Name: {label}",
        help="A name or pattern for this environment only.",
        check=vault_names.free if kind == "vault" else no_more,
        further=OTHER,
    )


_ROWS = (
    Question(
        field="run.preset",
        step=Step.ENVIRONMENTS,
        label="Environments",
        help="The stages that a change passes, in their order.",
        why="Each has its own rights, secrets and gate; what goes wrong in one cannot reach the next.",
        kind=Kind.CHOICE,
        choices=presets.CHOICES,
        default=lambda situation: presets.preset_of(situation.answers),
        required=True,
        terms=("environment", "promotion"),
    ),
    Question(
        field="environments",
        step=Step.ENVIRONMENTS,
        label="Environments",
        help="In promotion order; the last one is production unless another says so.",
        kind=Kind.TABLE,
        required=True,
        written=True,
        columns=("environments.*.name",),
        terms=("environment", "promotion", "production"),
    ),
    Question(
        field="environments.*.name",
        step=Step.ENVIRONMENTS,
        label="Name",
        help="Short: dev, uat, prod.",
        why="It names the GitHub environment, the bundle's target and the parameter file.",
        check=vault_names.free,
        required=True,
        written=True,
        terms=("environment",),
    ),
    Question(
        field=SUBSCRIPTION,
        step=Step.ENVIRONMENTS,
        label="Subscription",
        help="The Azure subscription that it lives in.",
        why="A subscription of its own keeps cost, limits and rights apart; several environments may share one.",
        kind=Kind.CHOICE,
        choices=Listed("subscriptions", complete=True),
        free=True,
        default=_subscription,
        required=True,
        written=True,
        terms=("subscription",),
    ),
    Question(
        field="environments.*.reviewers",
        step=Step.ENVIRONMENTS,
        label="Reviewers",
        help="@login or organisation/team, several with commas; one of them approves each deployment.",
        why="Nothing is deployed there, and no job gets the environment's rights, before one of them has said yes.",
        kind=Kind.MANY,
        choices=Listed("reviewers", ("github.repository",), complete=True),
        free=True,
        default=_reviewers,
        when=_asked_for_reviewers,
        written=True,
        terms=("reviewer", "GitHub environment"),
    ),
    Question(
        field="region",
        step=Step.ENVIRONMENTS,
        label="Azure region",
        help="Where everything is created.",
        why="Data stays there. Choose one near the data and its users.",
        kind=Kind.CHOICE,
        choices=Listed("regions", ("environments.0.subscription",), complete=True),
        free=True,
        default=_region,
        proposals=Listed("usual region", ("environments.0.subscription",)),
        required=True,
        written=True,
        terms=("region",),
    ),
)

_NETWORK = (
    Question(
        field="network.mode",
        step=Step.ENVIRONMENTS,
        label="Network",
        help="Where clusters run and who can reach the data.",
        why="A private network costs by the hour, also while nothing runs, and needs runners of your own that reach it.",
        kind=Kind.CHOICE,
        choices=(
            Choice("public", "public", "no network of your own; sign-in protects everything"),
            Choice("injected", "injected", "clusters in a network of each environment, with one way out"),
            Choice("private", "private", "also private endpoints; nothing is reached from the internet"),
        ),
        default=lambda _: "public",
        further=NETWORK,
        terms=("injected network", "runner"),
    ),
    Question(
        field="network.address_space",
        step=Step.ENVIRONMENTS,
        label="Address range",
        help="Of each network that is created, /16 to /24; nothing for 10.139.0.0/22.",
        why="It must not overlap with networks that it is to be joined to.",
        when=_own_network,
        further=NETWORK,
    ),
)

_GATES = (
    Question(
        field="environments.*.wait_minutes",
        step=Step.ENVIRONMENTS,
        label="Wait timer (minutes)",
        help="How long a deployment waits before it starts; 0 for not at all.",
        kind=Kind.NUMBER,
        default=lambda _: 0,
        further=GATES,
        terms=("wait timer",),
    ),
    Question(
        field="environments.*.prevent_self_review",
        step=Step.ENVIRONMENTS,
        label="No self-review",
        help="Who started a deployment may not approve it.",
        why="Two pairs of eyes on each change; it needs somebody else among the reviewers.",
        kind=Kind.YES_NO,
        default=lambda _: False,
        when=_others_review,
        further=GATES,
        terms=("reviewer",),
    ),
    Question(
        field="environments.*.deploy_from",
        step=Step.ENVIRONMENTS,
        label="Deploy only from",
        help="Branch patterns, tag:PATTERN for tags, several with commas; nothing for those of the strategy.",
        why="A job started from any other branch cannot use the environment.",
        kind=Kind.MANY,
        free=True,
        further=GATES,
        terms=("branch policy",),
    ),
)

_PROTECTION = (
    Question(
        field="locks",
        step=Step.ENVIRONMENTS,
        label="Locks against deletion",
        help="Which environments' resource groups get a lock.",
        why="A lock stops deletion by mistake, also by owners; Lakestrap lifts it when you destroy the environment.",
        kind=Kind.CHOICE,
        choices=(Choice("none", "none"), Choice("production", "production", "the production ones"), Choice("all", "all")),
        default=lambda _: "none",
        further=PROTECTION,
        terms=("lock",),
    ),
    Question(
        field="environments.*.production",
        step=Step.ENVIRONMENTS,
        label="Production",
        help="Whether production's rules apply.",
        why="Purge protection and, where wished, a lock are for production; the last environment is one unless you say otherwise.",
        kind=Kind.YES_NO,
        default=lambda situation: situation.last,
        further=PROTECTION,
        terms=("production",),
    ),
    Question(
        field="environments.*.purge_protection",
        step=Step.ENVIRONMENTS,
        label="Purge protection",
        help="Nobody can purge the vault or its secrets. It cannot be switched off again.",
        kind=Kind.YES_NO,
        default=_is_production,
        further=PROTECTION,
        terms=("purge protection", "soft delete"),
    ),
)

_OTHER = (
    Question(
        field="environments.*.region",
        step=Step.ENVIRONMENTS,
        label="Azure region",
        help="Only where it differs from the project's.",
        kind=Kind.CHOICE,
        choices=Listed("regions", (SUBSCRIPTION,), complete=True),
        free=True,
        further=OTHER,
        terms=("region",),
    ),
    Question(
        field="environments.*.tags",
        step=Step.ENVIRONMENTS,
        label="Azure tags",
        help="name=value, several with commas; added to the project's.",
        kind=Kind.PAIRS,
        further=OTHER,
        terms=("tags",),
    ),
)

OWN_NAMES = ("resource_group", "vault", "storage", "workspace")
QUESTIONS = (
    *_ROWS,
    *_GATES,
    *_NETWORK,
    *(_existing(*line) for line in _YOURS),
    *_PROTECTION,
    *(_naming(kind) for kind in KINDS),
    *_OTHER,
    *(_own_naming(kind) for kind in OWN_NAMES),
)
