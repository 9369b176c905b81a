"""A request's life: transaction, refusal, failure, recording."""

from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING

from wizard.sandbox.recorder import Recorder

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.sandbox.kernel.conftest import Started


def test_a_write_stays_and_is_marked_mutating(started: Started) -> None:
    shop = started()
    assert shop.ask("PUT", "/items/a", {"n": 1}).status == 201
    assert shop.ask("GET", "/items/a").body == {"n": 1}
    assert [(exchange["method"], exchange["mutating"]) for exchange in shop.exchanges] == [("PUT", True), ("GET", False)]


def test_a_refusal_undoes_what_its_handler_wrote(started: Started) -> None:
    shop = started()
    assert shop.ask("PUT", "/items/a?refuse=1", {"n": 1}).status == 409
    assert shop.items == {}
    assert shop.exchanges[0]["mutating"] is False


def test_a_failing_handler_is_a_500_undone_and_on_the_log(started: Started, caplog: pytest.LogCaptureFixture) -> None:
    shop = started()
    answer = shop.ask("PUT", "/items/a?fail=1", {"n": 1})
    assert (answer.status, answer.body["error"]["code"]) == (500, "SandboxFailure")
    assert shop.items == {}
    assert "a bug of the handler" in shop.internet.application.failures[0]
    assert "Traceback" in caplog.text


def test_an_unknown_path_is_501_not_404(started: Started) -> None:
    answer = started().ask("GET", "/nothing/here")
    assert answer.status == 501
    assert "not emulated: GET https://shop.sandbox.test/nothing/here" in answer.body["message"]


def test_ephemeral_writes_are_not_mutating_and_bytes_pass(started: Started) -> None:
    shop = started()
    answer = shop.ask("POST", "/look")
    assert (answer.body, answer.headers["content-type"]) == (b"raw bytes", "text/plain")
    assert (shop.exchanges[0]["mutating"], shop.exchanges[0]["response"]) == (False, "raw bytes")


def test_no_content_has_no_body_and_a_head_no_length_trouble(started: Started) -> None:
    shop = started()
    answer = shop.ask("DELETE", "/items/none")
    assert (answer.status, answer.body) == (204, b"")
    assert "content-type" not in answer.headers
    assert shop.ask("HEAD", "/items/none").status == 501
    assert shop.ask("GET", "/items/none").status == 404


def test_parts_of_a_batch_are_exchanges_of_their_own(started: Started) -> None:
    shop = started()
    parts = [{"id": "1", "method": "GET", "url": "/users"}, {"id": "2", "method": "POST", "url": "/groups", "body": {"a": 1}}]
    shop.ask("POST", "/v1.0/$batch", {"requests": parts})
    whole, read, written = shop.exchanges
    assert (whole["mutating"], read["mutating"], written["mutating"]) == (True, False, True)
    assert (read["url"], read["part"]) == ("https://shop.sandbox.test/v1.0/users", True)
    assert (written["method"], written["request"], written["status"]) == ("POST", {"a": 1}, 201)
    assert "part" not in whole


def test_the_recording_is_private_and_whole_before_the_answer(started: Started, tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    shop = started(recorder=Recorder(path))
    shop.ask("PUT", "/items/a", {"n": 1})
    line = json.loads(path.read_text())
    assert {"service": "shop", "method": "PUT", "status": 201, "mutating": True}.items() <= line.items()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
