"""The Azure CLI, signed in as the operator by nothing but its folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from tests.sandbox.actions import shop as ids

if TYPE_CHECKING:
    from tests.clients.conftest import Client
    from tests.clients.shop_in_azure import ShopInAzure

FOREIGN = {
    "$schema": "https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#",
    "contentVersion": "1.0.0.0",
    "parameters": {"names": {"type": "array", "defaultValue": ["one", "two"]}, "location": {"type": "string"}},
    "variables": {"prefix": "[format('rg-{0}', uniqueString(subscription().id))]"},
    "resources": [
        {
            "type": "Microsoft.Resources/resourceGroups",
            "apiVersion": "2022-09-01",
            "name": "[concat(variables('prefix'), '-', parameters('names')[copyIndex()])]",
            "location": "[parameters('location')]",
            "copy": {"name": "groups", "count": "[length(parameters('names'))]"},
        }
    ],
    "outputs": {"count": {"type": "int", "value": "[length(parameters('names'))]"}},
}


def test_it_is_signed_in(az: Client) -> None:
    account = json.loads(az.told("account", "show"))
    assert (account["name"], account["user"]["name"], account["tenantId"]) == ("Contoso Dev", "ada@contoso.com", ids.TENANT)
    assert len(json.loads(az.told("account", "list"))) == 5


def test_groups_and_roles_and_applications_are_listed(az: Client, shop: ShopInAzure) -> None:
    assert az.told("group", "list", "--query", "[].name", "-o", "tsv") == shop.group
    roles = json.loads(az.told("role", "assignment", "list", "--scope", ids.GROUP, "--include-inherited"))
    named = {(role["principalName"], role["roleDefinitionName"]) for role in roles}
    assert ("ada@contoso.com", "Owner") in named
    assert (ids.CLIENT, "Contributor") in named
    assert "shop-dev-deploy" in az.told("ad", "app", "list", "--all", "--query", "[].displayName", "-o", "tsv").split()
    assert az.told("ad", "signed-in-user", "show", "--query", "userPrincipalName", "-o", "tsv") == "ada@contoso.com"


def test_secrets_need_a_role_of_their_own(az: Client, shop: ShopInAzure) -> None:
    refused = az("keyvault", "secret", "list", "--vault-name", shop.vault)
    assert refused.returncode != 0
    assert "ForbiddenByRbac" in refused.stderr
    user = az.told("ad", "signed-in-user", "show", "--query", "id", "-o", "tsv")
    role = ("role", "assignment", "create", "--role", "Key Vault Secrets Officer", "--scope", ids.GROUP)
    az.told(*role, "--assignee-object-id", user, "--assignee-principal-type", "User")
    shop.later(5)
    az.told("keyvault", "secret", "set", "--vault-name", shop.vault, "--name", "sql-password", "--value", "hunter2", "-o", "none")
    assert az.told("keyvault", "secret", "list", "--vault-name", shop.vault, "--query", "[].name", "-o", "tsv") == "sql-password"
    shown = ("keyvault", "secret", "show", "--vault-name", shop.vault, "--name", "sql-password", "--query", "value", "-o", "tsv")
    assert az.told(*shown) == "hunter2"


def test_our_template_is_deployed(az: Client, shop: ShopInAzure, tmp_path: Path) -> None:
    shop.written_to(tmp_path)
    where = ("--resource-group", shop.group, "--name", "by-hand", "--template-file", "infra/compiled/main.json")
    what = (*where, "--parameters", "@infra/parameters/dev.parameters.json")
    az.told("deployment", "group", "validate", *what, cwd=tmp_path)
    assert "Microsoft.Databricks/workspaces" in az.told("deployment", "group", "what-if", *what, cwd=tmp_path)
    made = json.loads(az.told("deployment", "group", "create", *what, cwd=tmp_path))
    assert made["properties"]["provisioningState"] == "Succeeded"
    kinds = az.told("resource", "list", "--resource-group", shop.group, "--query", "[].type", "-o", "tsv").split()
    assert {"Microsoft.Databricks/workspaces", "Microsoft.Storage/storageAccounts"} <= set(kinds)


def test_a_foreign_template_is_deployed_to_the_subscription(az: Client, tmp_path: Path) -> None:
    (tmp_path / "foreign.json").write_text(json.dumps(FOREIGN))
    what = ("--location", "westeurope", "--template-file", "foreign.json", "--parameters", "location=westeurope")
    made = json.loads(az.told("deployment", "sub", "create", "--name", "foreign", *what, cwd=tmp_path))
    assert made["properties"]["outputs"]["count"]["value"] == 2
    names = az.told("group", "list", "--query", "[].name", "-o", "tsv").split()
    assert sorted(name.rpartition("-")[2] for name in names) == ["one", "two"]
    wrong = {**FOREIGN, "variables": {"prefix": "[noSuchFunction()]"}}
    (tmp_path / "foreign.json").write_text(json.dumps(wrong))
    refused = az("deployment", "sub", "create", "--name", "wrong", *what, cwd=tmp_path)
    assert refused.returncode != 0
    assert "noSuchFunction" in refused.stderr
