"""A plan as people look at it: by environment, by service, filtered; and one change in all its detail.

Owns grouping and words, as plain data and text; which action a change has is the plan's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from wizard.console import SIGNS

if TYPE_CHECKING:
    from wizard.engine.plan import Change, Plan

SHARED = "shared by all"
SERVICES = {
    "entra": "Entra ID",
    "arm": "Azure",
    "identity": "Managed identities",
    "keyvault": "Key Vault",
    "github": "GitHub",
    "databricks": "Databricks",
}
TERMS: Mapping[str, tuple[str, ...]] = {
    "entra.application": ("application",),
    "entra.service_principal": ("service principal",),
    "entra.federated_credential": ("federated credential", "subject"),
    "identity.federated_credential": ("federated credential", "subject"),
    "identity.managed_identity": ("managed identity",),
    "arm.role_assignment": ("role assignment", "scope"),
    "arm.resource_group": ("resource group",),
    "arm.provider_registration": ("resource provider",),
    "arm.lock": ("lock",),
    "keyvault.vault": ("Key Vault", "purge protection"),
    "github.environment": ("GitHub environment", "reviewer"),
    "github.oidc_subject": ("subject", "OIDC"),
    "databricks.secret_scope": ("secret scope",),
}


def grouped(plan: Plan, *, text: str = "", kept: bool = False) -> dict[str, dict[str, list[Change]]]:
    """Changes by environment, then by service; ``text`` filters by any word of a line, ``kept`` shows what stays as it is too."""
    words = text.lower().split()
    found: dict[str, dict[str, list[Change]]] = {}
    for change in plan.changes:
        if str(change.action) == "keep" and not kept:
            continue
        line = f"{change.action} {change.key} {change.reason}".lower()
        if all(word in line for word in words):
            environment = change.resource.environment or SHARED
            found.setdefault(environment, {}).setdefault(service_of(change), []).append(change)
    return found


def service_of(change: Change) -> str:
    """The service of a change, as people call it."""
    word = change.resource.kind.partition(".")[0]
    return SERVICES.get(word, word)


def line(change: Change, names: Mapping[str, str] | None = None) -> Text:
    """One line of the tree: sign, kind, name; ids that have ``names`` go by those."""
    sign, style = SIGNS[str(change.action)]
    kind = change.resource.kind.partition(".")[2].replace("_", " ")
    name = change.resource.name.removeprefix(f"{change.resource.environment}/")
    for identifier, word in (names or {}).items():
        if name.startswith(f"{identifier}/"):
            name = f"{name.removeprefix(f'{identifier}/')} in {word}"
    words = ((kind, ""),) if name == change.resource.environment else ((name, ""), (f"  {kind}", "dim"))
    return Text.assemble((f"{sign} ", style), *words, no_wrap=True)


def heading(name: str, changes: Iterable[Change]) -> Text:
    """A branch of the tree with its counts."""
    counts: dict[str, int] = {}
    for change in changes:
        counts[str(change.action)] = counts.get(str(change.action), 0) + 1
    told = [part for action, count in counts.items() for part in ((f" {SIGNS[action][0]}{count}", SIGNS[action][1]),)]
    return Text.assemble((name, "bold"), *told)


def detail(change: Change) -> Text:
    """Everything about one change: what differs, the permission it needs, the command that would do it."""
    sign, style = SIGNS[str(change.action)]
    text = Text.assemble((f"{sign} {change.action}", style), " ", (change.key, "bold"), "\n")
    if change.reason:
        text.append(f"\n{change.reason}\n", "bold red" if str(change.action) == "blocked" else "")
    for hint in change.hints:
        text.append("→ ", "cyan")
        text.append(f"{hint}\n")
    if change.differences or change.predicted:
        text.append("\nDiffers\n", "bold")
        for difference in (*change.differences, *change.predicted):
            text.append_text(
                Text.assemble(f"  {difference.field}: ", (difference.observed, "red"), " → ", (difference.desired, "green"), "\n")
            )
    if change.resource.requires and str(change.action) != "keep":
        text.append("\nNeeds\n", "bold")
        for permission in change.resource.requires:
            text.append_text(
                Text.assemble(f"  {permission.action}", (f"\n    at {permission.scope}" if permission.scope else "", "dim"), "\n")
            )
    if command := command_of(change):
        text.append_text(Text.assemble(("\nThe same by hand", "bold"), ("  (C copies it)\n", "dim"), f"  {command}\n"))
    return text


def command_of(change: Change) -> str:
    """The equivalent command; empty where nothing is done."""
    return change.resource.command(str(change.action)) if str(change.action) not in ("keep", "blocked") else ""


def summary(plan: Plan) -> Text:
    """How many changes of which sort, in one line."""
    counts = plan.counts()
    parts: list[tuple[str, str] | str] = []
    for action, count in counts.items():
        sign, style = SIGNS[action]
        words = {"keep": "stay as they are", "blocked": "blocked"}.get(action, f"to {action}")
        parts += [(f"{sign} {count} {words}", style), "   "]
    return Text.assemble(*parts) if parts else Text("nothing to do")


def expected_seconds(plan: Plan) -> float:
    """How long the longest chain of the plan usually takes; for progress only."""
    ends: dict[str, float] = {}
    for change in plan.changes:
        begin = max((ends.get(key, 0.0) for key in change.resource.needs), default=0.0)
        ends[change.key] = begin + (0.0 if str(change.action) == "keep" else change.resource.expected_seconds)
    return max(ends.values(), default=0.0)


def dependants(plan: Plan, key: str) -> frozenset[str]:
    """The changes that cannot be made without one of them, however far behind it."""
    found: set[str] = set()
    for change in plan.changes:  # each comes after all it needs
        if change.needs & (found | {key}) and str(change.action) != "keep":
            found.add(change.key)
    return frozenset(found)


def environments_of(plan: Plan, names: Sequence[str]) -> dict[str, str]:
    """The lane of every change: its environment's name, or the one shared by all."""
    return {change.key: change.resource.environment if change.resource.environment in names else SHARED for change in plan.changes}


def moved(before: Plan | None, after: Plan, made: Collection[str] = ()) -> list[tuple[Change | None, Change | None]]:
    """What a plan does that the one before did not, or did otherwise: pairs of then and now; and what it no longer does.

    Empty where everything that it does was agreed to with the one before. ``made`` are keys that the run itself has settled since.
    """
    known = {change.key: change for change in before.changes if str(change.action) != "keep"} if before is not None else {}
    now = {change.key: change for change in after.changes if str(change.action) != "keep"}
    more: list[tuple[Change | None, Change | None]] = [
        (known.get(key), change) for key, change in now.items() if key not in known or _does(known[key]) != _does(change)
    ]
    return [*more, *((change, None) for key, change in known.items() if key not in now and key not in made)] if more else []


def _does(change: Change) -> tuple[object, ...]:
    return change.action, change.differences, change.reason
