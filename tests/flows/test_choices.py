"""Lists of the clouds for people to choose from, over the real SDKs; a list that cannot be had says why and never raises."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from wizard.flows import choices
from wizard.providers.signin import open_session
from wizard.providers.verdict import Answer
from wizard.questions import BY_FIELD, QUESTIONS, Answers, Known, Listed, at

NOT_FETCHED = {"own environments", "tenants"}


def test_every_list_that_a_question_names_can_be_fetched() -> None:
    named = {listed.name for q in QUESTIONS for listed in (q.choices, q.proposals) if isinstance(listed, Listed)}
    assert named - NOT_FETCHED <= set(choices.FETCHERS)
    assert {"a list that nobody fetches"} - NOT_FETCHED - set(choices.FETCHERS)


async def test_lists_of_the_default_world(sandbox: Any) -> None:
    async with await open_session() as session:

        async def values(name: str, *arguments: str) -> list[str]:
            offered = await choices.fetch(session, name, *arguments)
            assert not offered.reason, offered.reason
            return [choice.value for choice in offered.choices]

        assert await values("subscriptions") == ["Contoso Dev", "Contoso PreProd", "Contoso Prod", "Contoso UAT", "Monoline"]
        assert {"westeurope", "northeurope"} <= set(await values("regions", "Contoso Dev"))
        assert await values("usual region", "Contoso Dev") == []
        assert await values("repositories") == []
        assert await values("reviewers", "contoso/shop") == ["@ada", "@ana", "@bea", "contoso/platform"]
        assert await values("reviewers", "ada/own") == ["@ada"]
        assert await values("people: groups") == ["data-operators"]
        assert await values("people: groups", "DATA") == ["data-operators"]
        assert await values("people: groups", "o'hara") == []
        assert await values("people: users", "an") == ["ana@contoso.com"]
        assert await values("vaults", "Contoso Dev") == []
    assert not sandbox.mutating()


@pytest.mark.parametrize("sandbox_world", ["brownfield"])
async def test_what_is_there_already_can_be_chosen(sandbox: Any) -> None:
    async with await open_session() as session:
        found = {
            name: [
                choice
                for subscription in session.subscriptions.values()
                for choice in (await choices.fetch(session, name, subscription.name)).choices
            ]
            for name in ("groups", "vaults", "workspaces")
        }
        for name, rows in found.items():
            assert rows and all(choice.value.startswith("/subscriptions/") and choice.label in choice.value for choice in rows), name
        repositories = (await choices.fetch(session, "repositories")).choices
        assert repositories and all("/" in choice.value for choice in repositories)


async def test_a_question_learns_its_list_and_its_proposal_once(sandbox: Any) -> None:
    async with await open_session() as session:
        known, answers = Known(), Answers({"environments": [{"name": "dev", "subscription": "Contoso Dev"}]})
        region = at(BY_FIELD["region"])
        await choices.learn(session, region, answers, known)
        assert set(known.lists) == {("regions", "Contoso Dev"), ("usual region", "Contoso Dev")}
        before = len(sandbox.exchanges)
        await choices.learn(session, region, answers, known)
        assert len(sandbox.exchanges) == before


async def test_a_vault_name_is_free_taken_or_unknown(sandbox: Any) -> None:
    async with await open_session() as session:
        subscription = "Contoso Dev"
        assert (await choices.vault_name(session, "Nowhere", "kv-shop-dev")).answer is Answer.UNKNOWN
        verdict = await choices.vault_name(session, subscription, "kv-shop-dev-free")
        assert verdict.answer in (Answer.YES, Answer.UNKNOWN), verdict


async def test_a_lost_network_is_a_reason_and_no_exception(sandbox: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choices, "PATIENCE", 2.0)
    async with await open_session() as session:
        sandbox.faults.add(path=".*", reset=True, fail=1000)
        for name, arguments in (("regions", ("Contoso Dev",)), ("repositories", ()), ("people: users", ("a",))):
            offered = await choices.fetch(session, name, *arguments)
            assert offered.choices == () and offered.reason, name


async def test_a_subscription_that_nobody_sees_is_a_reason(sandbox: Any) -> None:
    async with await open_session() as session:
        assert "no subscription Nowhere" in (await choices.fetch(session, "regions", "Nowhere")).reason


def test_the_repository_that_the_folder_is_a_clone_of(tmp_path: Path) -> None:
    assert choices.repository_of(tmp_path / "none").choices == ()
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    assert choices.repository_of(tmp_path).choices == ()
    subprocess.run(["git", "-C", str(tmp_path), "remote", "add", "origin", "https://example.com/a/b.git"], check=True)
    assert choices.repository_of(tmp_path).choices == ()
    subprocess.run(["git", "-C", str(tmp_path), "remote", "set-url", "origin", "git@github.com:contoso/shop.git"], check=True)
    assert [choice.value for choice in choices.repository_of(tmp_path).choices] == ["contoso/shop"]


def test_tenants_come_from_the_profile(sandbox: Any) -> None:
    assert [choice.label for choice in choices.tenants().choices] == ["Contoso"]
