"""What is shown as HTML: the plan as a table, errors, the file to be written, the report.

Owns layout and words. Everything that comes from outside is escaped here. Decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING

from wizard.engine.plan import Action
from wizard.errors import BadInput
from wizard.questions import explained

if TYPE_CHECKING:
    from wizard.engine.plan import Change, Plan
    from wizard.errors import LakestrapError
    from wizard.flows.check_rows import Row
    from wizard.questions import Question

COLOURS = {
    "create": "#1a7f37",
    "update": "#9a6700",
    "adopt": "#0969da",
    "replace": "#8250df",
    "delete": "#cf222e",
    "blocked": "#cf222e",
    "keep": "#6e7781",
}
"""Readable on light and on dark pages."""
WRONG = "#cf222e"
CELL = '"text-align:left;max-width:26em;overflow-wrap:anywhere;white-space:normal"'


def wrong(text: str) -> str:
    """What is wrong, beside its field; empty for nothing."""
    return f'<span role="alert" style="color:{WRONG}">✗ {escape(text)}</span>' if text else ""


def label(text: str, question: Question) -> str:
    """A question's label and help; why it matters and its words unfold."""
    lines = [f"<p>{escape(question.why)}</p>"] if question.why else []
    lines += [f"<p><b>{escape(term)}</b>: {escape(sentence)}</p>" for term, sentence in explained(question.terms)]
    folded = f'<details><summary style="cursor:pointer">?</summary>{"".join(lines)}</details>' if lines else ""
    return f'<div style="line-height:1.4"><b>{escape(text)}</b><br><small>{escape(question.help)}</small>{folded}</div>'


def error(trouble: LakestrapError) -> str:
    """Every problem with its remedy, and the hints."""
    if isinstance(trouble, BadInput) and trouble.problems:
        lines = [(str(found), found.remedy) for found in trouble.problems]
    else:
        lines = [(trouble.message, "")]
    items = "".join(f"<li>{_lines(text)}{f'<br><small>{escape(remedy)}</small>' if remedy else ''}</li>" for text, remedy in lines)
    hints = "".join(f"<li><small>hint: <code>{escape(hint)}</code></small></li>" for hint in trouble.hints)
    return f'<ul role="alert" style="color:{WRONG}">{items}{hints}</ul>'


def plan_table(plan: Plan, rows: Sequence[Row] = ()) -> str:
    """The plan by environment: what differs, the permission it needs, the equivalent command. What stays is counted only."""
    counts = plan.counts()
    said = ", ".join(f"{count} to {action}" for action, count in counts.items() if action != "keep") or "nothing to do"
    kept = f"; {counts['keep']} as wished" if counts.get("keep") else ""
    groups: dict[str, list[Change]] = {}
    for change in plan.changes:
        if change.action is not Action.KEEP:
            groups.setdefault(change.resource.environment or "shared by all", []).append(change)
    body = "".join(_group(name, changes) for name, changes in groups.items())
    head = _heads("", "what", "differs", "permission", "command")
    table = f"<table><thead>{head}</thead>{body}</table>" if body else ""
    return f"<p><b>{escape(said)}</b>{escape(kept)}</p>{table}{answers_table(rows)}"


def answers_table(rows: Sequence[Row]) -> str:
    """What was asked beforehand and is not a plain yes."""
    doubtful = [row for row in rows if str(row.answer) != "yes"]
    if not doubtful:
        return ""
    lines = "".join(
        _cells(
            escape(str(row.answer)), escape(row.question), _lines(row.why) + (f"<br><small>{escape(row.hint)}</small>" if row.hint else "")
        )
        for row in doubtful
    )
    return f"<h4>Asked beforehand</h4><table>{_heads('answer', 'question', 'why')}{lines}</table>"


def _group(name: str, changes: Iterable[Change]) -> str:
    head = f'<tr><th colspan="5" style="text-align:left">{escape(name)}</th></tr>'
    return f"<tbody>{head}{''.join(_row(change) for change in changes)}</tbody>"


def _row(change: Change) -> str:
    action = str(change.action)
    command = change.as_dict()["command"]
    folded = f"<details><summary>show</summary><pre>{escape(str(command))}</pre></details>" if command else ""
    permissions = "<br>".join(f"<code>{escape(need.action)}</code>" for need in change.resource.requires)
    sign = f'<span style="color:{COLOURS[action]};white-space:nowrap"><b>{escape(action)}</b></span>'
    return _cells(sign, f"<code>{escape(change.key)}</code>", "<br>".join(_differs(change)), permissions, folded)


def _differs(change: Change) -> Iterator[str]:
    if change.reason:
        yield escape(change.reason)
    for difference in (*change.differences, *change.predicted):
        yield f"{escape(difference.field)}: <del>{escape(difference.observed)}</del> → <ins>{escape(difference.desired)}</ins>"
    for hint in change.hints:
        yield f"<small>hint: <code>{escape(hint)}</code></small>"


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], title: str = "") -> str:
    """Rows of text; empty for none."""
    body = "".join(_cells(*(_lines(cell) for cell in row)) for row in rows)
    caption = f"<h4>{escape(title)}</h4>" if title else ""
    return f"{caption}<table><thead>{_heads(*columns)}</thead>{body}</table>" if body else ""


def _cells(*cells: str) -> str:
    """A row of HTML; notebooks would set it to the right and let a long name push the rest out of the page."""
    return f'<tr style="vertical-align:top">{"".join(f"<td style={CELL}>{cell}</td>" for cell in cells)}</tr>'


def _heads(*names: str) -> str:
    return f"<tr>{''.join(f'<th style={CELL}>{escape(name)}</th>' for name in names)}</tr>"


def ending(text: str) -> str:
    """How a run ended; what is left stands below it here, above it on lines."""
    return text.replace("named above", "named below")


def paragraph(text: str) -> str:
    """A sentence."""
    return f"<p>{_lines(text)}</p>"


def preformatted(text: str) -> str:
    """Lines as they are; empty for none."""
    return f"<pre>{escape(text)}</pre>" if text.strip() else ""


def folded(title: str, text: str) -> str:
    """Lines that unfold; empty for none."""
    return f'<details><summary style="cursor:pointer">{escape(title)}</summary>{preformatted(text)}</details>' if text.strip() else ""


def left_for_people(pending: Iterable[dict[str, str]]) -> str:
    """What somebody has to do, with links; empty for nothing."""
    items = "".join(f"<li>{_link(item.get('link', ''), item['what'])} — {escape(item.get('who', ''))}</li>" for item in pending)
    return f"<h4>Left for people</h4><ul>{items}</ul>" if items else ""


def device_code(code: str, address: str) -> str:
    """The code to type and where to."""
    shown = f'<code style="font-size:1.6em;user-select:all">{escape(code)}</code>'
    return f"<p>Open {_link(address, address)} in any browser and enter {shown}</p>"


def rendered(markdown: str) -> str:
    """Markdown as HTML; HTML inside it stays text."""
    from markdown_it import MarkdownIt

    return str(MarkdownIt("js-default").render(markdown))


def _link(address: str, text: str) -> str:
    safe = address.startswith("https://")
    return f'<a href="{escape(address)}" target="_blank" rel="noopener">{escape(text)}</a>' if safe else escape(text)


def _lines(text: str) -> str:
    return escape(text).replace("\n", "<br>")
