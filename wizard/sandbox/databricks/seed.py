"""The Databricks account from the world's description (section ``databricks``): its id and a metastore a region."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any

MORE = ("automatic", "storage_root", "admins", "grants")


def seed(world: World, description: Json) -> None:
    """``databricks: {account_id, groups: [{name, members}], metastores: [{region, name, automatic?, storage_root?, admins?, grants?}]}``.

    ``members`` and ``admins`` are user names, application ids or (``admins`` only) groups; ``grants`` maps a principal to privileges.
    """
    section = description.get("databricks") or {}
    account = section.get("account_id") or str(uuid.UUID(int=0))
    world.table("databricks.account")["account"] = {"id": account}
    if section.get("groups"):
        groups = [{"name": each["name"], "members": list(each.get("members") or [])} for each in section["groups"]]
        world.table("databricks.account")["groups"] = {"groups": groups}
    for entry in section.get("metastores") or []:
        region = entry["region"].lower().replace(" ", "")
        metastore_id = str(uuid.uuid5(uuid.UUID(account), f"metastore/{region}"))
        more = {name: entry[name] for name in MORE if name in entry}
        world.table("databricks.metastores")[region] = {"metastore_id": metastore_id, "name": entry["name"], "region": region, **more}
