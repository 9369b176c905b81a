"""What every guided form on lines begins with: whether somebody is there, a sign-in, and the questions that are still open.

Owns the walk forwards and back. What is asked and what is done with the answers is each form's own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from wizard.flows.which_world import rehearsing
from wizard.prompts.asking import SIGNS, Asking, GoBack
from wizard.prompts.chosen import edits_lines, somebody_is_there
from wizard.prompts.signing_in import signed_in
from wizard.prompts.terminal import Bare, Edited
from wizard.questions import Answers, Known, Question, at

if TYPE_CHECKING:
    from wizard.console import Console
    from wizard.options import Options
    from wizard.secret import Secret


def asking_of(options: Options, console: Console) -> Asking | None:
    """Who asks; ``None`` where nobody is there to be asked."""
    if not somebody_is_there(no_input=options.no_input, json=options.json):
        return None
    console.plain = not edits_lines(plain=options.plain)
    return Asking(console, Bare(console) if console.plain else Edited(console), None, Known())


async def sign_in(asking: Asking, job: str) -> tuple[str, Secret | None]:
    """Tell the world that it is; the tenant and the GitHub token where somebody had to sign in first, else nothing."""
    from wizard.providers.signin import accounts, github_token

    world = "a rehearsal in the local cloud" if rehearsing() else "the real clouds"
    asking.console.say(f"Lakestrap {job} in {world}: nothing is changed before you have seen what will be done and agreed.")
    there = await asyncio.to_thread(github_token)
    if there and accounts():
        return "", None
    session, token = await signed_in(asking.console, asking.lines)
    await session.close()
    return session.tenant, token


async def answered(asking: Asking, questions: Sequence[Question], answers: Answers | None = None) -> Answers:
    """The answers to every question that has none yet; ``<`` leads back to the one before."""
    answers = answers or Answers()
    items = [at(question) for question in questions if answers.get(question.field) is None]
    if items:
        asking.console.say(SIGNS)
    position = 0
    while position < len(items):
        try:
            answers = await asking.ask(items[position], answers)
            position += 1
        except GoBack:
            position = max(0, position - 1)
    return answers
