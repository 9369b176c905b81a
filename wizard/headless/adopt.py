"""``lakestrap adopt``: the project file back from what the clouds hold.

Owns the hand-over between the command line, the flow and the console. Holds no rule of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.errors import ExitCode

if TYPE_CHECKING:
    from wizard.console import Console
    from wizard.options import Options
    from wizard.secret import Secret


async def run_adopt(
    options: Options, console: Console, repository: str, name: str, *, tenant: str = "", token: Secret | None = None
) -> int:
    """Read, write the file, say what it cannot say; nothing in the clouds is changed."""
    from wizard.flows.adopt import adopt, adopted, refuse_a_file_that_is_there
    from wizard.providers.signin import open_session

    path = refuse_a_file_that_is_there(options.project)
    async with await open_session(tenant=tenant, token=token) as session:
        found = await adopted(session, repository, name)
    async for event in adopt(path, found):
        console.event(event)
    console.say(f"{path} is written; look at it, then see that nothing differs: lakestrap plan")
    return ExitCode.DONE
