"""A small shell for the ``run:`` steps of workflows that only read: it runs what ``shell_syntax`` parsed.

Owns expansion, ``bash -e``, the builtins, and writing to the runner's files. The commands are given; an unknown one raises
``NotEmulated``: never a silent success. It must never start a process or touch a real file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from wizard.sandbox.actions.shell_syntax import (
    Chain,
    If,
    Negated,
    Node,
    NotEmulated,
    Simple,
    closing_parenthesis,
    closing_quote,
    is_assignment,
    parse,
)


@dataclass(slots=True)
class Outcome:
    """What a command ends with: exit status, standard output, standard error."""

    status: int = 0
    output: str = ""
    error: str = ""


Command = Callable[[Sequence[str], dict[str, str]], Outcome | None]
"""``(words, variables) -> outcome``, or ``None`` where the command is not known."""


class _Exit(Exception):
    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(slots=True)
class Shell:
    """One step's shell. ``files`` holds what was written to ``$GITHUB_OUTPUT`` and the like, by path."""

    command: Command
    variables: dict[str, str]
    files: dict[str, str] = field(default_factory=dict)
    output: list[str] = field(default_factory=list)
    error: list[str] = field(default_factory=list)
    stops: bool = True
    substituted: int = 0

    def run(self, script: str) -> int:
        """Run the script as ``bash -e`` does; returns its exit status. Raises ``NotEmulated``."""
        commands = parse(script)
        try:
            return self._all(commands, checked=True)
        except _Exit as ending:
            return ending.status

    def _all(self, commands: Sequence[Node], *, checked: bool) -> int:
        status = 0
        for command in commands:
            status = self._one(command, checked=checked)
        return status

    def _one(self, node: Node, *, checked: bool) -> int:
        """``checked``: whether ``-e`` ends the script when this fails."""
        if isinstance(node, Negated):
            return int(self._one(node.inner, checked=False) == 0)
        if isinstance(node, Chain):
            return self._chain(node, checked)
        if isinstance(node, If):
            for condition, body in node.branches:
                if not condition or self._all(condition, checked=False) == 0:
                    return self._all(body, checked=checked)
            return 0
        status = self._simple(node)
        if status and checked and self.stops:
            raise _Exit(status)
        return status

    def _chain(self, node: Chain, checked: bool) -> int:
        status = self._one(node.first, checked=False)
        for position, (sign, command) in enumerate(node.rest, 1):
            if (status == 0) == (sign == "&&"):
                status = self._one(command, checked=checked and position == len(node.rest))
        return status

    def _simple(self, node: Simple) -> int:
        local: dict[str, str] = {}
        raw = list(node.words)
        self.substituted = 0
        while raw and is_assignment(raw[0]):
            name, _, value = raw.pop(0).partition("=")
            local[name] = "".join(self._expanded(value, splits=False))
        words = [word for item in raw for word in self._expanded(item)]
        if not words:
            self.variables.update(local)
            return self.substituted
        outcome = self._builtin(words)
        if outcome is None:
            outcome = self.command(words, {**self.variables, **local})
        if outcome is None:
            raise NotEmulated(" ".join(words))
        self._deliver(outcome, [(sign, "".join(self._expanded(path))) for sign, path in node.redirections])
        return outcome.status

    def _deliver(self, outcome: Outcome, targets: Sequence[tuple[str, str]]) -> None:
        out, error = "&1", "&2"
        for sign, path in targets:
            if sign in (">", ">>", "&>"):
                out = path
                if sign != ">>":
                    self.files.pop(path, None)
            if sign in ("2>", "2>>", "&>"):
                error = path
            if sign == "2>&1":
                error = out
        for text, target in ((outcome.error, error), (outcome.output, out)):
            if target == "&1":
                self.output.append(text)
            elif target == "&2":
                self.error.append(text)
            elif target != "/dev/null":
                self.files[target] = self.files.get(target, "") + text

    def _builtin(self, words: Sequence[str]) -> Outcome | None:
        name, rest = words[0], list(words[1:])
        if name == "set":
            return self._set(" ".join(rest))
        if name in ("export", "readonly"):
            self.variables.update(dict(word.split("=", 1) for word in rest if "=" in word))
            return Outcome()
        if name == "exit":
            raise _Exit(int(rest[0]) if rest else 0)
        if name in ("[", "[[", "test"):
            return Outcome(0 if _holds(rest if name == "test" else rest[:-1]) else 1)
        if name == "echo":
            options = rest[:1] if rest[:1] in (["-n"], ["-e"]) else []
            return Outcome(0, " ".join(rest[len(options) :]) + ("" if options == ["-n"] else "\n"))
        if name == "printf":
            return Outcome(0, _printed(rest))
        return {"true": Outcome(), ":": Outcome(), "false": Outcome(1)}.get(name)

    def _set(self, options: str) -> Outcome:
        if re.search(r"(?:^|\s)\+\w*e", options):
            self.stops = False
        if re.search(r"(?:^|\s)-\w*e", options):
            self.stops = True
        return Outcome()

    def _expanded(self, raw: str, *, splits: bool = True) -> list[str]:
        """The words that a raw word becomes; what an unquoted expansion gives is split at blanks."""
        fields: list[str] = []
        out, present, at = "", False, 0
        while at < len(raw):
            if raw[at] == "'":
                end = closing_quote(raw, at)
                out, present, at = out + raw[at + 1 : end], True, end + 1
            elif raw[at] == '"':
                end = closing_quote(raw, at)
                out, present, at = out + self._double_quoted(raw[at + 1 : end]), True, end + 1
            elif raw[at] == "\\":
                out, present, at = out + raw[at + 1 : at + 2], True, at + 2
            elif raw[at] == "$":
                value, at = self._parameter(raw, at)
                first, *rest = re.split(r"\s+", value) if splits else [value]
                out += first
                for part in rest:
                    fields += [out] if out or present else []
                    out, present = part, False
            else:
                out, present, at = out + raw[at], True, at + 1
        return [*fields, out] if out or present else fields

    def _double_quoted(self, text: str) -> str:
        out, at = "", 0
        while at < len(text):
            if text[at] == "\\" and text[at + 1 : at + 2] in ('"', "\\", "$", "`"):
                out, at = out + text[at + 1], at + 2
            elif text[at] == "$":
                value, at = self._parameter(text, at)
                out += value
            else:
                out, at = out + text[at], at + 1
        return out

    def _parameter(self, text: str, at: int) -> tuple[str, int]:
        """The value of the ``$…`` at ``at``, and where it ends."""
        if text.startswith("$(", at) and not text.startswith("$((", at):
            end = closing_parenthesis(text, at + 2)
            return self._output_of(text[at + 2 : end]), end + 1
        if match := re.compile(r"\$\{(\w+)(?:(:?[-?])([^}]*))?\}").match(text, at):
            value = self.variables.get(match.group(1), "")
            if not value and match.group(2):
                if match.group(2).endswith("?"):
                    self.error.append(f"{match.group(1)}: {match.group(3) or 'parameter null or not set'}\n")
                    raise _Exit(1)
                value = self._double_quoted(match.group(3).strip('"'))
            return value, match.end()
        if match := re.compile(r"\$([A-Za-z_]\w*)").match(text, at):
            return self.variables.get(match.group(1), ""), match.end()
        if re.compile(r"\$(?![\w{(?@*#!$-])").match(text, at):
            return "$", at + 1
        raise NotEmulated(text[at:])

    def _output_of(self, script: str) -> str:
        inner = Shell(self.command, dict(self.variables), self.files, stops=self.stops)
        self.substituted = inner.run(script)
        self.error.extend(inner.error)
        return "".join(inner.output).rstrip("\n")


def _holds(words: Sequence[str]) -> bool:
    """``test``: strings, numbers, ``-n`` and ``-z``. Raises ``NotEmulated`` for files and everything else."""
    match list(words):
        case ["!", *rest]:
            return not _holds(rest)
        case []:
            return False
        case [word]:
            return word != ""
        case ["-n", word]:
            return word != ""
        case ["-z", word]:
            return word == ""
        case [left, "=" | "==", right]:
            return left == right
        case [left, "!=", right]:
            return left != right
        case [left, "-eq" | "-ne" | "-gt" | "-ge" | "-lt" | "-le" as sign, right]:
            difference = int(left) - int(right)
            signs = {"-eq": difference == 0, "-ne": difference != 0, "-gt": difference > 0, "-ge": difference >= 0}
            return {**signs, "-lt": difference < 0, "-le": difference <= 0}[sign]
    raise NotEmulated("test " + " ".join(words))


def _printed(words: Sequence[str]) -> str:
    """``printf`` with ``%s``, ``%d`` and ``%%``; the format is used again while arguments are left."""
    template = words[0].replace("\\n", "\n").replace("\\t", "\t") if words else ""
    rest, out = list(words[1:]), ""
    while True:
        out += re.sub(r"%([sd%])", lambda match: "%" if match.group(1) == "%" else (rest.pop(0) if rest else ""), template)
        if not rest or ("%s" not in template and "%d" not in template):
            return out
