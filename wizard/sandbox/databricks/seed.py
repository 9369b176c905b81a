"""The Databricks account from the world's description (section ``databricks``): its id and a metastore a region."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any


def seed(world: World, description: Json) -> None:
    """``databricks: {account_id, metastores: [{region, name}]}``."""
    section = description.get("databricks") or {}
    account = section.get("account_id") or str(uuid.UUID(int=0))
    world.table("databricks.account")["account"] = {"id": account}
    for entry in section.get("metastores") or []:
        region = entry["region"].lower().replace(" ", "")
        metastore_id = str(uuid.uuid5(uuid.UUID(account), f"metastore/{region}"))
        world.table("databricks.metastores")[region] = {"metastore_id": metastore_id, "name": entry["name"], "region": region}
