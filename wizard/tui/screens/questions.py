"""The questions: steps at the left, the form of one step in the middle, why it matters at the right.

Owns the walk from field to field and the redrawing when an answer changes what else is asked. Every rule is the questions' own.
"""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.events import DescendantBlur, DescendantFocus
from textual.widget import Widget
from textual.widgets import Button, Collapsible, Footer, Input, OptionList, Static

from wizard.questions import OPEN, Asked, Step, explained
from wizard.tui.answering import Answering
from wizard.tui.form import STEPS, Form
from wizard.tui.screens.page import Page
from wizard.tui.widgets.answer_input import AnswerInput
from wizard.tui.widgets.field import Field
from wizard.tui.widgets.pick import Pick
from wizard.tui.widgets.rows import Rows
from wizard.tui.widgets.step_list import StepList
from wizard.tui.widgets.suggestions import Suggestions

TYPING = 0.25
"""Seconds without a key after which the clouds are asked."""
TITLES = {step: str(step) for step in STEPS}
Control = AnswerInput | Pick


class Questions(Page):
    """``Answering`` holds what is asked and answered; this draws it and hands on what is typed."""

    place = "Set up"
    help_text = (
        "Every field has a sensible default: **Enter** accepts it and goes on. What is wrong is told below the field as you type. "
        "Lists are fetched from your clouds; type to narrow them down, **↓** to choose. Going back or leaving loses no answer."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pageup", "step(-1)", "Back", priority=True, key_display="PgUp"),
        Binding("pagedown", "step(1)", "Continue", priority=True, key_display="PgDn"),
        Binding("f2", "why", "Why"),
        Binding("escape", "home", "Home"),
    ]

    def __init__(self, step: Step = Step.REPOSITORY) -> None:
        super().__init__()
        self.step = step
        self.form = Form()
        self.parts: dict[str, Control] = {}
        self.blocks: list[Field | Rows] = []
        self.expanded: set[str] = set(OPEN)
        self.stale = False

    def compose(self) -> ComposeResult:
        yield self.top()
        with Horizontal(id="questions"):
            yield StepList(id="steps", compact=True)
            with Vertical(id="middle"):
                yield VerticalScroll(id="form", can_focus=False)
                with Horizontal(classes="buttons", id="ways"):
                    yield Button("Back", id="back")
                    yield Button("Continue", id="next", variant="primary")
            with VerticalScroll(id="why", can_focus=False):
                yield Static("", id="why-text", markup=False)
        yield Suggestions()
        yield Footer()

    def on_mount(self) -> None:
        self.answering = Answering(self.sitting)
        self.show(self.step)

    def on_screen_resume(self) -> None:
        if self.is_mounted and self.parts:
            self.draw(self.step)

    # drawing

    @work(exclusive=True, group="form")
    async def draw(self, step: Step, focus: str = "", first: bool = False) -> None:
        """The form of a step; the focus goes to a path, or to the first field."""
        self.step, self.stale = step, False
        self.query_one(Suggestions).close()
        self.answering.refresh()
        self.form = self.answering.form(step)
        self.parts, self.blocks = {}, []
        widgets: list[Widget] = [Static(TITLES[step].capitalize(), classes="heading", markup=False)]
        widgets += [self._block(block) for block in self.form.blocks]
        widgets += [self._further(group) for group in self.form.further]
        area = self.query_one("#form", VerticalScroll)
        async with self.batch():
            await area.remove_children()
            await area.mount(*widgets)
        if first:
            area.scroll_home(animate=False)
        self._steps()
        self._tell_all()
        target = self.parts.get(focus) or next(iter(self.parts.values()), None)
        (target or self.query_one("#next", Button)).focus()
        if target is None:
            table = next((block.table.question for block in self.blocks if isinstance(block, Rows) and block.table.question), None)
            self.query_one("#why-text", Static).update(self.answering.why(table.question) if table else "")
        self.fetch()

    def show(self, step: Step) -> None:
        """Go to a step."""
        self.answering.visited.add(step)
        self.draw(step, first=True)

    def _block(self, block: object) -> Field | Rows:
        if isinstance(block, Asked):
            made: Field | Rows = self._field(block)
        else:
            made = Rows(block, self._line)  # type: ignore[arg-type]
            self.parts |= made.cells
        self.blocks.append(made)
        return made

    def _field(self, item: Asked) -> Field:
        field = Field(item, self.answering.label(item), self.answering.value(item), self.answering.text(item), self.answering.choices(item))
        self.parts[item.path] = field.control
        return field

    def _line(self, item: Asked) -> AnswerInput:
        line = AnswerInput(item, self.answering.text(item), compact=True, placeholder=self.answering.instead(item))
        line.choices = self.answering.choices(item)
        return line

    def _further(self, group: str) -> Collapsible:
        blocks = self.answering.blocks(self.step, group) if group in self.expanded else ()
        return Collapsible(
            *[self._block(block) for block in blocks], title=group.capitalize(), collapsed=group not in self.expanded, name=group
        )

    def _steps(self) -> None:
        names = [str(Step.SIGN_IN), *TITLES.values(), str(Step.REVIEW)]
        states = {str(Step.SIGN_IN): "done"} | {TITLES[step]: self.answering.state(step) for step in STEPS}
        self.query_one(StepList).show(names, states, TITLES[self.step])

    def _tell_all(self) -> None:
        for block in self.blocks:
            self._tell(block)

    def _tell(self, block: Field | Rows) -> None:
        if isinstance(block, Field):
            problem = self.answering.problem(block.item)
            block.tell(problem, self.answering.reason(block.item))
            return
        for index, row in enumerate(block.table.rows):
            wrong = ((item, self.answering.problem(item)) for item in row if item is not None)
            item, problem = next(((item, found) for item, found in wrong if found is not None), (None, None))
            block.tell(index, problem, item.question.label if item else "")
        block.tell(-1, self.answering.problem(block.table.question) if block.table.question else None)

    # fetching

    @work(exclusive=True, group="fetch")
    async def fetch(self) -> None:
        """Fetch the lists of the step, those of the focused field first, and show them as they come."""
        while wanted := self.answering.wanted(self.step, self.parts.values()):
            await self.sitting.fetched(wanted[0])
            self.arrived()
            if wanted[0] not in self.answering.known.lists:
                return  # nobody is signed in: nothing can be fetched

    @work(exclusive=True, group="search")
    async def search(self, line: AnswerInput) -> None:
        """Fetch what begins with the word that is being typed, and what the clouds say to the answers, once the typing rests."""
        await asyncio.sleep(TYPING)
        if listed := self.answering.searched(line.item, line.word):
            await self.sitting.fetched(listed)
            self.arrived()
        self.fetch()

    def arrived(self) -> None:
        """A list came: offer it, and show the defaults that follow from it."""
        self.answering.refresh()
        if self.answering.form(self.step).paths != self.form.paths:
            self.stale = True
        for path, part in self.parts.items():
            if isinstance(part, AnswerInput):
                part.choices = self.answering.choices(part.item)
                self._renew(path, part)
        self._tell_all()
        focused = self.focused
        if isinstance(focused, AnswerInput) and focused.typed:
            self.query_one(Suggestions).offer(focused)

    def _renew(self, path: str, part: Control) -> None:
        """Show what Enter would answer now, where nobody has answered."""
        if self.answering.settled(path) or (part is self.focused and isinstance(part, AnswerInput) and part.typed):
            return
        if isinstance(part, Pick):
            part.show(self.answering.picked(part.item))
            return
        text = self.answering.text(part.item)
        if text != part.value:
            with part.prevent(Input.Changed):
                part.value = text

    # answering

    @on(Input.Changed)
    def typed(self, event: Input.Changed) -> None:
        line = event.input
        if not isinstance(line, AnswerInput) or not line.has_focus:
            return
        self._answer(line)
        suggestions = self.query_one(Suggestions)
        suggestions.offer(line) if line.typed else suggestions.close()
        self.search(line)

    @on(Pick.Picked)
    def picked(self, event: Pick.Picked) -> None:
        self.answering.pick(event.source.item, event.source.value)
        self._changed(event.source.item.path)
        if self.stale:
            self.draw(self.step, event.source.item.path)

    def _answer(self, line: AnswerInput) -> None:
        self.answering.type(line)
        self._changed(line.item.path)

    def _changed(self, path: str) -> None:
        self.stale = self.answering.form(self.step).paths != self.form.paths
        if not self.stale:
            for other, part in self.parts.items():
                if other != path:
                    self._renew(other, part)
        self._tell_all()
        self._steps()

    @on(AnswerInput.Accepted)
    def accepted(self, event: AnswerInput.Accepted) -> None:
        suggestions, line = self.query_one(Suggestions), event.source
        choice = suggestions.chosen if suggestions.owner is line else None
        if choice is None and suggestions.owner is line and line.typed and line.unreadable and len(suggestions.offered) == 1:
            choice = suggestions.offered[0]
        if choice is not None:
            line.take(choice)
            self._answer(line)
        suggestions.close()
        self._onward(line)

    @on(Pick.Accepted)
    def pick_accepted(self, event: Pick.Accepted) -> None:
        self._onward(event.source)

    def _onward(self, part: Control) -> None:
        """To the next field; the drawing is renewed before where an answer changed what is asked."""
        paths = list(self.parts)
        usual = [path for path in self.form.paths if path in paths]  # further settings are looked at by choice, not by Enter
        paths = usual if part.item.path in usual else [path for path in paths if path not in usual]
        at = paths.index(part.item.path) if part.item.path in paths else -1
        if self.stale:
            following = [path for path in self.answering.form(self.step).paths if path not in paths[: at + 1]]
            self.draw(self.step, next((path for path in following if path in paths or "." in path), part.item.path))
        elif at + 1 < len(paths):
            self.parts[paths[at + 1]].focus()
        else:
            self.query_one("#next", Button).focus()

    @on(AnswerInput.Moved)
    def moved(self, event: AnswerInput.Moved) -> None:
        suggestions = self.query_one(Suggestions)
        if not (suggestions.open and suggestions.owner is event.source):
            suggestions.offer(event.source)
        if suggestions.open:
            suggestions.move(event.by)

    @on(AnswerInput.Closed)
    def closed(self, event: AnswerInput.Closed) -> None:
        suggestions = self.query_one(Suggestions)
        if suggestions.open:
            suggestions.close()
        else:
            self.call_later(self.run_action, "home")

    @on(OptionList.OptionSelected)
    def selected(self, event: OptionList.OptionSelected) -> None:
        suggestions = self.query_one(Suggestions)
        if event.option_list is suggestions and suggestions.owner is not None:
            owner = suggestions.owner
            owner.take(suggestions.offered[int(event.option_id or 0)])
            self._answer(owner)
            suggestions.close()
            owner.focus()
        elif event.option_list.id == "steps":
            self.go(event.option_id or "")

    @on(Rows.Rearranged)
    def rearranged(self, event: Rows.Rearranged) -> None:
        self.answering.rearrange(event.source.table.name, event.rows)
        self.draw(self.step, next((path for path in self.answering.paths_of_row(self.step, event.source.table.name, event.focus)), ""))

    @on(Collapsible.Toggled)
    def toggled(self, event: Collapsible.Toggled) -> None:
        group = event.collapsible.name or ""
        opened = not event.collapsible.collapsed
        if opened == (group in self.expanded):
            return
        self.expanded ^= {group}
        paths = self.answering.further_paths(self.step, group) if opened else ()
        self.draw(self.step, paths[0] if paths else "")

    def on_resize(self) -> None:
        suggestions = self.query_one(Suggestions)
        if suggestions.owner is not None:
            self.call_after_refresh(suggestions.offer, suggestions.owner)

    # moving about

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        if isinstance(event.widget, (AnswerInput, Pick)):
            self.query_one("#why-text", Static).update(self.answering.why(event.widget.item.question))

    def on_descendant_blur(self, event: DescendantBlur) -> None:
        if isinstance(event.widget, AnswerInput):
            event.widget.typed = False
            if self.query_one(Suggestions).owner is event.widget:
                self.query_one(Suggestions).close()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id in ("back", "next"):
            self.action_step(1 if event.button.id == "next" else -1)

    def action_step(self, by: int) -> None:
        """The next step; after the last one the review, before the first one home. Nothing keeps one from going on."""
        self.sitting.keep()
        at = STEPS.index(self.step) + by
        if at < 0:
            self.action_home()
        elif at >= len(STEPS):
            self.review()
        else:
            self.show(STEPS[at])

    def go(self, name: str) -> None:
        """To a step by its name in the list."""
        self.sitting.keep()
        if name == Step.REVIEW:
            self.review()
        elif name == Step.SIGN_IN:
            from wizard.tui.screens.sign_in import SignIn

            self.app.switch_screen(SignIn(onward="questions", stay=True))
        else:
            self.show(next(step for step, title in TITLES.items() if title == name))

    def review(self) -> None:
        """On to the plan, unless an answer is wrong or missing: then to the first of those."""
        wrong = self.answering.first_wrong()
        if wrong is None:
            from wizard.tui.screens.review import Review

            self.app.push_screen(Review())
            return
        self.answering.visited |= set(STEPS)
        self.notify(str(wrong.problem), title="before the plan", severity="warning")
        self.draw(wrong.step, wrong.problem.place)

    def action_home(self) -> None:
        self.sitting.keep()
        self.app.pop_screen()

    def action_why(self) -> None:
        """Why it matters, over the form: there is no room beside it below a hundred columns."""
        self._help_on(self.focused)

    @on(AnswerInput.HelpWanted)
    def help_wanted(self, event: AnswerInput.HelpWanted) -> None:
        self._help_on(event.source)

    def action_help(self) -> None:
        self._help_on(self.focused)

    def _help_on(self, widget: Widget | None) -> None:
        from wizard.tui.screens.help import Help

        if not isinstance(widget, (AnswerInput, Pick)):
            self.app.push_screen(Help(self.place, self.help_text, ()))
            return
        question = widget.item.question
        text = f"{question.help}\n\n{question.why}"
        self.app.push_screen(Help(question.label, text, tuple(term for term, _ in explained(question.terms))))
