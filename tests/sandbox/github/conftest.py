"""A world of one GitHub organization, and a caller that sends requests to the routes and records them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.github.judging import disagreements
from wizard.sandbox.github import seed
from wizard.sandbox.github.routes import ROUTER
from wizard.sandbox.router import Refusal, Request, Response
from wizard.sandbox.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Json = Any

DESCRIPTION = {
    "github": {
        "user": {"login": "ada", "id": 1001, "name": "Ada Lovelace"},
        "owner": {"login": "contoso", "id": 2001, "type": "Organization", "plan": "enterprise"},
        "token": {"kind": "classic", "scopes": ["repo", "workflow", "read:org"], "sso": "authorized"},
        "users": [{"login": "ana", "id": 1002}, {"login": "eve", "id": 1009, "role": "outside"}],
        "teams": [{"slug": "platform", "id": 3001, "members": ["ana"], "repositories": ["shop"]}],
        "repositories": [
            {
                "name": "shop",
                "id": 900001,
                "private": True,
                "created_at": "2024-03-01T09:00:00Z",
                "files": {"README.md": "# shop\n", ".github/workflows/tests.yml": "name: tests\n", "src/a/b.txt": "b"},
            }
        ],
    }
}


class GitHub:
    """Calls the routes as a client would, one transaction a request, and keeps what was said for the judge."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.recording: list[Json] = []
        self.answer = Response()

    def token(self, login: str = "ada", **changes: Json) -> str:
        """The user's token, changed as wished."""
        text = seed.token_for(self.world, login)
        table = self.world.table("github.tokens")
        table[text] = table[text] | changes
        return text

    def send(self, method: str, path: str, body: Json = None, *, login: str = "ada", headers: dict[str, str] | None = None) -> Response:
        bare, _, query = path.partition("?")
        held = {"user-agent": "test", "authorization": f"token {seed.token_for(self.world, login)}"} if login else {"user-agent": "test"}
        content = b"" if body is None else json.dumps(body).encode()
        request = Request(method, "api.github.com", bare, query, held | (headers or {}), content)
        try:
            with self.world.transaction():
                self.answer = ROUTER.handle(request, self.world)
        except Refusal as refused:
            self.answer = refused.response
        exchange = {"service": "github", "method": method, "url": request.url, "request": body, "status": self.answer.status}
        self.recording.append(exchange | {"response": self.answer.body})
        return self.answer

    def ok(self, method: str, path: str, body: Json = None, *, status: int = 200, login: str = "ada") -> Json:
        """The body of an answer that has this status."""
        answer = self.send(method, path, body, login=login)
        assert answer.status == status, (answer.status, answer.body)
        return answer.body

    def refused(self, method: str, path: str, body: Json = None, *, login: str = "ada") -> tuple[int, str]:
        """Status and message of an error."""
        answer = self.send(method, path, body, login=login)
        assert answer.status >= 400, (answer.status, answer.body)
        assert answer.body["status"] == str(answer.status)
        return answer.status, answer.body["message"]


def described(**changes: Json) -> World:
    """The world of ``DESCRIPTION`` with members of its ``github`` section replaced."""
    world = World(seed=7)
    seed.seed(world, {"github": DESCRIPTION["github"] | changes})
    return world


@pytest.fixture
def world_of() -> Iterator[Callable[..., GitHub]]:
    """Makes callers for worlds with members of the description replaced; the judge hears all of them."""
    made: list[GitHub] = []

    def make(**changes: Json) -> GitHub:
        made.append(GitHub(described(**changes)))
        return made[-1]

    yield make
    assert disagreements(exchange for github in made for exchange in github.recording) == []


@pytest.fixture
def github(world_of: Callable[..., GitHub]) -> GitHub:
    return world_of()
