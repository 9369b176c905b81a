"""What ends is told with its day, what has ended is drift, and what waits is told and is no drift."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.flows.finished_shop import Shop
from wizard.engine.journal import Journal
from wizard.flows.job import opened
from wizard.flows.lease import held
from wizard.flows.rotate.waiting import Waiting
from wizard.flows.status import Row, Standing, Status, status
from wizard.flows.status.credentials import expiry
from wizard.flows.status.rows import collapsed
from wizard.flows.status.under_way import _rotation


def day(days: int) -> datetime:
    return datetime.now(UTC) + timedelta(days=days, hours=1)


async def seen(shop: Shop) -> Status:
    async with shop.job() as job:
        return await status(job)


def row(found: Status, what: str) -> Row:
    (one,) = [each for each in found.rows if each.what.startswith(what)]
    return one


@pytest.mark.parametrize("mode", ["client-secret"])
async def test_a_client_secret_is_told_by_its_end(shop: Shop) -> None:
    found = await seen(shop)
    assert found.standing(Standing.DRIFT) == () and found.standing(Standing.UNKNOWN) == ()
    fresh = [each for each in found.rows if each.what == "client secret lakestrap:shop/dev"]
    assert [each.standing for each in fresh] == [Standing.OK] and fresh[0].until == day(180).strftime("%Y-%m-%d")
    with shop.sandbox.lock:
        rows = shop.table("graph.applications")
        for key, application in list(rows.items()):
            for secret in application.get("passwordCredentials") or ():
                soon = {"lakestrap:shop/dev": 10, "lakestrap:shop/prod": -1}.get(secret["displayName"], 90)
                secret["endDateTime"] = day(soon).isoformat().replace("+00:00", "Z")
            rows[key] = application
    found = await seen(shop)
    dev, prod = row(found, "client secret lakestrap:shop/dev"), row(found, "client secret lakestrap:shop/prod")
    assert (dev.standing, dev.hint) == (Standing.EXPIRING, "lakestrap rotate dev") and "in 10 days" in dev.why
    assert (prod.standing, prod.why) == (Standing.DRIFT, f"expired on {day(-1):%Y-%m-%d}")


@pytest.mark.matrix
@pytest.mark.parametrize("mode", ["managed-identity"])
async def test_a_project_of_managed_identities_has_not_drifted_and_a_foreign_trust_is_seen(shop: Shop) -> None:
    found = await seen(shop)
    assert found.standing(Standing.DRIFT) == () and found.standing(Standing.UNKNOWN) == ()
    with shop.sandbox.lock:
        rows = shop.table("graph.federated_credentials")
        (key,) = [key for key in rows if key.endswith("/github-dev")]
        rows[f"{key.partition('/')[0]}/by-hand"] = {**rows[key], "name": "by-hand", "subject": "repo:contoso/shop:pull_request"}
    assert "also trusts repo:contoso/shop:pull_request" in row(await seen(shop), "federated credential by-hand").why


async def test_secrets_of_a_vault_and_the_token_are_told_by_their_end(shop: Shop) -> None:
    ends = int(day(5).timestamp())
    key = shop.change("keyvault.secrets", "kv-shop-prod-x6ksv/salt/")
    with shop.sandbox.lock:
        secret = shop.table("keyvault.secrets")[key]
        shop.table("keyvault.secrets")[key] = {**secret, "attributes": {**secret["attributes"], "expires": ends, "exp": ends}}
        tokens = shop.table("github.tokens")
        for text, token in list(tokens.items()):
            tokens[text] = {**token, "expires_at": day(3).strftime("%Y-%m-%dT%H:%M:%SZ")}
    found = await seen(shop)
    assert found.standing(Standing.DRIFT) == ()
    vault, token = row(found, "secret salt of kv-shop-prod"), row(found, "GitHub token")
    assert (vault.standing, vault.until, vault.hint) == (Standing.EXPIRING, day(5).strftime("%Y-%m-%d"), "lakestrap rotate prod")
    assert token.standing is Standing.EXPIRING and "in 3 days" in token.why


async def test_who_works_on_the_project_is_told(shop: Shop) -> None:
    async with opened(shop.path) as job:
        journal = Journal(job.runs, job.identity)
        async with held(job, "rotate", journal):
            working = row(await status(job), "run 2026")
        journal.close()
    assert working.standing is Standing.WAITING and working.why.startswith("ada works on this project: rotate, since ")


async def test_a_proof_that_was_never_given_waits_and_one_that_failed_is_drift(shop: Shop) -> None:
    with shop.sandbox.lock:
        for key in list(shop.table("github.workflow_runs")):
            del shop.table("github.workflow_runs")[key]
    found = await seen(shop)
    assert {each.standing for each in found.rows if each.area == "proof"} == {Standing.WAITING}
    assert found.standing(Standing.DRIFT) == ()


def test_an_end_is_judged_by_its_day() -> None:
    assert expiry("dev", "x", day(31), "do").standing is Standing.OK
    assert expiry("dev", "x", day(29), "do").standing is Standing.EXPIRING
    assert expiry("dev", "x", day(-1), "do").standing is Standing.DRIFT


def test_unknown_rows_of_one_reason_are_one_line_for_people() -> None:
    rows = [Row("dev", "roles", f"role {number}", Standing.UNKNOWN, "needs x") for number in range(3)]
    (one,) = collapsed([*rows])
    assert one.what == "role 0 and 2 more"
    assert len(collapsed([*rows, Row("dev", "roles", "other", Standing.UNKNOWN, "needs y"), Row("dev", "a", "b", Standing.DRIFT)])) == 3


def test_a_rotation_that_is_not_over_says_until_when_the_old_one_is_valid() -> None:
    ends = datetime(2026, 12, 24, 18, 30, tzinfo=UTC)
    retiring = _rotation(Waiting("prod", "entra-client-secret/prod", "retiring", ("old",), "new", ends, True))
    assert (retiring.standing, retiring.until, retiring.hint) == (Standing.WAITING, "2026-12-24 18:30 UTC", "lakestrap rotate prod")
    assert "not proven" in _rotation(Waiting("prod", "x", "retiring", (), "new", ends)).why
    assert "interrupted" in _rotation(Waiting("prod", "x", "begun")).why
