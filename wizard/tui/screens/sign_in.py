"""Signing in: who ``az`` and GitHub already know, else the ways to sign in, each a fallback of the other.

Owns this order of things and the screen; the sign-ins themselves are the providers'. A token typed here is used and not kept.
"""

from __future__ import annotations

import asyncio
import threading
from functools import partial
from typing import ClassVar

from rich.console import Group
from rich.table import Table
from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Button, Footer, OptionList, Static
from textual.widgets.option_list import Option

from wizard.errors import LakestrapError, NotSignedIn
from wizard.flows.abandonable import abandonable
from wizard.tui.screens.page import Page

MAKING = ("setup", "add")
"""Jobs that make something new, before which a trial's limits are told."""


class SignIn(Page):
    """``onward`` is the job whose first screen follows (``wizard.tui.jobs``). It follows by itself where nothing has to be asked, unless
    the person came to look (``stay``).
    """

    place = "Sign in"
    help_text = (
        "Lakestrap uses the sign-in of `az` and your GitHub token; it has no account of its own and keeps neither. "
        "Where a tenant blocks the device code, take the browser, and the other way round."
    )
    terms = ("tenant", "device code", "Entra ID", "subscription", "fine-grained token")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back"),
        Binding("c", "copy", "Copy the code", show=False),
        Binding("r", "again", "Try again"),
    ]

    def __init__(self, *, onward: str, stay: bool = False) -> None:
        super().__init__()
        self.onward, self.stay = onward, stay
        self.code = ""
        self.cancelled = threading.Event()

    def compose(self) -> ComposeResult:
        yield self.top()
        with VerticalScroll(id="sign-in", can_focus=False):
            yield Static("Signing in", classes="heading")
            yield Static("○ Azure   asking az who is signed in …", id="azure", markup=False)
            yield Static("○ GitHub  …", id="github", markup=False)
            yield Static("", id="trouble", markup=False)
            yield Static("", id="code", markup=False)
            yield OptionList(id="tenants")
            with Horizontal(classes="buttons", id="ways"):
                yield Button("Device code", id="device")
                yield Button("Browser", id="browser")
                yield Button("GitHub token", id="token")
                yield Button("Try again", id="again")
                yield Button("Continue", id="continue", variant="primary")
        yield Footer()

    def on_mount(self) -> None:
        self._only()
        self.query_one("#tenants").display = False
        self.sign_in()

    def _only(self, *buttons: str, focused: bool = True) -> None:
        """Show these ways on; the first one named is the likeliest."""
        self.set_focus(None)
        for button in self.query(Button):
            button.display = button.id in buttons
        if buttons and focused and self.is_current:
            self.query_one(f"#{buttons[0]}").focus()

    @work(exclusive=True, group="sign-in")
    async def sign_in(self) -> None:
        """Ask who is signed in; on to the next screen where that is enough."""
        self._trouble("")
        try:
            await asyncio.to_thread(self.sitting.begin)
            await self.sitting.sign_in()
        except NotSignedIn as refusal:
            self._not_signed_in(refusal)
            return
        except LakestrapError as error:
            self._told(error)
            self._only("again", "device", "browser")
            return
        self._who_it_is()
        await self._enough()

    def _who_it_is(self) -> None:
        self.refresh_top()
        session, known = self.sitting.session, self.sitting.known
        assert session is not None and known is not None
        name = next((choice.label for choice in known.choices("tenants") if choice.value == session.tenant), session.tenant)
        count = len(session.subscriptions)
        seen = f"{count} subscription{'' if count == 1 else 's'}" if count else "no subscription"
        self._line("azure", "✓" if count else "✗", f"Azure   {session.operator.name} in {name}, {seen}")
        self._line("github", "✓" if known.login else "✗", f"GitHub  {known.login or 'no token was found'}")

    async def _enough(self) -> None:
        """On to the next screen where nothing is lacking, else what is and what to do."""
        session, known = self.sitting.session, self.sitting.known
        assert session is not None and known is not None
        tenants = known.choices("tenants")
        if not session.subscriptions:
            self._no_subscription()
        elif not known.login:
            self._trouble(
                "A GitHub token is needed: it makes the repository, its gates and its files with your own rights.\n"
                "Give one here (it is used for this run and not kept), or run: gh auth login --scopes repo,workflow,read:org"
            )
            self._only("token", "again")
        elif len(tenants) > 1 and not self.sitting.tenant:
            self._choose_tenant()
        elif self.stay:
            self._only("continue", "device", "browser", "token")
        elif advice := await self._advice():
            self._trouble(advice[0], *advice[1:])
            self._only("continue", "again", "device", "browser")
        else:
            self.go_on()

    async def _advice(self) -> tuple[str, ...]:
        """What is to be known before something new is made in a trial."""
        from wizard.flows.trials import trial_advice

        session, answers = self.sitting.session, self.sitting.answers
        if self.onward not in MAKING or session is None:
            return ()
        return await trial_advice(session, str(answers.get("region", "")) if answers is not None else "")

    def _not_signed_in(self, refusal: NotSignedIn) -> None:
        github = "GitHub" in refusal.message
        if github:
            self._line("github", "✗", "GitHub  not signed in")
            self.sitting.token = None
            self._only("token", "again")
            self._told(refusal)
        else:
            self._line("azure", "✗", "Azure   not signed in")
            self._only("device", "browser", "again")
            here = "Here: by a code that you type into any browser, or by a browser of this machine."
            self._trouble(refusal.message, here, *(f"By yourself: {hint}; then try again." for hint in refusal.hints))

    def _no_subscription(self) -> None:
        self._trouble(
            "This account sees no Azure subscription in this tenant.",
            "In another tenant? az login --tenant TENANT, then try again.",
            "None at all? Add one under Subscriptions in https://portal.azure.com, then try again.",
            "A new trial has 4 vCPUs in a region: enough to set up, too few for a cluster; pay as you go lifts it.",
            "Somebody else's? Ask for the role Owner on the subscription, or Contributor and User Access Administrator.",
        )
        self._only("again", "device", "browser")

    def _choose_tenant(self) -> None:
        assert self.sitting.known is not None
        tenants = self.query_one("#tenants", OptionList)
        tenants.clear_options()
        for choice in self.sitting.known.choices("tenants"):
            tenants.add_option(Option(Text.assemble((choice.label, "bold"), f"  {choice.detail}"), id=choice.value))
        tenants.display = True
        self._trouble("You are signed in to several tenants: which one shall this project live in?")
        tenants.focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.query_one("#tenants").display = False
        self.sitting.tenant = event.option_id or ""
        self.sign_in()

    def _line(self, where: str, mark: str, text: str) -> None:
        style = {"✓": "bold green", "✗": "bold red"}.get(mark, "dim")
        self.query_one(f"#{where}", Static).update(Text.assemble((f"{mark} ", style), text))

    def _trouble(self, text: str, *points: str) -> None:
        """What is lacking, and below it the ways out as points."""
        listed = Table.grid(padding=(0, 1))
        for point in points:
            listed.add_row("  •", point)
        self.query_one("#trouble", Static).update(Group(text, "", listed) if points else text)

    def _told(self, error: LakestrapError) -> None:
        self._trouble("\n".join([error.message, *(f"hint: {hint}" for hint in error.hints)]))

    def on_button_pressed(self, event: Button.Pressed) -> None:
        match event.button.id:
            case "device":
                self.by_device_code()
            case "browser":
                self.by_browser()
            case "token":
                self.ask_token()
            case "again":
                self.sign_in()
            case "continue":
                self.go_on()

    @work(exclusive=True, group="sign-in")
    async def by_device_code(self) -> None:
        from wizard.providers.signin import device_login

        self.cancelled = threading.Event()
        self._line("azure", "○", "Azure   asking for a code …")
        self._trouble("")
        self._only("browser", focused=False)
        try:
            await abandonable(partial(device_login, self._code_arrived, self.cancelled, self.sitting.tenant))
        except LakestrapError as error:
            self._hide_code()
            self._told(error)
            self._only("browser", "device")
            return
        self._hide_code()
        self.sign_in()

    def _code_arrived(self, code: str, address: str) -> None:
        self.app.call_from_thread(self.show_code, code, address)

    def show_code(self, code: str, address: str) -> None:
        """The code to type, large, and where."""
        self.code = code
        self._trouble("")
        self._only("browser", focused=False)  # an Enter too many would give the code up
        self.query_one("#code", Static).update(
            Text.assemble(
                "Open ",
                (address, "bold underline"),
                " in any browser and type\n\n    ",
                (f" {' '.join(code)} ", "bold reverse"),
                "\n\nC copies the code. This screen goes on by itself once you have signed in.\n"
                "Does that page say that you have no access (53003)? Your tenant blocks this way: take the browser.",
            )
        )
        self.query_one("#code").display = True
        self._line("azure", "○", "Azure   waiting for you to sign in …")

    def _hide_code(self) -> None:
        self.code = ""
        self.query_one("#code").display = False

    @work(exclusive=True, group="sign-in")
    async def by_browser(self) -> None:
        from wizard.providers.signin import browser_login

        self.cancelled.set()
        self._hide_code()
        self._line("azure", "○", "Azure   a browser window was opened: sign in there …")
        self._trouble("")
        self._only("device", focused=False)
        try:
            await abandonable(partial(browser_login, self.sitting.tenant))
        except LakestrapError as error:
            self._told(error)
            self._only("device", "browser")
            return
        self.sign_in()

    @work
    async def ask_token(self) -> None:
        from wizard.questions import BY_FIELD
        from wizard.tui.screens.dialogs import AskSecret

        question = BY_FIELD["run.github_token"]
        token = await self.app.push_screen_wait(AskSecret(question.label, question.help))
        if token is not None:
            self.sitting.token = token
            self.sign_in()

    def on_unmount(self) -> None:
        self.cancelled.set()

    def action_copy(self) -> None:
        if self.code:
            self.app.copy_to_clipboard(self.code)
            self.app.notify("the code was copied")

    def action_again(self) -> None:
        self.cancelled.set()
        self.sign_in()

    def action_back(self) -> None:
        self.cancelled.set()
        self.app.pop_screen()

    def go_on(self) -> None:
        """To the screen that follows; this one does not stay behind it."""
        from wizard.tui.jobs import first_screen

        self.app.switch_screen(first_screen(self.onward, self.sitting.given))
        self.sitting.given = {}  # whoever comes back chooses
