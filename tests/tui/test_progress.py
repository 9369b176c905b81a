"""The lanes of a run: a pure function of its events and the time."""

from __future__ import annotations

from wizard.engine.events import Event, EventKind
from wizard.tui.progress import board
from wizard.tui.report import pending_words
from wizard.tui.widgets.event_log import words_of

Told = tuple[EventKind, str, str, dict[str, object]]
NOW = 1_700_000_010.0
PLACES = {
    "arm.resource_group/dev": "dev",
    "keyvault.vault/dev": "dev",
    "arm.resource_group/prod": "prod",
    "keyvault.vault/prod": "prod",
    "github.repository/shop": "shared by all",
}
EVENTS: tuple[Told, ...] = (
    (EventKind.CHANGE_STARTED, "github.repository/shop", "create", {}),
    (EventKind.CHANGE_MADE, "github.repository/shop", "create", {}),
    (EventKind.SETTLED, "github.repository/shop", "create", {}),
    (EventKind.CHANGE_STARTED, "arm.resource_group/dev", "create", {}),
    (EventKind.CHANGE_MADE, "arm.resource_group/dev", "create", {}),
    (EventKind.SETTLED, "arm.resource_group/dev", "create", {}),
    (EventKind.CHANGE_STARTED, "keyvault.vault/dev", "create", {}),
    (EventKind.WAITING, "keyvault.vault/dev", "create", {"seconds": 15.0, "reason": "the role has not spread yet"}),
    (EventKind.CHANGE_STARTED, "arm.resource_group/prod", "create", {}),
    (EventKind.CHANGE_FAILED, "arm.resource_group/prod", "create", {}),
    (EventKind.SKIPPED, "keyvault.vault/prod", "create", {"reason": "arm.resource_group/prod was not completed"}),
)


def told(events: tuple[Told, ...]) -> list[Event]:
    """The events, one at NOW each; a failure with its error."""
    error = {EventKind.CHANGE_FAILED: "403 AuthorizationFailed"}
    return [Event(kind, key, action, error=error.get(kind, ""), detail=detail, time=NOW) for kind, key, action, detail in events]


def test_every_lane_tells_how_far_it_is_and_what_happens() -> None:
    shown = board(PLACES, dict.fromkeys(PLACES, "create"), ["dev", "prod"])
    assert [lane.state for lane in shown.lanes.values()] == ["waiting to start"] * 3
    for event in told(EVENTS):
        shown.show(event)
    dev, prod, shared = shown.lanes.values()
    assert (dev.done, dev.total, dev.state) == (1, 2, "working")
    assert dev.step(NOW) == "vault dev: the role has not spread yet (next look in 15 s)"
    assert dev.step(NOW + 14).endswith("(next look in 1 s)") and dev.step(NOW + 60).endswith("(next look in 0 s)")
    assert prod.state == "failed" and "403 AuthorizationFailed" in prod.step(NOW) and list(prod.skipped) == ["keyvault.vault/prod"]
    assert shared.state == "done" and (shown.done, shown.total) == (2, 5)


def test_a_result_ends_a_wait_and_a_proof_is_remembered() -> None:
    shown = board(PLACES, dict.fromkeys(PLACES, "create"), ["dev", "prod"])
    for event in told(EVENTS[:8]):
        shown.show(event)
    shown.show(Event(EventKind.SETTLED, "keyvault.vault/dev", "create", time=NOW))
    shown.show(Event(EventKind.SETTLED, "github.workflow_run/dev", "verify", "signed in and read", time=NOW))
    assert shown.lanes["dev"].state == "done" and shown.lanes["dev"].step(NOW) == "signed in and read"
    shown.show(Event(EventKind.PENDING, "github.workflow_run/prod", "verify", "approve the run", time=NOW))
    assert shown.lanes["prod"].proof is not None and len(shown.pending) == 1


def test_somebody_elses_run_is_waited_for_in_view() -> None:
    shown = board(PLACES, dict.fromkeys(PLACES, "create"), ["dev", "prod"])
    detail = {"seconds": 5.0, "reason": "bea works on this project: set up"}
    shown.show(Event(EventKind.WAITING, "github.lease/shop", "lease", "waiting", detail=detail, time=NOW))
    assert shown.before is not None and shown.before.reason.startswith("bea works") and shown.before.until == NOW + 5
    shown.show(told(EVENTS)[0])
    assert shown.before is None, "the first step ends the wait"


def test_the_log_has_words_for_what_people_look_for() -> None:
    assert words_of(Event(EventKind.RESOURCE_READ, "x/y")) == ""
    line = words_of(told(EVENTS)[7])
    assert "waiting" in line and "keyvault.vault/dev" in line and line.endswith("the role has not spread yet")


def test_what_is_left_is_counted_in_words() -> None:
    assert pending_words([]) == "Nothing is left for people."
    assert pending_words([{}, {}]) == "Two things are left for people:"
    assert pending_words([{}] * 7) == "7 things are left for people:"
