"""A migration before it begins, as people look at it: its steps in their order, each with what is done and why.

Owns signs and words, as plain data; what has to be done is the flows' judgement.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.text import Text

from wizard.tui.outline import Branch, Line, Outline, fact

if TYPE_CHECKING:
    from wizard.flows.migrate_oidc import Leaving, OidcPreview
    from wizard.flows.migrate_subject import Move, SubjectPreview

NO_GAP = "At every moment of it a job of each environment can sign in. Stopped anywhere, it goes on from there.\n\n"
PROOF = (
    "The workflow verify-login is started, and its own log has to show that it signed in with what is new. "
    "Where a reviewer stands before the environment, it waits for the approval; nothing is ended before."
)


def of_oidc(preview: OidcPreview, command: str) -> Outline:
    """From client secrets to federation. ``command`` does the same without a screen."""
    if preview.empty:
        words = "The pipelines sign in without a client secret, or its end is noted: nothing is to be done."
        return Outline((), _nothing(words), Text.assemble(("nothing to do", "bold green")))
    hours = f"{preview.grace.total_seconds() / 3600:g} h"
    steps = (
        ("Trust, beside the secret", "+", "green", [_trusting(item, command) for item in preview.environments]),
        ("Files", "~", "yellow", _files(preview, command)),
        ("Proof by a job", "✓", "cyan", [_line("✓", "cyan", item.environment, PROOF, command) for item in preview.environments]),
        ("End the client secret", "-", "red", [_ending(item, hours, command) for item in preview.environments]),
    )
    overview = Text.assemble(("From client secrets to federation\n\n", "bold"), "Nothing has been changed yet.\n\n", NO_GAP)
    overview.append("The client secret stays valid until a job has signed in without it, and ")
    overview.append(f"{hours} longer; `lakestrap rotate` ends it then.\n".replace("`", ""))
    return Outline(_branches(steps), _by_hand(overview, command), _summary(len(preview.environments), "environment"))


def _trusting(item: Leaving, command: str) -> Line:
    why = (
        f"The identity of {item.environment} is told to trust the jobs of the GitHub environment {item.environment}: they present a token "
        "of GitHub's that lasts minutes, and no password exists. The client secret goes on working."
    )
    return _line("+", "green", item.environment, why, command)


def _files(preview: OidcPreview, command: str) -> list[Line]:
    mode = "The project file says from now on how pipelines sign in; every later command goes by it."
    flows = (
        "Workflows that sign in without a secret are published, by pull request where the branch is protected. Then somebody merges it, "
        "and the same command goes on. What you edited is left and told."
    )
    first = [_line("~", "yellow", "lakestrap.yaml: identity.mode: federated", mode, command)] if preview.changes_file else []
    return [*first, _line("~", "yellow", "workflows without a secret", flows, command)]


def _ending(item: Leaving, hours: str, command: str) -> Line:
    count = len(item.secrets)
    if not count or item.noted:
        words = "its end is noted" if item.noted else "none of ours is valid"
        return _line("=", "dim", f"{item.environment}: {words}", "Nothing is left to be ended here by this migration.", command)
    why = f"Noted {hours} after a job has signed in without it, and ended then by lakestrap rotate: until then it can be gone back to."
    line = _line("-", "red", f"{item.environment}: {count} secret{'s' if count > 1 else ''}, {hours} later", why, command)
    line.detail.append("\n")
    for held in item.secrets:
        fact(line.detail, held.id, f"expires {held.expires:%Y-%m-%d}" if held.expires else "")
    return line


def of_subject(preview: SubjectPreview, command: str) -> Outline:
    """From one subject to another. ``command`` does the same without a screen."""
    if preview.empty:
        return Outline(
            (),
            _nothing("GitHub sends the subjects that are trusted: nothing is to be done."),
            Text.assemble(("nothing to do", "bold green")),
        )
    open_moves = [move for move in preview.moves if not move.over]
    asked = "GitHub is asked for subjects with ids in them, which outlive every rename. It cannot be taken back."
    steps = (
        ("Project file", "~", "yellow", [_renamed(path, value, command) for path, value in preview.file_changes.items()]),
        ("Trust the new, beside the old", "+", "green", [_trust(move, command) for move in preview.moves]),
        (
            "Subjects with ids",
            "!",
            "bold yellow",
            [_line("!", "bold yellow", preview.repository, asked, command)] if preview.opts_in else [],
        ),
        ("Proof by a job", "✓", "cyan", [_line("✓", "cyan", move.gate, PROOF, command) for move in open_moves if _proves(move)]),
        ("Trust the old no more", "-", "red", [line for move in preview.moves for line in _untrusting(move, command)]),
    )
    overview = Text.assemble(("From one subject to another\n\n", "bold"), "Nothing has been changed yet.\n\n", NO_GAP)
    overview.append("What is trusted from before ends only after a job has signed in with the new subject.\n")
    if preview.opts_in:
        overview.append("\nGitHub is asked for subjects with ids in them: this cannot be taken back.\n", "bold yellow")
    return Outline(_branches(steps), _by_hand(overview, command), _summary(len(open_moves), "identity", "identities"))


def _proves(move: Move) -> bool:
    """Only jobs of an environment itself are run for a proof."""
    return move.gate == move.environment


def _renamed(path: str, value: str, command: str) -> Line:
    why = "The repository has another name by now. What was named after the old one keeps its name: it is written down, not made anew."
    return _line("~", "yellow", f"{path}: {value}", why, command)


def _trust(move: Move, command: str) -> Line:
    sign, style = ("=", "dim") if move.there else ("+", "green")
    words = (
        "This is trusted already."
        if move.there
        else "Jobs of this GitHub environment present this subject; letter by letter it is trusted."
    )
    line = _line(sign, style, move.gate, words, command)
    line.detail.append_text(Text.assemble(("\nThe subject\n", "bold"), f"  {move.subject}\n"))
    if move.old:
        line.detail.append("\nTrusted from before\n", "bold")
    for trust in move.old:
        line.detail.append(f"  {trust.subject}\n")
    return line


def _untrusting(move: Move, command: str) -> Iterable[Line]:
    for trust in move.old:
        why = "No job presents this any more once the new one is proven. Whoever takes over the old name could: so it ends."
        line = _line("-", "red", f"{move.gate}: {trust.name}", why, command)
        line.detail.append_text(Text.assemble(("\nThe subject\n", "bold"), f"  {trust.subject}\n"))
        yield line


def _line(sign: str, style: str, words: str, why: str, command: str) -> Line:
    detail = Text.assemble((f"{sign} ", style), (f"{words}\n", "bold"), f"\n{why}\n")
    return Line(Text.assemble((f"{sign} ", style), words, no_wrap=True), detail, command)


def _branches(steps: Iterable[tuple[str, str, str, list[Line]]]) -> tuple[Branch, ...]:
    """Numbered as they are done; a step without a line is none."""
    told = [step for step in steps if step[3]]
    return tuple(
        Branch(Text.assemble((f"{number}. {title}", "bold"), (f" {sign}{len(lines)}", style)), tuple(lines))
        for number, (title, sign, style, lines) in enumerate(told, start=1)
    )


def _nothing(words: str) -> Text:
    return Text.assemble((words, "bold green"))


def _by_hand(overview: Text, command: str) -> Text:
    return overview.append_text(Text.assemble(("\nThe same by hand\n", "bold"), f"  {command}\n"))


def _summary(count: int, one: str, many: str = "") -> Text:
    return Text.assemble((f"→ {count} {one if count == 1 else many or one + 's'} to move   ", "bold green"), ("nothing changed yet", "dim"))
