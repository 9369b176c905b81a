"""Secrets whose value set-up gets from their issuer, and copies in GitHub: what can be said of them together.

Owns those sources and their rules. Pure; whether an account allows shared keys or a set is full is known only in the clouds.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wizard.project.model import Environment, Project, SecretSpec

Trouble = tuple[tuple[str | int, ...], str, str]
"""Place, reason, remedy."""

TOKEN, OAUTH_SECRET, STORAGE_KEY = "databricks-token", "databricks-oauth-secret", "storage-key"
BROUGHT = ("prompt", "stdin", "env", "file", "github-token")
"""Sources whose value a person or another system brings."""
MOST_GITHUB_SECRETS = 100
"""https://docs.github.com/actions/reference/security/secrets"""
OURS = frozenset({"AZURE_CLIENT_SECRET"})


def source_kind(spec: SecretSpec) -> str:
    """The source without what it names: ``storage-key``."""
    return spec.source.partition(":")[0]


def oauth_secret_of(project: Project, environment: Environment) -> SecretSpec | None:
    """The entry for the OAuth secret of an environment's deploy identity; ``None`` where there is none."""
    return next((spec for spec in project.secrets_of(environment) if spec.source == OAUTH_SECRET), None)


def account_of(spec: SecretSpec, environment: Environment) -> str:
    """The ARM id of the storage account whose key it is: the one it names, else the environment's own."""
    return spec.source.partition(":")[2] or environment.existing.storage or ""


def troubles(project: Project) -> Iterator[Trouble]:
    """Every broken rule."""
    for index, spec in enumerate(project.secrets):
        yield from _github(project, index, spec)
        if spec.check and source_kind(spec) not in BROUGHT:
            reason = f"the value of {spec.name} is brought by nobody, so there is nothing to check"
            yield (("secrets", index, "check"), reason, "take the field out")
        for environment in project.environments:
            if spec in project.secrets_of(environment):
                yield from _of_environment(project, environment, index, spec)
    for environment in project.environments:
        wanted = sum(spec.github is not None for spec in project.secrets_of(environment))
        if wanted > MOST_GITHUB_SECRETS - len(OURS):
            yield (("secrets",), f"{wanted} secrets for the GitHub environment {environment.name} are more than it holds", "at most 99")


def _github(project: Project, index: int, spec: SecretSpec) -> Iterator[Trouble]:
    if spec.github is None:
        return
    name, place = spec.github.upper(), ("secrets", index, "github")
    if name.startswith("GITHUB_"):
        yield (place, f"{spec.github}: names that begin with GITHUB_ are GitHub's own", "choose another name")
    if name in OURS:
        yield (place, f"{spec.github} is the name that the deployment credential has", "choose another name")
    if any(other.github and other.github.upper() == name for other in project.secrets[:index]):
        yield (place, f"{spec.github} is there twice", "give each its own name; case does not count")


def _of_environment(project: Project, environment: Environment, index: int, spec: SecretSpec) -> Iterator[Trouble]:
    place = ("secrets", index, "from")
    if spec.source == OAUTH_SECRET:
        sources = Counter(each.source for each in project.secrets_of(environment))
        if sources[OAUTH_SECRET] > 1 and oauth_secret_of(project, environment) is not spec:
            yield (place, f"{environment.name} has an OAuth secret already", "one for each environment; `github:` gives it a second place")
    if spec.source == TOKEN and oauth_secret_of(project, environment) is None:
        reason = f"the deploy identity of {environment.name} makes a token itself, and has no OAuth secret to sign in with"
        yield (place, reason, "add {name: databricks-oauth, from: databricks-oauth-secret}; or use that instead of a token")
    if source_kind(spec) == STORAGE_KEY and not account_of(spec, environment):
        reason = f"the storage account that set-up makes for {environment.name} takes no shared keys"
        yield (place, reason, "name one of yours: storage-key:/subscriptions/…, or existing.storage of the environment")
