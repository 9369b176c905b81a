"""``$filter`` and ``$top`` of Resource Manager's lists.

Owns the small grammar of list filters; knows no table. A filter that is not understood is refused, never ignored.
https://learn.microsoft.com/rest/api/resources/resources/list
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from wizard.sandbox.arm import errors

if TYPE_CHECKING:
    from collections.abc import Callable

    from wizard.sandbox.router import Request

Json = Any
Tags = dict[str, str]
_CLAUSE = re.compile(
    r"\s*(?P<name>tagName|tagValue|resourceType|name|resourceGroup|location)\s+(?P<operator>eq|ne)\s+'(?P<value>[^']*)'\s*", re.IGNORECASE
)
_SUBSTRING = re.compile(r"\s*(?:substringof\('(?P<part>[^']*)',\s*name\)|startswith\(tagName,\s*'(?P<start>[^']*)'\))\s*", re.IGNORECASE)


def invalid(text: str) -> Exception:
    """400 for a filter that ARM would not take."""
    return errors.refused(400, "InvalidFilterInQueryString", f"Invalid $filter '{text}' specified in the query string.")


def clauses(text: str) -> list[tuple[str, str, str]]:
    """``name``, ``operator``, ``value`` of each clause joined by *and*; names in lower case."""
    found = []
    for part in re.split(r"\s+and\s+", text.strip(), flags=re.IGNORECASE) if text.strip() else ():
        if match := _CLAUSE.fullmatch(part):
            found.append((match["name"].lower(), match["operator"].lower(), match["value"]))
        elif match := _SUBSTRING.fullmatch(part):
            found.append(("name", "contains", match["part"]) if match["part"] is not None else ("tagname", "startswith", match["start"]))
        else:
            raise invalid(text)
    return found


def tags_match(text: str) -> Callable[[Tags], bool]:
    """A test of tags for ``tagName eq 'a' and tagValue eq 'b'``; anything else is refused."""
    found = clauses(text)
    if any(name not in ("tagname", "tagvalue") or operator != "eq" for name, operator, _ in found):
        raise invalid(text)
    return lambda tags: _tags(found, tags)


def _tags(found: list[tuple[str, str, str]], tags: Tags) -> bool:
    by_name = {name.lower(): value for name, value in tags.items()}
    wanted = {name: value for name, _, value in found if name.startswith("tag")}
    if not wanted:
        return True
    if "tagname" not in wanted:
        return wanted["tagvalue"] in by_name.values()
    if any(operator == "startswith" for _, operator, _ in found):
        return any(name.startswith(wanted["tagname"].lower()) for name in by_name)
    held = by_name.get(wanted["tagname"].lower())
    return held is not None and wanted.get("tagvalue", held) == held


def resources_match(text: str) -> Callable[[Json], bool]:
    """A test of resource documents; tag clauses may not be combined with others, as in the real cloud."""
    found = clauses(text)
    kinds = {name.startswith("tag") for name, _, _ in found}
    if len(kinds) > 1:
        raise invalid(text)

    def test(document: Json) -> bool:
        if True in kinds:
            return _tags(found, document.get("tags") or {})
        held = {
            "resourcetype": document["type"],
            "name": document["name"],
            "location": document.get("location", ""),
            "resourcegroup": document["id"].split("/")[4] if len(document["id"].split("/")) > 4 else "",
        }
        return all(_clause(operator, str(held[name]).lower(), value.lower()) for name, operator, value in found)

    return test


def _clause(operator: str, held: str, value: str) -> bool:
    if operator == "contains":
        return value in held
    return (held == value) == (operator == "eq")


def paged(found: list[Json], request: Request) -> list[Json]:
    """``$top`` applied; everything on one page."""
    top = request.query.get("$top", "")
    return found[: int(top)] if top.isdigit() else found
