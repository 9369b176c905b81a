"""Vaults that a world comes with."""

from __future__ import annotations

from pathlib import Path

from tests.sandbox.keyvault.calls import ADA, BEA, DEV, Calls, agree
from tests.sandbox.keyvault.test_vault_control_plane import V


def test_a_vault_with_access_policies_that_was_there_before(tmp_path: Path) -> None:
    calls = Calls("brownfield")
    place = f"/subscriptions/{DEV}/resourceGroups/rg-analytics/providers/Microsoft.KeyVault/vaults/kv-analytics"
    found = calls.call("GET", place + V).body
    assert found["properties"]["enableRbacAuthorization"] is False and found["properties"]["provisioningState"] == "Succeeded"
    url = "https://kv-analytics.vault.azure.net/secrets/one?api-version=2026-04-01"
    assert calls.call("PUT", url, {"value": "v"}, who=ADA).status == 200
    refused = calls.call("PUT", url, {"value": "v"}, who=BEA)
    assert (refused.status, calls.code(refused)) == (403, "ForbiddenByPolicy")
    agree(calls.recorder.exchanges)


def test_a_workspace_that_was_there_before(tmp_path: Path) -> None:
    calls = Calls("brownfield")
    host = "https://adb-7405601234567890.10.azuredatabricks.net"
    assert calls.call("GET", f"{host}/api/2.0/preview/scim/v2/Me").body["userName"] == ADA
    agree(calls.recorder.exchanges)


def test_a_vault_of_another_tenant_answers_with_its_own_challenge() -> None:
    calls = Calls("taken-names")
    for who in ("", ADA):
        answer = calls.call("GET", "https://kv-somebody.vault.azure.net/secrets?api-version=2026-04-01", who=who)
        assert answer.status == 401 and "3f2c6a1e" not in answer.headers["WWW-Authenticate"]
