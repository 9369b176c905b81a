"""``lakestrap destroy`` on lines: what to take down, then preview, names to be typed, agreement, progress and result.

Owns the one question that arguments leave open. Everything else is said and done as without questions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from wizard.headless.destroy import run_destroy
from wizard.project.file import load
from wizard.prompts.guide import answered, asking_of, sign_in
from wizard.prompts.person import Person
from wizard.questions.jobs import ENVIRONMENTS, EVERYTHING, removal

if TYPE_CHECKING:
    from wizard.console import Console
    from wizard.options import Options
    from wizard.prompts.asking import Asking


async def destroy_on_lines(
    options: Options, console: Console, names: Sequence[str], *, confirm: Sequence[str], purge: bool, only_preview: bool
) -> int:
    """The exit code. With ``--yes`` or ``--preview`` no names are the whole project, as where nobody is there."""
    asking = asking_of(options, console)
    if asking is None:
        return await run_destroy(options, console, names, confirm=confirm, purge=purge, only_preview=only_preview)
    tenant, token = await sign_in(asking, "removal")
    if not names and not options.yes and not only_preview:
        names = await _chosen(asking, options)
    given = {"confirm": confirm, "person": Person(asking), "tenant": tenant, "token": token}
    return await run_destroy(options, console, names, purge=purge, only_preview=only_preview, **given)  # type: ignore[arg-type]


async def _chosen(asking: Asking, options: Options) -> Sequence[str]:
    """The environments; none for the whole project."""
    known = [environment.name for environment in load(options.project).environments]
    chosen = list((await answered(asking, [removal(known)])).get(ENVIRONMENTS))
    return () if EVERYTHING in chosen else [name for name in known if name in chosen]
