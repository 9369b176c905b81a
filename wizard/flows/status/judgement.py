"""What one sight means: as it should be, drift with what differs, or unknown with the right that is missing.

Owns the words of those rows. Pure: asks nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from wizard.engine.plan import Action
from wizard.errors import BadInput, NameTaken, NotAllowed
from wizard.flows.status.rows import Row, Standing
from wizard.providers.github.oidc_subject import UnfixedSubject

if TYPE_CHECKING:
    from wizard.engine.resource import Difference
    from wizard.engine.survey import Sight
    from wizard.project.model import Project

AREAS: Mapping[str, str] = {
    "arm.role_assignment": "roles",
    "arm.role_definition": "roles",
    "keyvault.access_policy": "roles",
    "entra.federated_credential": "trust",
    "identity.federated_credential": "trust",
    "entra.existing_trust": "trust",
    "identity.existing_trust": "trust",
    "github.oidc_subject": "trust",
    "github.environment": "gate",
    "github.environment_variable": "variables",
    "github.environment_secret": "secrets",
    "keyvault.secret": "secrets",
    "github.files": "files",
    **dict.fromkeys(("databricks.catalog", "databricks.schema", "databricks.metastore_assignment", "databricks.existing_catalog"), "data"),
    **dict.fromkeys(("databricks.external_location", "databricks.storage_credential"), "data"),
    "databricks.grant": "roles",
}
BY_SERVICE: Mapping[str, str] = {
    "entra": "identity",
    "identity": "identity",
    "keyvault": "vault",
    "github": "repository",
    "databricks": "databricks",
    "arm": "azure",
}
CREDENTIALS = ("entra.federated_credential", "identity.federated_credential")
TEAMS_OWN = (".github/", "infra/")
"""Folders whose generated files are part of what set-up made; in other folders an edit is what the file is for."""
MEND = "lakestrap status --fix"
LONGEST = 160
"""Characters of a vendor's sentence that a row shows."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What judging one thing needs to know of others: edited files, the repository's present name, whether it may be written."""

    project: Project
    edited: frozenset[str] = frozenset()
    full_name: str = ""
    writable: bool = True


def area_of(kind: str) -> str:
    """The area that a kind of resource is shown under."""
    return AREAS.get(kind) or BY_SERVICE.get(kind.partition(".")[0], "azure")


def rows_of(sight: Sight, around: Surroundings) -> Iterator[Row]:
    """The rows of one resource: one, or more for the published files."""
    kind = sight.resource.kind
    row = Row(sight.resource.environment, area_of(kind), sight.key, Standing.OK, key=sight.key)
    if sight.unseen:
        yield _unseen(row, sight)
    elif kind.endswith("existing_trust"):
        yield _of_the_users_own(row, sight)
    elif sight.resource.lookup:
        if sight.change.observed is None:
            yield replace(row, standing=Standing.UNKNOWN, why="nothing is told of it")
    elif kind == "github.files":
        yield from _published(row, sight)
    elif kind == "github.repository":
        yield _repository(row, sight, around)
    else:
        yield _compared(row, sight, around)


def _unseen(row: Row, sight: Sight) -> Row:
    refusal = sight.refusal
    if refusal is None:
        return replace(row, standing=Standing.UNKNOWN, why=f"{sight.blind[0]} may not be read")
    hint = refusal.hints[0] if refusal.hints else ""
    if isinstance(refusal, (BadInput, NameTaken, UnfixedSubject)):
        return replace(row, standing=Standing.DRIFT, why=_short(refusal.message), hint=hint)
    right = refusal.permission if isinstance(refusal, NotAllowed) else ""
    words = _short(refusal.message)
    return replace(row, standing=Standing.UNKNOWN, why=f"needs {right}: {words}" if right else words, hint=hint)


def _short(message: str) -> str:
    text = re.sub(r"\s+", " ", message).strip()
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"


def _of_the_users_own(row: Row, sight: Sight) -> Row:
    seen = sight.change.observed
    trusted = seen.attributes["trusted"] if seen else "unknown"
    if seen is None or trusted == "unknown":
        return replace(row, standing=Standing.UNKNOWN, why="whom your identity trusts may not be read")
    if trusted == "yes":
        return row
    why, link = f"your identity does not trust {seen.attributes['subject']}", str(seen.attributes["link"])
    return replace(row, standing=Standing.WAITING, why=why, hint=str(seen.attributes["remedy"]), link=link)


def _compared(row: Row, sight: Sight, around: Surroundings) -> Row:
    change = sight.change
    differences, action = list(change.differences), change.action
    if row.area == "gate" and not around.writable:  # the mark is a variable, which is not shown to who may not write
        differences = [each for each in differences if each.field != "mark"]
        action = Action.KEEP if not differences and action in (Action.ADOPT, Action.UPDATE) else action
        action = Action.UPDATE if differences and action is Action.ADOPT else action
    if change.resource.kind == "arm.deployment" and action is Action.UPDATE:
        return _deployed(row, sight, differences, around)
    if action is Action.KEEP:
        blind = f"cannot be compared: {sight.blind[0]} may not be read" if sight.blind else ""
        return replace(row, standing=Standing.UNKNOWN, why=blind) if blind else row
    drift = replace(row, standing=Standing.DRIFT, hint=MEND)
    if action is Action.CREATE:
        return replace(drift, why="is missing")
    if action is Action.BLOCKED:
        return replace(drift, why=change.reason, hint=change.hints[0] if change.hints else "")
    if action is Action.ADOPT:
        words = ("it does not bear this project's mark", *map(told, differences))
        return replace(drift, why="; ".join(words), hint=f"{MEND} --allow adopt")
    if change.resource.kind in CREDENTIALS and any(each.field == "subject" for each in differences):
        return replace(drift, why=_subjects(differences), hint="lakestrap migrate subject")
    hint = f"{MEND} --allow replace" if action is Action.REPLACE else MEND
    return replace(drift, why="; ".join(map(told, differences)), hint=hint)


def told(difference: Difference) -> str:
    """One difference: what is seen instead of what is wished."""
    return f"{difference.field} is {difference.observed} instead of {difference.desired}"


def _subjects(differences: list[Difference]) -> str:
    return "; ".join(f"trusts {d.observed}, GitHub sends {d.desired}" if d.field == "subject" else told(d) for d in differences)


def _deployed(row: Row, sight: Sight, differences: list[Difference], around: Surroundings) -> Row:
    """Whether the same was deployed; where the team has made the template its own, nobody can say what should have been."""
    others = [each for each in differences if each.field != "content"]
    content = [each for each in differences if each.field == "content"]
    if others:
        return replace(row, standing=Standing.DRIFT, why="; ".join(map(_of_deployment, others)), hint=MEND)
    if any(path.startswith("infra/") for path in around.edited):
        return replace(row, why="deployed from the team's own template")
    if content and content[0].observed in ("", "(none)"):
        return replace(row, standing=Standing.UNKNOWN, why="needs Microsoft.Resources/deployments/exportTemplate/action")
    return replace(row, standing=Standing.DRIFT, why="another template or other parameters were deployed", hint=MEND)


def _of_deployment(difference: Difference) -> str:
    if difference.field == "missing":
        return f"what it made is gone: {difference.observed}"
    return told(difference)


def _repository(row: Row, sight: Sight, around: Surroundings) -> Row:
    """Its settings, and whether it still has the name that the project knows."""
    wished = around.project.github.repository
    if around.full_name and around.full_name.lower() != wished.lower():
        hint = f"write `repository: {around.full_name}` under `github:` in lakestrap.yaml"
        return replace(row, standing=Standing.DRIFT, why=f"{wished} is called {around.full_name} now", hint=hint)
    return _compared(row, sight, around)


def _published(row: Row, sight: Sight) -> Iterator[Row]:
    seen, action = sight.change.observed, sight.change.action
    attributes = seen.attributes if seen else {}
    if seen is None or action is not Action.KEEP:
        missing = ", ".join(attributes.get("missing") or ())
        why = (
            f"not as generated on the default branch: {missing}"
            if missing
            else "the generated files are not on the default branch as they would be written now"
        )
        yield replace(row, standing=Standing.DRIFT, why=why, hint=MEND)
    elif attributes.get("published") == "proposed":
        link = str(attributes.get("pull_request_url", ""))
        yield replace(row, standing=Standing.WAITING, why="the pull request is not merged", hint="merge it", link=link)
    else:
        yield row
    for path in attributes.get("kept") or ():
        if path.startswith(TEAMS_OWN):
            why = "edited in the repository; set-up leaves it alone"
            yield Row("", "files", path, Standing.DRIFT, why, "lakestrap files --diff", key=sight.key)
