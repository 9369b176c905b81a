"""Three versions of a text merged: what was generated, what somebody has, what would be generated now.

Owns the merge, line by line and, where both sides touched the same lines, word by word. What both changed differently is a conflict
and is told as one: a text with conflict marks is never made. Pure; must never guess which side is right.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass

_WORDS = re.compile(r"\w+|\s+|[^\w\s]")
FEW_LINES = 6
"""Longer stretches that both sides changed are never merged word by word: chance would find common words in any two."""
ALIKE = 0.6
"""How like what was generated the found lines must be for their words to be compared."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """The lines that both sides changed, and how: ``line`` counts from 1 in the text that somebody has."""

    line: int
    generated: str
    found: str
    wished: str


@dataclass(frozen=True, slots=True)
class Merged:
    """The merged text, complete only where there is no conflict; with one it is the text that was found, unchanged."""

    text: str
    conflicts: tuple[Conflict, ...] = ()


@dataclass(frozen=True, slots=True)
class _Edit:
    """``base[begin:end]`` became ``lines``."""

    begin: int
    end: int
    lines: tuple[str, ...]


def merged(generated: str, found: str, wished: str) -> Merged:
    """What ``found`` becomes when the change from ``generated`` to ``wished`` is made in it too. Line ends are those of ``found``."""
    newline = "\r\n" if "\r\n" in found else "\n"
    base, mine, theirs = generated.replace("\r\n", "\n"), found.replace("\r\n", "\n"), wished.replace("\r\n", "\n")
    if theirs in (base, mine):
        return Merged(found)
    if mine == base:
        return Merged(wished.replace("\n", newline) if newline != "\n" else wished)
    conflicts: list[Conflict] = []
    text = "".join(_merged(base.splitlines(keepends=True), mine.splitlines(keepends=True), theirs.splitlines(keepends=True), conflicts))
    return Merged(found, tuple(conflicts)) if conflicts else Merged(text.replace("\n", newline))


def _merged(base: list[str], mine: list[str], theirs: list[str], conflicts: list[Conflict]) -> list[str]:
    out: list[str] = []
    done = 0
    for begin, end, ours, others in _regions(_edits(base, mine), _edits(base, theirs)):
        out += base[done:begin]
        left, right = _applied(base, begin, end, ours), _applied(base, begin, end, others)
        done = end
        if not others or left == right:
            out += left
        elif not ours:
            out += right
        else:
            whole = _by_words(base[begin:end], left, right)
            if whole is None:
                line = len("".join(out).splitlines()) + 1
                conflicts.append(Conflict(line, "".join(base[begin:end]), "".join(left), "".join(right)))
                out += left
            else:
                out.append(whole)
    return [*out, *base[done:]]


def _by_words(base: list[str], mine: list[str], theirs: list[str]) -> str | None:
    """The same one level down; ``None`` where the two changes touch each other there too, or where too little is alike to tell."""
    if max(len(base), len(mine)) > FEW_LINES:
        return None
    words = [_WORDS.findall("".join(lines)) for lines in (base, mine, theirs)]
    if difflib.SequenceMatcher(None, words[0], words[1], autojunk=False).ratio() < ALIKE:
        return None
    out: list[str] = []
    done = 0
    for begin, end, ours, others in _regions(_edits(words[0], words[1]), _edits(words[0], words[2])):
        out += words[0][done:begin]
        left, right = _applied(words[0], begin, end, ours), _applied(words[0], begin, end, others)
        if ours and others and left != right:
            return None
        out += left if ours else right
        done = end
    return "".join([*out, *words[0][done:]])


def _edits(base: Sequence[str], other: Sequence[str]) -> list[_Edit]:
    matcher = difflib.SequenceMatcher(None, base, other, autojunk=False)
    return [_Edit(i, j, tuple(other[k:m])) for tag, i, j, k, m in matcher.get_opcodes() if tag != "equal"]


def _regions(ours: list[_Edit], others: list[_Edit]) -> list[tuple[int, int, list[_Edit], list[_Edit]]]:
    """Ranges of the base in which edits of the two sides touch each other, or one side's edit stands alone; in order."""
    marked = sorted([(edit, True) for edit in ours] + [(edit, False) for edit in others], key=lambda item: (item[0].begin, item[0].end))
    found: list[tuple[int, int, list[_Edit], list[_Edit]]] = []
    for edit, is_ours in marked:
        if found and edit.begin <= found[-1][1]:
            begin, end, left, right = found.pop()
        else:
            begin, end, left, right = edit.begin, edit.end, [], []
        (left if is_ours else right).append(edit)
        found.append((begin, max(end, edit.end), left, right))
    return found


def _applied(base: Sequence[str], begin: int, end: int, edits: list[_Edit]) -> list[str]:
    """``base[begin:end]`` with one side's edits."""
    out: list[str] = []
    at = begin
    for edit in edits:
        out += [*base[at : edit.begin], *edit.lines]
        at = edit.end
    return [*out, *base[at:end]]
