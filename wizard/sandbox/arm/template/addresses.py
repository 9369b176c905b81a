"""CIDR functions. https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-cidr"""

from __future__ import annotations

import ipaddress
from typing import Any

from wizard.sandbox.arm.template.faults import wrong_arguments
from wizard.sandbox.arm.template.library import Shelf
from wizard.sandbox.arm.template.strings import number_of, text_of

Json = Any
SHELF = Shelf()


def _network(function: str, text: Json) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    try:
        return ipaddress.ip_network(text_of(function, text), strict=False)
    except ValueError:
        raise wrong_arguments(function, f"the value '{text}' is not a valid CIDR notation.") from None


@SHELF.add("parseCidr", 1)
def parse_cidr(text: Json) -> Json:
    network = _network("parseCidr", text)
    parts = {"network": str(network.network_address), "netmask": str(network.netmask)}
    if network.version == 4:
        wide = network.prefixlen < 31
        first = network.network_address + (1 if wide else 0)
        last = network.broadcast_address - (1 if wide else 0)
        return parts | {
            "broadcast": str(network.broadcast_address),
            "firstUsable": str(first),
            "lastUsable": str(last),
            "cidr": network.prefixlen,
        }
    return parts | {"firstUsable": str(network.network_address), "lastUsable": str(network.broadcast_address), "cidr": network.prefixlen}


@SHELF.add("cidrSubnet", 3)
def cidr_subnet(text: Json, prefix: Json, index: Json) -> str:
    network, length, at = _network("cidrSubnet", text), number_of("cidrSubnet", prefix), number_of("cidrSubnet", index)
    if not network.prefixlen <= length <= network.max_prefixlen:
        raise wrong_arguments("cidrSubnet", f"the new CIDR '{length}' must be between {network.prefixlen} and {network.max_prefixlen}.")
    if not 0 <= at < 2 ** (length - network.prefixlen):
        raise wrong_arguments("cidrSubnet", f"the subnet index '{at}' is out of range.")
    return f"{network.network_address + at * 2 ** (network.max_prefixlen - length)}/{length}"


@SHELF.add("cidrHost", 2)
def cidr_host(text: Json, index: Json) -> str:
    """The usable host at an index from 0: the network address itself is none in IPv4."""
    network, at = _network("cidrHost", text), number_of("cidrHost", index)
    plain = network.version == 6 or network.prefixlen >= 31
    usable = network.num_addresses if plain else network.num_addresses - 2
    if not 0 <= at < usable:
        raise wrong_arguments("cidrHost", f"the host index '{at}' is out of range.")
    return str(network.network_address + at + (0 if plain else 1))
