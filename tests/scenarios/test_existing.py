"""Every kind works on what is there already: found, granted on, and left byte for byte as it was.

The only documents of the user's own that may differ afterwards are access policies on a vault that goes by policies.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.brownfield import (
    ANALYTICS,
    APPLICATION,
    DEV,
    IDENTITY,
    IDENTITY_BODY,
    OWN_TABLES,
    POLICY_VAULT,
    PROD,
    ROLE_VAULT,
    ROLE_VAULT_BODY,
    SETUP,
    STORAGE,
    STORAGE_BODY,
    TENANT,
    WORKSPACE,
    before,
    changed,
    described,
    edited,
    grants,
    principal_of,
    settled,
    variable,
    world_of,
)
from tests.scenarios.rehearsal import Finished, rehearsed, small_project

pytestmark = pytest.mark.matrix

HEAD = """\
version: 1
name: shop
region: westeurope
github: {repository: contoso/shop}
tags: {cost-centre: "4711"}
"""
CONTRIBUTOR, SECRETS_USER = "b24988ac-6180-42a0-ab88-20f7382dd24c", "4633458b-17de-408a-b874-0445c86b69e6"
BLOB_DATA_CONTRIBUTOR = "ba92f5b4-2d11-453d-a403-e96b0029c9fe"
ADA, OPERATORS = "a0a0c1d2-0001-4e5f-8a9b-000000000001", "b1b1c1d2-0001-4e5f-8a9b-000000000001"


def project(folder: Path, existing: str, head: str = "", name: str = "dev", subscription: str = "Contoso Dev") -> None:
    environment = f"environments:\n  - {{name: {name}, subscription: {subscription}, production: false, existing: {{{existing}}}}}\n"
    small_project(folder, text=HEAD + head + environment)


def only_grown(old: dict[str, Any], new: dict[str, Any], vault: str) -> list[str]:
    """What is different about a vault beside policies that were added."""
    was, now = old["arm.resources"][vault.lower()], json.loads(json.dumps(new["arm.resources"][vault.lower()]))
    kept = was["properties"]["accessPolicies"]
    added = now["properties"]["accessPolicies"][len(kept) :]
    now["properties"]["accessPolicies"] = now["properties"]["accessPolicies"][: len(kept)]
    assert json.dumps(was, sort_keys=True) == json.dumps(now, sort_keys=True)
    return sorted(f"{policy['objectId']} {' '.join(sorted(policy['permissions']['secrets'])).lower()}" for policy in added)


def test_a_group_a_policy_vault_and_a_workspace_of_ones_own(tmp_path: Path) -> None:
    existing = f"resource_group: {ANALYTICS}, vault: {POLICY_VAULT}, workspace: {WORKSPACE}"
    project(tmp_path, existing, 'locks: all\nsecrets: [{name: api-key, from: "env:API_KEY"}]\n')
    options = world_of(tmp_path, described())
    old, options = before(tmp_path, options)
    done = rehearsed(tmp_path, *SETUP, options=options)
    assert done.code == 0, done.stderr
    new = done.world
    assert changed(old, new, *OWN_TABLES) == [f"arm.resources/{POLICY_VAULT.lower()}"]
    deploy, databricks = principal_of(new, "shop-dev-deploy"), principal_of(new, "AzureDatabricks")
    assert only_grown(old, new, POLICY_VAULT) == sorted([f"{deploy} get list", f"{databricks} get list"])
    assert grants(new, POLICY_VAULT) == {}
    assert any(key.lower().startswith("kv-analytics/api-key") for key in new["keyvault.secrets"])
    assert [key for key in new["arm.resources"] if "/locks/" in key] == []
    assert variable(new, "dev", "DATABRICKS_HOST") == "https://adb-7405601234567890.10.azuredatabricks.net"
    assert variable(new, "dev", "KEY_VAULT_NAME") == "kv-analytics"
    parameters = json.loads((tmp_path / "infra/parameters/dev.parameters.json").read_text())["parameters"]
    assert parameters["existingWorkspaceId"]["value"] == WORKSPACE
    assert {item["what"] for item in done.events[-1]["pending"]} == {"merge the pull request"}
    settled(done, tmp_path)


def test_a_role_vault_a_workspace_and_storage_in_other_groups(tmp_path: Path) -> None:
    existing = f"vault: {ROLE_VAULT}, workspace: {WORKSPACE}, storage: {STORAGE}"
    project(tmp_path, existing, "secrets: [{name: salt, from: generate}]\nnaming: {resource_group: 'rg-ours-{environment}'}\n")
    description = described()
    description["resources"] += [ROLE_VAULT_BODY, STORAGE_BODY]
    options = world_of(tmp_path, description)
    old, options = before(tmp_path, options)
    done = rehearsed(tmp_path, *SETUP, options=options)
    assert done.code == 0, done.stderr
    new = done.world
    policies = new["arm.resources"][ROLE_VAULT.lower()]["properties"]["accessPolicies"]
    databricks = principal_of(new, "AzureDatabricks")
    assert [policy["objectId"] for policy in policies] in ([], [databricks])  # Databricks itself adds it with a scope; roles decide
    policies.clear()
    assert changed(old, new, *OWN_TABLES) == []
    deploy, connector = principal_of(new, "shop-dev-deploy"), principal_of(new, "dbac-shop-dev")
    assert grants(new, ROLE_VAULT) == {deploy: {SECRETS_USER}, principal_of(new, "AzureDatabricks"): {SECRETS_USER}}
    assert grants(new, WORKSPACE) == {deploy: {CONTRIBUTOR}}
    assert grants(new, STORAGE) == {connector: {BLOB_DATA_CONTRIBUTOR}}
    assert grants(new, f"/subscriptions/{DEV}/resourceGroups/rg-ours-dev")[deploy] == {CONTRIBUTOR}
    assert not any("storageaccounts" in key and "rg-ours-dev" in key for key in new["arm.resources"])
    assert any(key.lower().startswith("kv-shared/salt") for key in new["keyvault.secrets"])
    settled(done, tmp_path)


@pytest.mark.parametrize("kind", ["application", "managed identity"])
def test_an_identity_of_ones_own_is_granted_on_and_told_whom_to_trust(tmp_path: Path, kind: str) -> None:
    own = APPLICATION if kind == "application" else IDENTITY
    head = "identity: {mode: existing}\nnaming: {resource_group: 'rg-ours-{environment}'}\n"
    project(tmp_path, f"identity: {own}", head)
    description = described()
    description["resources"].append(IDENTITY_BODY)
    description["tenant"] = {"applications": [{"name": "their-deployer", "app_id": APPLICATION, "id": APPLICATION.replace("0f", "0e")}]}
    description["subscriptions"][1]["providers"].append("Microsoft.ManagedIdentity")
    description["github"]["repositories"] = []
    options = world_of(tmp_path, description)
    old, options = before(tmp_path, options)
    done = rehearsed(tmp_path, *SETUP, options=options)
    assert done.code == 0, done.stderr
    assert changed(old, done.world, *OWN_TABLES) == []
    assert not done.world.get("graph.federated_credentials")
    (item,) = (item for item in done.events[-1]["pending"] if "trust" in item["what"])
    assert ":environment:dev" in item["what"] and item["link"].startswith("https://") and item["who"]
    assert ("az ad app federated-credential create" if kind == "application" else "az identity federated-credential create") in item["what"]
    name = "their-deployer" if kind == "application" else "id-theirs"
    assert CONTRIBUTOR in grants(done.world, f"/subscriptions/{DEV}/resourceGroups/rg-ours-dev")[principal_of(done.world, name)]
    settled(done, tmp_path)
    trusted = rehearsed(tmp_path, *SETUP, options=edited(tmp_path, lambda tables: _trusts(tables, own, item["what"])))
    assert trusted.code == 0, trusted.stderr
    assert not any("trust" in item["what"] for item in trusted.events[-1]["pending"])
    assert all("dispatches" in call["url"] for call in trusted.mutating if call["service"] == "github")


def _trusts(tables: dict[str, Any], own: str, what: str) -> None:
    """The owner has done what the pending item asked for."""
    subject = next(word for word in what.replace("trust ", "").split() if ":environment:" in word).rstrip(":")
    if own == IDENTITY:
        parent_id = tables["arm.resources"][IDENTITY.lower()]["properties"]["principalId"]
    else:
        parent_id = next(row["id"] for row in tables["graph.applications"].values() if row["appId"] == own)
    row = {
        "id": "33333333-0001-4d5e-8f60-000000000001",
        "name": "theirs",
        "issuer": "https://token.actions.githubusercontent.com",
        "subject": subject,
        "audiences": ["api://AzureADTokenExchange"],
        "description": None,
        "parent": parent_id,
    }
    tables.setdefault("graph.federated_credentials", {})[f"{parent_id}/theirs"] = row


def test_a_repository_with_content_and_rules_gets_a_pull_request(tmp_path: Path) -> None:
    project(tmp_path, "", "naming: {resource_group: 'rg-ours-{environment}'}\n")
    options = world_of(tmp_path, described())
    old, options = before(tmp_path, options)
    done = rehearsed(tmp_path, *SETUP, options=options)
    assert changed(old, done.world, "github.refs", "github.rulesets", "github.objects", "github.teams") == []
    (item,) = done.events[-1]["pending"]
    assert item["what"] == "merge the pull request" and item["link"].endswith("/pull/1")
    settled(done, tmp_path)


def refused(done: Finished, code: int, *words: str) -> None:
    assert done.code == code, (done.code, done.stderr)
    assert done.mutating == []
    assert all(word in done.stderr for word in words), done.stderr


def test_a_group_of_the_same_name_is_taken_over_only_by_agreement(tmp_path: Path) -> None:
    project(tmp_path, "")
    options = world_of(tmp_path, described())
    refused(rehearsed(tmp_path, *SETUP, options=options), 2, "arm.resource_group/dev", "--allow adopt")
    done = rehearsed(tmp_path, *SETUP, "--allow", "adopt", options=options)
    settled(done, tmp_path)
    group = done.world["arm.groups"][f"/subscriptions/{DEV}/resourcegroups/rg-shop-dev"]
    assert group["location"] == "northeurope"
    assert group["tags"] == {
        "owner": "somebody-else",
        "cost-centre": "4711",
        "lakestrap-project": "shop",
        "lakestrap-environment": "dev",
    }


def test_a_github_environment_without_our_mark_is_taken_over_only_by_agreement(tmp_path: Path) -> None:
    project(tmp_path, "", "naming: {resource_group: 'rg-ours-{environment}'}\n")
    options = world_of(tmp_path, described())
    call = "https://api.github.com/repos/contoso/shop/environments/dev"
    made = rehearsed(tmp_path, "curl", "-sf", "-X", "PUT", "-H", "Content-Type: application/json", "-d", "{}", call, options=options)
    if made.code:
        script = f'curl -sf -X PUT -H "Authorization: Bearer $GH_TOKEN" -H "Content-Type: application/json" -d "{{}}" {call}'
        made = rehearsed(tmp_path, "sh", "-c", script, options=options)
    assert made.code == 0, made.stderr
    options = edited(tmp_path, lambda tables: None)
    refused(rehearsed(tmp_path, *SETUP, options=options), 2, "github.environment/dev", "--allow adopt")
    settled(rehearsed(tmp_path, *SETUP, "--allow", "adopt", options=options), tmp_path)


def test_an_application_of_another_project_is_never_taken_over(tmp_path: Path) -> None:
    project(tmp_path, "", "naming: {resource_group: 'rg-ours-{environment}'}\n")
    description = described()
    theirs = {"name": "shop-dev-deploy", "unique_name": "lakestrap-shop-dev", "tags": ["lakestrap:other"]}
    description["tenant"] = {"applications": [theirs]}
    options = world_of(tmp_path, description)
    refused(rehearsed(tmp_path, *SETUP, "--allow", "adopt", options=options), 3, "entra.application/dev", "other")


def test_what_is_not_there_is_told_before_anything_is_done(tmp_path: Path) -> None:
    project(tmp_path, f"vault: {ROLE_VAULT}", "naming: {resource_group: 'rg-ours-{environment}'}\n")
    refused(rehearsed(tmp_path, *SETUP, options=world_of(tmp_path, described())), 3, "keyvault.vault/dev", "kv-shared")


def test_a_group_of_another_subscription_is_refused(tmp_path: Path) -> None:
    project(tmp_path, f"resource_group: {ANALYTICS}", subscription="Contoso Prod")
    refused(rehearsed(tmp_path, *SETUP, options=world_of(tmp_path, described())), 2, "existing.resource_group", DEV, PROD)


def test_a_secret_that_the_operator_may_not_write_in_a_policy_vault(tmp_path: Path) -> None:
    project(tmp_path, f"resource_group: {ANALYTICS}, vault: {POLICY_VAULT}", 'secrets: [{name: api-key, from: "env:API_KEY"}]\n')
    description = described()
    vault = next(row for row in description["resources"] if row["id"] == POLICY_VAULT)
    vault["properties"]["accessPolicies"] = []
    done = rehearsed(tmp_path, *SETUP, options=world_of(tmp_path, description))
    refused(done, 3, "keyvault.secret/dev/api-key", f"az keyvault set-policy --name kv-analytics --object-id {ADA}")
    group = {"tenantId": TENANT, "objectId": OPERATORS, "permissions": {"secrets": ["Get", "List", "Set"]}}
    vault["properties"]["accessPolicies"] = [group]
    description["tenant"] = {"groups": [{"name": "data-operators", "id": OPERATORS, "members": ["ada@contoso.com"]}]}
    settled(rehearsed(tmp_path, *SETUP, options=world_of(tmp_path, description)), tmp_path)


def test_two_environments_in_one_workspace_need_scopes_of_their_own(tmp_path: Path) -> None:
    two = "".join(
        f"  - {{name: {name}, subscription: Contoso Dev, production: false, existing: {{workspace: {WORKSPACE}}}}}\n"
        for name in ("one", "two")
    )
    small_project(tmp_path, text=HEAD + "environments:\n" + two)
    options = world_of(tmp_path, described())
    refused(rehearsed(tmp_path, *SETUP, options=options), 2, "gives shop to both one and two")
    small_project(tmp_path, text=HEAD + "naming: {scope: '{project}-{environment}'}\nenvironments:\n" + two)
    done = rehearsed(tmp_path, *SETUP, options=options)
    settled(done, tmp_path)
    assert sorted(key.rpartition("/")[2] for key in done.world["databricks.scopes"]) == ["shop-one", "shop-two"]
