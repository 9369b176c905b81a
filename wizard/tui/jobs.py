"""The jobs that one can begin with, and the screen that each opens after the sign-in.

Owns the list for the first screen and the way from a name to a screen. Which jobs there are depends on what the folder has.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from wizard.tui.folder import Found
    from wizard.tui.screens.page import Page


class Entry(NamedTuple):
    """A line of the first screen: the job's name, its title, and what it will do."""

    name: str
    title: str
    words: str


RESUME = Entry("resume", "Plan and go on", "the plan, without the questions")
AFTERWARDS = (
    Entry("status", "Status", "what drifted, what expires, what waits"),
    Entry("explain", "Explain a sign-in", "why a job could not, and what mends it"),
    Entry("add", "Add an environment", "one more, like one that is there"),
    Entry("rotate", "Rotate credentials", "renewed, the old valid beside the new"),
    Entry("migrate", "Migrate the sign-in", "off client secrets, or to another subject"),
    Entry("upgrade", "Upgrade the files", "this version's, by a pull request"),
    Entry("destroy", "Tear down", "what was made is removed, trust first"),
)
ADOPT = Entry("adopt", "Read back a lost file", "lakestrap.yaml, from GitHub or the clouds")
REHEARSE = Entry("rehearse", "Rehearse in the sandbox", "in clouds that this machine plays")
LEAVE = Entry("leave", "Leave", "nothing is lost")


def entries(found: Found | None, *, rehearsal: bool = False) -> list[Entry]:
    """What can be begun in that folder, the likeliest first; a ``rehearsal`` is none to begin another in."""
    last = [LEAVE] if rehearsal else [REHEARSE, LEAVE]
    if found is None or not found.environments:
        kept = found is not None and found.answers
        words = "your answers of last time were kept" if kept else "questions and a plan; nothing before you agree"
        lost = [ADOPT] if found is not None and not found.problem else []
        return [Entry("setup", "Set up: go on where you left" if kept else "Set up", words), *lost, *last]
    words = "your answers of last time were kept" if found.answers else "confirm or change them, then the plan"
    setup = Entry("setup", "Set up: go on where you left" if found.answers else "Set up: look at the answers", words)
    resume = RESUME
    if found.unfinished:
        resume = Entry("resume", "Resume the run that did not end", "it goes on; nothing is made twice")
    first = [resume, setup] if found.unfinished else [setup, resume]
    return [*first, *AFTERWARDS, *last]


def first_screen(name: str, given: Mapping[str, Any] | None = None) -> Page:
    """Where a job goes on once somebody is signed in. ``given`` was said on the command line: then nothing is left to choose."""
    told = dict(given or {})
    match name:
        case "resume" | "review":
            from wizard.tui.screens.review import Review

            return Review(write=False)
        case "status":
            from wizard.tui.screens.status import Status

            return Status(**told)
        case "add":
            from wizard.tui.screens.add import AddChoice, AddReview

            return AddReview(**told) if told else AddChoice()
        case "rotate":
            from wizard.tui.screens.rotate import RotateChoice, RotatePreview

            return RotatePreview(told) if told else RotateChoice()
        case "explain":
            from wizard.tui.screens.explain import ExplainChoice

            return ExplainChoice()
        case "migrate":
            from wizard.tui.screens.migrate import MigrateChoice

            return MigrateChoice()
        case "migrate oidc" | "migrate subject":
            from wizard.tui.screens.migrate import OidcMigration, SubjectMigration

            return OidcMigration(**told) if name == "migrate oidc" else SubjectMigration(**told)
        case "upgrade":
            from wizard.tui.screens.upgrade import UpgradePreview

            return UpgradePreview()
        case "adopt":
            from wizard.tui.screens.adopt import AdoptChoice

            return AdoptChoice()
        case "destroy":
            from wizard.tui.screens.destroy import DestroyChoice, DestroyPreview

            return DestroyPreview(**told) if told else DestroyChoice()
        case _:
            from wizard.tui.screens.questions import Questions

            return Questions()
