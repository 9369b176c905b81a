"""An identity of the user's own: status and explain tell what its owner has to do, and that nothing is left once that is done."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Sandbox
from tests.flows.finished_shop import Shop, copy_of
from tests.scenarios import brownfield, finished
from wizard.flows import verify as verify_flow
from wizard.flows.explain import asked, explain
from wizard.flows.explain.asked import Claims
from wizard.flows.explain.comparison import Expected, findings
from wizard.flows.signin_hints import hint
from wizard.flows.status import Standing, status
from wizard.providers.github.oidc_subject import ISSUER
from wizard.sandbox.worlds import load

TEXT = """\
version: 1
name: shop
region: westeurope
github: {repository: contoso/shop}
identity: {mode: existing}
naming: {resource_group: 'rg-ours-{environment}'}
environments:
  - {name: dev, subscription: Contoso Dev, production: false, existing: {identity: IDENTITY}}
"""
OBJECT = brownfield.APPLICATION.replace("0f", "0e")
NAMES, IDS = "repo:contoso/shop:environment:dev", "repo:contoso@2001/shop@1300000001:environment:dev"


@pytest.fixture
def kind() -> str:
    """Whose identity it is; override it by parametrising it."""
    return "application"


@pytest.fixture
def shop(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """A project whose pipelines sign in as an identity that was there before; nobody has let it trust them yet."""
    monkeypatch.setattr(verify_flow, "POLL_SECONDS", 0.1)
    monkeypatch.setattr(verify_flow, "YOUNG_PAUSES", (0.1,))
    world = brownfield.described()
    world["resources"].append(brownfield.IDENTITY_BODY)
    world["tenant"] = {"applications": [{"name": "their-deployer", "app_id": brownfield.APPLICATION, "id": OBJECT}]}
    world["subscriptions"][1]["providers"].append("Microsoft.ManagedIdentity")
    world["github"]["repositories"] = []
    identity = brownfield.APPLICATION if kind == "application" else brownfield.IDENTITY
    folder = finished.set_up(TEXT.replace("IDENTITY", identity), world=world)
    running = Sandbox(load(folder / "world.json"), monkeypatch)
    try:
        running.as_user()
        yield Shop(copy_of(folder, tmp_path / "shop"), running)
    finally:
        running.stop()


def let_it_trust(shop: Shop, kind: str, subject: str) -> None:
    """What its owner does with the command that was told."""
    with shop.sandbox.lock:
        table, name = ("graph.applications", "their-deployer") if kind == "application" else ("graph.service_principals", "id-theirs")
        parent = next(key for key, row in shop.table(table).items() if row["displayName"] == name)
        row = {"name": "by-hand", "issuer": ISSUER, "subject": subject, "audiences": ["api://AzureADTokenExchange"], "parent": parent}
        shop.table("graph.federated_credentials")[f"{parent}/by-hand"] = {"id": f"{parent}/by-hand", "description": "", **row}


@pytest.mark.matrix
@pytest.mark.parametrize("kind", ["application", "managed identity"])
async def test_its_owner_is_told_what_to_do_and_then_nothing_is_left(shop: Shop, kind: str) -> None:
    command = "az ad app federated-credential create" if kind == "application" else "az identity federated-credential create"
    async with shop.job() as job:
        rows = {row.area: row for row in (await status(job)).rows if row.standing is not Standing.OK}
        assert {area: row.standing for area, row in rows.items()} == {"trust": Standing.WAITING, "proof": Standing.WAITING}
        assert rows["trust"].hint.startswith(command) and IDS in rows["trust"].hint
        answer = await explain(job, asked("dev", ("dev",)))
        assert [finding.kind for finding in answer.findings] == ["untrusted"] and answer.commands[0].startswith(command)
        assert IDS in answer.commands[0] and "lakestrap setup" not in " ".join(answer.commands)
        events = [event async for event in verify_flow.verify(job.project, job.session, job.project.environments, again=True)]
        assert "lakestrap explain dev" in events[-1].hint and "lakestrap setup" not in events[-1].hint
    let_it_trust(shop, kind, NAMES)
    async with shop.job() as job:
        answer = await explain(job, asked("dev", ("dev",)))
        assert [finding.kind for finding in answer.findings] == ["immutable"] and answer.commands[0].startswith(command)
    let_it_trust(shop, kind, IDS)
    async with shop.job() as job:
        answer = await explain(job, asked("dev", ("dev",)))
        assert [finding.kind for finding in answer.findings] == ["trusted"]
        assert [event async for event in verify_flow.verify(job.project, job.session, job.project.environments, again=True)]
        assert [row for row in (await status(job)).rows if row.standing is not Standing.OK] == []
    assert not [row for row in shop.sandbox.mutating() if "dispatches" not in str(row)], "nothing but the proofs was asked for"


def test_neither_set_up_nor_a_migration_is_named_for_an_identity_of_ones_own() -> None:
    trusted = (Claims(NAMES, ISSUER, "api://AzureADTokenExchange"),)
    ours, theirs = Expected("dev", IDS, trusted), Expected("dev", IDS, trusted, command="az ad app …")
    assert [finding.commands for finding in findings(Claims(IDS), ours)] == [("lakestrap migrate subject",)]
    assert [finding.commands for finding in findings(Claims(IDS), theirs)] == [("az ad app …",)]
    done = Expected("dev", IDS, (Claims(IDS, ISSUER, "api://AzureADTokenExchange"),), command="az ad app …")
    assert [finding.commands for finding in findings(Claims(NAMES), done)] == [("lakestrap verify",)], "its owner has done it already"
    log = "##[error]AADSTS70025: The client has no configured federated identity credentials."
    told, told_own = hint(log), hint(log, own=True)
    assert told is not None and told_own is not None and "lakestrap setup" in told.remedy and "lakestrap explain" in told_own.remedy
