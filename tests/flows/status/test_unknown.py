"""Whoever may only read gets an answer: what may not be read is unknown with the right that is missing, and nothing is ever written."""

from __future__ import annotations

import pytest

from tests.flows.finished_shop import Shop
from tests.flows.status.test_drift import role_removed, scope_removed, subject_changed, variable_edited
from tests.scenarios.finished import READER
from wizard.errors import ExitCode
from wizard.flows.status import Row, Standing, Status, status


async def seen_by_rita(shop: Shop) -> Status:
    shop.sandbox.as_user(READER)
    before = len(shop.sandbox.exchanges)
    async with shop.job() as job:
        found = await status(job)
    assert shop.sandbox.mutating() == []
    methods = {exchange["method"] for exchange in shop.sandbox.exchanges[before:] if "login.microsoftonline.com" not in exchange["url"]}
    assert methods == {"GET"}
    return found


def unknown(found: Status) -> dict[str, Row]:
    return {row.what: row for row in found.standing(Standing.UNKNOWN)}


async def test_a_reader_sees_no_drift_where_there_is_none_and_is_told_what_is_hidden(shop: Shop) -> None:
    found = await seen_by_rita(shop)
    assert found.standing(Standing.DRIFT) == () and found.exit_code is ExitCode.DONE
    hidden = unknown(found)
    variable = hidden["github.environment_variable/dev/AZURE_CLIENT_ID"]
    assert variable.why == "needs environments:read: GitHub shows the variables of an environment to those with write access only"
    assert "databricks.secret_scope/dev" in hidden and "databricks.service_principal/prod" in hidden
    assert {row.area for row in hidden.values()} == {"variables", "databricks", "gate", "rotation"}
    assert {what for what, row in hidden.items() if row.area == "gate"} == {"reviewer @ana"}
    assert not [row for row in hidden.values() if not row.why]


async def test_what_a_reader_can_see_of_drift_is_found(shop: Shop) -> None:
    for plant in (role_removed, subject_changed, variable_edited, scope_removed):
        plant(shop)
    found = await seen_by_rita(shop)
    assert {row.what for row in found.standing(Standing.DRIFT)} == {
        "arm.role_assignment/dev/deploy-contributor",
        "entra.federated_credential/dev",
    }
    assert {"github.environment_variable/dev/AZURE_LOCATION", "databricks.secret_scope/prod"} <= set(unknown(found))


async def test_a_token_that_does_not_see_the_repository_leaves_the_trust_unknown(shop: Shop) -> None:
    shop.change("github.accounts", "contoso", default_repository_permission="none")
    subject_changed(shop)
    found = await seen_by_rita(shop)
    hidden = unknown(found)
    assert found.standing(Standing.DRIFT) == ()
    assert "GitHub shows no repository contoso/shop to this token" in hidden["github.repository/repository"].why
    assert hidden["entra.federated_credential/dev"].why == "cannot be compared: github.oidc_subject/dev may not be read"


async def test_a_subscription_that_is_not_visible_is_unknown_and_the_others_are_told(shop: Shop) -> None:
    with shop.sandbox.lock:
        rows = shop.table("arm.role_assignments")
        for key in [key for key, row in rows.items() if "0004-4d5e" in key and "a0a0c1d2-0009" in str(row)]:
            del rows[key]
    role_removed(shop)
    found = await seen_by_rita(shop)
    assert [row.what for row in found.standing(Standing.DRIFT)] == ["arm.role_assignment/dev/deploy-contributor"]
    assert "the subscription Contoso Prod is not visible to" in unknown(found)["keyvault.vault/prod"].why
    assert unknown(found)["arm.role_assignment/prod/deploy-contributor"].environment == "prod"


@pytest.mark.parametrize("permissions", [{"metadata": "read", "contents": "read", "actions": "read"}])
async def test_a_fine_grained_token_is_told_which_permission_it_lacks(shop: Shop, permissions: dict[str, str]) -> None:
    with shop.sandbox.lock:
        tokens = shop.table("github.tokens")
        for key, row in list(tokens.items()):
            tokens[key] = {**row, "kind": "fine-grained", "scopes": [], "permissions": permissions}
    async with shop.job() as job:
        found = await status(job)
    assert found.standing(Standing.DRIFT) == ()
    row = unknown(found)["github.environment_variable/dev/AZURE_CLIENT_ID"]
    assert "environments" in row.hint and "403" in row.why
