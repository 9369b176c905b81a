"""``lakestrap adopt``: the project file back from the repository or from what the clouds hold.

Owns the hand-over between the command line, the flow and the console. Holds no rule of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.errors import BadInput, ExitCode, Problem

if TYPE_CHECKING:
    from wizard.console import Console
    from wizard.flows.adopt import Adopted
    from wizard.options import Options


async def run_adopt(options: Options, console: Console, repository: str, name: str, *, from_clouds: bool = False) -> int:
    """Read, write the file, say what it cannot say; nothing in the clouds is changed."""
    from wizard.flows.adopt import adopted, refuse_a_file_that_is_there
    from wizard.providers.signin import open_session

    refuse_a_file_that_is_there(options.project)
    if not repository:
        raise BadInput([Problem("OWNER/REPOSITORY", "whose project file is lost was not named", "lakestrap adopt contoso/shop")])
    async with await open_session() as session:
        found = await adopted(session, repository, name, from_clouds=from_clouds)
    return await write(options, console, found)


async def write(options: Options, console: Console, found: Adopted) -> int:
    """Write what was found, and tell what is not certain and how to go on."""
    from wizard.flows.adopt import adopt, refuse_a_file_that_is_there

    path = refuse_a_file_that_is_there(options.project)
    async for event in adopt(path, found):
        console.event(event)
    if found.other:
        again = f"lakestrap adopt {found.repository}" + ("" if found.from_clouds else " --from-clouds")
        console.say(f"it is written {found.source}; to have it {found.other}: move it away, and {again}")
    console.say(f"{path} is written; look at it, then see that nothing differs: lakestrap plan")
    return ExitCode.DONE
