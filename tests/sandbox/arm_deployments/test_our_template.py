"""The template that the product ships: deployed into a group, through a subscription, and twice without a change."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.arm_deployments.conftest import Cloud
from tests.sandbox.arm_deployments.templates import account, nested, template
from tests.sandbox.keyvault.calls import DEV

Json = Any
ROOT = Path(__file__).resolve().parents[3]
V = "api-version=2024-03-01"
SHIPPED = json.loads((ROOT / "bicep" / "compiled" / "main.json").read_text())
PARAMETERS: dict[str, Json] = {
    "environmentName": "dev",
    "workspaceName": "dbw-shop-dev",
    "managedResourceGroupName": "rg-shop-dev-databricks",
    "storageAccountName": "stshopdevabcde",
    "accessConnectorName": "dbac-shop-dev",
    "logAnalyticsName": "log-shop-dev",
    "tags": {"cost-centre": "4711"},
}


def content(cloud: Cloud) -> Json:
    """What the group holds, without the moments of writing."""
    rows = {key: row for key, row in cloud.world.table("arm.resources").items() if key.startswith(f"/subscriptions/{DEV}/resourcegroups/")}
    text = json.dumps([rows, cloud.world.table("arm.role_assignments").rows], sort_keys=True)
    stamps = ("modifiedDate", "lastModifiedTime", "quotaNextResetTime", "updatedOn", "updatedBy", "lastEnabledTime", "creationTime")
    return json.loads(text, object_hook=lambda row: {name: value for name, value in row.items() if name not in stamps})


def test_into_a_group_and_again(cloud: Cloud) -> None:
    done = cloud.deploy(SHIPPED, PARAMETERS)
    assert done["properties"]["provisioningState"] == "Succeeded", done
    assert set(done["properties"]["outputs"]) == set(SHIPPED["outputs"])
    before = content(cloud)
    again = cloud.deploy(SHIPPED, PARAMETERS)
    assert again["properties"]["provisioningState"] == "Succeeded", again
    assert content(cloud) == before


def test_through_a_subscription(cloud: Cloud) -> None:
    group = {"type": "Microsoft.Resources/resourceGroups", "apiVersion": "2024-03-01", "name": "rg-shop-dev", "location": "westeurope"}
    given = {name: {"value": value} for name, value in PARAMETERS.items()}
    inside = nested("shipped", SHIPPED, parameters=given, resourceGroup="rg-shop-dev", dependsOn=["rg-shop-dev"])
    url = {"type": "string", "value": "[reference('shipped').outputs.workspaceUrl.value]"}
    path = f"/subscriptions/{DEV}/providers/Microsoft.Resources/deployments/whole?{V}"
    body = cloud.body(template([group, inside], outputs={"url": url})) | {"location": "westeurope"}
    answer = cloud.call("PUT", path, body)
    assert answer.status == 201, answer.body
    cloud.later(10)
    done = cloud.call("GET", path).body["properties"]
    assert done["provisioningState"] == "Succeeded", done
    assert done["outputs"]["url"]["value"].endswith(".azuredatabricks.net")
    assert all("/resourceGroups/rg-shop-dev" in each["id"] for each in done["outputResources"])


def test_an_existing_workspace_and_storage_are_left_alone(cloud: Cloud) -> None:
    cloud.deploy(SHIPPED, PARAMETERS)
    ours = f"{cloud.group}/providers"
    existing = {
        "existingWorkspaceId": f"{ours}/Microsoft.Databricks/workspaces/dbw-shop-dev",
        "existingStorageId": f"{ours}/Microsoft.Storage/storageAccounts/stshopdevabcde",
    }
    group = f"/subscriptions/{DEV}/resourceGroups/rg-b"
    cloud.call("PUT", f"{group}?{V}", {"location": "westeurope"})
    cloud.group = group
    done = cloud.deploy(SHIPPED, {**PARAMETERS, **existing, "logAnalyticsName": "log-b", "accessConnectorName": "dbac-b"})
    assert done["properties"]["provisioningState"] == "Succeeded", done
    made = [key.rsplit("/", 1)[-1] for key in cloud.world.table("arm.resources") if key.startswith(group.lower())]
    assert "dbac-b" in made
    assert "dbw-shop-dev" not in made
    assert "stshopdevabcde" not in made


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"sku": "Standard_LRS"}, "to type 'Object'"),
        ({"tags": {f"t{at}": "v" for at in range(51)}}, "maximum number of tags"),
        ({"zones": "1"}, "Array"),
    ],
)
def test_an_envelope_of_the_wrong_form(cloud: Cloud, more: Json, words: str) -> None:
    done = cloud.deploy(template([account(**more)]))
    assert words in str(done.get("error"))
