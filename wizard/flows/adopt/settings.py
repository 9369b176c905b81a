"""From the parameters of the environments' templates to the sections of the project file: network, compute, lake, logs, money.

Owns that translation back, the other way round of ``wizard.render.parameters``. Pure. What environments disagree about is told.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wizard.project.model import Lake, Monitoring, Network

if TYPE_CHECKING:
    from wizard.flows.adopt.evidence import OnAzure

Json = Any
SUBNETS = {"host_subnet": "hostSubnetName", "container_subnet": "containerSubnetName", "endpoint_subnet": "endpointSubnetName"}
SKU = "Standard_"
PARAMETERS = {
    "workspaceName": "workspace",
    "managedResourceGroupName": "managed_group",
    "storageAccountName": "storage",
    "accessConnectorName": "access_connector",
    "logAnalyticsName": "log_analytics",
}
"""Parameters of the template and the name that each gives."""
INSIDE = {"networkName": "network", "applicationInsightsName": "application_insights"}
"""The same of those that have a default where there is no such thing."""
OWN_THINGS = {
    "existingWorkspaceId": "workspace",
    "existingStorageId": "storage",
    "existingNetworkId": "network",
    "existingDnsZonesId": "dns_zones",
}


@dataclass(slots=True)
class Settings:
    """Sections of the project, fields of environments, and what is not certain: a field path and why."""

    project: dict[str, Json] = field(default_factory=dict)
    environments: dict[str, dict[str, Json]] = field(default_factory=dict)
    unknown: list[tuple[str, str]] = field(default_factory=list)

    def section(self, name: str, values: Mapping[str, Json]) -> None:
        """Put fields into a section; none where there are no fields."""
        if values:
            self.project.setdefault(name, {}).update(values)

    def agreed(self, place: str, seen: Mapping[str, Json], usual: Json) -> Json:
        """What most environments have, ``None`` where that is the usual; told where they disagree, since the field is for all of them."""
        if not seen:
            return None
        texts = {name: json.dumps(value, sort_keys=True) for name, value in seen.items()}
        most = Counter(texts.values()).most_common(1)[0][0]
        others = [name for name, text in texts.items() if text != most]
        if others:
            told = ", ".join(f"{name} has {texts[name]}" for name in others)
            self.unknown.append((place, f"the file says one for all environments, and {told}"))
        value = json.loads(most)
        return None if value == usual else value


def settings(azure: Mapping[str, OnAzure], ordered: tuple[str, ...], workspaces: frozenset[str]) -> Settings:
    """``azure`` by environment; ``workspaces`` are the environments whose workspace is the user's own."""
    found = Settings()
    given = {name: azure[name].parameters for name in ordered if azure[name].parameters}
    _network(found, given, workspaces)
    serverless = {name: "serverless" for name, values in given.items() if values.get("computeMode") == "Serverless"}
    found.section("workspace", {"compute": "serverless"} if serverless else {})
    _sizes(found, given)
    _budgets(found, given, ordered)
    return found


def named(given: Mapping[str, Json]) -> dict[str, str]:
    """The names of what the template makes, by kind of name."""
    makes_network = given.get("networkMode") not in (None, "public") and not given.get("existingNetworkId")
    inside = {key: kind for key, kind in INSIDE.items() if makes_network or key != "networkName"}
    return {kind: str(given[key]) for key, kind in (PARAMETERS | inside).items() if given.get(key)}


def own_things(given: Mapping[str, Json]) -> dict[str, str]:
    """The ids of what the template finds and leaves alone."""
    return {kind: str(given[key]) for key, kind in OWN_THINGS.items() if given.get(key)}


def _network(found: Settings, given: Mapping[str, Mapping[str, Json]], workspaces: frozenset[str]) -> None:
    modes = {name: str(values.get("networkMode") or "public") for name, values in given.items()}
    own = {name for name in workspaces if modes.get(name) == "public"}  # a workspace of the user's own keeps the network that it has
    mode = found.agreed("network.mode", {name: mode for name, mode in modes.items() if name not in own or not set(modes) - own}, "public")
    if mode is None:
        return
    inside = {name: values for name, values in given.items() if modes[name] != "public"}
    section = {"mode": mode}
    for name, parameter in SUBNETS.items():
        seen = {each: values[parameter] for each, values in inside.items() if values.get(parameter)}
        wanted = found.agreed(f"network.{name}", seen, Network.model_fields[name].default)
        section |= {name: wanted} if wanted else {}
    made = {name: values for name, values in inside.items() if not values.get("existingNetworkId")}
    spaces = {name: str(values["networkAddressSpace"]) for name, values in made.items() if values.get("networkAddressSpace")}
    if spaces:
        usual = Network.model_fields["address_space"].default
        most = Counter(reversed(spaces.values())).most_common(1)[0][0]  # of equally many the last: the others are the exceptions
        section |= {"address_space": most} if most != usual else {}
        for name, space in spaces.items():
            if space != most:
                found.environments.setdefault(name, {})["address_space"] = space
    found.section("network", section)


def _sizes(found: Settings, given: Mapping[str, Mapping[str, Json]]) -> None:
    fields = (
        ("lake", "containers", "containers", list(Lake.model_fields["containers"].default)),
        ("monitoring", "retention_days", "logRetentionDays", Monitoring.model_fields["retention_days"].default),
    )
    for section, name, parameter, usual in fields:
        seen = {each: values.get(parameter) or usual for each, values in given.items()}
        value = found.agreed(f"{section}.{name}", seen, usual)
        found.section(section, {name: value} if value is not None else {})
    usual = Lake.model_fields["redundancy"].default
    sizes = {each: str(values.get("storageSku") or usual).removeprefix(SKU) for each, values in given.items()}
    redundancy = found.agreed("lake.redundancy", sizes, usual)
    found.section("lake", {"redundancy": redundancy} if redundancy else {})
    traced = {each: bool(values.get("applicationInsightsName")) for each, values in given.items()}
    found.section("monitoring", {"application_insights": True} if found.agreed("monitoring.application_insights", traced, False) else {})


def _budgets(found: Settings, given: Mapping[str, Mapping[str, Json]], ordered: tuple[str, ...]) -> None:
    """One for all where every environment has the same, else each its own: an environment cannot be left out of the project's."""
    budgets = dict(_budget(given))
    if not budgets:
        return
    first = next(iter(budgets.values()))
    if len(budgets) == len(ordered) and all(each == first for each in budgets.values()):
        found.project["budget"] = first
        return
    for name, budget in budgets.items():
        found.environments.setdefault(name, {})["budget"] = budget


def _budget(given: Mapping[str, Mapping[str, Json]]) -> Iterator[tuple[str, dict[str, Json]]]:
    for name, values in given.items():
        if values.get("budgetAmount"):
            starts = str(values.get("budgetStart") or "")[:7]
            yield name, {"amount": int(values["budgetAmount"]), "starts": starts, "notify": list(values.get("budgetContacts") or ())}
