"""Requests to the sandbox's Graph without a network, as a person or as an application."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.sandbox.login.harness import answered, world_named
from wizard.sandbox.graph.routes import ROUTER
from wizard.sandbox.login.tokens import mint

if TYPE_CHECKING:
    from wizard.sandbox.router import Response
    from wizard.sandbox.world import World

Json = Any

GRAPH = "https://graph.microsoft.com"
ADMINISTRATOR = "gus@contoso.com"
AUTOMATION = "c2c2c1d2-0001-4e5f-8a9b-000000000001"


class Graph:
    """Graph as one caller sees it."""

    def __init__(self, world: World, who: str = "ada@contoso.com") -> None:
        self.world, self.who = world, who
        self.headers = {"authorization": f"Bearer {mint(world, who, GRAPH)}"}

    def __call__(self, method: str, path: str, body: Json = None, **headers: str) -> Response:
        sent = {"content-type": "application/json", **self.headers, **{name.replace("_", "-"): text for name, text in headers.items()}}
        data = b"" if body is None else json.dumps(body).encode()
        return answered(ROUTER, self.world, method, f"{GRAPH}/v1.0{path}", data, sent)

    def get(self, path: str, **headers: str) -> Json:
        """The body of an answer that has to be good."""
        response = self("GET", path, **headers)
        assert response.status == 200, response.body
        return response.body

    def application(self, name: str = "shop-dev-deploy", **more: Json) -> Json:
        """A new application."""
        response = self("POST", "/applications", {"displayName": name, **more})
        assert response.status == 201, response.body
        return response.body


def graph(world: World | str = "owner", who: str = "ada@contoso.com") -> Graph:
    """Graph of a shipped world without delays."""
    return Graph(world_named(world) if isinstance(world, str) else world, who)


def code(response: Response) -> str:
    """``404 Request_ResourceNotFound`` of an error answer in the OData form."""
    error = response.body["error"]
    assert {"code", "message", "innerError"} <= set(error)
    return f"{response.status} {error['code']}"
