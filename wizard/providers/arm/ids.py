"""Resource ids and marks as the ARM kinds need them.

Owns the taking apart of an id and the reading of our marks; sends nothing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wizard.engine.resource import Ref

PROJECT_TAG, ENVIRONMENT_TAG = "lakestrap-project", "lakestrap-environment"
_MARK = re.compile(r"lakestrap:([\w.-]+)")


def subscription_of(scope: str | Ref) -> str:
    """The subscription id in an ARM id. Raises ``ValueError`` where it holds none."""
    parts = str(scope).strip("/").split("/")
    if len(parts) < 2 or parts[0].lower() != "subscriptions":
        raise ValueError(f"not an id within a subscription: {scope}")
    return parts[1]


def group_id(subscription: str | Ref, group: str) -> str:
    """The id of a resource group."""
    return f"/subscriptions/{subscription}/resourceGroups/{group}"


def last_part(resource_id: str) -> str:
    """What follows the last slash, in lower case: the GUID of a role definition."""
    return resource_id.rstrip("/").rsplit("/", 1)[-1].lower()


def marked(tags: Mapping[str, str], project: str, environment: str) -> dict[str, str]:
    """The tags with our mark among them."""
    marks = {PROJECT_TAG: project} | ({ENVIRONMENT_TAG: environment} if environment else {})
    return {**tags, **marks}


def owner_of(tags: Mapping[str, str] | None) -> str:
    """The project that the tags name, empty where they name none."""
    return (tags or {}).get(PROJECT_TAG, "")


def mark(project: str) -> str:
    """The mark in a description."""
    return f"lakestrap:{project}"


def owner_in(description: str | None) -> str:
    """The project that a description names, empty where it names none."""
    found = _MARK.search(description or "")
    return found[1] if found else ""


def wished_tags(wished: Mapping[str, str], held: Mapping[str, str] | None) -> dict[str, str]:
    """Of the tags that are there those we wish for; others belong to somebody else (a policy, a cost centre) and stay."""
    return {name: text for name, text in (held or {}).items() if name in wished}
