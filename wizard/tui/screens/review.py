"""The plan to look at: a tree by environment and service, one change in detail, the files, and what stands in the way.

Owns the screen. What is done, blocked or needs consent is the plan's and the flow's; nothing is changed from here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Checkbox, Footer, Input, LoadingIndicator, Static, TabbedContent, TabPane, Tree
from textual.widgets.tree import TreeNode

from wizard.engine.plan import Change, Plan
from wizard.errors import LakestrapError
from wizard.tui import plan_view
from wizard.tui.hanging import Hanging
from wizard.tui.screens.outlined import told
from wizard.tui.screens.page import Page
from wizard.tui.undertaking import SetUp, Undertaking
from wizard.tui.widgets.files import Files, texts_of
from wizard.tui.widgets.outline_tree import OutlineTree

if TYPE_CHECKING:
    from wizard.flows.setup import Planned

UNDO = "To undo it all later: lakestrap destroy takes down what bears this project's mark, and nothing else."


class Review(Page):
    """``write`` is false where the project file is taken as it is."""

    place = "Review"
    help_text = (
        "Everything that would be done, nothing of it done yet. **Enter** opens and closes a branch; at the right: what differs, the "
        "permission it needs, the command that would do the same. **/** filters. **K** shows what stays as it is. **F** shows the files."
    )
    terms = ("plan", "effective permission", "role assignment", "federated credential", "subject", "scope")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "apply", "Apply"),
        Binding("slash", "filter", "Filter", key_display="/"),
        Binding("k", "kept", "Unchanged", show=False),
        Binding("f", "files", "Files"),
        Binding("c", "copy", "Copy"),
        Binding("m", "mail", "Request"),
        Binding("r", "again", "Replan"),
        Binding("escape", "back", "Back"),
    ]

    def __init__(self, *, write: bool = True) -> None:
        super().__init__()
        self.write = write
        self.kept = False
        self.preview: Planned | None = None

    def compose(self) -> ComposeResult:
        yield self.top()
        with Vertical(id="review-wait"):
            yield Static("Reading your clouds and planning …", id="wait-text", markup=False)
            yield LoadingIndicator()
            yield Button("Back", id="leave")
        with TabbedContent(id="review"):
            with TabPane("Plan", id="tab-plan"), Horizontal(id="plan"):
                with Vertical(id="plan-left"):
                    yield Input(placeholder="filter: create vault …", id="filter", compact=True)
                    yield OutlineTree("plan", id="tree")
                with VerticalScroll(id="plan-right"):
                    yield Static("", id="detail", markup=False)
            with TabPane("Files", id="tab-files"):
                yield Files()
            with TabPane("Notes", id="tab-notes"), VerticalScroll():
                yield Static("", id="notes", markup=False)
        with Horizontal(id="agree"):
            yield Static("", id="summary", markup=False)
            yield Checkbox("take over what exists", id="allow-adopt", compact=True)
            yield Checkbox("replace", id="allow-replace", compact=True)
            yield Checkbox("delete", id="allow-delete", compact=True)
            yield Button("Apply", id="apply", variant="primary")
        yield Footer()

    def on_mount(self) -> None:
        self.query_one("#filter").display = False
        self._ready(False)
        self.make()

    def _ready(self, ready: bool) -> None:
        self.query_one("#review-wait").display = not ready
        self.query_one("#review").display = ready
        self.query_one("#agree").display = ready

    @work(exclusive=True, group="plan")
    async def make(self) -> None:
        """Plan, and show it or what prevents it."""
        self._ready(False)
        self.query_one(LoadingIndicator).display = True
        self.query_one("#wait-text", Static).update("Reading your clouds and planning …")
        try:
            self.preview = await self.read()
        except LakestrapError as error:
            self.query_one(LoadingIndicator).display = False
            self.query_one("#wait-text", Static).update(told(error, "Your answers are kept."))
            self.query_one("#leave").focus()
            return
        self.draw(self.preview)

    async def read(self) -> Planned:
        """The plan. Raises every ``LakestrapError`` of opening and planning."""
        return await self.sitting.plan(write=self.write)

    def undertaking(self) -> Undertaking:
        """What carries it out."""
        return SetUp(self.sitting)

    def draw(self, preview: Planned) -> None:
        """Show a plan."""
        self._ready(True)
        self.refresh_top()
        self.refresh_bindings()
        plan = preview.plan
        self.query_one("#summary", Static).update(plan_view.summary(plan))
        self._tree(plan)
        wanting = {str(change.action) for change in plan.wanting_consent(frozenset())}
        for action in ("adopt", "replace", "delete"):
            box = self.query_one(f"#allow-{action}", Checkbox)
            box.display = action in wanting
            box.value = action in self.sitting.allowed
        self._may_apply()
        self.query_one("#notes", Static).update(self._notes(preview))
        self.query_one("#tree").focus()
        self.show_files()

    @work(thread=True, exclusive=True, group="files")
    def show_files(self) -> None:
        if self.sitting.job is not None:
            self.app.call_from_thread(self.query_one(Files).show, self.file_texts())

    def file_texts(self) -> dict[str, tuple[str, str | None]]:
        """By path, the text that would be written and the one that is there. Called in a thread."""
        from wizard.flows.working_tree import wished_files

        assert self.sitting.job is not None
        return texts_of(wished_files(self.sitting.job), self.sitting.job.root)

    def _tree(self, plan: Plan) -> None:
        tree: Tree[Change] = self.query_one("#tree", Tree)
        tree.clear()
        tree.show_root = False
        text = self.query_one("#filter", Input).value
        for environment, services in plan_view.grouped(plan, text=text, kept=self.kept).items():
            changes = [change for rows in services.values() for change in rows]
            branch = tree.root.add(plan_view.heading(environment, changes), expand=True)
            blocked = any(str(change.action) == "blocked" for change in changes)
            for service, rows in services.items():
                twig = branch.add(plan_view.heading(service, rows), expand=bool(text) or blocked or len(plan.changes) < 20)
                for change in rows:
                    twig.add_leaf(plan_view.line(change, self._names()), data=change)
        tree.root.expand()
        tree.cursor_line = 0
        self._detail(tree.cursor_node)

    def _names(self) -> dict[str, str]:
        """Subscriptions by id: people know their names."""
        session = self.sitting.job.session if self.sitting.job is not None else None
        return {item.id: item.name for item in session.subscriptions.values()} if session is not None else {}

    def on_tree_node_highlighted(self, event: Tree.NodeHighlighted[Change]) -> None:
        self._detail(event.node)

    def _detail(self, node: TreeNode[Change] | None) -> None:
        if node is not None and node.data is not None:
            self.query_one("#detail", Static).update(Hanging(plan_view.detail(node.data)))
        elif self.preview is not None:
            self.query_one("#detail", Static).update(Hanging(self._overview(self.preview)))

    def _overview(self, preview: Planned) -> Text:
        plan = preview.plan
        if plan.empty:
            return Text.assemble(
                ("Everything is as wished.\n\n", "bold green"),
                "Applying writes missing files and proves the logins; nothing else is touched.",
            )
        text = Text.assemble(("Nothing has been changed yet.\n\n", "bold"))
        if plan.blocked:
            text.append(f"{len(plan.blocked)} of these cannot be done by this sign-in. ", "bold red")
            text.append("Choose a line with ! to see why; M shows the text to send to an administrator.\n\n")
        minutes = max(1, round(plan_view.expected_seconds(plan) / 60))
        text.append(f"Usually about {minutes} minute{'s' if minutes > 1 else ''}.\n\n")
        for name, words in self._weak_gates():
            text.append_text(Text.assemble(("! ", "bold yellow"), (f"{name}: ", "bold"), words, "\n\n"))
        text.append_text(self._idle())
        text.append(f"\n{UNDO}\n", "dim")
        return text

    def _weak_gates(self) -> list[tuple[str, str]]:
        """Environments whose gate will not hold on this account's plan, and what happens instead."""
        from wizard.flows.job import limits

        job = self.sitting.job
        gates = (event for event in limits(job) if event.key.startswith("github.environment/")) if job is not None else ()
        return [(event.key.rpartition("/")[2], event.outcome) for event in gates]

    def _idle(self) -> Text:
        from wizard.flows.idle_costs import in_words

        job = self.sitting.job
        text = Text.assemble(("What bills while idle\n", "bold"))
        for line in in_words(job.project) if job is not None else ():
            what, _, words = line.partition(": ")
            text.append_text(Text.assemble(f"  {what}: ", (f"{words}\n", "dim")))
        return text

    def _notes(self, preview: Planned) -> Text:
        text = Text()
        for name, words in self._weak_gates():
            text.append_text(Text.assemble(("! ", "yellow"), f"{name}: {words}\n"))
        if self.sitting.job is not None and self.sitting.job.facts.template_from:
            text.append(f"What is deployed: {self.sitting.job.facts.template_from}\n")
        for row in preview.rows:
            if row.answer != "yes":
                mark, style = ("✗ ", "bold red") if row.answer == "no" else ("? ", "yellow")
                text.append_text(Text.assemble((mark, style), row.question, (f": {row.why}" if row.why else "", "dim"), "\n"))
                if row.hint:
                    text.append(f"   → {row.hint}\n", "cyan")
        asked = sum(row.answer == "yes" for row in preview.rows)
        text.append(f"✓ {asked} permissions, names and quotas were asked for beforehand and are there\n", "green")
        return text

    def _may_apply(self) -> None:
        plan = self.preview.plan if self.preview else None
        button = self.query_one("#apply", Button)
        button.disabled = plan is None or bool(plan.blocked) or bool(plan.wanting_consent(self.sitting.allowed))
        button.label = "Prove again" if plan is not None and plan.empty else "Apply"

    @on(Checkbox.Changed)
    def consent(self, event: Checkbox.Changed) -> None:
        action = (event.checkbox.id or "").removeprefix("allow-")
        allowed = self.sitting.allowed
        self.sitting.allowed = allowed | {action} if event.value else allowed - {action}
        if self.sitting.job is not None:
            self.sitting.job.allowed = self.sitting.allowed
        self._may_apply()

    @on(Input.Changed, "#filter")
    def filtered(self) -> None:
        if self.preview is not None:
            self._tree(self.preview.plan)

    @on(Input.Submitted, "#filter")
    def filter_done(self) -> None:
        self.query_one("#tree").focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self.action_apply() if event.button.id == "apply" else self.action_back()

    def action_filter(self) -> None:
        self.query_one(TabbedContent).active = "tab-plan"
        field = self.query_one("#filter", Input)
        field.display = True
        field.focus()

    def action_kept(self) -> None:
        self.kept = not self.kept
        if self.preview is not None:
            self._tree(self.preview.plan)

    def action_files(self) -> None:
        tabs = self.query_one(TabbedContent)
        tabs.active = "tab-plan" if tabs.active == "tab-files" else "tab-files"
        (self.query_one("#tree") if tabs.active == "tab-plan" else self.query_one("#file-list")).focus()

    def action_copy(self) -> None:
        node = self.query_one("#tree", Tree).cursor_node
        command = plan_view.command_of(node.data) if node is not None and node.data is not None else ""
        if command:
            self.app.copy_to_clipboard(command)
            self.app.notify("the command was copied")
        else:
            self.app.notify("choose a line that changes something", severity="warning")

    def action_mail(self) -> None:
        from wizard.flows.check import request_for_administrator
        from wizard.tui.screens.dialogs import ShowText

        job, preview = self.sitting.job, self.preview
        text = request_for_administrator(preview.rows, job) if job is not None and preview is not None else ""
        if text:
            self.app.push_screen(ShowText("To send to an administrator", text))
        else:
            self.app.notify("nobody has to be asked for anything")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The request for an administrator is offered only where somebody has to be asked."""
        return action != "mail" or (self.preview is not None and any(row.request for row in self.preview.rows if row.answer == "no"))

    def action_again(self) -> None:
        self.make()

    def action_apply(self) -> None:
        if self.preview is not None and not self.query_one("#apply", Button).disabled:
            from wizard.tui.screens.apply import Apply

            self.app.push_screen(Apply(self.undertaking()))

    def action_back(self) -> None:
        field = self.query_one("#filter", Input)
        if field.display and (field.has_focus or field.value):
            field.value, field.display = "", False
            self.query_one("#tree").focus()
            return
        self.app.pop_screen()
