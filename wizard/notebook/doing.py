"""What every run on the page has: work in the background, one at a time, that can be stopped; its troubles; questions on the way.

Owns these widgets and the person's answers on the way. A click comes back at once. A secret leaves its field the moment it arrives.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from concurrent.futures import Future
from html import escape
from typing import Any

import ipywidgets as widgets

from wizard.errors import LakestrapError
from wizard.notebook import words
from wizard.notebook.background import Background
from wizard.secret import Secret

STOPPED = "<b>Stopped between two calls.</b> Do the same again to go on where it ended."


class Doing:
    """The base of everything that is carried out on the page."""

    def __init__(self, background: Background) -> None:
        self._background = background
        self.stop = widgets.Button(description="stop", icon="stop", disabled=True, layout=widgets.Layout(width="8em"))
        self.trouble = widgets.HTML()
        self.secrets = widgets.VBox()
        self.stop.on_click(lambda _: self._cancel())
        self.under_way: Future[None] | None = None

    def busy(self, working: bool) -> None:
        """Switch buttons off while something is under way, and on again."""
        raise NotImplementedError

    def refused(self) -> None:
        """Something has to be answered otherwise."""

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Begin it, unless something else is under way."""
        if self.under_way is not None and not self.under_way.done():
            work.close()
            return
        self.under_way = self._background.submit(self._guarded(work))

    def _cancel(self) -> None:
        if self.under_way is not None:
            self.under_way.cancel()

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        self.trouble.value = ""
        self.busy(True)
        self.stop.disabled = False
        try:
            await work
        except LakestrapError as trouble:
            self.trouble.value = words.error(trouble)
            self.refused()
        except asyncio.CancelledError:
            self.trouble.value = STOPPED
            raise
        finally:
            self.secrets.children = ()
            self.stop.disabled = True
            self.busy(False)

    async def secret_value(self, name: str, environment: str) -> Secret | None:
        """A value typed into a masked field, which is emptied and taken off the page at once."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Secret | None] = loop.create_future()
        field = widgets.Password(continuous_update=False, placeholder="press Enter when it is typed")

        def given(value: Secret) -> None:
            if not answer.done():
                answer.set_result(value)

        def typed(change: dict[str, Any]) -> None:
            if change["new"]:
                value = Secret(change["new"])
                field.value = ""
                loop.call_soon_threadsafe(given, value)

        field.observe(typed, names="value")
        text = widgets.HTML(f"Value of the secret <b>{escape(name)}</b> for <b>{escape(environment)}</b>; it is not shown and not kept.")
        self.secrets.children = (text, field)
        try:
            return await answer
        finally:
            self.secrets.children = ()
            field.close()

    async def one_of(self, question: str, choices: Sequence[str], why: str) -> str:
        """A choice that somebody makes on the way."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[str] = loop.create_future()
        buttons = [widgets.Button(description=text, layout=widgets.Layout(width="auto")) for text in choices]

        def given(text: str) -> None:
            if not answer.done():
                answer.set_result(text)

        for button, text in zip(buttons, choices, strict=True):
            button.on_click(lambda _, text=text: loop.call_soon_threadsafe(given, text))
        head = widgets.HTML(f"<b>{escape(question)}</b><br><small>{escape(why)}</small>")
        self.secrets.children = (head, widgets.HBox(buttons, layout=widgets.Layout(flex_flow="row wrap")))
        try:
            return await answer
        finally:
            self.secrets.children = ()
