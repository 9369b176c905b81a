"""A project file that was read back, as people look at it before it is written: its text, what it cannot tell, what it speaks of.

Owns layout and words; what stands in the file and what is uncertain about it is the flow's judgement.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from wizard.tui.outline import Branch, Line, Outline, fact

if TYPE_CHECKING:
    from wizard.flows.adopt import Adopted
    from wizard.project.model import Environment, Project

NAME = "lakestrap.yaml"


def outline(found: Adopted, command: str, *, dark: bool = True) -> Outline:
    """The text as long as no line is chosen. ``command`` does the same without a screen."""
    count = len(found.unknown)
    doubts = tuple(_doubt(field, why) for field, why in found.unknown)
    places = tuple(_place(environment, found.project) for environment in found.project.environments)
    branches = (
        Branch(Text.assemble(("For you to look at", "bold"), (f" ?{count}", "bold yellow")), doubts),
        Branch(Text.assemble(("Environments", "bold"), (f" +{len(places)}", "green")), places),
    )
    overview = Text.assemble((f"{NAME}, {found.source}\n\n", "bold"), text(found.text, dark=dark))
    if found.other:
        overview.append_text(Text.assemble(("\nThe other version  ", "bold"), found.other, ("  (O shows it)\n", "dim")))
    overview.append_text(Text.assemble(("\nThe same by hand\n", "bold"), f"  {command}\n"))
    return Outline(tuple(branch for branch in branches if branch.lines), overview, _summary(found, count))


def text(yaml: str, *, dark: bool = True) -> Text:
    """The file in colours."""
    from rich.syntax import Syntax

    return Syntax("", "yaml", theme="ansi_dark" if dark else "ansi_light").highlight(yaml)


def _doubt(field: str, why: str) -> Line:
    detail = Text.assemble(("? ", "bold yellow"), (f"{field}\n\n", "bold"), f"{why[:1].upper()}{why[1:]}.\n\n")
    detail.append("The file is written without that. Correct it there where it matters; lakestrap plan tells what would change.\n", "dim")
    return Line(Text.assemble(("? ", "bold yellow"), field, no_wrap=True), detail)


def _place(environment: Environment, project: Project) -> Line:
    detail = Text.assemble((f"{environment.name}\n\n", "bold"))
    fact(detail, "subscription", environment.subscription)
    fact(detail, "region      ", project.region_of(environment))
    fact(detail, "reviewers   ", ", ".join(environment.reviewers))
    fact(detail, "deploys from", ", ".join(project.deploys_from(environment)))
    for kind, identifier in environment.existing.model_dump(exclude_none=True).items():
        fact(detail, f"your {kind.replace('_', ' ')}", identifier)
    return Line(Text.assemble(("+ ", "green"), environment.name), detail)


def _summary(found: Adopted, count: int) -> Text:
    words = f"{count} thing{'s' if count != 1 else ''} to look at" if count else "nothing is left open"
    return Text.assemble((f"{found.project.name}   ", "bold"), (words, "yellow" if count else "green"))


def written(found: Adopted) -> Text:
    """What there is to say once it stands on the disk."""
    lines = Text.assemble((f"✓ {NAME} of {found.project.name} is written, {found.source}\n", "bold green"))
    lines.append("\nNothing else was changed, here or in the clouds.\n")
    if found.unknown:
        lines.append("\nFor you to look at\n", "bold")
    for field, why in found.unknown:
        lines.append_text(Text.assemble(("  ? ", "bold yellow"), field, (f"  {why}\n", "dim")))
    lines.append("\nHow to go on\n", "bold")
    steps = ("the plan shows whether anything differs: it should be nothing", f"commit {NAME}, so that it cannot be lost again")
    for number, step in enumerate(steps, start=1):
        lines.append(f"  {number}. {step}\n")
    return lines
