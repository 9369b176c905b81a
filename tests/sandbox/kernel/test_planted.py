"""Our own checks, shown to fail: each promise of the kernel is broken on purpose, and the check sees it."""

from __future__ import annotations

import os
import time
from contextlib import nullcontext
from typing import TYPE_CHECKING

import pytest

from tests.conftest import Sandbox
from tests.sandbox.kernel.test_run import folders, run
from wizard.sandbox import environment
from wizard.sandbox.consistency import REAL_SECONDS
from wizard.sandbox.environment import PrivateFolder, without_credentials
from wizard.sandbox.killer import Killer
from wizard.sandbox.world import World
from wizard.sandbox.worlds import load

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sandbox.kernel.conftest import Started


def test_a_write_without_a_transaction_would_stay(started: Started, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(World, "transaction", lambda _: nullcontext())
    shop = started()
    assert shop.ask("PUT", "/items/a?refuse=1", {}).status == 409
    assert shop.items == {"a": {}}


def test_a_credential_that_is_not_taken_away_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "TAKEN_AWAY", ("AZURE_",))
    assert without_credentials({"ARM_TENANT_ID": "mine", "AZURE_TENANT_ID": "mine"}) == {"ARM_TENANT_ID": "mine"}


def test_a_folder_that_stays_would_be_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    left = PrivateFolder()
    assert folders(tmp_path) == [left.path.name]
    left.remove()
    assert folders(tmp_path) == []


def test_a_missing_canary_would_be_seen() -> None:
    assert "c4n4ry" not in run("--", "sh", "-c", 'echo "$AZURE_CLIENT_SECRET $GH_TOKEN"').stdout


def test_a_failing_handler_fails_the_test_that_met_it(monkeypatch: pytest.MonkeyPatch) -> None:
    met = Sandbox(load({"extends": "owner"}), monkeypatch)
    met.failures.append("GET https://x/: KeyError('planted')")
    with pytest.raises(AssertionError, match="planted"):
        met.stop()


def test_a_kill_switch_that_kills_nobody_would_be_seen(started: Started, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.sandbox.kernel.test_killer import child

    monkeypatch.setattr(Killer, "reached", lambda _: None)
    assert child(started(kill="1.before")) == 0


@pytest.mark.parametrize(("scale", "fast"), [(0.0, True), (0.5, False)])
def test_latency_is_felt(started: Started, scale: float, fast: bool) -> None:
    shop = started(world=World(latency=scale))
    shop.ask("GET", "/items/a")
    begun = time.perf_counter()
    shop.ask("PUT", "/items/a", {})
    assert (time.perf_counter() - begun < 0.1) is fast


def test_the_documented_delays_are_the_ones_in_the_code() -> None:
    from tests.conftest import ROOT

    text = (ROOT / "docs" / "sandbox.md").read_text()
    rows = [line.split("|")[1:3] for line in text.splitlines() if line.startswith("| ") and line.split("|")[2].strip().isdigit()]
    told = {name.strip().replace(" ", "_"): float(seconds) for names, seconds in rows for name in names.split(",")}
    assert told == REAL_SECONDS


def test_this_process_has_no_sign_in_of_the_machine() -> None:
    assert not {name for name in os.environ if name.startswith(("ARM_", "ACTIONS_", "GITHUB_"))}
