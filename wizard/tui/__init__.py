"""The full-screen face: draws what the flows tell, asks what the questions say; owns no rule.

Owns the hand-over from the command line. Nothing but Textual is imported before the first frame is painted.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from typing import Any


def run(
    project: Path,
    *,
    rehearse: Callable[[], int],
    allowed: frozenset[str] = frozenset(),
    wait: float = 0.0,
    begin: str = "home",
    given: Mapping[str, Any] | None = None,
) -> int:
    """Draw the wizard until the person leaves; the exit code. ``begin`` is ``home`` or a job (``wizard.tui.jobs``),
    ``given`` the arguments of its screen.

    ``rehearse`` runs a wizard in the local cloud and returns its exit code; it is called once the screen is left for that.
    """
    from wizard.tui.warm_up import begin as undisturbed

    undisturbed()
    from wizard.flows.which_world import rehearsing
    from wizard.tui.app import Wizard
    from wizard.tui.quiet import only_the_screen
    from wizard.tui.sitting import Sitting

    colourless = {name: value for name, value in os.environ.items() if name == "NO_COLOR"}
    with only_the_screen():
        sitting = Sitting(project, allowed=allowed, wait=wait, given=dict(given or {}), rehearsal=rehearsing())
        app = Wizard(sitting, begin=begin)
        code = app.run()
    os.environ |= colourless  # Textual takes it away, and a rehearsal is a process of its own
    return rehearse() if app.rehearse else app.return_code or code or 0
