"""A token that somebody brings: whether GitHub takes it, and when it ends."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.blueprint.projects import facts, project
from tests.conftest import Sandbox
from wizard.blueprint import Place
from wizard.flows.rotate.places import copies_of
from wizard.providers.github.token import accepted
from wizard.sandbox.github import models
from wizard.secret import Secret


@pytest.mark.matrix
async def test_a_token_tells_its_end(sandbox: Sandbox) -> None:
    with sandbox.lock:
        for text, ends in (("ghp_dated", "2027-05-31T10:00:00Z"), ("ghp_endless", None)):
            models.put_token(sandbox.world, {"token": text, "login": "ada", "kind": "fine-grained", "expires_at": ends})
    dated, endless = await accepted(Secret("ghp_dated")), await accepted(Secret("ghp_endless"))
    assert dated is not None and dated.ends == datetime(2027, 5, 31, 10, tzinfo=UTC)
    assert endless is not None and endless.ends is None
    assert await accepted(Secret("ghp_wrong")) is None


@pytest.mark.parametrize(("source", "days"), [("github-token", 1), ("databricks-oauth-secret", 1), ("generate", 0), ("prompt", 0)])
def test_what_ends_has_its_day_beside_its_copies(source: str, days: int) -> None:
    given = project(secrets=[{"name": "bot-token", "from": source}])
    place = Place(given, given.environments[0], facts())
    found = [copy.place for copy in copies_of(place, given.secrets[0]) if "the day only" in copy.place]
    assert found == ["GitHub contoso/shop, variable SECRET_BOT_TOKEN_EXPIRES_DEV (the day only)"] * days
