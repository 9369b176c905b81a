"""The questions about how pipelines sign in and how changes travel.

Owns these questions' words, defaults and conditions.
"""

from __future__ import annotations

from wizard.questions.question import Choice, Kind, Listed, Question, Situation, Step

PREVIEWS, RUNNERS = "previews in pull requests", "runners"


def _own_identity(situation: Situation) -> bool:
    return bool(situation.get("identity.mode") == "existing")


def _may_preview(situation: Situation) -> bool:
    return situation.get("identity.mode", "federated") in ("federated", "managed-identity")


QUESTIONS = (
    Question(
        field="identity.mode",
        step=Step.IDENTITY,
        label="How pipelines sign in",
        help="One identity for each environment, in every mode.",
        why="Secretless is safest: there is nothing to leak or to rotate. Choose managed-identity where you may not register applications.",
        kind=Kind.CHOICE,
        choices=(
            Choice("federated", "federated", "an Entra application that trusts the job; no secret (recommended)"),
            Choice("managed-identity", "managed-identity", "an Azure identity that trusts the job; no secret, no right in Entra needed"),
            Choice("client-secret", "client-secret", "an Entra application with a password; only where federation is impossible"),
            Choice("existing", "existing", "an identity of your own for each environment"),
        ),
        default=lambda _: "federated",
        required=True,
        written=True,
        terms=("federated credential", "service principal", "managed identity", "client secret", "subject", "OIDC"),
    ),
    Question(
        field="environments.*.existing.identity",
        step=Step.IDENTITY,
        label="Identity of yours",
        help="Client id of an application, or ARM id of a managed identity.",
        why="It gets a federated credential and roles; nothing else about it is changed.",
        choices=Listed("identities", ("environments.*.subscription",)),
        kind=Kind.CHOICE,
        free=True,
        when=_own_identity,
        required=True,
        terms=("application", "managed identity"),
    ),
    Question(
        field="plan_environment",
        step=Step.IDENTITY,
        label="Previews in pull requests",
        help="Add ENVIRONMENT-plan: an identity that can only read.",
        why="A pull request then shows what it would change in Azure, without any right to change it.",
        kind=Kind.YES_NO,
        default=lambda _: False,
        when=_may_preview,
        further=PREVIEWS,
        terms=("GitHub environment", "service principal"),
    ),
    Question(
        field="delivery.strategy",
        step=Step.DELIVERY,
        label="How changes travel",
        help="What starts a deployment to which environment.",
        kind=Kind.CHOICE,
        choices=(
            Choice("trunk", "trunk", "a merge to the default branch is promoted through all environments"),
            Choice("release", "release", "production follows a version tag"),
            Choice("environment-branches", "environment-branches", "each environment follows a branch of its name"),
        ),
        default=lambda _: "trunk",
        required=True,
        written=True,
        terms=("trunk", "promotion"),
    ),
    Question(
        field="network.runs_on",
        step=Step.DELIVERY,
        label="Runner labels",
        help="Labels of the machines that run the jobs, several with commas.",
        why="Runners of your own are needed only where vault or workspace cannot be reached from the internet.",
        kind=Kind.MANY,
        free=True,
        default=lambda _: ["ubuntu-24.04"],
        further=RUNNERS,
        terms=("runner",),
    ),
)
