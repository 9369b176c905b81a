"""A pipeline that signs in all the time with whatever the stores hold never fails once during a rotation.

Beside it the same pipeline against an order in which the old one ends before the new one is proven: it has to notice.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.conftest import Sandbox
from tests.flows.rotate.shops import rotated, state, tables_of, troubles
from wizard.flows.rotate.credential import Issued
from wizard.flows.rotate.kinds.entra_client_secret import EntraClientSecret
from wizard.sandbox import consistency

KINDS = ("entra-client-secret",)


class Pipeline:
    """Jobs of the environment dev, one after another: each reads a store and signs in at once.

    What jobs hold is read from the world as a runner is given it; the sign-in is the real request, with propagation on.
    """

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox, self.failures, self.sign_ins = sandbox, list[str](), 0
        application = next(r for r in tables_of(sandbox)["graph.applications"].values() if r["displayName"] == "shop-dev-deploy")
        self.client_id = application["appId"]
        variables = tables_of(sandbox)["github.variables"]
        self.tenant = variables["contoso/shop|dev|AZURE_TENANT_ID"]["value"]
        self._over = threading.Event()

    def held(self) -> dict[str, str]:
        with self.sandbox.lock:
            secrets = self.sandbox.world.table("github.secrets")
            deployed = secrets["contoso/shop|dev|AZURE_CLIENT_SECRET"]["value"]
            rows = self.sandbox.world.table("keyvault.secrets")
            versions = [rows[key] for key in rows if "/deploy-client-secret/" in key]
            newest = max(versions, key=lambda row: int(row["number"]))
        return {"GitHub": deployed, "Key Vault": newest["value"]}

    def run(self) -> None:
        with requests.Session() as session:
            while not self._over.is_set():
                for place, secret in self.held().items():
                    self.sign_in(session, place, secret)
                time.sleep(0.005)

    def sign_in(self, session: requests.Session, place: str, secret: str) -> None:
        form = {"grant_type": "client_credentials", "client_id": self.client_id, "client_secret": secret}
        form["scope"] = "https://management.azure.com/.default"
        answer = session.post(f"https://login.microsoftonline.com/{self.tenant}/oauth2/v2.0/token", data=form, timeout=10)
        self.sign_ins += 1
        if answer.status_code != 200:
            self.failures.append(f"{place}: {answer.json()['error_description'].splitlines()[0]}")

    @contextmanager
    def running(self) -> Iterator[None]:
        thread = threading.Thread(target=self.run, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join()


@pytest.fixture(autouse=True)
def _slowly(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """New secrets take up to two seconds to work everywhere; other things need not."""
    monkeypatch.setattr(sandbox.world, "latency", 0.1)
    for kind in ("role_assignment", "principal", "federated_credential"):
        monkeypatch.setitem(consistency.REAL_SECONDS, kind, 1.0)


async def test_it_never_fails_once_during_a_rotation(sandbox: Sandbox, project: Path) -> None:
    pipeline, before = Pipeline(sandbox), state(tables_of(sandbox))
    with pipeline.running():
        done = await rotated(project, kinds=KINDS, grace="0")
    assert done.code == 0, done.error
    assert set(state(tables_of(sandbox)).passwords).isdisjoint(before.passwords)
    assert pipeline.sign_ins > 50
    assert pipeline.failures == []


@pytest.mark.matrix
async def test_it_never_fails_when_a_rotation_fails_and_is_put_back(sandbox: Sandbox, project: Path) -> None:
    pipeline, before = Pipeline(sandbox), state(tables_of(sandbox))
    sandbox.faults.add(method="PUT", path=".*/secrets/AZURE_CLIENT_SECRET", status=403, body={"message": "Forbidden"})
    with pipeline.running():
        done = await rotated(project, kinds=KINDS, grace="0")
    assert done.code == 1
    assert "the old one is in place and valid" in str(done.outcome.applied.failed)
    assert state(tables_of(sandbox)) == before
    assert troubles(tables_of(sandbox)) == []
    assert pipeline.failures == []


async def test_it_notices_when_the_old_one_ends_before_the_proof(sandbox: Sandbox, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    issue = EntraClientSecret.issue

    async def hasty(self: EntraClientSecret, session: Any) -> Issued:
        old = next(held.id for held in await self.inventory(session) if held.active)
        issued = await issue(self, session)
        await self.retire(session, old)
        return issued

    monkeypatch.setattr(EntraClientSecret, "issue", hasty)
    pipeline = Pipeline(sandbox)
    with pipeline.running():
        await rotated(project, kinds=KINDS, grace="0")
    assert pipeline.failures


@pytest.mark.matrix
async def test_it_notices_when_the_new_one_is_written_before_it_works(
    sandbox: Sandbox, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def at_once(*_: object) -> None:
        return

    monkeypatch.setattr("wizard.flows.rotate.steps.Steps.steady", at_once)
    pipeline = Pipeline(sandbox)
    with pipeline.running():
        await rotated(project, kinds=KINDS, grace="0")
    assert pipeline.failures
