"""Why a job could not sign in, as people look at it: what was expected beside what was presented, and the command that mends it.

Owns layout and words; which difference counts, and what mends it, is the flow's judgement.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from wizard.tui.outline import fact

if TYPE_CHECKING:
    from wizard.flows.explain import Explanation, Finding

DIFFERING = re.compile(r"\[([^\]]*)\]")
"""How the flow marks the part of a claim that differs from the other side."""


def drawn(answer: Explanation) -> Group:
    """All of it, the cause first."""
    parts: list[RenderableType] = [_about(answer)]
    for finding in answer.findings:
        parts.append(_why(finding))
        if finding.presented or finding.expected:
            parts.append(_sides(finding.expected, finding.presented, same=finding.presented == finding.expected))
    if not answer.findings and (answer.expected or answer.presented.subject):
        parts.append(_sides(answer.expected, answer.presented.subject, same=answer.expected == answer.presented.subject))
    parts += [_mending(answer), _trusted(answer), _unknown(answer)]
    for part in parts:
        if isinstance(part, Text):
            part.rstrip()
    return Group(*[part for part in parts if not isinstance(part, Text) or part.plain])


def summary(answer: Explanation) -> Text:
    """In one row."""
    if answer.findings and all(finding.kind == "trusted" for finding in answer.findings):
        return Text.assemble(("✓ what is presented is trusted", "bold green"))
    if answer.findings:
        count = len(answer.findings)
        return Text.assemble((f"✗ {count} cause{'s' if count != 1 else ''} found", "bold red"))
    return Text.assemble(("no cause found in the claims" if not answer.commands else "told by the code of the error", "yellow"))


def _about(answer: Explanation) -> Text:
    text = Text()
    told = f"{answer.code}: {answer.line}" if answer.code and answer.code not in answer.line else answer.line or answer.code
    fact(text, "error      ", told, "bold")
    fact(text, "job        ", answer.job)
    fact(text, "run        ", answer.link)
    fact(text, "environment", answer.environment, "bold")
    return text


def _why(finding: Finding) -> Text:
    well = finding.kind == "trusted"
    return Text.assemble(("\n✓ " if well else "\n✗ ", "bold green" if well else "bold red"), (finding.why, "bold"), "\n")


def _sides(expected: str, presented: str, *, same: bool) -> Table:
    table = Table(box=None, expand=True, padding=(0, 2, 0, 0), show_edge=False, header_style="dim")
    table.add_column("expected", ratio=1, overflow="fold")
    table.add_column("presented", ratio=1, overflow="fold")
    right = "" if same else "bold green"
    table.add_row(_marked(expected, right) if expected else Text("nothing", "dim"), _marked(presented, "" if same else "bold red"))
    return table


def _marked(claim: str, style: str) -> Text:
    """The claim, its differing parts in colour and, for those who see none, in their brackets."""
    text = Text(claim)
    if style:
        for found in DIFFERING.finditer(claim):
            text.stylize(style, *found.span())
    return text


def _trusted(answer: Explanation) -> Text:
    text = Text("\nTrusted now\n" if answer.trusted else "", style="")
    text.stylize("bold")
    for subject in answer.trusted:
        text.append(f"  {subject}\n", "not bold")
    return text


def _mending(answer: Explanation) -> Text:
    if not answer.commands:
        return Text()
    text = Text.assemble(("\nWhat mends it", "bold"), ("  (C copies it)\n", "dim"))
    for command in answer.commands:
        text.append_text(Text.assemble("  → ", (f"{command}\n", "cyan")))
    return text


def _unknown(answer: Explanation) -> Text:
    text = Text()
    for each in answer.unknown:
        text.append_text(Text.assemble(("\n? ", "bold yellow"), ("unknown: ", "yellow"), each))
    return text
