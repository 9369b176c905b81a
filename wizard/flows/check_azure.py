"""The preflight's questions to Azure: roles, providers, vault names, quota, policy.

Owns which Azure reads answer which question.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Iterator, Sequence
from typing import TYPE_CHECKING

from wizard.engine.plan import Action, Plan
from wizard.engine.resource import Permission, Resource
from wizard.errors import LakestrapError, NotSignedIn, Unreachable
from wizard.flows.check_rows import Row, needed, or_unknown
from wizard.flows.trials import CORES_OF_A_SMALL_CLUSTER
from wizard.providers.verdict import Answer

if TYPE_CHECKING:
    from wizard.flows.job import Job


def azure_questions(job: Job, plan: Plan) -> Iterator[Awaitable[Row | Sequence[Row]]]:
    """Every question, not yet asked."""
    for plane in ("arm", "keyvault"):
        for permission, resources in needed(plan, plane).items():
            yield _may(job, permission, resources)
    for environment in job.project.environments:
        yield _quota(job, environment.name)
        yield _policy(job, plan, environment.name)
    for change in plan.changes:
        if change.resource.kind == "keyvault.vault" and change.action is Action.CREATE:
            yield _vault_name(job, change.resource)
        if change.resource.kind == "arm.provider_registration" and change.action is not Action.KEEP:
            yield _registration(change.resource)


async def _may(job: Job, permission: Permission, resources: Sequence[Resource]) -> Row:
    from wizard.providers.arm.access import can

    question = f"{permission.action} in {spelled_out(permission.scope, job)}"

    async def answer() -> Row:
        verdicts = [await can(job.session, permission, _assignment(resource)) for resource in resources]
        worst = min(verdicts, key=lambda v: (Answer.NO, Answer.UNKNOWN, Answer.YES).index(v.answer))
        request = worst.hint if worst.answer is Answer.NO and worst.hint.startswith("az role") else ""
        why = worst.why if worst.answer is Answer.YES else f"{worst.why} (needed by {resources[0].key})"
        why = re.sub(r"/subscriptions/[^\s,;]+", lambda found: spelled_out(found[0], job), why)
        return Row("azure", question, worst.answer, why, "" if request else worst.hint, request, keys=tuple(r.key for r in resources))

    return await or_unknown("azure", question, answer())


def spelled_out(scope: str, job: Job) -> str:
    """A scope as people call it: ``Contoso Dev › rg-shop-dev › kv-shop-dev``."""
    parts = scope.strip("/").split("/")
    if len(parts) < 2 or parts[0].lower() != "subscriptions":
        return scope or "the subscription"
    known = job.session.subscriptions.get(parts[1].lower()) or job.session.subscriptions.get(parts[1])
    names = [known.name if known else parts[1], *parts[3::2][:1], *parts[7::2]]
    return " › ".join(names)


def _assignment(resource: Resource) -> dict[str, str] | None:
    if resource.kind != "arm.role_assignment":
        return None
    return {name: value for name in ("role", "principal_id", "principal_type") if isinstance(value := getattr(resource, name), str)}


async def _registration(resource: Resource) -> Row:
    namespace = resource.name.rsplit("/", 1)[-1]
    return Row("azure", f"{namespace} is registered", Answer.YES, "not yet; set-up registers it")


async def _vault_name(job: Job, resource: Resource) -> Row:
    from wizard.providers.keyvault.preflight import name_state

    name = str(getattr(resource, "vault", resource.name))
    question = f"the vault name {name} is free"

    async def answer() -> Row:
        state = await name_state(job.session, job.facts.subscriptions[resource.environment], name)
        remedy = f"set naming.vault for {resource.environment} to another name"
        answers = {
            "free": Row("azure", question, Answer.YES),
            "deleted-mine": Row("azure", question, Answer.YES, "it is soft-deleted in your subscription; set-up recovers it"),
            "taken": Row(
                "azure",
                question,
                Answer.NO,
                "somebody else holds it, or it is soft-deleted elsewhere",
                remedy,
                bad_input=True,
                keys=(resource.key,),
            ),
        }
        return answers[str(state)]

    return await or_unknown("azure", question, answer())


async def _quota(job: Job, environment: str) -> Row:
    from wizard.providers.arm.access import vcpu_quota

    region = job.project.region_of(job.project.environment(environment))
    question = f"{environment}: cores for a small cluster in {region}"

    async def answer() -> Row:
        quota = await vcpu_quota(job.session, job.facts.subscriptions[environment], region)
        if quota.free is None:
            return Row("azure", question, Answer.UNKNOWN, f"{quota.why}; the first cluster decides")
        enough = quota.free >= CORES_OF_A_SMALL_CLUSTER
        hint = (
            ""
            if enough
            else "ask for more: https://portal.azure.com/#view/Microsoft_Azure_Capacity/QuotaMenuBlade; or use serverless compute"
        )
        return Row(
            "azure", question, Answer.YES if enough else Answer.NO, f"{quota.free} of {quota.limit} free", hint, bad_input=not enough
        )

    return await or_unknown("azure", question, answer())


async def _policy(job: Job, plan: Plan, environment: str) -> Row:
    """Azure's own verdict on the template, where its group exists already."""
    from wizard.providers.arm.deployment import Deployment, validate

    question = f"{environment}: policies and limits admit the template"
    changes = {change.key: change for change in plan.changes}
    deployment = changes[f"arm.deployment/{environment}"]
    group = changes[f"arm.resource_group/{environment}"]
    if deployment.action is Action.KEEP:
        return Row("azure", question, Answer.YES, "it is deployed")
    if group.observed is None or not isinstance(deployment.resource, Deployment):
        return Row("azure", question, Answer.UNKNOWN, f"there is no group to ask in yet; {deployment.key} decides")
    try:
        await asyncio.wait_for(validate(deployment.resource, job.session), 60)
    except (NotSignedIn, Unreachable):
        raise
    except TimeoutError:
        return Row("azure", question, Answer.UNKNOWN, f"Azure did not answer in a minute; {deployment.key} decides")
    except LakestrapError as refusal:
        return Row("azure", question, Answer.NO, refusal.message, "; ".join(refusal.hints), keys=(deployment.key,))
    return Row("azure", question, Answer.YES, "validated by Azure")
