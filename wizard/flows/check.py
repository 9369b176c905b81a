"""The preflight: everything that can be asked before anything is changed, in one table of yes, no and unknown.

Owns which questions are asked and what the answers mean for the exit code. Sends only reads (and the template's
*validate*, which changes nothing). Unknown is told as unknown, with the later call that decides.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from wizard.engine.plan import Action, Change, Plan
from wizard.errors import ExitCode
from wizard.flows.check_azure import azure_questions
from wizard.flows.check_databricks import databricks_questions
from wizard.flows.check_github import github_questions
from wizard.flows.check_network import network_rows
from wizard.flows.check_rows import Row
from wizard.flows.check_vaults import vault_questions
from wizard.flows.infrastructure import template_rows
from wizard.providers.verdict import Answer

if TYPE_CHECKING:
    from wizard.flows.job import Job

ORDER = {Answer.NO: 0, Answer.UNKNOWN: 1, Answer.YES: 2}


async def checked(job: Job, plan: Plan) -> tuple[Row, ...]:
    """Every row, what is wrong first. Raises only for a lost sign-in or network."""
    batches = await asyncio.gather(
        _answered(azure_questions(job, plan)),
        _answered(vault_questions(job, plan)),
        _answered(github_questions(job, plan)),
        _answered(_entra_questions(job, plan)),
        _answered(databricks_questions(job, plan)),
    )
    rows = [*_of_the_plan(plan), *template_rows(job.facts, plan), *network_rows(job, plan), *(row for batch in batches for row in batch)]
    return tuple(sorted(dict.fromkeys(rows), key=lambda row: ORDER[row.answer]))


async def _answered(questions: Iterable[Awaitable[Row | Sequence[Row]]]) -> list[Row]:
    rows: list[Row] = []
    for answer in await asyncio.gather(*questions):
        rows += [answer] if isinstance(answer, Row) else answer
    return rows


def _of_the_plan(plan: Plan) -> list[Row]:
    rows = []
    for change in plan.changes:
        if change.action is Action.BLOCKED:
            asked = change.resource.requestable and bool(change.hints)
            hint, request = ("", change.hints[0]) if asked else ("; ".join(change.hints), "")
            rows.append(Row("plan", change.key, Answer.NO, change.reason, hint, request, keys=(change.key,)))
        elif change.action in (Action.ADOPT, Action.REPLACE) and not change.consented:
            hint = f"agree with --allow {change.action}"
            rows.append(Row("plan", change.key, Answer.UNKNOWN, f"it exists and would be changed by {change.action}", hint))
    return rows


def _entra_questions(job: Job, plan: Plan) -> Iterable[Awaitable[Row]]:
    making = {change.resource.kind for change in plan.changes if change.action is not Action.KEEP}
    for kind, what in (("entra.application", "register applications"), ("entra.client_secret", "add client secrets")):
        if kind in making:
            yield _entra(job, what, tuple(c.key for c in plan.changes if c.resource.kind == kind and c.action is not Action.KEEP))


async def _entra(job: Job, what: str, keys: tuple[str, ...]) -> Row:
    from wizard.providers.entra.access import may_create_secrets, may_register_applications

    ask = may_register_applications if what == "register applications" else may_create_secrets
    verdict = await ask(job.session)
    request = ""
    if verdict.answer is Answer.NO and what == "register applications":
        request = (
            "az rest --method POST --url https://graph.microsoft.com/v1.0/roleManagement/directory/roleAssignments --body "
            f'\'{{"principalId": "{job.session.operator.object_id}", "roleDefinitionId": "cf1c38e5-3621-4004-a7cb-879624dced7c", '
            '"directoryScopeId": "/"}\'   # Application Developer'
        )
    return Row("entra", what, verdict.answer, verdict.why, verdict.hint, request, keys=keys)


def with_blocked(plan: Plan, rows: Iterable[Row]) -> Plan:
    """The plan in which every change that a *no* concerns is blocked, with the missing permission named."""
    against: dict[str, Row] = {}
    for row in rows:
        if row.answer is Answer.NO:
            for key in row.keys:
                against.setdefault(key, row)
    return Plan(tuple(_blocked(c, against[c.key]) if c.key in against and c.action is not Action.KEEP else c for c in plan.changes))


def _blocked(change: Change, row: Row) -> Change:
    hints = tuple(text for text in (row.hint, row.request) if text) + change.hints
    reason = f"{row.question}: {row.why}" if change.action is not Action.BLOCKED else change.reason
    return replace(change, action=Action.BLOCKED, reason=reason, hints=tuple(dict.fromkeys(hints)))


def exit_code(rows: Iterable[Row]) -> ExitCode:
    """3 where something is not allowed, 2 where a name or the account's plan forbids it, else 0."""
    wrong = [row for row in rows if row.answer is Answer.NO]
    if not wrong:
        return ExitCode.DONE
    return ExitCode.BAD_INPUT if all(row.bad_input for row in wrong) else ExitCode.NOT_ALLOWED


def request_for_administrator(rows: Iterable[Row], job: Job) -> str:
    """A text to send: who asks, for what, and the exact commands; empty where nobody is needed."""
    commands = list(dict.fromkeys(row.request for row in rows if row.answer is Answer.NO and row.request))
    if not commands:
        return ""
    who = job.session.operator
    head = f"{who.name} ({who.object_id}) sets up {job.project.name} with Lakestrap and needs the following, at exactly these scopes:"
    return "\n".join((head, "", *commands, ""))
