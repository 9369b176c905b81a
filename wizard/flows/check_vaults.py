"""The preflight's question to vaults of the user's own that go by access policies: may the operator write secrets there?

Owns that question only. A policy is never given to the operator: the vault is the user's own.
"""

from __future__ import annotations

from collections.abc import Awaitable, Iterator
from typing import TYPE_CHECKING

from wizard.engine.plan import Action, Plan
from wizard.flows.check_rows import Row, or_unknown
from wizard.providers.keyvault.secret import VaultSecret
from wizard.providers.verdict import Answer

if TYPE_CHECKING:
    from wizard.flows.job import Job


def vault_questions(job: Job, plan: Plan) -> Iterator[Awaitable[Row]]:
    """One question for each vault by policies that a secret is to be written to."""
    for environment in sorted(job.facts.policy_vaults):
        writing = [c for c in plan.changes if c.resource.environment == environment and isinstance(c.resource, VaultSecret)]
        keys = tuple(change.key for change in writing if change.action is not Action.KEEP)
        if keys:
            yield _may_write(job, plan, job.project.environment(environment).existing.vault or "", keys)


async def _may_write(job: Job, plan: Plan, vault_id: str, keys: tuple[str, ...]) -> Row:
    from wizard.providers.entra.principals import groups_of_operator
    from wizard.providers.keyvault.access_policy import AccessPolicy, writers

    name = vault_id.rsplit("/", 1)[-1]
    question = f"a policy of {name} lets you write secrets"

    async def answer() -> Row:
        given = {c.resource.principal_id for c in plan.changes if isinstance(c.resource, AccessPolicy) and "set" in c.resource.permissions}
        able = await writers(job.session, vault_id) | {str(principal).lower() for principal in given}
        person = job.facts.operator_kind == "User"
        mine = {job.facts.operator.lower()} | (await groups_of_operator(job.session) if person else frozenset())
        if able & mine:
            return Row("azure", question, Answer.YES)
        hint = f"az keyvault set-policy --name {name} --object-id {job.facts.operator} --secret-permissions get list set"
        if not person:
            return Row("azure", question, Answer.UNKNOWN, f"only a group could have it; {keys[0]} decides", hint)
        return Row("azure", question, Answer.NO, "no policy names you or a group of yours", hint, keys=keys)

    return await or_unknown("azure", question, answer())
