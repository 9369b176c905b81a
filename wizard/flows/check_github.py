"""The preflight's questions to GitHub: token, repository, sign-on, Actions, rules, and what the account's plan enforces.

Owns which GitHub reads answer which question, and which changes a *no* stops.
"""

from __future__ import annotations

from collections.abc import Awaitable, Iterator, Sequence
from typing import TYPE_CHECKING

from wizard.engine.plan import Action, Plan
from wizard.errors import LakestrapError, NotSignedIn, Unreachable
from wizard.flows.check_rows import Row
from wizard.providers.verdict import Answer
from wizard.render.files import actions_used

if TYPE_CHECKING:
    from wizard.flows.job import Job
    from wizard.providers.verdict import Verdict

PROPOSAL = "lakestrap/setup"


def github_questions(job: Job, plan: Plan) -> Iterator[Awaitable[Row | Sequence[Row]]]:
    """Every question, not yet asked; none where nothing is to be changed on GitHub."""
    from wizard.providers.github import access

    changing = tuple(c.key for c in plan.changes if c.key.startswith("github.") and c.action is not Action.KEEP)
    if not changing:
        return
    session, github = job.session, job.project.github
    repository, private = github.repository, github.visibility != "public"
    files = tuple(key for key in changing if key.startswith("github.files/"))
    environments = tuple(key for key in changing if key.startswith("github.environment/"))
    yield _row("the GitHub token suffices", access.token_suffices(session), changing)
    yield _row(f"single sign-on of {github.owner}", access.single_sign_on(session, repository), changing)
    yield _row(f"you may administer {repository}", access.may_administer(session, repository), changing)
    yield _row(f"Actions may run in {repository}", access.actions_enabled(session, repository), files)
    yield _row(f"a branch {PROPOSAL} may be pushed", access.may_push(session, repository, PROPOSAL), files)
    wanted = access.environments_available(session, repository, private=private)
    yield _row(f"environments for {repository}", wanted, environments or changing)
    yield _uses(job, files)
    reviewers = tuple(dict.fromkeys(name for environment in job.project.environments for name in environment.reviewers))
    if reviewers:
        yield _approvals(job, private)
        yield _row("reviewers may read the repository", access.reviewers_can_read(session, repository, reviewers), environments)


async def _row(question: str, asked: Awaitable[Verdict], keys: tuple[str, ...]) -> Row:
    try:
        verdict = await asked
    except (NotSignedIn, Unreachable):
        raise
    except LakestrapError as refusal:
        return Row("github", question, Answer.UNKNOWN, refusal.message, "; ".join(refusal.hints))
    return Row("github", question, verdict.answer, verdict.why, verdict.hint, bad_input=verdict.bad_input, keys=keys)


async def _approvals(job: Job, private: bool) -> Row:
    """Never a *no*: without enforceable approvals production is deployed by hand, and that has to be known."""
    from wizard.providers.github.access import approvals_enforced

    asked = approvals_enforced(job.session, job.project.github.repository, private=private)
    row = await _row("reviewers and wait timers are enforced", asked, ())
    return row if row.answer is not Answer.NO else Row(row.area, row.question, Answer.UNKNOWN, row.why, row.hint)


async def _uses(job: Job, keys: tuple[str, ...]) -> Sequence[Row]:
    from wizard.providers.github.access import uses_allowed

    question = "every action that the workflows use may run"
    try:
        verdicts = await uses_allowed(job.session, job.project.github.repository, actions_used(job.project))
    except (NotSignedIn, Unreachable):
        raise
    except LakestrapError as refusal:
        return (Row("github", question, Answer.UNKNOWN, refusal.message, "; ".join(refusal.hints)),)
    return tuple(Row("github", question, verdict.answer, verdict.why, verdict.hint, keys=keys) for verdict in verdicts)
