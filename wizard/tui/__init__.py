"""The full-screen face: draws what the flows tell, asks what the questions say; owns no rule.

Owns the hand-over from the command line. Nothing but Textual is imported before the first frame is painted.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def run(project: Path, *, rehearse: Callable[[], int], allowed: frozenset[str] = frozenset(), begin: str = "home") -> int:
    """Draw the wizard until the person leaves; the exit code. ``begin`` is ``home`` or a job (``wizard.tui.jobs``).

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
        app = Wizard(Sitting(project, allowed=allowed, rehearsal=rehearsing()), begin=begin)
        code = app.run()
    os.environ |= colourless  # Textual takes it away, and a rehearsal is a process of its own
    return rehearse() if app.rehearse else app.return_code or code or 0
