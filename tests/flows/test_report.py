"""The report of a run: what was made, what failed, who has to act, in Markdown that nothing from outside can break out of."""

from __future__ import annotations

from tests.engine.memory import Thing
from wizard.engine.apply import Applied
from wizard.engine.events import Event, EventKind
from wizard.engine.plan import Action, Change, Plan
from wizard.engine.resource import Observed
from wizard.errors import ServiceRefused
from wizard.flows.decisions import Outcome
from wizard.flows.ending import finished
from wizard.flows.report import report
from wizard.project.file import parsed

PROJECT = parsed("""\
version: 1
name: shop
region: westeurope
github: {repository: contoso/shop}
environments: [{name: dev, subscription: Contoso Dev}]
""")


def told(outcome: Outcome, *events: Event) -> str:
    """The report of a run over two things."""
    plan = Plan((Change(Thing(name="made", environment="dev"), Action.CREATE), Change(Thing(name="broken|<b>"), Action.CREATE)))
    return report(PROJECT, plan, outcome, [*events, finished(outcome, "run")])


def test_it_says_what_was_made_what_failed_and_who_has_to_act() -> None:
    applied = Applied({"memory.thing/made": Observed("made")}, {"memory.thing/broken|<b>": ServiceRefused("no")}, changed=1)
    pending = [{"what": "prod: approve the run", "link": "https://github.com/contoso/shop/actions/runs/1", "who": "@ana"}]
    failure = Event(EventKind.CHANGE_FAILED, "memory.thing/broken|<b>", "create", error="it said <no>", hint="try again")
    proof = Event(EventKind.SETTLED, "github.workflow_run/dev", "verify", "signed in and read", detail={"environment": "dev"})
    text = told(Outcome(applied, pending), failure, proof)
    assert "[prod: approve the run](https://github.com/contoso/shop/actions/runs/1) — @ana" in text
    assert "| dev | signs in | signed in and read |" in text
    assert "| memory.thing/made | created |" in text
    assert "| memory.thing/broken\\|\\<b\\> | **failed** |" in text and "it said \\<no\\>" in text and "  - try again" in text
    assert "lakestrap setup" in text and "lakestrap verify" in text


def test_a_quiet_run_says_little() -> None:
    text = told(Outcome(Applied({"memory.thing/made": Observed("made")})))
    assert "Left for people" not in text and "What failed" not in text and "**done**" in text
