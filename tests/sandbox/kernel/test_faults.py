"""Faults: which request they strike, what the client sees, and whether the handler's effect stays."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from wizard.sandbox.faults import BadFaults, Faults, read_faults, vendor_body

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sandbox.kernel.conftest import Started

ITEM = r"shop\.sandbox\.test/items/.*"


def test_let_one_through_then_fail_two_with_retry_after(started: Started) -> None:
    shop = started(faults=[{"method": "PUT", "path": ITEM, "let": 1, "fail": 2, "status": 429, "retry_after": 1.5}])
    answers = [shop.ask("PUT", f"/items/{number}", {}) for number in range(4)]
    assert [answer.status for answer in answers] == [201, 429, 429, 201]
    assert answers[1].headers["retry-after"] == "1.5"
    assert answers[1].body["error"]["code"] == "TooManyRequests"
    assert sorted(shop.items) == ["0", "3"]
    assert [exchange.get("fault", False) for exchange in shop.exchanges] == [False, True, True, False]


def test_after_keeps_the_effect_and_the_recording_says_so(started: Started) -> None:
    shop = started(faults=[{"when": "after", "status": 500, "body": {"mine": True}}])
    answer = shop.ask("PUT", "/items/a", {"n": 1})
    assert (answer.status, answer.body) == (500, {"mine": True})
    assert shop.items == {"a": {"n": 1}}
    assert (shop.exchanges[0]["fault"], shop.exchanges[0]["mutating"], shop.exchanges[0]["status"]) == (True, True, 500)


@pytest.mark.parametrize(("when", "kept"), [("before", []), ("after", ["a"])])
def test_a_reset_is_a_reset_on_the_wire(started: Started, when: str, kept: list[str]) -> None:
    shop = started(faults=[{"method": "PUT", "reset": True, "when": when}])
    with pytest.raises(ConnectionResetError):
        shop.ask("PUT", "/items/a", {})
    assert sorted(shop.items) == kept
    assert (shop.exchanges[0]["status"], shop.exchanges[0]["fault"]) == (0, True)
    shop.client.connection.close()
    assert shop.ask("PUT", "/items/b", {}).status == 201


def test_a_timeout_answers_nothing_for_so_long(started: Started) -> None:
    shop = started(faults=[{"timeout": 0.3}])
    begun = time.monotonic()
    with pytest.raises(ConnectionResetError):
        shop.ask("GET", "/items/a")
    assert 0.25 < time.monotonic() - begun < 5


def test_the_query_is_not_part_of_the_path(started: Started) -> None:
    shop = started(faults=[{"path": "shop.sandbox.test/items/a", "status": 503}])
    assert shop.ask("GET", "/items/a?x=1").status == 503


@pytest.mark.parametrize("service", ["arm", "graph", "keyvault", "github", "databricks", "login"])
@pytest.mark.parametrize("status", [429, 500, 418])
def test_every_service_has_an_error_form(service: str, status: int) -> None:
    members = {"github": "message", "databricks": "error_code", "login": "error"}
    assert members.get(service, "error") in vendor_body(service, status)


@pytest.mark.parametrize(
    ("rule", "named"),
    [
        ({"status": 500, "pth": "x"}, "pth"),
        ({"status": 500, "when": "later"}, "later"),
        ({"method": "PUT"}, "needs a status"),
        ({"status": "many"}, "many"),
        ({"status": 500, "path": "("}, "rule 1"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(rule: dict[str, Any], named: str) -> None:
    with pytest.raises(BadFaults, match=named):
        Faults([rule])


def test_a_file_of_rules_is_yaml_or_json(tmp_path: Path) -> None:
    path = tmp_path / "faults.yaml"
    path.write_text("- {method: PUT, status: 500}\n")
    assert read_faults(path).rules[0].fault.status == 500
    path.write_text('[{"reset": true}]')
    assert read_faults(path).rules[0].fault.reset
    for wrong in ("status: 500", "- 5", "- [", "{"):
        path.write_text(wrong)
        with pytest.raises(BadFaults):
            read_faults(path)
    with pytest.raises(BadFaults, match="No such file"):
        read_faults(tmp_path / "none.yaml")
