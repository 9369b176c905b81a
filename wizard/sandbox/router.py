"""Requests, answers and routes: which handler answers for which host, method and path.

Owns the tiny HTTP vocabulary that every service folder speaks. Handlers are plain synchronous functions
``(request, world) -> Response``: one runs at a time, its writes to the world are one transaction, and anything that
takes time is computed from the clock when it is asked for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any


@dataclass(slots=True)
class Request:
    """One HTTP request. Header names are lower case; ``path`` is still percent-encoded, ``params`` are decoded."""

    method: str
    host: str
    path: str
    query_text: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    params: dict[str, str] = field(default_factory=dict)

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(self.query_text, keep_blank_values=True))

    @property
    def url(self) -> str:
        return f"https://{self.host}{self.path}" + (f"?{self.query_text}" if self.query_text else "")

    def json(self) -> Json:
        """The body as JSON; ``None`` where it is empty. Raises ``ValueError`` where it is not JSON."""
        return json.loads(self.body) if self.body.strip() else None

    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))


@dataclass(slots=True)
class Response:
    """One answer. ``body`` is a JSON value, bytes, or ``None`` for no body at all."""

    status: int = 200
    body: Json = None
    headers: dict[str, str] = field(default_factory=dict)

    def encoded(self) -> bytes:
        if self.body is None:
            return b""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


class Refusal(Exception):
    """A vendor's error answer; raised anywhere below a handler, it undoes the handler's writes."""

    def __init__(self, response: Response) -> None:
        super().__init__(f"{response.status} {response.body!r}")
        self.response = response


Handler = Callable[[Request, "World"], Response]


@dataclass(frozen=True, slots=True)
class Route:
    method: str
    pattern: re.Pattern[str]
    handler: Handler
    literal: int


def _compiled(template: str, ignore_case: bool) -> tuple[re.Pattern[str], int]:
    """``{name}`` spans one segment, ``{name:path}`` any number; returns the pattern and how literal it is."""
    out, literal = "", 0
    for part in re.split(r"(\{\w+(?::path)?\})", template):
        if part.startswith("{"):
            name, _, spanning = part[1:-1].partition(":")
            out += f"(?P<{name}>{'.+' if spanning else '[^/]+'})"
        else:
            out, literal = out + re.escape(part), literal + len(part)
    return re.compile(out + "/?", re.IGNORECASE if ignore_case else 0), literal


class Router:
    """The routes of one service. ``hosts`` are regular expressions that match a whole host name.

    Where several routes match, the more literal wins. ``guard`` runs before every handler (sign-in, api-version);
    ``unknown`` answers what no route matches, and must say that it is not emulated (501).
    """

    def __init__(self, service: str, *hosts: str, ignore_case: bool = False, guard: Callable[[Request, World], None] | None = None) -> None:
        self.service = service
        self.hosts = tuple(re.compile(host, re.IGNORECASE) for host in hosts)
        self.ignore_case = ignore_case
        self.guard = guard
        self.routes: list[Route] = []

    def route(self, method: str, template: str) -> Callable[[Handler], Handler]:
        def add(handler: Handler) -> Handler:
            pattern, literal = _compiled(template, self.ignore_case)
            self.routes.append(Route(method, pattern, handler, literal))
            return handler

        return add

    def get(self, template: str) -> Callable[[Handler], Handler]:
        return self.route("GET", template)

    def put(self, template: str) -> Callable[[Handler], Handler]:
        return self.route("PUT", template)

    def post(self, template: str) -> Callable[[Handler], Handler]:
        return self.route("POST", template)

    def patch(self, template: str) -> Callable[[Handler], Handler]:
        return self.route("PATCH", template)

    def delete(self, template: str) -> Callable[[Handler], Handler]:
        return self.route("DELETE", template)

    def head(self, template: str) -> Callable[[Handler], Handler]:
        return self.route("HEAD", template)

    def answers_for(self, host: str) -> bool:
        return any(pattern.fullmatch(host) for pattern in self.hosts)

    def resolves(self, host: str, world: World) -> bool:
        """Whether a host of ours has an address now; a service whose hosts come and go (a vault's) overrides it."""
        return True

    def _matches(self, request: Request) -> Iterator[tuple[int, Handler, dict[str, str]]]:
        for route in self.routes:
            if route.method == request.method and (found := route.pattern.fullmatch(request.path)):
                yield route.literal, route.handler, {name: unquote(text) for name, text in found.groupdict().items()}

    def handle(self, request: Request, world: World) -> Response:
        """The answer to one request; a ``Refusal`` is for the caller to turn into its response."""
        found = max(self._matches(request), key=lambda match: match[0], default=None)
        if found is None:
            return not_emulated(request)
        request.params = found[2]
        if self.guard is not None:
            self.guard(request, world)
        return found[1](request, world)


def not_emulated(request: Request) -> Response:
    """501: the sandbox does not know this call. Never a plain 404, which a client would take for an answer."""
    message = f"not emulated: {request.method} https://{request.host}{request.path}"
    return Response(501, {"error": {"code": "NotEmulated", "message": message}, "message": message})
