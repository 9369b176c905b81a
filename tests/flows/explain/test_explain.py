"""A real run that could not sign in is explained from its log: what it presented, what is trusted, which command mends it."""

from __future__ import annotations

import pytest

from tests.flows.finished_shop import Shop
from tests.scenarios.finished import READER
from wizard.flows import verify as verify_flow
from wizard.flows.explain import Explanation, asked, explain

SUBJECT = "repo:contoso@2001/shop@1300000001:environment:dev"
NAMES = "repo:contoso/shop:environment:dev"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify_flow, "POLL_SECONDS", 0.1)


async def explained(shop: Shop, text: str) -> Explanation:
    before = len(shop.sandbox.mutating())
    async with shop.job() as job:
        answer = await explain(job, asked(text, ("dev", "prod")))
    assert len(shop.sandbox.mutating()) == before
    return answer


async def failed_run(shop: Shop) -> str:
    """Let dev verify its sign-in; the address of the run that failed."""
    async with shop.job() as job:
        dev = job.project.environments[:1]
        events = [event async for event in verify_flow.verify(job.project, job.session, dev, again=True)]
    return str(events[-1].detail["link"])


@pytest.mark.parametrize(
    ("trusted", "kind", "code", "command"),
    [
        (NAMES, "immutable", "AADSTS700213", "lakestrap migrate subject"),
        (SUBJECT.replace("dev", "Dev"), "case", "AADSTS7002138", "lakestrap setup"),
    ],
)
async def test_a_run_that_failed_is_explained_from_its_log(shop: Shop, trusted: str, kind: str, code: str, command: str) -> None:
    shop.change("graph.federated_credentials", "/github-dev", subject=trusted)
    answer = await explained(shop, await failed_run(shop))
    assert (answer.code, answer.environment, answer.presented.subject) == (code, "dev", SUBJECT)
    assert (answer.expected, answer.trusted) == (SUBJECT, (trusted,))
    assert [finding.kind for finding in answer.findings] == [kind]
    assert command in answer.commands and answer.link.startswith("https://github.com/contoso/shop/actions/runs/")
    assert "[" in answer.findings[0].presented + answer.findings[0].expected


async def test_another_cause_than_the_trust_keeps_its_own_remedy(shop: Shop) -> None:
    shop.change("github.variables", "contoso/shop|dev|AZURE_TENANT_ID", value="3f2c6a1e-0000-4c8e-9a71-2d4f8b6c1e90")
    answer = await explained(shop, await failed_run(shop))
    assert answer.code == "AADSTS90002" and answer.commands
    assert answer.presented.subject == SUBJECT


async def test_a_run_that_waits_and_one_that_succeeded_are_no_failures(shop: Shop) -> None:
    waits = await explained(shop, "19000000002")
    assert waits.line == "the run is waiting: it has not failed"
    signed_in = await explained(shop, "https://github.com/contoso/shop/actions/runs/19000000001")
    assert signed_in.line == "the run succeeded" and signed_in.presented.subject == SUBJECT
    assert [finding.kind for finding in signed_in.findings] == ["trusted"]


async def test_a_subject_and_an_environment_are_held_against_what_is_trusted(shop: Shop) -> None:
    answer = await explained(shop, NAMES)
    assert (answer.environment, [f.kind for f in answer.findings]) == ("dev", ["immutable"])
    answer = await explained(shop, "prod")
    assert [finding.kind for finding in answer.findings] == ["trusted"]
    answer = await explained(shop, "AADSTS7000222: The provided client secret keys for app 'x' are expired.")
    assert answer.commands == ("the secret AZURE_CLIENT_SECRET has expired: run `lakestrap rotate`",)


async def test_a_reader_gets_the_same_answer(shop: Shop) -> None:
    shop.sandbox.as_user(READER)
    answer = await explained(shop, NAMES)
    assert [finding.kind for finding in answer.findings] == ["immutable"] and answer.unknown == ()


async def test_who_does_not_see_the_repository_is_told_that_it_is_unknown(shop: Shop) -> None:
    shop.change("github.accounts", "contoso", default_repository_permission="none")
    shop.sandbox.as_user(READER)
    answer = await explained(shop, f"AADSTS700213: No matching federated identity record found for presented assertion subject '{NAMES}'.")
    assert "GitHub shows no repository contoso/shop" in answer.unknown[0]
    assert answer.commands == ("no federated credential has this subject: run `lakestrap setup`, which reads the subject from GitHub",)


async def test_a_code_alone_is_looked_for_in_every_environment(shop: Shop) -> None:
    assert (await explained(shop, "AADSTS700213")).commands[0].startswith("no federated credential has this subject")
    shop.change("graph.federated_credentials", "/github-dev", subject=NAMES)
    answer = await explained(shop, "700213")
    assert [finding.why.partition(":")[0] for finding in answer.findings] == ["dev"] and answer.commands == ("lakestrap migrate subject",)
