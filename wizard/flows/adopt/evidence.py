"""What was found of a project whose file is lost: plain data, by environment and for the repository.

Owns the form only. Holds no secret: of secrets there are names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wizard.providers.github.environment import MARK

if TYPE_CHECKING:
    from wizard.providers.databricks.held_catalog import HeldCatalog


@dataclass(frozen=True, slots=True)
class Gate:
    """A GitHub environment with our mark. ``deploy_from`` as the project file spells it: ``main``, ``tag:v*``."""

    name: str
    variables: Mapping[str, str]
    reviewers: tuple[str, ...] = ()
    wait_minutes: int = 0
    prevent_self_review: bool = False
    deploy_from: tuple[str, ...] = ()
    client_secret: bool = False
    secrets: tuple[str, ...] = ()
    """Names of its secrets, without the one that a pipeline signs in with."""
    unread: tuple[str, ...] = ()
    """What GitHub does not show: ``variables``, ``secrets``. Without its variables it is not known whose it is."""

    @property
    def project(self) -> str:
        """The project that its mark names."""
        return self.variables.get(MARK, "")


@dataclass(frozen=True, slots=True)
class OnGitHub:
    """The repository. ``texts`` are files that tell of the delivery; ``foreign`` are projects that other environments belong to."""

    repository: str
    visibility: str
    default_branch: str
    gates: Mapping[str, Gate] = field(default_factory=dict)
    previews: frozenset[str] = frozenset()
    projects: frozenset[str] = frozenset()
    texts: Mapping[str, str | None] = field(default_factory=dict)
    approvals: bool = True
    commit: str = ""
    """Where the texts are from."""


@dataclass(frozen=True, slots=True)
class Person:
    """A role that the project gave to somebody."""

    kind: str
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class OnAzure:
    """What Azure, Entra and Databricks hold of one environment. Ids of things of the user's own are in ``existing``."""

    subscription: str
    region: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    existing: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    """Names, each with what it is called at its issuer where set-up had it issued."""
    people: tuple[Person, ...] = ()
    mode: str = ""
    purge_protection: bool | None = None
    locked: bool = False
    parameters: Mapping[str, object] = field(default_factory=dict)
    """Of the environment's template: as it was deployed last, else as it is published."""
    catalog: HeldCatalog | None = None
    unread: tuple[str, ...] = ()
    """What could not be read, in words."""
