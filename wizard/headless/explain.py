"""``lakestrap explain`` without questions: one answer as text or as JSON.

Owns the words and the layout of the answer. Holds no rule of its own; writes nothing anywhere.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from wizard.errors import ExitCode, NotSignedIn, Unreachable
from wizard.flows.explain import Asked, Explanation, asked, explain
from wizard.flows.explain.flow import without_sign_in
from wizard.flows.signin_hints import REMEDIES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wizard.console import Console
    from wizard.options import Options
    from wizard.secret import Secret


async def run_explain(options: Options, console: Console, text: str, *, tenant: str = "", token: Secret | None = None) -> int:
    """Explain a subject, an error, a run or an environment. Without a sign-in an error is explained by its code alone."""
    from wizard.flows.job import opened
    from wizard.project.file import load

    if not options.project.exists() and (question := asked(text)).code in REMEDIES:
        show(without_sign_in(question), console)
        return ExitCode.DONE
    project = load(options.project)
    question = asked(text, tuple(environment.name for environment in project.environments))
    try:
        async with opened(options.project, to_look=True, tenant=tenant, token=token) as job:
            answer = await explain(job, question)
    except (NotSignedIn, Unreachable) as missing:
        if not _says_something(question):
            raise
        console.error(missing)
        answer = without_sign_in(question)
    show(answer, console)
    return ExitCode.DONE


def _says_something(question: Asked) -> bool:
    return question.code in REMEDIES


def show(answer: Explanation, console: Console) -> None:
    """One answer, as text or as JSON."""
    if console.as_json:
        console.write(json.dumps(answer.as_dict(), ensure_ascii=False))
        return
    for line in lines(answer):
        console.write(line)


def lines(answer: Explanation) -> Iterator[str]:
    """What was presented and what is expected, the differing part in brackets, then what to do."""
    facts = (
        ("error", f"{answer.code}: {answer.line}" if answer.code and answer.code not in answer.line else answer.line or answer.code),
        ("job", answer.job),
        ("environment", answer.environment),
        ("presented", answer.presented.subject),
        ("expected", answer.expected),
        *(("trusted", subject) for subject in answer.trusted),
    )
    for name, value in facts:
        if value:
            yield f"{name + ':':<13}{value}"
    for finding in answer.findings:
        yield f"\n{finding.why}"
        if finding.presented != finding.expected:
            yield f"  presented  {finding.presented}\n  instead of {finding.expected or '(nothing)'}"
    for each in answer.unknown:
        yield f"\nunknown: {each}"
    for command in answer.commands:
        yield f"\nto do: {command}"
