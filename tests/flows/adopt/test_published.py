"""The version of a lost project file that the repository still holds: the likeliest one is found, and what speaks against it is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Sandbox
from tests.flows.add.people import REPOSITORY, committed
from tests.flows.rotate.shops import TEXTS, set_up
from tests.scenarios.finished import READER
from wizard.errors import BadInput
from wizard.flows.adopt import Adopted, adopt, adopted, projects
from wizard.project.file import parsed
from wizard.project.model import FILE_NAME
from wizard.providers.signin import open_session
from wizard.sandbox.github import models

pytestmark = pytest.mark.matrix
TEXT = TEXTS["gated"]


@pytest.fixture
def sandbox_world() -> Any:
    return set_up("gated") / "world.json"


async def read(name: str = "", *, from_clouds: bool = False) -> Adopted:
    async with await open_session() as session:
        return await adopted(session, REPOSITORY, name, from_clouds=from_clouds)


def branched(sandbox: Sandbox, branch: str) -> None:
    """A branch from where main stands."""
    sha = models.ref_sha(sandbox.world, REPOSITORY, "refs/heads/main")
    models.move_ref(sandbox.world, REPOSITORY, f"refs/heads/{branch}", sha, "ana")


async def test_the_default_branch_is_preferred_and_taken_as_it_stands(sandbox: Sandbox, tmp_path: Path) -> None:
    found = await read()
    assert (found.text, found.source, found.other, found.unknown) == (TEXT, "as main holds it", "as the clouds tell it", ())
    path = tmp_path / FILE_NAME
    events = [event async for event in adopt(path, found)]
    assert path.read_text(encoding="utf-8") == TEXT and [event.key for event in events] == [FILE_NAME]
    with pytest.raises(BadInput, match="already"):
        [event async for event in adopt(path, found)]
    assert not sandbox.mutating()


async def test_one_that_was_removed_is_found_in_the_past(sandbox: Sandbox) -> None:
    with sandbox.lock:
        committed(sandbox.world, {FILE_NAME: TEXT + "# newer\n"})
        committed(sandbox.world, {FILE_NAME: None})
        committed(sandbox.world, {"README.md": "something else\n"})
    found = await read()
    assert found.text.endswith("# newer\n") and found.source == "as main held it before it was removed"
    assert dict(found.unknown)[FILE_NAME].startswith("an older version")


async def test_our_proposal_comes_before_the_past_and_other_branches_last(sandbox: Sandbox) -> None:
    with sandbox.lock:
        branched(sandbox, "lakestrap/setup")
        branched(sandbox, "feature")
        committed(sandbox.world, {FILE_NAME: TEXT + "# proposed\n"}, "lakestrap/setup")
        committed(sandbox.world, {FILE_NAME: None})
    assert (await read()).text.endswith("# proposed\n")
    with sandbox.lock:
        table = sandbox.world.table("github.refs")
        for key in [key for key in table if key.endswith("refs/heads/lakestrap/setup")]:
            del table[key]
    assert (await read()).source == "as main held it before it was removed"


async def test_what_cannot_be_used_is_passed_over_and_told(sandbox: Sandbox) -> None:
    with sandbox.lock:
        branched(sandbox, "feature")
        committed(sandbox.world, {FILE_NAME: "name: [\n"})
    found = await read()
    told = dict(found.unknown)
    assert "cannot be used" in told["main holds it"] and found.source == "as main held it before it was removed"
    other = await read("shop", from_clouds=True)
    assert other.from_clouds and other.other == "as main held it before it was removed" and other.project.name == "shop"


async def test_what_has_changed_since_is_told(sandbox: Sandbox) -> None:
    with sandbox.lock:
        committed(sandbox.world, {FILE_NAME: TEXT.replace("contoso/shop", "contoso/old").replace("name: prod", "name: live")})
    told = dict((await read()).unknown)
    assert "contoso/shop" in told["github.repository"] and "not in this version" in told["environments.prod"]
    assert "GitHub has not" in told["environments.live"]


async def test_an_empty_repository_holds_none_and_the_clouds_are_read(sandbox: Sandbox) -> None:
    with sandbox.lock:
        table = sandbox.world.table("github.refs")
        for key in list(table):
            del table[key]
    found = await read()
    assert found.from_clouds and found.other == "" and [each.name for each in found.project.environments] == ["dev", "prod"]
    assert "could not be read" in dict(found.unknown)["delivery"]


async def test_several_projects_have_to_be_told_apart(sandbox: Sandbox) -> None:
    with sandbox.lock:
        rows = sandbox.world.table("github.variables")
        key = next(key for key in rows if key.endswith("|dev|LAKESTRAP_PROJECT"))
        rows[key] = {**rows[key], "value": "other"}
    async with await open_session() as session:
        assert await projects(session, REPOSITORY) == ("other", "shop")
    with pytest.raises(BadInput, match="several projects"):
        await read()
    assert (await read("shop")).source == "as main holds it"
    with pytest.raises(BadInput, match="nothing of nobody"):
        await read("nobody")


async def test_who_may_only_read_gets_what_can_be_read_and_the_rest_is_told(sandbox: Sandbox) -> None:
    sandbox.as_user(READER)
    found = await read("shop", from_clouds=True)
    wished = parsed(TEXT)
    assert found.project.identity == wished.identity and found.project.locks == wished.locks
    shown = [(each.name, each.subscription, each.reviewers) for each in found.project.environments]
    assert shown == [(each.name, each.subscription, each.reviewers) for each in wished.environments]
    told = [why for place, why in found.unknown if place == "environments.prod"]
    assert any("GitHub does not show you the variables and secrets" in why for why in told)
    assert any("could not be read: the secret scope" in why for why in told)
    with pytest.raises(BadInput, match="that GitHub shows you"):
        await read(from_clouds=True)
    assert not sandbox.mutating()
