"""The rules that span fields of the project: cross references, gates, rendered names.

Owns what no single field can know. Raises pydantic's own error with one line for each broken rule, so that every problem is
reported at its place and at once. Must never look at the world: what only a cloud can tell is preflight's.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from pydantic_core import InitErrorDetails, PydanticCustomError, ValidationError

from wizard.project import bundle, data, issued, maintenance, naming, networks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wizard.project.model import Environment, Project

RESERVED_ENDINGS = ("-ops", "-databricks", "-plan", "-deploy")
RESERVED_NAMES = frozenset({"local", "true", "false", "null", "yes", "no", "on", "off", "y", "n"})
KINDS_OF_EXISTING = {
    "vault": "Microsoft.KeyVault/vaults",
    "workspace": "Microsoft.Databricks/workspaces",
    "storage": "Microsoft.Storage/storageAccounts",
    "network": "Microsoft.Network/virtualNetworks",
}
_REVIEWER = re.compile(r"@[A-Za-z0-9](-?[A-Za-z0-9])*(_[a-z0-9]+)?|[A-Za-z0-9](-?[A-Za-z0-9])*/[A-Za-z0-9._-]+")


class Broken(NamedTuple):
    """A broken rule: where (a field path), what, and what to do about it."""

    place: tuple[str | int, ...]
    reason: str
    remedy: str = ""


def check(project: Project) -> None:
    """Raise one ``ValidationError`` that names every broken rule."""
    broken = list(found(project))
    if broken:
        lines = [
            InitErrorDetails(
                type=PydanticCustomError("rule", "{reason}", {"reason": b.reason, "remedy": b.remedy}), loc=b.place, input=None
            )
            for b in broken
        ]
        raise ValidationError.from_exception_data("Project", lines)


def found(project: Project) -> Iterator[Broken]:
    """Every broken rule, in the order of the file."""
    if project.plan_environment and project.identity.mode not in ("federated", "managed-identity"):
        yield Broken(
            ("plan_environment",), f"needs an identity of its own, which mode {project.identity.mode} has not", "plan_environment: false"
        )
    yield from (Broken(*trouble) for trouble in networks.troubles(project))
    yield from _access(project)
    yield from _secrets(project)
    yield from (Broken(*trouble) for trouble in data.troubles(project))
    yield from (Broken(*trouble) for trouble in bundle.troubles(project))
    yield from (Broken(*trouble) for trouble in maintenance.troubles(project))
    yield from _environments(project)
    yield from _rendered_names(project)


def _access(project: Project) -> Iterator[Broken]:
    for index, item in enumerate(project.access):
        if (item.group is None) == (item.user is None):
            yield Broken(("access", index), "name either a group or a user", "one entry for each")
        yield from _references(project, ("access", index), item.environments)


def _secrets(project: Project) -> Iterator[Broken]:
    seen: set[str] = set()
    for index, item in enumerate(project.secrets):
        if item.name.lower() in seen:
            yield Broken(("secrets", index, "name"), f"secret {item.name} is there twice", "merge the entries; case does not count")
        seen.add(item.name.lower())
        yield from _references(project, ("secrets", index), item.environments)
    yield from (Broken(*trouble) for trouble in issued.troubles(project))
    taking_stdin = [index for index, item in enumerate(project.secrets) if item.source == "stdin"]
    for index in taking_stdin[1:]:
        yield Broken(("secrets", index, "from"), "only one secret can come from stdin", "use env:NAME or file:PATH for the others")


def _references(project: Project, place: tuple[str | int, ...], names: tuple[str, ...] | None) -> Iterator[Broken]:
    known = [environment.name for environment in project.environments]
    for index, name in enumerate(names or ()):
        if name not in known:
            yield Broken((*place, "environments", index), f"there is no environment {name}", f"one of: {', '.join(known)}")
    if names == ():
        yield Broken((*place, "environments"), "the list of environments is empty", "leave the field out for all of them")


def _environments(project: Project) -> Iterator[Broken]:
    seen: set[str] = set()
    for index, environment in enumerate(project.environments):
        here = ("environments", index)
        if environment.name.lower() in seen:
            yield Broken((*here, "name"), f"environment {environment.name} is there twice", "give each its own name; case does not count")
        seen.add(environment.name.lower())
        if environment.name.lower() in RESERVED_NAMES:
            yield Broken((*here, "name"), f"{environment.name} means something else in YAML or in the bundle", "choose another name")
        if environment.name.lower().endswith(RESERVED_ENDINGS):
            yield Broken(
                (*here, "name"), f"names that end in {' or '.join(RESERVED_ENDINGS)} are taken by what is made beside an environment"
            )
        yield from _gate(project, environment, here)
        yield from _existing(project, environment, here)


def _gate(project: Project, environment: Environment, here: tuple[str | int, ...]) -> Iterator[Broken]:
    seen: set[str] = set()
    for index, reviewer in enumerate(environment.reviewers):
        place = (*here, "reviewers", index)
        if not _REVIEWER.fullmatch(reviewer):
            yield Broken(place, f"{reviewer} is neither @login nor organisation/team", 'a person is "@login", a team is organisation/team')
        elif not reviewer.startswith("@") and reviewer.partition("/")[0].lower() != project.github.owner.lower():
            yield Broken(place, f"team {reviewer} is not of {project.github.owner}", "only teams of the repository's owner can review")
        if reviewer.lower() in seen:
            yield Broken(place, f"{reviewer} is there twice", "name each reviewer once")
        seen.add(reviewer.lower())
    if environment.prevent_self_review and not _someone_else(environment):
        yield Broken((*here, "prevent_self_review"), "nobody else is left to review", "name a team or at least two people under reviewers")
    for index, pattern in enumerate(environment.deploy_from):
        if not re.fullmatch(r"(tag:)?[^\s~^:?\\\[]+", pattern):
            yield Broken((*here, "deploy_from", index), f"{pattern!r} is no branch or tag pattern", "like main, release/* or tag:v*")


def _someone_else(environment: Environment) -> bool:
    return len(environment.reviewers) > 1 or any(not reviewer.startswith("@") for reviewer in environment.reviewers)


def _existing(project: Project, environment: Environment, here: tuple[str | int, ...]) -> Iterator[Broken]:
    existing = environment.existing
    for field, kind in KINDS_OF_EXISTING.items():
        value = getattr(existing, field)
        if value and f"/providers/{kind}/".lower() not in value.lower():
            yield Broken(
                (*here, "existing", field),
                f"this is not the id of a {kind}",
                f"like /subscriptions/…/resourceGroups/…/providers/{kind}/NAME",
            )
    if existing.resource_group and "/providers/" in existing.resource_group:
        yield Broken(
            (*here, "existing", "resource_group"), "this is not the id of a resource group", "like /subscriptions/…/resourceGroups/NAME"
        )
    if project.identity.mode == "existing" and not existing.identity:
        yield Broken(here, "identity mode existing needs existing.identity here", "existing: {identity: CLIENT-ID}")
    if project.identity.mode != "existing" and existing.identity:
        yield Broken(
            (*here, "existing", "identity"), f"is not used with identity mode {project.identity.mode}", "identity: {mode: existing}"
        )


def _rendered_names(project: Project) -> Iterator[Broken]:
    taken: dict[tuple[str, str], tuple[str, str]] = {}
    for index, environment in enumerate(project.environments):
        if environment.name.lower() in (other.name.lower() for other in project.environments[:index]):
            continue
        for kind in naming.KINDS:
            yield from _rendered_name(project, index, kind, taken)


def _rendered_name(project: Project, index: int, kind: str, taken: dict[tuple[str, str], tuple[str, str]]) -> Iterator[Broken]:
    """What is wrong with one name of one environment; ``taken`` collects who has which name."""
    environment, rule = project.environments[index], naming.KINDS[kind]
    own = naming.pattern_of(environment.naming, kind)
    pattern = own or naming.pattern_of(project.naming, kind)
    place = ("environments", index, "naming", kind) if own else ("naming", kind)
    if pattern and (unknown := naming.unknown_placeholders(pattern)):
        yield Broken(place, f"{{{unknown[0]}}} is not known", "placeholders: {project} {environment} {Environment} {hash} {region}")
        return
    name = naming.name_of(project, environment, kind)
    if pattern and (len(name) > rule.longest or not rule.legal.fullmatch(name)):
        yield Broken(place, f"gives {name} ({len(name)} characters) for {environment.name}", rule.rule)
    other, other_kind = taken.setdefault(_sphere(environment, kind, name), (environment.name, kind))
    if other != environment.name:
        at = place if pattern else ("environments", index, "name")
        yield Broken(at, f"gives {name} to both {other} and {environment.name}", f"use {{environment}} in naming.{kind}")
    elif other_kind != kind:
        yield Broken(place, f"gives {name} to {other_kind} and {kind} of {other}", "each needs a name of its own")


def _sphere(environment: Environment, kind: str, name: str) -> tuple[str, str]:
    """Where a name must be unique: a group in its subscription, a scope in its workspace, the rest in the whole project."""
    if kind.endswith("_group"):
        return (f"group in {environment.subscription.lower()}", name.lower())
    if kind == "scope":
        return (f"scope in {(environment.existing.workspace or environment.name).lower()}", name.lower())
    return ("vault" if kind.endswith("vault") else kind, name.lower())
