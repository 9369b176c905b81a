"""What a set-up came to, as Markdown: for people to keep, send on, or read in a notebook.

Owns the words and their order. Holds no secret: it is made of a plan, an outcome and events, and none of them can hold one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from wizard.engine.events import Event, EventKind
from wizard.engine.plan import Action, Change, Plan

if TYPE_CHECKING:
    from wizard.flows.decisions import Outcome
    from wizard.project.model import Project

PORTAL = "https://portal.azure.com/#@{tenant}/resource{id}"
DONE = {"create": "created", "update": "changed", "adopt": "taken over", "replace": "replaced", "delete": "deleted", "keep": "as it was"}


def report(project: Project, plan: Plan, outcome: Outcome, events: Sequence[Event], tenant: str = "") -> str:
    """The report of one run; ``events`` are all that it told, the last one included."""
    return "\n".join(
        (
            f"# {project.name}",
            "",
            *_result(project, outcome, events),
            *_left(outcome),
            *_proofs(events),
            *_environments(plan, outcome, tenant),
            *_troubles(events),
            *_next(outcome),
        )
    )


def _result(project: Project, outcome: Outcome, events: Sequence[Event]) -> Iterator[str]:
    last = events[-1].outcome.replace("named above", "named below") if events else ""
    place = f"[{project.github.repository}](https://github.com/{project.github.repository})"
    yield f"**{_text(last or 'not carried out')}** — {place}: {outcome.applied.changed} changes, {len(outcome.applied.failed)} failures."
    yield ""


def _left(outcome: Outcome) -> Iterator[str]:
    if not outcome.pending:
        return
    yield from (f"## Left for people: {len(outcome.pending)}", "")
    for item in outcome.pending:
        what = f"[{_text(item['what'])}]({item['link']})" if item.get("link") else _text(item["what"])
        yield f"- {what} — {_text(item.get('who', ''))}"
    yield ""


def _proofs(events: Iterable[Event]) -> Iterator[str]:
    final = {EventKind.SETTLED: "signs in", EventKind.CHANGE_FAILED: "fails", EventKind.PENDING: "waits"}
    rows = [event for event in events if event.action == "verify" and event.event in final and event.detail.get("environment")]
    if not rows:
        return
    yield from ("## Sign-in of the pipelines", "", "| environment | sign-in | |", "| --- | --- | --- |")
    for event in rows:
        link = event.detail.get("link")
        told = _text(event.error or event.outcome)
        yield f"| {_text(str(event.detail['environment']))} | {final[event.event]} | {f'[{told}]({link})' if link else told} |"
    yield ""


def _environments(plan: Plan, outcome: Outcome, tenant: str) -> Iterator[str]:
    groups: dict[str, list[Change]] = {}
    for change in plan.changes:
        if not change.resource.lookup and change.action is not Action.BLOCKED:
            groups.setdefault(change.resource.environment or "shared by all", []).append(change)
    for name, changes in groups.items():
        yield from (f"## {_text(name)}", "", "| what | |", "| --- | --- |")
        for change in changes:
            yield f"| {_linked(change, outcome, tenant)} | {_state(change, outcome)} |"
        yield ""


def _linked(change: Change, outcome: Outcome, tenant: str) -> str:
    seen = outcome.applied.settled.get(change.key) or change.observed
    if seen is not None and seen.id.lower().startswith("/subscriptions/") and change.resource.kind in LINKED:
        return f"[{_text(change.key)}]({PORTAL.format(tenant=tenant, id=seen.id)})"
    return _text(change.key)


LINKED = frozenset({"arm.resource_group", "keyvault.vault", "identity.managed_identity", "arm.deployment"})
"""Kinds that have a page of their own in the portal under their ARM id."""


def _state(change: Change, outcome: Outcome) -> str:
    if change.key in outcome.applied.failed:
        return "**failed**"
    if change.key in outcome.applied.skipped:
        return "skipped"
    if change.action is Action.KEEP:
        return "yours" if change.resource.existing else DONE["keep"]
    return DONE[str(change.action)] if change.key in outcome.applied.settled else "not done"


def _troubles(events: Iterable[Event]) -> Iterator[str]:
    failed = [event for event in events if event.event is EventKind.CHANGE_FAILED]
    if not failed:
        return
    yield from ("## What failed", "")
    for event in failed:
        yield f"- {_text(event.key)}: {_text(event.error)}"
        yield from (f"  - {_text(hint)}" for hint in event.hint.splitlines())
    yield ""


def _next(outcome: Outcome) -> Iterator[str]:
    yield from ("## Next", "", "- Take over what is in the repository: `git pull`.")
    if outcome.pending:
        yield "- When the people are done: `lakestrap verify`."
    if outcome.applied.failed or outcome.applied.skipped or outcome.unproven:
        yield "- Finish what is open: `lakestrap setup`; it goes on where this run ended."
    yield "- See whether anything has moved since: `lakestrap plan`."
    yield ""


def _text(text: str) -> str:
    """Text that Markdown leaves alone, on one line."""
    escaped = "".join(f"\\{character}" if character in "\\`*_[]<>|#" else character for character in text)
    return " ".join(escaped.split())
