"""Who is reached when public access is off: what has a private endpoint whose name resolves in a network.

Owns that question and nothing stored. The local cloud's client counts as connected to every virtual network of its subscriptions, as one
behind a VPN is; a world that says ``client: {network: outside}`` has it outside all of them. An endpoint counts when its connection is
approved (here always, at once), it is registered in a private DNS zone of the right name, and that zone is linked to its network.
https://learn.microsoft.com/azure/private-link/private-endpoint-dns
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any
PARTS: dict[str, dict[str, str]] = {
    "microsoft.databricks/workspaces": {
        "databricks_ui_api": "privatelink.azuredatabricks.net",
        "browser_authentication": "privatelink.azuredatabricks.net",
    },
    "microsoft.keyvault/vaults": {"vault": "privatelink.vaultcore.azure.net"},
    "microsoft.storage/storageaccounts": {
        part: f"privatelink.{part}.core.windows.net" for part in ("blob", "dfs", "file", "queue", "table", "web")
    },
}
"""What an endpoint can lead to, by type, and the zone in which its name is registered."""


def inside(world: World) -> bool:
    """Whether the client is connected to the virtual networks."""
    described: Json = world.table("_world.description").get("current") or {}
    return str((described.get("client") or {}).get("network", "inside")) != "outside"


def reached(world: World, target_id: str, part: str) -> bool:
    """Whether the client reaches that part of a resource by a private endpoint."""
    return inside(world) and any(_resolves(world, row, target_id, part) for row in _endpoints(world))


def _endpoints(world: World) -> list[Json]:
    return [row for row in world.table("arm.resources").rows.values() if row["type"].lower() == "microsoft.network/privateendpoints"]


def leads_to(endpoint: Json, target_id: str, part: str) -> bool:
    """Whether an endpoint connects to that part."""
    for connection in endpoint["properties"].get("privateLinkServiceConnections") or []:
        properties = connection["properties"]
        if properties["privateLinkServiceId"].lower() == target_id.lower() and part in (properties.get("groupIds") or []):
            return True
    return False


def _resolves(world: World, endpoint: Json, target_id: str, part: str) -> bool:
    if not leads_to(endpoint, target_id, part):
        return False
    type_ = "/".join(target_id.lower().rsplit("/providers/", 1)[-1].split("/")[:2])
    network = endpoint["properties"]["subnet"]["id"].rsplit("/subnets/", 1)[0]
    return any(
        zone.lower().endswith(f"/{PARTS[type_][part]}") and _linked(world, zone, network) for zone in zones_of(world, str(endpoint["id"]))
    )


def zones_of(world: World, endpoint_id: str) -> list[str]:
    """The zones in which an endpoint is registered."""
    prefix, found = f"{endpoint_id.lower()}/privatednszonegroups/", []
    for key, row in world.table("arm.resources").rows.items():
        if key.startswith(prefix):
            found += [str(each["properties"]["privateDnsZoneId"]) for each in row["properties"].get("privateDnsZoneConfigs") or []]
    return found


def _linked(world: World, zone: str, network: str) -> bool:
    prefix = f"{zone.lower()}/virtualnetworklinks/"
    rows = world.table("arm.resources").rows.items()
    return any(key.startswith(prefix) and row["properties"]["virtualNetwork"]["id"].lower() == network.lower() for key, row in rows)


def signing_in(world: World, zone: str, region: str) -> list[str]:
    """Endpoints by which people sign in to the workspaces of a region, registered in a zone."""
    found = []
    for endpoint in _endpoints(world):
        parts = [
            part for each in endpoint["properties"].get("privateLinkServiceConnections") or [] for part in each["properties"]["groupIds"]
        ]
        registered = zone.lower() in (each.lower() for each in zones_of(world, str(endpoint["id"])))
        if "browser_authentication" in parts and registered and endpoint["location"] == region:
            found.append(str(endpoint["id"]))
    return found
