"""The rotating workflow, step by step with a real ``az``, as an identity and a GitHub App that hold exactly the rights of its table."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.clients.conftest import AZ
from tests.clients.maintainer import CLIENT, Maintainer
from tests.clients.runner import TOOLS, Runner
from tests.scenarios.finished import set_up
from wizard.project.file import load
from wizard.render.maintenance import Right, rights

if TYPE_CHECKING:
    from tests.clients.conftest import Client
    from tests.conftest import Sandbox

Json = Any
REPOSITORY = "contoso/shop"
TEXT = f"""\
version: 1
name: shop
region: westeurope
github: {{repository: contoso/shop, create: true, visibility: private}}
identity: {{mode: MODE}}
secrets:
  - {{name: dbx, from: databricks-oauth-secret, github: DBX_SECRET}}
  - {{name: tool, from: databricks-token}}
access: [{{user: ana@contoso.com, role: reader}}, {{group: data-operators, role: secrets-user}}]
maintenance: {{identity: {CLIENT}, github_app: Iv23liAbCdEfGh}}
environments:
  - {{name: dev, subscription: Contoso Dev}}
"""
MODES = ("client-secret", "federated", "managed-identity")
TRIED: set[Right] = set()
"""Rights that were taken away once."""
HALF_A_YEAR = 160 * 86400


@pytest.fixture(scope="module", params=MODES)
def mode(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def finished(mode: str) -> Path:
    """What set-up left; it is only looked at."""
    if shutil.which("git") is None or not TOOLS.exists() or not AZ.exists():
        pytest.skip("run `make clients`")
    return set_up(TEXT, mode)


@pytest.fixture
def sandbox_world(finished: Path) -> str:
    return str(finished / "world.json")


@pytest.fixture
def needed(finished: Path) -> tuple[Right, ...]:
    return rights(load(finished / "lakestrap.yaml"))


@pytest.fixture
def play(sandbox: Sandbox, az: Client, finished: Path, tmp_path: Path) -> Iterator[Callable[[tuple[Right, ...]], Any]]:
    """The workflow in half a year, with some rights."""
    runner = Runner(sandbox, finished, tmp_path / "runner", REPOSITORY)
    command = runner.bin / "lakestrap"
    command.write_text(f'#!/bin/bash\nexec "{sys.executable}" -m wizard "$@"\n')
    command.chmod(0o755)
    wanted = runner.origin / ".github" / "maintenance-requirements.txt"
    assert "lakestrap==" in wanted.read_text()
    wanted.write_text("# it is installed already\n")
    runner.commit("nothing to install")
    with sandbox.lock:
        maintainer = Maintainer(sandbox.world, REPOSITORY, "maintenance")
        sandbox.world.clock.forward(HALF_A_YEAR)

    def played(held: tuple[Right, ...]) -> Any:
        with sandbox.lock:
            maintainer.holds(held)
        runner.application_token = maintainer.token
        return runner.play("rotate.yml", "rotate", "maintenance")

    yield played


def values(sandbox: Sandbox) -> dict[str, str]:
    """What the newest version of each secret in the vaults holds."""
    with sandbox.lock:
        rows = json.loads(json.dumps(dict(sandbox.world.table("keyvault.secrets").items())))
    found: dict[str, str] = {}
    for key, row in sorted(rows.items(), key=lambda item: int(item[1]["number"])):
        found[key.split("/")[1]] = row["value"]
    return found


def test_a_rotation_succeeds_with_exactly_these_rights(sandbox: Sandbox, play: Any, needed: tuple[Right, ...], mode: str) -> None:
    before = values(sandbox)
    done = play(needed)
    assert not done.failed, done.log
    after = values(sandbox)
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"dbx", "tool"} | ({"deploy-client-secret"} if mode == "client-secret" else set())
    with sandbox.lock:
        sandbox.world.clock.forward(25 * 3600)
    again = play(needed)
    assert not again.failed, again.log
    assert values(sandbox) == after and "no old credential is left" in again.summary, again.log


def test_without_any_one_of_them_it_fails(sandbox: Sandbox, play: Any, needed: tuple[Right, ...]) -> None:
    """Each is needed, on the first day or on the one that ends the old ones, in a world that is otherwise the same.

    Those that an earlier mode has shown to be needed are not taken away again.
    """
    superfluous = []
    with sandbox.lock:
        kept = json.dumps(sandbox.world.dump())
    for right in [each for each in needed if each not in TRIED]:
        TRIED.add(right)
        fewer = tuple(one for one in needed if one is not right)
        done = play(fewer)
        if not done.failed:
            with sandbox.lock:
                sandbox.world.clock.forward(25 * 3600)
            done = play(fewer)
        if not done.failed:
            superfluous.append(right)
        with sandbox.lock:
            for table in sandbox.world.tables.values():
                table.rows.clear()
            sandbox.world.load(json.loads(kept))
    assert superfluous == []
