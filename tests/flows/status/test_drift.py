"""Every drift that is planted in the world is found with its exact row, and nothing else is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.flows.finished_shop import Shop
from wizard.errors import ExitCode
from wizard.flows.status import Row, Standing, status

MEND = "lakestrap status --fix"


async def drift_of(shop: Shop) -> dict[tuple[str, str], Row]:
    async with shop.job() as job:
        found = await status(job)
    assert found.exit_code is ExitCode.DIFFERS
    assert shop.sandbox.mutating() == []
    return {(row.environment, row.what): row for row in found.standing(Standing.DRIFT)}


def role_removed(shop: Shop) -> None:
    shop.remove("arm.role_assignments", _assignment(shop, "/resourcegroups/rg-shop-dev/providers/microsoft.authorization/", "b24988ac"))


def _assignment(shop: Shop, scope: str, role: str) -> str:
    rows = shop.table("arm.role_assignments")
    (key,) = [key for key, row in rows.items() if scope in key and role in str(row)]
    return str(key)


def condition_loosened(shop: Shop) -> None:
    key = _assignment(shop, "/resourcegroups/rg-shop-prod/providers/microsoft.authorization/", "f58310d9")
    with shop.sandbox.lock:
        row = shop.table("arm.role_assignments")[key]
        properties = {**row["properties"], "condition": None, "conditionVersion": None}
        shop.table("arm.role_assignments")[key] = {**row, "properties": properties}


def branch_policy_loosened(shop: Shop) -> None:
    with shop.sandbox.lock:
        policy = {"id": 4999999, "repository": "contoso/shop", "environment": "prod", "name": "*", "type": "branch"}
        shop.table("github.branch_policies")["4999999"] = policy


def gate_opened(shop: Shop) -> None:
    shop.change("github.environments", "contoso/shop|prod", reviewers=[], wait_timer=0)


def subject_changed(shop: Shop) -> None:
    shop.change("graph.federated_credentials", "/github-dev", subject="repo:contoso/shop:environment:dev")


def vault_closed(shop: Shop) -> None:
    _vault(shop, "kv-shop-dev", networkAcls={"bypass": "AzureServices", "defaultAction": "Deny", "ipRules": [{"value": "192.0.2.7"}]})


def vault_without_roles(shop: Shop) -> None:
    _vault(shop, "kv-shop-prod", enableRbacAuthorization=False)


def _vault(shop: Shop, name: str, **properties: object) -> None:
    rows = shop.table("arm.resources")
    (key,) = [key for key in rows if f"/vaults/{name}-" in key and rows[key]["type"] == "Microsoft.KeyVault/vaults"]
    with shop.sandbox.lock:
        rows[key] = {**rows[key], "properties": {**rows[key]["properties"], **properties}}


def variable_edited(shop: Shop) -> None:
    shop.change("github.variables", "contoso/shop|dev|AZURE_LOCATION", value="northeurope")


def variable_removed(shop: Shop) -> None:
    shop.remove("github.variables", "contoso/shop|prod|KEY_VAULT_NAME")


def mark_edited(shop: Shop) -> None:
    shop.change("github.variables", "contoso/shop|dev|LAKESTRAP_PROJECT", value="other")


def scope_removed(shop: Shop) -> None:
    with shop.sandbox.lock:
        rows = shop.table("databricks.scopes")
        (key,) = [key for key, row in rows.items() if "kv-shop-prod" in str(row)]
        del rows[key]


def lock_removed(shop: Shop) -> None:
    shop.remove("arm.resources", "/locks/lakestrap-shop")


def own_tag_removed(shop: Shop) -> None:
    key = shop.change("arm.groups", "resourcegroups/rg-shop-prod-databricks")
    key = key.removesuffix("-databricks")
    with shop.sandbox.lock:
        group = shop.table("arm.groups")[key]
        shop.table("arm.groups")[key] = {**group, "tags": {**group["tags"], "cost-centre": "0815"}}


def identity_disabled(shop: Shop) -> None:
    with shop.sandbox.lock:
        rows = shop.table("graph.service_principals")
        (key,) = [key for key, row in rows.items() if row.get("displayName") == "shop-dev-deploy"]
        rows[key] = {**rows[key], "accountEnabled": False}


def workspace_removed(shop: Shop) -> None:
    with shop.sandbox.lock:
        for key in [key for key in shop.table("arm.resources") if "/storageaccounts/stshopdev" in key]:
            del shop.table("arm.resources")[key]


def file_edited(shop: Shop) -> None:
    path = shop.path.parent / ".github/workflows/deploy.yml"
    path.write_text(path.read_text(encoding="utf-8") + "# ours\n", encoding="utf-8")


def file_removed(shop: Shop) -> None:
    (shop.path.parent / "infra/main.bicep").unlink()


def secret_removed(shop: Shop) -> None:
    shop.remove("keyvault.secrets", "kv-shop-prod-x6ksv/salt/")


def trust_added(shop: Shop) -> None:
    with shop.sandbox.lock:
        rows = shop.table("graph.federated_credentials")
        (key,) = [key for key in rows if key.endswith("/github-dev")]
        parent = key.partition("/")[0]
        subject = "repo:contoso/shop:pull_request"
        rows[f"{parent}/by-hand"] = {**rows[key], "id": "5c0d", "name": "by-hand", "subject": subject, "description": None}


def secret_added(shop: Shop) -> None:
    with shop.sandbox.lock:
        rows = shop.table("graph.applications")
        (key,) = [key for key, row in rows.items() if row.get("displayName") == "shop-prod-deploy"]
        added = {"keyId": "0d9f", "displayName": "debug", "startDateTime": "2026-01-01T00:00:00Z", "endDateTime": "2099-01-01T00:00:00Z"}
        rows[key] = {**rows[key], "passwordCredentials": [added]}


def reviewer_without_access(shop: Shop) -> None:
    shop.change("github.teams", "contoso/platform", repositories={})


def reviewer_gone(shop: Shop) -> None:
    shop.remove("github.accounts", "ana")


PLANTED: dict[Callable[[Shop], None], tuple[str, str, str]] = {
    role_removed: ("dev", "arm.role_assignment/dev/deploy-contributor", "is missing"),
    condition_loosened: ("prod", "arm.role_assignment/prod/deploy-roles", "condition is (none) instead of"),
    branch_policy_loosened: ("prod", "github.environment/prod", "policies is branch:*, branch:main instead of branch:main"),
    subject_changed: (
        "dev",
        "entra.federated_credential/dev",
        "trusts repo:contoso/shop:environment:dev, GitHub sends repo:contoso@2001/shop@1300000001:environment:dev",
    ),
    vault_closed: ("dev", "keyvault.vault/dev", "allowed_addresses is 192.0.2.7 instead of (none)"),
    vault_without_roles: ("prod", "keyvault.vault/prod", "rbac is False instead of True"),
    variable_edited: ("dev", "github.environment_variable/dev/AZURE_LOCATION", "value is northeurope instead of westeurope"),
    variable_removed: ("prod", "github.environment_variable/prod/KEY_VAULT_NAME", "is missing"),
    mark_edited: ("dev", "github.environment/dev", "mark is other instead of shop"),
    scope_removed: ("prod", "databricks.secret_scope/prod", "is missing"),
    lock_removed: ("prod", "arm.lock/prod", "is missing"),
    own_tag_removed: ("prod", "arm.resource_group/prod", "cost-centre=0815"),
    identity_disabled: ("dev", "entra.service_principal/dev", "enabled is False instead of True"),
    workspace_removed: ("dev", "arm.deployment/dev", "what it made is gone: /subscriptions/"),
    file_edited: ("", ".github/workflows/deploy.yml", "edited in the working tree"),
    file_removed: ("", "infra/main.bicep", "missing in the working tree"),
    secret_removed: ("prod", "keyvault.secret/prod/salt", "is missing"),
    trust_added: ("dev", "federated credential by-hand", "also trusts repo:contoso/shop:pull_request"),
    secret_added: ("prod", "client secret debug", "not of this project"),
}


async def test_all_of_them_at_once_have_each_their_row(shop: Shop) -> None:
    for plant in PLANTED:
        plant(shop)
    found = await drift_of(shop)
    for plant, (environment, what, why) in PLANTED.items():
        assert (environment, what) in found, f"{plant.__name__} is not seen"
        assert why in found[environment, what].why, plant.__name__
        assert found[environment, what].hint, plant.__name__
    expected = {(environment, what) for environment, what, _ in PLANTED.values()}
    followed = {("prod", "databricks.secret_acl/prod/deploy")}  # what lies in a scope goes with it
    assert set(found) - followed == expected


@pytest.mark.parametrize("plant", [role_removed, subject_changed, variable_edited])
async def test_one_of_them_has_one_row(shop: Shop, plant: Callable[[Shop], None]) -> None:
    plant(shop)
    assert list(await drift_of(shop)) == [PLANTED[plant][:2]]


async def test_a_gate_that_was_opened_and_reviewers_who_left_are_told(shop: Shop) -> None:
    for plant in (gate_opened, reviewer_without_access, reviewer_gone):
        plant(shop)
    found = await drift_of(shop)
    assert set(found) == {("prod", "github.environment/prod"), ("prod", "reviewer @ana"), ("prod", "reviewer contoso/platform")}
    assert (
        "approvers is (none) instead of @ana, contoso/platform; wait_minutes is 0 instead of 10"
        in found["prod", "github.environment/prod"].why
    )
    assert found["prod", "reviewer @ana"].why == "GitHub knows no user @ana any more"
    assert "cannot read contoso/shop and so cannot approve" in found["prod", "reviewer contoso/platform"].why


async def test_an_identity_that_is_gone_takes_what_rests_on_it_along(shop: Shop) -> None:
    with shop.sandbox.lock:
        rows = shop.table("graph.service_principals")
        del rows[next(key for key, row in rows.items() if row.get("displayName") == "shop-dev-deploy")]
    found = await drift_of(shop)
    assert found["dev", "entra.service_principal/dev"].why == "is missing"
    assert ("dev", "arm.role_assignment/dev/deploy-contributor") in found
    assert not [key for key in found if key[0] == "prod"]


async def test_a_tag_that_a_policy_added_is_no_drift(shop: Shop) -> None:
    with shop.sandbox.lock:
        for table in ("arm.groups", "arm.resources"):
            for key, row in list(shop.table(table).items()):
                shop.table(table)[key] = {**row, "tags": {**(row.get("tags") or {}), "policy-owner": "finance"}}
    async with shop.job() as job:
        found = await status(job)
    assert found.standing(Standing.DRIFT) == ()


async def test_a_bundle_that_the_team_edits_is_no_drift(shop: Shop, tmp_path: Path) -> None:
    path = shop.path.parent / "databricks.yml"
    path.write_text(path.read_text(encoding="utf-8") + "# ours\n", encoding="utf-8")
    async with shop.job() as job:
        found = await status(job)
    assert found.standing(Standing.DRIFT) == ()
