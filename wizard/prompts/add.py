"""``lakestrap add`` on lines: name, place and pattern where they were not given, then preview, agreement, progress and result.

Owns the questions that options leave open. Everything else is said and done as without questions.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from wizard.errors import BadInput, Problem
from wizard.flows.add import Request
from wizard.flows.add.choosing import before_production, goes_on, problem_of
from wizard.headless.add import AddAnswers, run_add
from wizard.project.file import load
from wizard.prompts.guide import answered, asking_of, sign_in
from wizard.prompts.person import Person
from wizard.questions import Answers, Situation
from wizard.questions.jobs import AFTER, FIRST, LIKE, NAME, addition

if TYPE_CHECKING:
    from wizard.console import Console
    from wizard.options import Options
    from wizard.project.model import Project
    from wizard.prompts.asking import Asking


async def add_on_lines(options: Options, console: Console, request: Request) -> int:
    """The exit code. Raises ``BadInput`` for a name that is missing while nobody is there."""
    asking = asking_of(options, console)
    if asking is None:
        if not request.name:
            missing = [Problem("ENV", "the new environment has no name", "lakestrap add NAME")]
            raise BadInput(missing + ([] if options.yes else [Problem("--yes", "the plan has to be agreed to", "add --yes")]))
        return await run_add(options, console, request)
    project = load(options.project)
    tenant, token = await sign_in(asking, "addition of an environment")
    if not (options.yes and request.name) and not goes_on(options.project, request):
        request = await _asked(asking, project, request)
    return await run_add(options, console, request, AddAnswers(options, console, Person(asking)), tenant=tenant, token=token)


async def _asked(asking: Asking, project: Project, request: Request) -> Request:
    def usable(value: Any, now: Situation) -> Problem | None:
        return problem_of(project, replace(request, name=str(value)))

    names = [environment.name for environment in project.environments]
    given = Answers()
    for field, value in ((NAME, request.name), (AFTER, request.after), (LIKE, request.like)):
        given = given.put(field, value) if value else given
    answers = await answered(asking, addition(names, before_production(project), usable), given)
    after = str(answers.get(AFTER))
    return replace(request, name=str(answers.get(NAME)), like=str(answers.get(LIKE)), after="" if after == FIRST else after)
