"""Request bodies and answers of many items: types checked with GitHub's words, pages with its Link header.

Owns no meaning: which members an operation takes is the route's to say.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from wizard.sandbox.github import errors
from wizard.sandbox.router import Refusal, Request, Response

if TYPE_CHECKING:
    from collections.abc import Mapping

Json = Any

_WORDS: dict[type, str] = {str: "a string", int: "an integer", bool: "a boolean", list: "an array", dict: "an object"}


def members(request: Request, required: Mapping[str, type] | None = None, optional: Mapping[str, type] | None = None) -> dict[str, Json]:
    """The JSON object of the request. 400 where it is no JSON, 422 where a member is missing or of a wrong type.

    Optional members may be null, which counts as absent only to the route. Members that are not named are dropped,
    as GitHub does.
    """
    try:
        body = request.json()
    except ValueError as problem:
        raise errors.refusal(400, "Problems parsing JSON") from problem
    body = {} if body is None else body
    if not isinstance(body, dict):
        raise errors.refusal(400, "Body should be a JSON object")
    for name, kind in (required or {}).items():
        if name not in body:
            raise missing(name)
        _typed(name, body[name], kind)
    for name, kind in (optional or {}).items():
        if body.get(name) is not None:
            _typed(name, body[name], kind)
    return {name: value for name, value in body.items() if name in {**(required or {}), **(optional or {})}}


def missing(name: str) -> Refusal:
    return errors.invalid(f'Invalid request.\n\n"{name}" wasn\'t supplied.')


def _typed(name: str, value: Json, kind: type) -> None:
    wrong_number = kind is int and isinstance(value, bool)
    if not isinstance(value, kind) or wrong_number:
        shown = "nil" if value is None else json.dumps(value)
        raise errors.invalid(f"Invalid request.\n\nFor 'properties/{name}', {shown} is not {_WORDS[kind]}.")


def one_of(name: str, value: Json, choices: tuple[str, ...]) -> None:
    """422 unless the value is among the choices."""
    if value not in choices:
        raise errors.invalid(
            f"Invalid request.\n\nFor 'properties/{name}', {json.dumps(value)} is not a member of {json.dumps(list(choices))}."
        )


def page(request: Request, items: list[Json], key: str = "", *, default: int = 30) -> Response:
    """One page of a list, bare or under ``key`` with ``total_count``; ``Link`` names the neighbours."""
    query = request.query
    size = _number(query.get("per_page"), default, 100)
    number = _number(query.get("page"), 1, 10**6)
    last = max(1, -(-len(items) // size))
    links = []
    if number < last:
        links += [_link(request, number + 1, "next"), _link(request, last, "last")]
    if number > 1:
        links += [_link(request, 1, "first"), _link(request, number - 1, "prev")]
    part = items[(number - 1) * size : number * size]
    return Response(200, {"total_count": len(items), key: part} if key else part, {"Link": ", ".join(links)} if links else {})


def _number(text: str | None, default: int, most: int) -> int:
    return min(max(int(text), 1), most) if text and text.isdigit() else default


def _link(request: Request, number: int, relation: str) -> str:
    return f'<https://{request.host}{request.path}?{urlencode({**request.query, "page": number})}>; rel="{relation}"'
