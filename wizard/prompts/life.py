"""The commands that need only agreement or one answer, on lines: status, apply, upgrade, migrate, explain.

Owns the hand-over of the person who is there. Everything is said and done as without questions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.errors import BadInput, Problem
from wizard.headless import Answers, run_apply, run_setup
from wizard.headless.explain import run_explain
from wizard.headless.migrate import MigrationAnswers, run_migrate_subject
from wizard.headless.migrate_oidc import run_migrate_oidc
from wizard.headless.status import run_status
from wizard.headless.upgrade import run_upgrade
from wizard.project.file import load
from wizard.prompts.guide import answered, asking_of, sign_in
from wizard.prompts.person import Person
from wizard.questions.jobs import ABOUT, explanation

if TYPE_CHECKING:
    from pathlib import Path

    from wizard.console import Console
    from wizard.options import Options


async def setup_on_lines(options: Options, console: Console) -> int:
    """Set up what the project file says, agreed to by whoever is there."""
    asking = asking_of(options, console)
    if asking is None:
        return await run_setup(options, console)
    tenant, token = await sign_in(asking, "set-up")
    return await run_setup(options, console, decisions=Answers(options, console, Person(asking)), tenant=tenant, token=token)


async def apply_on_lines(options: Options, console: Console, plan_file: Path | None) -> int:
    """The same for a plan that was looked at before, or none."""
    asking = asking_of(options, console)
    return await run_apply(options, console, plan_file, Person(asking) if asking else None)


async def status_on_lines(options: Options, console: Console, *, everything: bool, fix: bool) -> int:
    """How the project stands; with ``fix`` the plan that mends it, agreed to by whoever is there."""
    asking = asking_of(options, console)
    if asking is None:
        return await run_status(options, console, everything=everything, fix=fix)
    tenant, token = await sign_in(asking, "status")
    return await run_status(options, console, everything=everything, fix=fix, person=Person(asking), tenant=tenant, token=token)


async def upgrade_on_lines(options: Options, console: Console, *, check: bool) -> int:
    """Propose the files in this version's form, agreed to by whoever is there."""
    asking = asking_of(options, console)
    if asking is None or check:
        return await run_upgrade(options, console, check=check)
    tenant, token = await sign_in(asking, "upgrade")
    return await run_upgrade(options, console, check=check, decisions=Answers(options, console, Person(asking)), tenant=tenant, token=token)


async def migrate_oidc_on_lines(options: Options, console: Console, *, grace: str) -> int:
    """From client secrets to federation, agreed to by whoever is there."""
    asking = asking_of(options, console)
    if asking is None:
        return await run_migrate_oidc(options, console, grace=grace)
    tenant, token = await sign_in(asking, "migration")
    decisions = MigrationAnswers(options, console, Person(asking))
    return await run_migrate_oidc(options, console, grace=grace, decisions=decisions, tenant=tenant, token=token)


async def migrate_subject_on_lines(options: Options, console: Console, *, opt_in: bool) -> int:
    """To the subject that GitHub sends, agreed to by whoever is there."""
    asking = asking_of(options, console)
    if asking is None:
        return await run_migrate_subject(options, console, opt_in=opt_in)
    tenant, token = await sign_in(asking, "migration")
    decisions = MigrationAnswers(options, console, Person(asking))
    return await run_migrate_subject(options, console, opt_in=opt_in, decisions=decisions, tenant=tenant, token=token)


async def explain_on_lines(options: Options, console: Console, text: str) -> int:
    """Explain what was named, or what somebody names now. Raises ``BadInput`` where nobody can."""
    asking = asking_of(options, console)
    if not text and asking is None:
        raise BadInput([Problem("SUBJECT|ERROR|RUN|ENV", "nothing to explain was named", "lakestrap explain dev")])
    if not text and asking is not None:
        known = [environment.name for environment in load(options.project).environments] if options.project.exists() else []
        text = str((await answered(asking, [explanation(known)])).get(ABOUT))
    return await run_explain(options, console, text)
