"""What a project keeps that ends on a day, and the repository variable that says on which.

Owns that list and those names. Pure. The days themselves are written by set-up and by rotations; the workflow ``credentials`` reads them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wizard.project.issued import OAUTH_SECRET, TOKEN, source_kind

if TYPE_CHECKING:
    from wizard.project.model import Project, SecretSpec

GITHUB_TOKEN = "github-token"
ENDING = (OAUTH_SECRET, TOKEN, GITHUB_TOKEN)
"""Sources whose values end by themselves. Keys of storage accounts do not; of other values nobody but their issuer knows."""


@dataclass(frozen=True, slots=True)
class Ending:
    """One credential of an environment: what it is, in words, and the repository variable with its last day (``2027-05-31``).

    ``brought``: somebody else issues it, so that a person has to bring the new value.
    """

    environment: str
    what: str
    variable: str
    brought: bool = False

    @property
    def renewal(self) -> str:
        """The command that renews it."""
        return f"lakestrap rotate {self.environment}" + (f" --credential {GITHUB_TOKEN}" if self.brought else "")


def endings(project: Project) -> tuple[Ending, ...]:
    """Everything that ends, environments in promotion order; empty where nothing does."""
    return tuple(_endings(project))


def _endings(project: Project) -> Iterator[Ending]:
    for environment in project.environments:
        name = environment.name
        if project.identity.mode == "client-secret":
            yield Ending(name, "client secret of the deployment", expiry_variable(name))
        for spec in project.secrets_of(environment):
            if ends(spec):
                yield Ending(name, f"secret {spec.name}", secret_expiry_variable(name, spec.name), spec.source == GITHUB_TOKEN)


def ends(spec: SecretSpec) -> bool:
    """Whether its values have an end that can be known."""
    return source_kind(spec) in ENDING


def expiry_variable(environment: str) -> str:
    """Name of the repository variable with the last day of an environment's client secret."""
    return f"AZURE_CLIENT_SECRET_EXPIRES_{_upper(environment)}"


def secret_expiry_variable(environment: str, secret: str) -> str:
    """Name of the repository variable with the last day of one of the vault's secrets: ``SECRET_TOOL_TOKEN_EXPIRES_DEV``."""
    return f"SECRET_{_upper(secret)}_EXPIRES_{_upper(environment)}"


def _upper(name: str) -> str:
    return name.upper().replace("-", "_")
