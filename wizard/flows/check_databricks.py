"""The preflight's questions to Databricks: the workspace, its metastore, and what making a catalog takes.

Owns which reads answer which question. Of a workspace that is not there yet nothing can be asked: that is said, with what decides.
"""

from __future__ import annotations

from collections.abc import Awaitable, Iterator, Sequence
from typing import TYPE_CHECKING

from wizard.engine.plan import Action, Plan, known_values
from wizard.engine.resource import Permission, Resource, Service
from wizard.flows.check_rows import Row
from wizard.providers.verdict import Answer

if TYPE_CHECKING:
    from wizard.flows.job import Job

WRITE = "Microsoft.Databricks/workspaces/write"
ASSIGNED = "databricks.metastore_assignment"


def databricks_questions(job: Job, plan: Plan) -> Iterator[Awaitable[Sequence[Row]]]:
    """One question for each workspace that something is to be made in, and one for all that are not there yet."""
    for host, wanted in _needed(plan).items():
        yield _there(job, host, wanted) if host else _ahead(job, wanted)
    yield _assigned(plan)


def _needed(plan: Plan) -> dict[str, dict[str, list[Resource]]]:
    """What the plan's changes need, by host (empty where it is not known yet) and action, each with the resources that need it."""
    from wizard.providers.databricks.access import ADMINISTRATOR, ON_THE_METASTORE

    found: dict[str, dict[str, list[Resource]]] = {}
    changes = {change.key: change for change in plan.changes}
    for change in plan.changes:
        if change.resource.service is not Service.DATABRICKS or change.action in (Action.KEEP, Action.BLOCKED):
            continue
        for permission in change.resource.resolved(known_values(change.resource, changes)).requires:
            if permission.action == ADMINISTRATOR or permission.action.endswith(ON_THE_METASTORE):
                found.setdefault(permission.scope, {}).setdefault(permission.action, []).append(change.resource)
    return found


async def _there(job: Job, host: str, wanted: dict[str, list[Resource]]) -> Sequence[Row]:
    """A workspace that answers."""
    from wizard.providers.databricks.access import ADMINISTRATOR, may, reach

    seen, rows = await reach(job.session, host), []
    for action, resources in wanted.items():
        verdict, keys = may(seen, action, host), tuple(resource.key for resource in resources)
        asked = verdict.answer is Answer.NO and bool(verdict.hint)
        hint, request = ("", verdict.hint) if asked else (verdict.hint, "")
        why = verdict.why
        if action == ADMINISTRATOR and verdict.answer is Answer.NO:
            if await _writes(job, resources[0].environment):
                rows.append(
                    Row("databricks", f"{action} of {host}", Answer.YES, "who may write it in Azure is one from the first sign-in on")
                )
                continue
            request = _contributor(job, resources[0].environment)
        if verdict.answer is not Answer.YES:
            why = f"{why}; {resources[0].key} {'decides' if verdict.answer is Answer.UNKNOWN else 'needs it'}"
        question = f"{action} of {host}"
        rows.append(Row("databricks", question, verdict.answer, why, hint, request, keys=keys))
    return rows


async def _writes(job: Job, environment: str) -> bool:
    from wizard.providers.arm.access import can

    return (await can(job.session, Permission("arm", WRITE, _workspace(job, environment)))).answer is Answer.YES


def _workspace(job: Job, environment: str) -> str:
    """The ARM id of an environment's workspace."""
    from wizard.blueprint import Place

    place = Place(job.project, job.project.environment(environment), job.facts)
    own = place.environment.existing.workspace
    return own or f"{place.group_id}/providers/Microsoft.Databricks/workspaces/{place.names.workspace}"


def _contributor(job: Job, environment: str) -> str:
    who = f"--assignee-object-id {job.facts.operator} --assignee-principal-type {job.facts.operator_kind}"
    return f"az role assignment create {who} --role Contributor --scope {_workspace(job, environment)}   # administers the workspace"


async def _ahead(job: Job, wanted: dict[str, list[Resource]]) -> Sequence[Row]:
    """Workspaces that set-up makes, and those of the user's own whose address is not known yet."""
    from wizard.providers.databricks.access import ADMINISTRATOR, CAME_WITH_IT, ON_THE_METASTORE, asked_for

    rows = []
    for action, resources in wanted.items():
        first = resources[0].key
        if action != ADMINISTRATOR:
            why = f"there is no workspace to ask yet; {CAME_WITH_IT}; {first} decides"
            request = asked_for(job.session.operator.name, action.removesuffix(ON_THE_METASTORE), "WORKSPACE-OF-THE-REGION")
            rows.append(Row("databricks", action, Answer.UNKNOWN, why, f"to have it for certain, its administrator runs: {request}"))
            continue
        new = [r for r in resources if not job.project.environment(r.environment).existing.workspace]
        if new:
            rows.append(Row("databricks", f"{action} of new workspaces", Answer.YES, "who makes a workspace administers it"))
        for environment in dict.fromkeys(r.environment for r in resources if r not in new):
            keys = tuple(r.key for r in resources if r.environment == environment)
            question = f"{action} of the workspace of {environment}"
            if await _writes(job, environment):
                rows.append(Row("databricks", question, Answer.YES, "who may write it in Azure is one from the first sign-in on"))
            else:
                why = f"you may not write it in Azure; who is in its group admins may too; {keys[0]} decides"
                rows.append(Row("databricks", question, Answer.UNKNOWN, why, _contributor(job, environment)))
    return rows


async def _assigned(plan: Plan) -> Sequence[Row]:
    """Whether each workspace has a metastore; where one has none, the plan tells it with its request."""
    from wizard.providers.databricks.metastore_assignment import requested

    rows = []
    for change in plan.changes:
        if change.resource.kind != ASSIGNED or change.action is Action.BLOCKED:
            continue
        question = f"{change.resource.environment}: the workspace has a metastore of Unity Catalog"
        if change.action is Action.KEEP and change.observed is not None:
            rows.append(Row("databricks", question, Answer.YES, "the account has assigned one"))
        else:
            why = f"a new workspace gets its region's where the account has it so, as those since November 2023 have; {change.key} decides"
            region = str(getattr(change.resource, "region", ""))
            hint = f"else an administrator of the account runs: {requested(region, 'WORKSPACE_ID')}"
            rows.append(Row("databricks", question, Answer.UNKNOWN, why, hint))
    return rows
