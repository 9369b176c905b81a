"""A fault at every request of a rotation: it ends finished or rolled back, and the stores never hold what does not sign in."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Sandbox
from tests.flows.rotate.shops import rotated, state, tables_of, troubles

KINDS = ("entra-client-secret",)
FAULTS = {
    "too many requests": {"status": 429, "retry_after": 0},
    "error of the server": {"status": 500, "retry_after": 0},
    "answer lost by the server": {"status": 502, "retry_after": 0, "when": "after"},
    "reset before": {"reset": True},
    "reset after": {"reset": True, "when": "after"},
}
REQUESTS = 60
"""More than the different requests of one rotation; the numbers beyond them are skipped."""
ONCE, LASTING = 1, 40
_requests: list[tuple[str, str]] = []


async def requests_of(sandbox: Sandbox, project: Path) -> list[tuple[str, str]]:
    """Method and path of every different request of an undisturbed rotation, ids as they may differ next time."""
    if not _requests:
        done = await rotated(project, kinds=KINDS, grace="0", signed_in=sandbox.exchanges.clear)
        assert done.code == 0, done.error
        seen = [(e["method"], _pattern(e["url"])) for e in sandbox.exchanges if not e.get("part")]
        _requests.extend(dict.fromkeys(seen))
    return _requests


def _pattern(url: str) -> str:
    path = re.escape(url.partition("://")[2].partition("?")[0])
    return re.sub(r"[0-9a-f]{8}(?:\\-[0-9a-f]{4}){3}\\-[0-9a-f]{12}|[0-9a-f]{32,40}|\d{10,}", "[^/]+", path)


def unusable(tables: Any) -> list[str]:
    """Stores that hold a value which does not sign in: what must never be, whatever fails."""
    now = state(tables)
    return [place for place, value in (("vault", now.stored), ("GitHub", now.deployed)) if value not in now.passwords.values()]


async def check(sandbox: Sandbox, project: Path, number: int, fault: dict[str, Any], times: int) -> None:
    """Run into the fault; then, with the fault gone, run again."""
    method, path = _requests[number]
    strike = partial(sandbox.faults.add, method=method, path=path, fail=times, **fault)
    done = await rotated(project, kinds=KINDS, grace="0", signed_in=strike)
    tables = tables_of(sandbox)
    assert unusable(tables) == []
    found = troubles(tables)
    if times == ONCE:
        assert found == [] or (done.code and "operator" in " ".join(found)), (done.code, done.error, done.outcome.applied.failed)
    assert done.code or not found, found
    sandbox.faults.rules.clear()
    again = await rotated(project, kinds=() if not done.code else KINDS, grace="0")
    assert again.code == 0, (again.error, again.outcome.applied.failed)
    assert troubles(tables_of(sandbox)) == []


@pytest.mark.matrix
@pytest.mark.timeout(300)  # the GitHub library pauses ever longer between its own tries, and a lasting fault meets it on the way back too
@pytest.mark.parametrize("fault", FAULTS.values(), ids=lambda fault: "-".join(map(str, fault.values())))
@pytest.mark.parametrize("times", [ONCE, LASTING])
@pytest.mark.parametrize("number", range(REQUESTS))
async def test_it_is_finished_or_rolled_back(
    sandbox: Sandbox, project: Path, number: int, fault: dict[str, Any], times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not _requests:
        await requests_of(sandbox, project)
    if number >= len(_requests):
        pytest.skip(f"a rotation has {len(_requests)} different requests")
    monkeypatch.setattr("wizard.flows.rotate.steps.PATIENCE", 3.0)
    monkeypatch.setattr("wizard.flows.patience.READ_PATIENCE", 1.0)
    monkeypatch.setattr("wizard.flows.verify.PATIENCE_SECONDS", 20.0)
    await check(sandbox, project, number, fault, times)


async def test_every_request_is_among_those_that_fail(sandbox: Sandbox, project: Path) -> None:
    requests = await requests_of(sandbox, project)
    assert 20 < len(requests) <= REQUESTS
    for word in ("addPassword", "removePassword", "AZURE_CLIENT_SECRET", "LAKESTRAP_RETIRING", "oauth2", "dispatches"):
        assert any(word in path for _, path in requests), word
