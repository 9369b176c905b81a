"""Signing in on lines: who is signed in, a device code where nobody is, and a token for GitHub.

Owns the order in which ways to sign in are offered. Where a tenant blocks one, the others are offered again.
"""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

from wizard.errors import Cancelled, NotAllowed, NotSignedIn
from wizard.flows.abandonable import abandonable
from wizard.flows.choices import subscriptions, tenants
from wizard.flows.trials import trial_advice
from wizard.questions import BY_FIELD

if TYPE_CHECKING:
    from wizard.console import Console
    from wizard.prompts.terminal import Lines
    from wizard.providers.session import Session
    from wizard.secret import Secret

WAYS = (
    ("device code", "a short code, typed into any browser"),
    ("browser", "this machine's browser"),
    ("stop", "and sign in with az login"),
)


async def signed_in(console: Console, lines: Lines) -> tuple[Session, Secret]:
    """A session that sees a subscription, and the GitHub token it was opened with.

    Raises ``Cancelled``, ``NotAllowed``, ``Unreachable``, ``BadInput``.
    """
    from wizard.providers.signin import accounts, github_token, open_session

    while not accounts():
        console.say("Azure: nobody is signed in.")
        await _sign_in(console, lines, "")
    tenant = await _tenant(console, lines)
    token = await asyncio.to_thread(github_token) or await _token(console, lines)
    while True:
        try:
            session = await open_session(tenant=tenant, token=token)
            break
        except NotSignedIn as refusal:
            console.error(refusal)
            if "GitHub" in refusal.message:
                token = await _token(console, lines)
            else:
                await _sign_in(console, lines, tenant)
    await _show(console, session)
    return session, token


async def _show(console: Console, session: Session) -> None:
    visible = await subscriptions(session)
    console.say(f"Azure: {session.operator.name}, tenant {session.tenant}, {len(visible)} subscription{'s' if len(visible) != 1 else ''}")
    console.say(f"GitHub: {session.github_login or 'a token that belongs to no person'}")
    if not visible:
        await session.close()
        hints = [
            "ask for a role on one, then: az login",
            "or begin a trial: https://azure.microsoft.com/free (its few cores may not suffice)",
        ]
        raise NotAllowed(f"{session.operator.name} sees no Azure subscription", hints=hints)
    for line in await trial_advice(session):
        console.say(line)


async def _tenant(console: Console, lines: Lines) -> str:
    """The tenant to work in; asked for where the profile knows several."""
    known = tenants().choices
    if len(known) < 2:
        return known[0].value if known else ""
    question = BY_FIELD["run.tenant"]
    console.say(f"{question.label}: {question.help}")
    return known[await chosen(console, lines, question.label, [(choice.label, choice.detail) for choice in known])].value


async def _token(console: Console, lines: Lines) -> Secret:
    question = BY_FIELD["run.github_token"]
    console.say("GitHub: nobody is signed in.")
    console.say(f"{question.label}: {question.help}")
    token = await lines.masked("GitHub token (it is not shown; Enter stops): ")
    if token is None:
        raise Cancelled("not signed in to GitHub", hints=["gh auth login --scopes repo,workflow,read:org"])
    return token


async def _sign_in(console: Console, lines: Lines, tenant: str) -> None:
    """Sign in to Azure once, in the way that was chosen; told where it fails, so that another way can be tried."""
    from wizard.providers.signin import browser_login, device_login

    way = WAYS[await chosen(console, lines, "Sign in by", WAYS)][0]
    cancelled = threading.Event()
    try:
        if way == "device code":
            await abandonable(lambda: device_login(lambda code, address: _show_code(console, code, address), cancelled, tenant))
        elif way == "browser":
            await abandonable(lambda: browser_login(tenant))
        else:
            raise Cancelled("not signed in to Azure", hints=[f"az login{' --tenant ' + tenant if tenant else ''}"])
    except NotSignedIn as refusal:
        console.error(refusal)
    finally:
        cancelled.set()


def _show_code(console: Console, code: str, address: str) -> None:
    console.say(f"Open {address} in any browser and enter the code {code}")
    console.say("Waiting until that is done; Ctrl-C stops.")


async def chosen(console: Console, lines: Lines, prompt: str, choices: tuple[tuple[str, str], ...] | list[tuple[str, str]]) -> int:
    """The index of one of a few numbered lines; Enter is the first."""
    for number, (label, detail) in enumerate(choices, 1):
        console.say(f"  {number:>2}  {label}  {detail}".rstrip())
    while True:
        text = (await lines.line(f"{prompt} [1]: ")).strip() or "1"
        if text.isdigit() and 1 <= int(text) <= len(choices):
            return int(text) - 1
        console.say(f"  error: {text} is no answer here")
        console.say(f"  hint: a number from 1 to {len(choices)}")
