"""Rulesets protect release branches and tags; those of others are left alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from wizard.errors import BadInput, ServiceRefused
from wizard.providers.github import rest
from wizard.providers.github.files import Files
from wizard.providers.github.first_commit import FirstCommit
from wizard.providers.github.repository import Repository
from wizard.providers.github.ruleset import Ruleset

SHOP: dict[str, Any] = {"project": "shop", "repository": "contoso/shop"}
BRANCHES = Ruleset(
    name="branches",
    ruleset="lakestrap shop branches",
    patterns=("refs/heads/main", "refs/heads/release/*"),
    required_checks=("validate",),
    **SHOP,
)
TAGS = Ruleset(name="tags", ruleset="lakestrap shop tags", target="tag", patterns=("refs/tags/v*",), **SHOP)


@pytest.fixture
def shop(github: Any) -> Any:
    github.settle(Repository(name="repository", **SHOP))
    github.settle(FirstCommit(name="repository", path="a.txt", text="a", **SHOP))
    github.settle(Files(name="delivery", branch="main", files={"a.txt": "a", "z.txt": "z"}, **SHOP))
    return github


def test_rulesets_are_made_kept_and_changed(shop: Any) -> None:
    assert shop.settle(BRANCHES) == ["POST /repos/contoso/shop/rulesets"]
    assert shop.settle(TAGS) == ["POST /repos/contoso/shop/rulesets"]
    assert shop.settle(BRANCHES) == [] == shop.settle(TAGS)
    stricter = replace(BRANCHES, approvals=1)
    assert len(shop.settle(stricter)) == 1
    assert shop.settle(stricter) == []


def test_a_disabled_ruleset_is_found_and_mended(shop: Any) -> None:
    shop.settle(BRANCHES)
    with shop.sandbox.lock:
        table = shop.world.table("github.rulesets")
        key = next(iter(table))
        table[key] = table[key] | {"enforcement": "disabled"}
    assert len(shop.settle(BRANCHES)) == 1


def test_a_protected_branch_takes_no_direct_commit_and_a_proposal_still_passes(shop: Any) -> None:
    shop.settle(BRANCHES)
    path = "/repos/contoso/shop/contents/b.txt"
    with pytest.raises(ServiceRefused, match="Changes must be made through a pull request"):
        shop.run(lambda session: rest.send(session, "PUT", path, {"message": "b", "content": "Yg=="}))
    sent = shop.settle(Files(name="delivery", branch="main", files={"a.txt": "a", "b.txt": "b"}, **SHOP))
    assert sent[-1] == "POST /repos/contoso/shop/pulls"


@pytest.mark.parametrize("sandbox_world", ["brownfield"])
def test_other_rulesets_are_left_alone(github: Any) -> None:
    before = github.world.table("github.rulesets")[next(iter(github.world.table("github.rulesets")))]
    github.settle(BRANCHES)
    observed = github.read(BRANCHES)
    github.run(lambda session: BRANCHES.delete(session, observed))
    rows = list(github.world.table("github.rulesets").values())
    assert rows == [before]


@pytest.mark.parametrize("sandbox_world", ["github-free-private"])
def test_private_repositories_of_a_free_account_have_none(github: Any) -> None:
    mine: dict[str, Any] = {"project": "shop", "repository": "ada/shop"}
    github.settle(Repository(name="repository", **mine))
    with pytest.raises(BadInput, match="Upgrade to GitHub Pro or make this repository public"):
        github.settle(replace(BRANCHES, repository="ada/shop"))
