"""A project whose vault holds an OAuth secret, a token and a storage key, set up by the real command; and what must hold of them.

Owns the world in which that is possible (a storage account that takes shared keys) and the reading of its tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.scenarios import finished
from tests.scenarios.rehearsal import ROOT

DEV = "11111111-0001-4d5e-8f60-a1b2c3d4e501"
GROUP = f"/subscriptions/{DEV}/resourceGroups/rg-theirs"
STONE = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/stone"
OLD = "2026-01-01T00:00:00Z"
TEXT = f"""\
version: 1
name: shop
region: westeurope
github: {{repository: contoso/shop, create: true, visibility: private}}
secrets:
  - {{name: dbx, from: databricks-oauth-secret, github: DBX_SECRET}}
  - {{name: tool, from: databricks-token, github: TOOL_TOKEN}}
  - {{name: stone, from: "storage-key:{STONE}", github: STONE_KEY}}
  - {{name: salt, from: generate, github: SALT}}
environments:
  - {{name: dev, subscription: Contoso Dev}}
"""
COPIES = {"dbx": "DBX_SECRET", "tool": "TOOL_TOKEN", "stone": "STONE_KEY", "salt": "SALT"}


def world() -> Any:
    """The owner's world with a storage account of somebody's in it."""
    described: Any = yaml.safe_load((ROOT / "wizard" / "sandbox" / "worlds" / "owner.yaml").read_text(encoding="utf-8"))
    properties = {"allowSharedKeyAccess": True, "keyCreationTime": {"key1": OLD, "key2": OLD}, "provisioningState": "Succeeded"}
    account = {"id": STONE, "kind": "StorageV2", "location": "westeurope", "sku": {"name": "Standard_LRS"}, "properties": properties}
    described["resources"] = [*(described.get("resources") or ()), {"id": GROUP, "location": "westeurope"}, account]
    return described


def set_up_issued() -> Path:
    """The folder of the project after its set-up, with ``world.json``."""
    return finished.set_up(TEXT, world=world())


def stored(tables: Mapping[str, Any], name: str) -> Any:
    """The newest version in the vault."""
    versions = [row for key, row in tables["keyvault.secrets"].items() if f"/{name}/" in key]
    return max(versions, key=lambda row: int(row["number"]))


def deployed(tables: Mapping[str, Any], name: str) -> str:
    """What the GitHub environment's secret holds."""
    return str(tables["github.secrets"][f"contoso/shop|dev|{COPIES[name]}"]["value"])


def valid(tables: Mapping[str, Any], name: str) -> list[str]:
    """Values that their issuer takes."""
    if name == "stone":
        keys = tables["arm.keys"][STONE.lower()]
        return [keys["key1"]["value"], keys["key2"]["value"]]
    if name == "salt":
        return [row["value"] for key, row in tables["keyvault.secrets"].items() if "/salt/" in key and row["attributes"]["enabled"]]
    table = "databricks.oauth_secrets" if name == "dbx" else "databricks.tokens"
    return [row["value"] for row in tables.get(table, {}).values()]


def troubles(tables: Mapping[str, Any], name: str) -> list[str]:
    """What is wrong with the copies of a credential; empty where nothing is."""
    found = []
    if stored(tables, name)["value"] != deployed(tables, name):
        found.append("vault and GitHub hold different values")
    for place, value in (("the vault", stored(tables, name)["value"]), ("GitHub", deployed(tables, name))):
        if value not in valid(tables, name):
            found.append(f"{place} holds a value that does not work")
    return found
