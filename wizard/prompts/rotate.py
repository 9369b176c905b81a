"""``lakestrap rotate`` on lines: what there is, which of it to renew, then preview, agreement, progress and result.

Owns the two questions that options leave open. Everything else is said and done as without questions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from wizard.flows.rotate.choosing import command, due_of, kinds_of, wishes_of
from wizard.flows.rotate.preview import previewed
from wizard.headless.rotate import RotationAnswers, run_rotate, show
from wizard.prompts.guide import answered, asking_of, sign_in
from wizard.prompts.person import Person
from wizard.questions import Answers
from wizard.questions.jobs import ENVIRONMENTS, WHAT, rotation

if TYPE_CHECKING:
    from wizard.console import Console
    from wizard.flows.job import Job
    from wizard.flows.rotate.preview import Item
    from wizard.flows.rotate.wishes import Wishes
    from wizard.options import Options
    from wizard.prompts.asking import Asking


async def rotate_on_lines(options: Options, console: Console, wanted: Mapping[str, Any]) -> int:
    """The exit code. Nothing is asked where nobody is there, and only secrets where ``--yes`` was given."""
    asking = asking_of(options, console)
    if asking is None:
        return await run_rotate(options, console, wanted)
    tenant, token = await sign_in(asking, "rotation")
    return await run_rotate(options, console, wanted, Guided(options, console, asking), tenant=tenant, token=token)


class Guided(RotationAnswers):
    """Decisions of somebody who is there; what to renew is asked after everything has been looked at."""

    def __init__(self, options: Options, console: Console, asking: Asking) -> None:
        super().__init__(options, console, Person(asking))
        self._asking = asking

    async def wishes(self, job: Job, wanted: Mapping[str, Any]) -> Wishes:
        wishes = await super().wishes(job, wanted)
        said = wishes.kinds or wishes.everything or wishes.expiring is not None or wishes.undo
        if self.options.yes or said:
            return wishes
        seen = replace(wishes, environments=())
        found = await previewed(job, seen)
        if found.secretless and not any(item.credential.guided for item in found.items):
            return wishes
        show(self.console, found)
        self.seen = seen
        return await self._chosen(job, wishes, found.items)

    async def _chosen(self, job: Job, wishes: Wishes, items: Sequence[Item]) -> Wishes:
        names = [environment.name for environment in job.project.environments]
        given = wishes.environments or (tuple(names) if len(names) == 1 else ())
        answers = Answers().put(ENVIRONMENTS, list(given)) if given else Answers()
        answers = await answered(self._asking, rotation(names, kinds_of(items), due_of(items)), answers)
        chosen = wishes_of(wishes, names, answers.get(ENVIRONMENTS), answers.get(WHAT))
        self.console.say(f"the same without questions: {command(chosen)}")
        return chosen
