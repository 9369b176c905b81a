"""ARM ids: taking them apart and telling what lies within what.

Owns the grammar of resource ids; knows no table. Ids are compared without regard to case, as ARM does, and kept as
they were written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_GUID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")


@dataclass(frozen=True, slots=True)
class ResourceId:
    """A parsed id. ``group`` is empty at subscription scope, ``types`` and ``names`` are of the last provider segment.

    ``scope`` is everything before the last ``/providers/``: the parent of an extension resource, else the group or
    the subscription.
    """

    text: str
    subscription: str
    group: str
    namespace: str
    types: tuple[str, ...]
    names: tuple[str, ...]
    scope: str

    @property
    def type(self) -> str:
        """``Microsoft.KeyVault/vaults/secrets``; ``Microsoft.Resources/resourceGroups`` of a group."""
        if self.namespace:
            return "/".join((self.namespace, *self.types))
        return "Microsoft.Resources/resourceGroups" if self.group else "Microsoft.Resources/subscriptions"

    @property
    def name(self) -> str:
        """``myvault/mysecret``."""
        return "/".join(self.names) or self.group or self.subscription

    @property
    def parent(self) -> str:
        """The id of the resource that this is a child of, or empty where it is none."""
        return self.text.rsplit("/", 2)[0] if len(self.types) > 1 else ""

    @property
    def is_group(self) -> bool:
        return bool(self.group) and not self.namespace


def parse(text: str) -> ResourceId | None:
    """The parts of a subscription's, a group's or a resource's id; ``None`` where it is not well-formed."""
    segments = text.strip("/").split("/")
    if "" in segments:
        return None
    lower = [segment.lower() for segment in segments]
    head, subscription, group = 0, "", ""
    if lower[0] == "subscriptions" and len(segments) > 1:
        subscription, head = segments[1], 2
        if len(segments) > 3 and lower[2] == "resourcegroups":
            group, head = segments[3], 4
    if head == len(segments):
        return ResourceId(f"/{'/'.join(segments)}", subscription, group, "", (), (), f"/{'/'.join(segments[:2])}")
    if lower[head] != "providers":
        return None
    last = max(index for index, segment in enumerate(lower) if segment == "providers")
    rest = segments[last + 1 :]
    if len(rest) < 3 or len(rest) % 2 == 0:
        return None
    scope = "/" + "/".join(segments[:last]) if last else "/"
    return ResourceId(f"/{'/'.join(segments)}", subscription, group, rest[0], tuple(rest[1::2]), tuple(rest[2::2]), scope)


def is_guid(text: str) -> bool:
    return bool(_GUID.fullmatch(text))


def last_guid(text: str) -> str:
    """The GUID that ends a role definition id, in lower case; empty where there is none."""
    found = _GUID.findall(text)
    return found[-1].lower() if found else ""


def within(scope: str, outer: str) -> bool:
    """Whether ``scope`` is ``outer`` or lies in it. The root ``/`` holds everything."""
    inner, bound = scope.lower().strip("/"), outer.lower().strip("/")
    return not bound or inner == bound or inner.startswith(bound + "/")


def subscription_of(scope: str) -> str:
    """The subscription id in a scope, lower case, or empty."""
    parts = scope.strip("/").split("/")
    return parts[1].lower() if len(parts) > 1 and parts[0].lower() == "subscriptions" else ""
