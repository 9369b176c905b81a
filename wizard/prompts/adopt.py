"""``lakestrap adopt`` on lines: the repository where it was not named, the file that would be written, agreement, and the result.

Owns the questions that options leave open. Everything else is said and done as without questions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.errors import Cancelled
from wizard.flows.adopt import Adopted, adopted, projects, refuse_a_file_that_is_there
from wizard.flows.choices import repository_of
from wizard.headless.adopt import run_adopt, write
from wizard.prompts.guide import answered, asking_of, sign_in
from wizard.prompts.person import Person
from wizard.questions import Answers
from wizard.questions.jobs import CLOUDS, FROM, PROJECT, REPOSITORY, recovery, source

if TYPE_CHECKING:
    from wizard.console import Console
    from wizard.options import Options
    from wizard.prompts.asking import Asking


async def adopt_on_lines(options: Options, console: Console, repository: str, name: str, *, from_clouds: bool) -> int:
    """The exit code. Raises ``BadInput`` for a repository that is missing while nobody is there, and for a file that is."""
    from wizard.providers.signin import open_session

    path = refuse_a_file_that_is_there(options.project)
    asking = asking_of(options, console)
    if asking is None or (options.yes and repository):
        return await run_adopt(options, console, repository, name, from_clouds=from_clouds)
    tenant, token = await sign_in(asking, "adoption")
    async with await open_session(tenant=tenant, token=token) as session:
        asking.session = session
        asking.known.lists["repository of the folder",] = repository_of(path.absolute().parent)
        repository, name = await _whose(asking, repository, name)
        found = await adopted(session, repository, name, from_clouds=from_clouds)
        if not found.from_clouds and (await answered(asking, [source(found.source, found.other)])).get(FROM) == CLOUDS:
            found = await adopted(session, repository, name, from_clouds=True)
    show(console, found)
    if not options.yes and not await Person(asking).agrees(f"Write {path.name}?"):
        raise Cancelled("nothing was written")
    return await write(options, console, found)


async def _whose(asking: Asking, repository: str, name: str) -> tuple[str, str]:
    """The repository and, where it holds several, the project."""
    given = Answers().put(REPOSITORY, repository) if repository else Answers()
    given = await answered(asking, recovery(), given)
    repository = str(given.get(REPOSITORY))
    assert asking.session is not None
    several = () if name else await projects(asking.session, repository)
    if len(several) < 2:
        return repository, name
    return repository, str((await answered(asking, recovery(several), given)).get(PROJECT))


def show(console: Console, found: Adopted) -> None:
    """The file, and what is not certain about it."""
    console.say(f"\n— lakestrap.yaml of {found.project.name}, {found.source} —")
    console.say(found.text.rstrip("\n"))
    if found.unknown:
        console.say("\nWhat it cannot tell for certain:")
    for field, why in found.unknown:
        console.say(f"  ? {field}: {why}")
