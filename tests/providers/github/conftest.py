"""The real PyGithub against the local api.github.com, and a short way to bring one resource about."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.github.judging import disagreements
from wizard.providers.session import Session
from wizard.sandbox.github import models
from wizard.sandbox.github.seed import token_for
from wizard.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from wizard.engine.resource import Resource

Json = Any


class GitHubSide:
    """Runs coroutines with a signed-in session of this world; counts what changed it."""

    def __init__(self, sandbox: Any) -> None:
        self.sandbox, self.world = sandbox, sandbox.world

    def token(self, login: str = "ada", **changes: Json) -> str:
        """The person's token with members changed."""
        text = token_for(self.world, login)
        with self.sandbox.lock:
            table = self.world.table("github.tokens")
            table[text] = table[text] | changes
        return text

    def run(self, call: Callable[[Session], Awaitable[Any]], *, login: str = "ada") -> Any:
        async def go() -> Any:
            session = session_with(token_for(self.world, login), login)
            try:
                return await call(session)
            finally:
                await session.close()

        return asyncio.run(go())

    def repository(self, name: str = "contoso/shop") -> Json:
        """The world's own document."""
        found = models.repository(self.world, name)
        assert found is not None
        return found

    def mutating(self) -> list[str]:
        return [f"{row['method']} {row['url'].removeprefix('https://api.github.com')}" for row in self.sandbox.mutating()]

    def read(self, resource: Resource, *, login: str = "ada") -> Any:
        return self.run(resource.read, login=login)

    def settle(self, resource: Resource, *, login: str = "ada") -> list[str]:
        """Create or update until nothing differs, one mutating request at a time; returns those requests."""
        before = len(self.mutating())

        async def go(session: Session) -> None:
            observed = await resource.read(session)
            for sent in range(40):
                assert len(self.mutating()) - before == sent, f"not one mutating request: {self.mutating()[before:]}"
                if observed is not None and not resource.differences(observed):
                    return
                observed = await (resource.create(session) if observed is None else resource.update(session, observed))
            raise AssertionError(f"does not settle: {resource.differences(observed) if observed else ''}")

        self.run(go, login=login)
        return self.mutating()[before:]


def session_with(token: str, login: str = "") -> Session:
    """A session that is signed in to GitHub only."""
    from wizard.providers.session import Operator

    nobody: Any = None
    session = Session(tenant="", operator=Operator("", "", "user"), subscriptions=(), source=nobody, github_token=Secret(token))
    session.github_login = login
    return session


@pytest.fixture
def github(sandbox: Any) -> Iterator[GitHubSide]:
    yield GitHubSide(sandbox)
    assert disagreements(row for row in sandbox.exchanges if not row.get("fault")) == []
