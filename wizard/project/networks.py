"""The networks of a project: which environments get one, how its addresses are divided, and what cannot be said together.

Owns the arithmetic and the rules of ``network:``. Pure; whether a network of the user's own has the subnets that are named is known
only in Azure. https://learn.microsoft.com/azure/databricks/security/network/classic/vnet-inject
"""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wizard.project.model import Environment, Project

Trouble = tuple[tuple[str | int, ...], str, str]
"""Place, reason, remedy."""
GITHUBS_OWN = re.compile(r"(ubuntu|windows|macos)-(latest|\d[\w.]*)(-\w+)?")


class Ranges(NamedTuple):
    """The address ranges of a network and of its subnets; the last quarter is left for the team's own."""

    network: str
    host: str
    container: str
    endpoint: str


def ranges(project: Project, environment: Environment) -> Ranges:
    """A quarter of the environment's address space for each subnet."""
    space = environment.address_space or project.network.address_space
    quarters = [str(each) for each in ipaddress.IPv4Network(space).subnets(prefixlen_diff=2)]
    return Ranges(space, *quarters[:3])


def mode_of(project: Project, environment: Environment) -> str:
    """The network mode of one environment: a workspace of the user's own keeps the network it has, unless all shall be private."""
    keeps = environment.existing.workspace and project.network.mode == "injected"
    return "public" if keeps else project.network.mode


def makes_network(project: Project, environment: Environment) -> bool:
    """Whether a network is created for the environment."""
    return mode_of(project, environment) != "public" and not environment.existing.network


def signs_in(project: Project, environment: Environment) -> bool:
    """Whether people sign in to their region's workspaces through this environment's: the last one that shares the DNS zones and the
    region, because one set of zones holds one such address a region.
    """
    zones, region = environment.existing.dns_zones, project.region_of(environment)
    if not zones:
        return True
    sharing = [e.name for e in project.environments if _same(e.existing.dns_zones, zones) and project.region_of(e) == region]
    return sharing[-1] == environment.name


def _same(one: str | None, other: str) -> bool:
    return (one or "").lower() == other.lower()


def troubles(project: Project) -> Iterator[Trouble]:
    """Everything that the network of a project cannot be, in the order of the file."""
    network, mode = project.network, project.network.mode
    if project.workspace.compute == "serverless" and mode != "public":
        reason = f"a serverless workspace has no clusters to put into a network, and reaches no private lake: network mode is {mode}"
        yield ("workspace", "compute"), reason, "compute: hybrid, or network: {mode: public}"
    if mode == "private" and all(GITHUBS_OWN.fullmatch(label) for label in network.runs_on):
        yield (
            ("network", "runs_on"),
            "GitHub's own runners do not reach a private network",
            "labels of runners in it, like [self-hosted, linux]",
        )
    names = [network.host_subnet, network.container_subnet, network.endpoint_subnet]
    if len({name.lower() for name in names}) < len(names):
        yield ("network",), "host_subnet, container_subnet and endpoint_subnet need names of their own", ""
    yield from _space(("network", "address_space"), network.address_space)
    for index, environment in enumerate(project.environments):
        here = ("environments", index)
        if environment.address_space:
            yield from _space((*here, "address_space"), environment.address_space)
        yield from _existing(project, environment, here)


def _space(place: tuple[str | int, ...], text: str) -> Iterator[Trouble]:
    try:
        space = ipaddress.IPv4Network(text)
    except ValueError as wrong:
        yield place, f"{text} is no address range: {wrong}", "like 10.139.0.0/22"
        return
    if not 16 <= space.prefixlen <= 24:
        yield place, f"a network for Databricks is a /16 to a /24, not a /{space.prefixlen}", "like 10.139.0.0/22"


def _existing(project: Project, environment: Environment, here: tuple[str | int, ...]) -> Iterator[Trouble]:
    existing, mode = environment.existing, project.network.mode
    at = (*here, "existing")
    if existing.network and mode == "public":
        yield (*at, "network"), "a network of yours needs network mode injected or private", ""
    if existing.network and existing.workspace and mode == "injected":
        yield (*at, "network"), "is not used: a workspace of yours keeps the network that it has", "leave it out"
    if existing.workspace and mode == "private" and not existing.network:
        yield at, "a workspace of yours in a private network needs that network here", "existing: {network: /subscriptions/…}"
    if existing.dns_zones and mode != "private":
        yield (*at, "dns_zones"), "private DNS zones need network mode private", ""
    if existing.dns_zones and "/providers/" in existing.dns_zones:
        yield (*at, "dns_zones"), "this is not the id of a resource group", "like /subscriptions/…/resourceGroups/NAME"
    if existing.dns_zones and not existing.network:
        yield (*at, "dns_zones"), "zones of yours serve a network of yours", "existing: {network: /subscriptions/…}"
