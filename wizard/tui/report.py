"""The report of a run, as Markdown: what exists, what was proven, what is left for people, how to go on.

Owns its words. Holds ids and links, never a secret: what a plan and its events tell cannot hold one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from wizard.engine.events import Event, EventKind

if TYPE_CHECKING:
    from wizard.errors import LakestrapError
    from wizard.flows.decisions import Outcome
    from wizard.flows.job import Job
    from wizard.tui.progress import Board
    from wizard.tui.undertaking import Undertaking

PORTAL = "https://portal.azure.com/#@{tenant}/resource{id}"


def proofs(board: Board) -> Iterator[tuple[str, str, str, str]]:
    """Environment, mark (``✓``, ``✗`` or ``⏸``), what came of its login, link."""
    for lane in board.lanes.values():
        event = lane.proof
        if event is not None:
            mark = {EventKind.SETTLED: "✓", EventKind.CHANGE_FAILED: "✗"}.get(event.event, "⏸")
            words = (event.error or event.outcome).removeprefix(f"{lane.name}: ")
            yield lane.name, mark, words, str(event.detail.get("link", ""))


def places(job: Job, outcome: Outcome) -> Iterator[tuple[str, str, str]]:
    """Environment, what it is, link: where people look first."""
    repository = job.project.github.repository
    yield "", "repository", f"https://github.com/{repository}"
    for environment in job.project.environments:
        yield environment.name, "gate", f"https://github.com/{repository}/settings/environments"
        for kind, what in (("arm.resource_group", "resource group"), ("keyvault.vault", "Key Vault")):
            seen = outcome.applied.settled.get(f"{kind}/{environment.name}")
            if seen is not None and seen.id.startswith("/"):
                yield environment.name, what, PORTAL.format(tenant=job.session.tenant, id=seen.id)
        deployed = outcome.applied.settled.get(f"arm.deployment/{environment.name}")
        host = deployed.attributes.get("output.workspaceUrl") if deployed is not None else None
        if host:
            yield environment.name, "workspace", f"https://{host}"


def pending_words(pending: list[dict[str, str]]) -> str:
    """``Two things are left for people``, or that nothing is."""
    if not pending:
        return "Nothing is left for people."
    counts = {1: "One thing is", 2: "Two things are", 3: "Three things are", 4: "Four things are"}
    return f"{counts.get(len(pending), f'{len(pending)} things are')} left for people:"


def markdown(undertaking: Undertaking, outcome: Outcome, board: Board, error: LakestrapError | None = None) -> str:
    """The whole report."""
    job, sitting = undertaking.job, undertaking.sitting
    ended = error.message if error else "complete" if outcome.exit_code == 0 else "not complete"
    lines = [
        f"# {job.project.name}: {undertaking.title} {ended}",
        "",
        f"World: {sitting.world.lower()}. Tenant: `{job.session.tenant}`. Operator: {job.session.operator.name}.",
        "",
    ]
    lines += [f"{outcome.applied.changed} changes made, {len(outcome.applied.settled)} things as wished.", ""]
    words = undertaking.words(outcome)
    lines += [words, ""] if words else []
    found = [f"- {f'{environment}: ' if environment else ''}[{what}]({link})" for environment, what, link in undertaking.places(outcome)]
    lines += ["## What exists", "", *found, ""] if found else []
    logins = [f"- {mark} **{name}**: {words}{f' ([run]({link}))' if link else ''}" for name, mark, words, link in proofs(board)]
    if logins or undertaking.proves:
        lines += ["## Can the pipeline sign in?", "", *(logins or ["- not tried"]), ""]
    lines += ["## What is left for people", "", pending_words(outcome.pending), ""]
    lines += [f"- {item['what']} — {item['who']} — <{item['link']}>" for item in outcome.pending]
    lines += ["", "## To know", "", *(f"- {note}" for note in board.notes)] if board.notes else []
    failures = [event for lane in board.lanes.values() for event in lane.failed.values()]
    if failures:
        lines += ["", "## What failed", ""]
        lines += [_failure(event) for event in failures]
    steps = [f"{number}. {step}" for number, step in enumerate(undertaking.next_steps(outcome), start=1)]
    lines += ["", "## Next", "", *steps, ""]
    return "\n".join(lines)


def _failure(event: Event) -> str:
    hints = "".join(f"\n  - {hint}" for hint in event.hint.splitlines())
    return f"- `{event.key}`: {event.error}{hints}"
