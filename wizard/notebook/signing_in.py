"""Signing in from a cell: who is signed in, a device code, a browser, a tenant, a token for GitHub.

Owns these widgets and the order of trying. Where a tenant blocks one way the other stands beside it. Tokens are handed over as
``Secret`` and kept nowhere.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from html import escape

import ipywidgets as widgets

from wizard.errors import LakestrapError, NotSignedIn
from wizard.flows.abandonable import abandonable
from wizard.notebook import words
from wizard.notebook.background import Background
from wizard.notebook.sitting import Sitting


class SigningIn:
    """``done()`` is called, in the background thread, each time somebody is signed in."""

    def __init__(self, sitting: Sitting, background: Background, done: Callable[[], None]) -> None:
        self.sitting, self._background, self._done = sitting, background, done
        self._cancelled = threading.Event()
        self.state = widgets.HTML()
        self.code = widgets.HTML()
        self.device = widgets.Button(description="sign in with a code", icon="key", layout=widgets.Layout(width="14em"))
        self.browser = widgets.Button(description="sign in in a browser here", icon="globe", layout=widgets.Layout(width="16em"))
        self.stop = widgets.Button(description="stop waiting", layout=widgets.Layout(width="10em"))
        self.again = widgets.Button(
            description="look again", tooltip="after az login or gh auth login", layout=widgets.Layout(width="10em")
        )
        self.device.on_click(lambda _: self.begin(self._by_code()))
        self.browser.on_click(lambda _: self.begin(self._by_browser()))
        self.again.on_click(lambda _: self.begin(self._look()))
        self.stop.on_click(lambda _: self._cancelled.set())
        self.ways = widgets.HBox([self.device, self.browser, self.again])
        self.box = widgets.VBox([self.state, self.code, self.stop, self.ways])
        self._show("<i>not signed in yet</i>")

    def begin(self, work: Callable[[], object] | None = None) -> Future[None]:
        """Sign in with what is there, or in a way that a button stands for; comes back at once."""
        return self._background.submit(self._attempt(work))

    async def _attempt(self, work: Callable[[], object] | None) -> None:
        self._show("<i>signing in …</i>", busy=True)
        try:
            if work is not None:
                await abandonable(work)
            await self.sitting.sign_in()
        except LakestrapError as refusal:
            self._show(words.error(refusal), missing=isinstance(refusal, NotSignedIn))
            return
        finally:
            self.code.value = ""
        self._show(self._who() + await self._advice())
        self._done()

    async def _advice(self) -> str:
        from wizard.flows.trials import trial_advice

        session = self.sitting.session
        advice = await trial_advice(session, str(self.sitting.answers.get("region", ""))) if session is not None else ()
        return "<br>".join(escape(line) for line in advice)

    def _look(self) -> Callable[[], object]:
        return lambda: None

    def _by_code(self) -> Callable[[], object]:
        def work() -> object:
            from wizard.providers.signin import device_login

            self._cancelled = threading.Event()
            self.stop.layout.display = ""
            try:
                return device_login(self._show_code, self._cancelled, self.sitting.tenant)
            finally:
                self._cancelled.set()

        return work

    def _by_browser(self) -> Callable[[], object]:
        def work() -> object:
            from wizard.providers.signin import browser_login

            return browser_login(self.sitting.tenant)

        return work

    def _show_code(self, code: str, address: str) -> None:
        self.code.value = words.device_code(code, address)

    def _show(self, text: str, *, busy: bool = False, missing: bool = True) -> None:
        self.state.value = text
        self.stop.layout.display = "none"
        for button in (self.device, self.browser, self.again):
            button.disabled = busy
        self.ways.layout.display = "" if missing else "none"

    def _who(self) -> str:
        session = self.sitting.session
        if session is None:
            return ""
        count = len(session.subscriptions)
        seen = f"{count} subscription{'' if count == 1 else 's'}"
        azure = f"Azure: <b>{escape(session.operator.name)}</b>, tenant {escape(session.tenant)}, {seen}"
        github = escape(session.github_login) or "nobody is signed in"
        lack = words.wrong("no subscription is visible: ask for a role on one, or begin a trial, then look again") if not count else ""
        return f"{azure}<br>GitHub: <b>{github}</b><br>{lack}"


def _button(text: str, **options: str) -> widgets.Button:
    return widgets.Button(description=text, layout=widgets.Layout(width="auto"), **options)
