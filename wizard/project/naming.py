"""The names that things get: pure functions of the project.

Owns the default patterns, the limits of each kind of name and the shortening. Never asks a cloud: whether a name is
free is known only there.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wizard.project.model import Environment, Naming, Project

PLACEHOLDERS = ("project", "environment", "Environment", "hash", "region")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of name: default pattern, what is legal, how long, and the rule in words."""

    pattern: str
    legal: re.Pattern[str]
    longest: int
    rule: str
    plain: bool = False
    """Hyphens are left out of what is filled in (storage accounts allow letters and digits only)."""
    underscored: bool = False
    """Hyphens become underscores in what is filled in (SQL would want such a name quoted)."""


KINDS: Mapping[str, Kind] = {
    "resource_group": Kind(
        "rg-{project}-{environment}", re.compile(r"[\w().-]*[\w()-]"), 90, "1-90 letters, digits, _-.() and no dot at the end"
    ),
    "operations_group": Kind(
        "rg-{project}-{environment}-ops", re.compile(r"[\w().-]*[\w()-]"), 90, "1-90 letters, digits, _-.() and no dot at the end"
    ),
    "vault": Kind(
        "kv-{project}-{environment}-{hash}",
        re.compile(r"(?=.{3,})[A-Za-z](-?[A-Za-z0-9])*"),
        24,
        "3-24 letters, digits and single hyphens, starting with a letter",
    ),
    "operations_vault": Kind(
        "kv-{project}-{environment}-o{hash}",
        re.compile(r"(?=.{3,})[A-Za-z](-?[A-Za-z0-9])*"),
        24,
        "3-24 letters, digits and single hyphens, starting with a letter",
    ),
    "storage": Kind("st{project}{environment}{hash}", re.compile(r"[a-z0-9]{3,}"), 24, "3-24 lower-case letters and digits", plain=True),
    "workspace": Kind("dbw-{project}-{environment}", re.compile(r"[A-Za-z0-9_-]{3,}"), 64, "3-64 letters, digits, _ and -"),
    "managed_group": Kind(
        "rg-{project}-{environment}-databricks", re.compile(r"[\w().-]*[\w()-]"), 90, "1-90 letters, digits, _-.() and no dot at the end"
    ),
    "access_connector": Kind("dbac-{project}-{environment}", re.compile(r"[A-Za-z0-9_-]{3,}"), 64, "3-64 letters, digits, _ and -"),
    "log_analytics": Kind(
        "log-{project}-{environment}",
        re.compile(r"(?=.{4,})[A-Za-z0-9](-*[A-Za-z0-9])*"),
        63,
        "4-63 letters, digits and hyphens, no hyphen at either end",
    ),
    "network": Kind("vnet-{project}-{environment}", re.compile(r"[A-Za-z0-9]([\w.-]*\w)?"), 64, "2-64 letters, digits, _ . and -"),
    "application_insights": Kind("appi-{project}-{environment}", re.compile(r"[\w.()-]*[\w()-]"), 260, "1-260 letters, digits, _-.()"),
    "application": Kind("{project}-{environment}-deploy", re.compile(r"[^<>;&%\s][^<>;&%]*"), 120, "1-120 characters without <>;&%"),
    "identity": Kind(
        "id-{project}-{environment}-deploy", re.compile(r"(?=.{3,})[A-Za-z0-9][A-Za-z0-9_-]*"), 128, "3-128 letters, digits, _ and -"
    ),
    "scope": Kind("{project}", re.compile(r"[\w.@/-]+"), 128, "1-128 letters, digits and _-@./"),
    "catalog": Kind("{project}_{environment}", re.compile(r"[a-z0-9_]+"), 120, "1-120 lower-case letters, digits and _", underscored=True),
}


@dataclass(frozen=True, slots=True)
class Names:
    """Every name that one environment's things have or get. A thing of the user's own keeps its name."""

    resource_group: str
    operations_group: str
    vault: str
    operations_vault: str
    storage: str
    workspace: str
    managed_group: str
    access_connector: str
    log_analytics: str
    network: str
    application_insights: str
    application: str
    identity: str
    scope: str
    catalog: str
    application_unique_name: str
    credential: str
    deployment: str
    hash: str


def names(project: Project, environment: Environment) -> Names:
    """The names for one environment: its own patterns, else the project's, else the defaults."""
    given = {kind: name_of(project, environment, kind) for kind in KINDS}
    for kind in ("resource_group", "vault", "workspace", "storage", "network"):
        existing = getattr(environment.existing, kind)
        if existing:
            given[kind] = existing.rsplit("/", 1)[-1]
    stem = f"{project.name}-{environment.name.lower()}"
    return Names(
        **given,
        application_unique_name=f"lakestrap-{stem}",
        credential=f"github-{environment.name.lower()}",
        deployment=f"lakestrap-{stem}",
        hash=short_hash(project, environment),
    )


def name_of(project: Project, environment: Environment, kind: str) -> str:
    """One name from its pattern. Only a default pattern is shortened to fit; a pattern of the user's is left as it is."""
    pattern = pattern_of(environment.naming, kind) or pattern_of(project.naming, kind)
    words = {
        "project": project.name,
        "environment": environment.name.lower(),
        "Environment": environment.name,
        "hash": short_hash(project, environment),
        "region": project.region_of(environment),
    }
    if KINDS[kind].plain:
        words = {word: text.replace("-", "") for word, text in words.items()}
    if KINDS[kind].underscored:
        words = {word: text.replace("-", "_") for word, text in words.items()}
    if pattern:
        return fill(pattern, words)
    return fill(KINDS[kind].pattern, _fitting(KINDS[kind], words))


def pattern_of(naming: Naming, kind: str) -> str | None:
    """The user's pattern for a kind of name, if there is one."""
    pattern: str | None = getattr(naming, kind)
    return pattern


def fill(pattern: str, words: Mapping[str, str]) -> str:
    """The pattern with its placeholders filled in; unknown ones stay as they are."""
    return re.sub(r"\{(\w+)\}", lambda found: words.get(found[1], found[0]), pattern)


def unknown_placeholders(pattern: str) -> tuple[str, ...]:
    """What stands in braces and is no placeholder of ours."""
    return tuple(word for word in re.findall(r"\{([^}]*)\}?", pattern) if word not in PLACEHOLDERS)


def short_hash(project: Project, environment: Environment) -> str:
    """Five letters and digits that tell equal names of different repositories apart."""
    text = f"{project.name}/{project.github.repository}/{environment.name}"
    return base64.b32encode(hashlib.sha256(text.encode()).digest())[:5].decode().lower()


def _fitting(kind: Kind, words: Mapping[str, str]) -> Mapping[str, str]:
    """The words cut so that the default pattern fits: first the environment, down to four letters, then the project."""
    excess = len(fill(kind.pattern, words)) - kind.longest
    if excess <= 0:
        return words
    environment = words["environment"][: max(4, len(words["environment"]) - excess)].rstrip("-")
    excess -= len(words["environment"]) - len(environment)
    project = words["project"][: len(words["project"]) - max(0, excess)].rstrip("-")
    return {**words, "environment": environment, "project": project}
