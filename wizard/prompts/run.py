"""A whole set-up on lines: sign in, ask, review, write ``lakestrap.yaml``, and hand over to the flow.

Owns the order and the review. The flow itself, its events and the exit code are those of the run without questions.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from wizard.errors import BadInput, ExitCode
from wizard.flows.choices import fetch, repository_of, vault_name
from wizard.flows.which_world import rehearsing
from wizard.project.file import load, located, save
from wizard.project.naming import names
from wizard.prompts.asking import SIGNS, Asking, GoBack
from wizard.prompts.chosen import edits_lines
from wizard.prompts.interview import interviewed
from wizard.prompts.signing_in import signed_in
from wizard.prompts.terminal import Bare, Edited
from wizard.providers.verdict import Answer
from wizard.questions import Answers, Known, answers_of, forget, keep, kept_at, project_of, resumed

if TYPE_CHECKING:
    from wizard.console import Console
    from wizard.engine.plan import Plan
    from wizard.flows.decisions import Decisions
    from wizard.options import Options
    from wizard.project.model import Project
    from wizard.providers.session import Session
    from wizard.secret import Secret


class CarryOut(Protocol):
    """Sets the saved project up, told on the console; gives the exit code."""

    def __call__(self, *, decisions: Decisions, tenant: str, token: Secret | None) -> Awaitable[int]: ...


class Typed:
    """The decisions of a flow, asked for on lines."""

    def __init__(self, console: Console, asking: Asking, *, agreed: bool) -> None:
        self._console, self._asking, self._agreed = console, asking, agreed

    async def agrees(self, plan: Plan) -> bool:
        self._console.plan(plan)
        try:
            return self._agreed or await self._asking.yes("Apply this plan?")
        except GoBack:
            return False

    async def secret_value(self, name: str, environment: str) -> Secret | None:
        return await self._asking.lines.masked(f"Value of the secret {name} for {environment} (it is not shown): ")


async def run_prompts(options: Options, console: Console, carry_out: CarryOut) -> int:
    """Ask for everything, write the project file, set up; the exit code."""
    path = located(options.project)
    root = path.parent.resolve()
    console.plain = not edits_lines(plain=options.plain)
    lines = Bare(console) if console.plain else Edited(console)
    world = "a rehearsal in the local cloud" if rehearsing() else "the real clouds"
    console.say(f"Lakestrap set-up in {world}: questions first; nothing is changed before you have seen the plan and agreed.")
    session, token = await signed_in(console, lines)
    try:
        asking = Asking(console, lines, session, await _known(session, root))
        answers = resumed(root)
        if answers is not None:
            console.say("Going on where you left off.")
        again = answers is None and path.exists()
        answers = answers or (answers_of(load(path)) if again else Answers())
        while True:
            project = await _reviewed(asking, answers, path, again=again)
            save(path, project)
            forget(root)
            console.say(f"wrote {path}")
            code = await carry_out(decisions=Typed(console, asking, agreed=options.yes), tenant=session.tenant, token=token)
            if code not in (ExitCode.BAD_INPUT, ExitCode.CANCELLED) or not await _again(asking):
                return code
            answers, again = answers_of(project), True
    except (KeyboardInterrupt, asyncio.CancelledError):
        if kept_at(root).exists():
            console.say("\nyour answers are kept")
        raise
    finally:
        await session.close()


async def _known(session: Session, root: Path) -> Known:
    known = Known(operator=session.operator.name, login=session.github_login, folder=root.name)
    known.lists["subscriptions",] = await fetch(session, "subscriptions")
    known.lists["repository of the folder",] = repository_of(root)
    return known


async def _again(asking: Asking) -> bool:
    try:
        return await asking.yes("Change an answer?")
    except GoBack:
        return True


async def _reviewed(asking: Asking, answers: Answers, path: Path, *, again: bool) -> Project:
    """The project that somebody has looked at and agreed to write."""
    root = path.parent.resolve()
    asking.console.say(SIGNS)
    while True:
        answers = await interviewed(asking, answers, lambda given: keep(root, given), again=again)
        again = True
        try:
            project = project_of(answers, asking.known)
        except BadInput as wrong:
            asking.console.error(wrong)
            continue
        asking.console.say("")
        asking.console.say(f"— Review: {path.name} —")
        asking.console.say(_written(path, project))
        await _tell_taken_names(asking, project)
        try:
            if await asking.yes("Write this file and make the plan?", default=True):
                return project
        except GoBack:
            continue


async def _tell_taken_names(asking: Asking, project: Project) -> None:
    for environment in project.environments:
        if not environment.existing.vault and asking.session is not None:
            verdict = await vault_name(asking.session, environment.subscription, names(project, environment).vault)
            if verdict.answer is Answer.NO:
                asking.tell(f"{environment.name}: {verdict.why}", verdict.hint)


def _written(path: Path, project: Project) -> str:
    """The file's text as it would be: comments and order of one that is there are kept."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / path.name
        if path.exists():
            copy.write_bytes(path.read_bytes())
        save(copy, project)
        return copy.read_text(encoding="utf-8")
