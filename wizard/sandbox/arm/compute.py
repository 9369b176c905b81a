"""What the compute quota leaves room for: usages of a region, and the sizes that are sold there.

Owns two read-only lists. A free trial has four cores a region, a paid subscription twenty of each family (the defaults of a
new one). Not emulated: virtual machines, quota requests; nothing here ever uses a core.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.sandbox.arm import checks, errors, rbac
from wizard.sandbox.arm.catalog import REGIONS, region_name
from wizard.sandbox.arm.router import ROUTER, caller
from wizard.sandbox.router import Request, Response

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any
_FAMILIES = {
    "cores": "Total Regional vCPUs",
    "standardDSv3Family": "Standard DSv3 Family vCPUs",
    "standardDADSv5Family": "Standard DADSv5 Family vCPUs",
    "standardDDSv5Family": "Standard DDSv5 Family vCPUs",
}
_SIZES = {
    "Standard_DS3_v2": ("standardDSv2Family", 4, "14"),
    "Standard_D4s_v3": ("standardDSv3Family", 4, "16"),
    "Standard_D4ads_v5": ("standardDADSv5Family", 4, "16"),
    "Standard_D4ds_v5": ("standardDDSv5Family", 4, "16"),
}


@ROUTER.get("/subscriptions/{subscription}/providers/Microsoft.Compute/locations/{location}/usages")
def usages(request: Request, world: World) -> Response:
    """Cores in use and allowed, in the region and by family."""
    subscription, location = request.params["subscription"], region_name(request.params["location"])
    rbac.require(world, caller(request, world), "Microsoft.Compute/locations/usages/read", f"/subscriptions/{subscription}")
    checks.require_registered(world, subscription, "Microsoft.Compute")
    if not location:
        raise errors.location_unavailable(request.params["location"], "locations/usages", list(REGIONS))
    row = world.table("arm.subscriptions")[subscription.lower()]
    limit = row.get("cores") or (4 if row["quotaId"].startswith("FreeTrial") else 20)
    found = [
        {"name": {"value": name, "localizedValue": text}, "currentValue": 0, "limit": limit, "unit": "Count"}
        for name, text in _FAMILIES.items()
    ]
    return Response(200, {"value": found})


@ROUTER.get("/subscriptions/{subscription}/providers/Microsoft.Compute/skus")
def skus(request: Request, world: World) -> Response:
    """The sizes of virtual machines; ``$filter=location eq 'westeurope'`` narrows."""
    subscription = request.params["subscription"]
    rbac.require(world, caller(request, world), "Microsoft.Compute/skus/read", f"/subscriptions/{subscription}")
    checks.require_registered(world, subscription, "Microsoft.Compute")
    text = request.query.get("$filter", "")
    wanted = region_name(text.partition("'")[2].rstrip("' ")) if text else ""
    found = [_sku(name, location) for location in ([wanted] if wanted else REGIONS) for name in _SIZES]
    return Response(200, {"value": found})


def _sku(name: str, location: str) -> Json:
    family, cores, memory = _SIZES[name]
    return {
        "resourceType": "virtualMachines",
        "name": name,
        "tier": "Standard",
        "size": name.removeprefix("Standard_"),
        "family": family,
        "locations": [location],
        "locationInfo": [{"location": location, "zones": ["1", "2", "3"], "zoneDetails": []}],
        "capabilities": [{"name": "vCPUs", "value": str(cores)}, {"name": "MemoryGB", "value": memory}],
        "restrictions": [],
    }
