"""Verifying: each environment is told as succeeded, failed with a hint, or pending with link and who can."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.actions import shop
from wizard.engine.events import Event, EventKind
from wizard.errors import JournalLost, NotYet
from wizard.flows import verify as flow
from wizard.project.model import Project
from wizard.providers.github import workflow_run
from wizard.providers.signin import open_session

if TYPE_CHECKING:
    from tests.conftest import Sandbox
    from wizard.providers.session import Session

VERIFY = "run-name: verify-login ${{ inputs.environment }}\n" + shop.VERIFY
ANA = 1002


def project(*names: str, **changes: Any) -> Project:
    environments = [{"name": name, "subscription": "Contoso Dev", **changes.pop(name, {})} for name in names or ("dev",)]
    given = {"version": 1, "name": "shop", "region": "westeurope", "github": {"repository": shop.NAME}}
    return Project.model_validate({**given, "environments": environments, **changes})


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow, "POLL_SECONDS", 0.1)
    monkeypatch.setattr(flow, "YOUNG_PAUSES", (0.1,) * 20)


@pytest.fixture
async def session(sandbox: Sandbox) -> AsyncIterator[Session]:
    with sandbox.lock:
        shop.filled(sandbox.world, VERIFY)
    opened = await open_session()
    yield opened
    await opened.close()


async def told(session: Session, wanted: Project, **options: Any) -> dict[str, Event]:
    """The last event of every environment."""
    return {
        str(event.detail["environment"]): event
        async for event in flow.verify(wanted, session, wanted.environments, **options)
        if event.event is not EventKind.WAITING
    }


def changed(sandbox: Sandbox, **changes: Any) -> None:
    with sandbox.lock:
        row = sandbox.world.table("github.environments")[f"{shop.NAME}|dev"]
        sandbox.world.table("github.environments")[f"{shop.NAME}|dev"] = row | changes


def runs(sandbox: Sandbox) -> int:
    return len(sandbox.world.table("github.workflow_runs"))


async def test_an_environment_that_signs_in_is_settled(sandbox: Sandbox, session: Session) -> None:
    events = await told(session, project())
    assert events["dev"].event is EventKind.SETTLED
    assert str(events["dev"].detail["link"]).startswith("https://github.com/contoso/shop/actions/runs/")


async def test_what_was_proven_is_not_proven_again(sandbox: Sandbox, session: Session) -> None:
    await told(session, project())
    before = len(sandbox.mutating())
    again = await told(session, project(), again=False)
    assert again["dev"].event is EventKind.SETTLED
    assert len(sandbox.mutating()) == before
    await told(session, project(), again=True)
    assert runs(sandbox) == 2


async def test_a_failed_sign_in_is_told_with_its_code_and_a_hint(sandbox: Sandbox, session: Session) -> None:
    with sandbox.lock:
        row = sandbox.world.table("graph.federated_credentials")[f"{shop.APPLICATION}/github-dev"]
        row["subject"] = "repo:contoso/shop:environment:dev"
        sandbox.world.table("graph.federated_credentials")[f"{shop.APPLICATION}/github-dev"] = row
    events = await told(session, project(), young=True)
    failed = events["dev"]
    assert failed.event is EventKind.CHANGE_FAILED
    assert failed.detail["code"] == "AADSTS700213"
    assert "AADSTS700213" in failed.error
    assert "lakestrap setup" in failed.hint
    assert str(failed.detail["subject"]).startswith("repo:contoso@2001/shop@")
    assert runs(sandbox) == 1, "a wrong subject is not mended by waiting"


async def test_a_young_credential_is_waited_for(sandbox: Sandbox, session: Session) -> None:
    with sandbox.lock:
        world = sandbox.world
        world.consistency.enabled = True
        moment = world.clock.now() + 1.2
        world.table("_consistency")[f"federated_credential/{shop.APPLICATION}/github-dev"] = {"late": moment, "steady": moment, "reads": 0}
    events = await told(session, project(), young=True)
    assert events["dev"].event is EventKind.SETTLED
    assert runs(sandbox) > 1


@pytest.mark.parametrize(("refusals", "told_as"), [(3, EventKind.SETTLED), (10_000, EventKind.CHANGE_FAILED)])
async def test_what_github_puts_off_is_asked_again_but_not_for_ever(
    session: Session, monkeypatch: pytest.MonkeyPatch, refusals: int, told_as: EventKind
) -> None:
    real, left = workflow_run.dispatch, [refusals]

    async def put_off(*arguments: Any) -> int:
        left[0] -= 1
        if left[0] >= 0:
            raise NotYet("GitHub answers 502", retry_after=0.01)
        return await real(*arguments)

    monkeypatch.setattr(workflow_run, "dispatch", put_off)
    monkeypatch.setattr(flow, "PATIENCE_SECONDS", 2.0 if refusals == 3 else 0.1)
    event = (await told(session, project()))["dev"]
    assert event.event is told_as
    if told_as is EventKind.CHANGE_FAILED:
        assert ("GitHub answers 502" in event.error, event.hint) == (True, "when it answers again: lakestrap verify")


async def test_an_old_credential_is_not_waited_for(sandbox: Sandbox, session: Session) -> None:
    with sandbox.lock:
        sandbox.world.table("arm.role_assignments").clear()
    events = await told(session, project(), young=False)
    assert events["dev"].event is EventKind.CHANGE_FAILED
    assert runs(sandbox) == 1


async def test_a_reviewer_makes_it_pending_and_a_second_look_does_not_dispatch_again(sandbox: Sandbox, session: Session) -> None:
    changed(sandbox, reviewers=[{"type": "User", "id": ANA}, {"type": "Team", "id": 3001}])
    pending = (await told(session, project()))["dev"]
    assert pending.event is EventKind.PENDING
    assert pending.detail["who"] == "@ana, contoso/platform"
    assert "approve" in str(pending.detail["what"])
    assert (await told(session, project()))["dev"].event is EventKind.PENDING
    assert runs(sandbox) == 1
    with sandbox.lock:
        (number,) = sandbox.world.table("github.workflow_runs")
        body = {"environment_ids": [500], "state": "approved", "comment": ""}
        assert shop.call(sandbox.world, "POST", f"/repos/{shop.NAME}/actions/runs/{number}/pending_deployments", body, "ana").status == 200
    assert (await told(session, project()))["dev"].event is EventKind.SETTLED
    assert runs(sandbox) == 1


async def test_who_may_approve_is_told_so(sandbox: Sandbox, session: Session) -> None:
    changed(sandbox, reviewers=[{"type": "User", "id": 1001}])
    assert (await told(session, project()))["dev"].detail["who"] == "@ada (you can)"


async def test_a_wait_timer_makes_it_pending_with_its_end(sandbox: Sandbox, session: Session) -> None:
    changed(sandbox, wait_timer=30)
    pending = (await told(session, project()))["dev"]
    assert pending.event is EventKind.PENDING
    assert "UTC" in str(pending.detail["what"])


async def test_an_unmerged_workflow_is_pending(sandbox: Sandbox, session: Session) -> None:
    with sandbox.lock:
        sandbox.world.table("github.refs").clear()
    (pending,) = (await told(session, project("dev", "qa"))).values()
    assert pending.event is EventKind.PENDING
    assert pending.detail["what"] == "bring .github/workflows/verify-login.yml to the default branch"
    assert pending.detail["link"] == "https://github.com/contoso/shop/pulls"


async def test_the_source_is_one_that_may_deploy(sandbox: Sandbox, session: Session) -> None:
    with sandbox.lock:
        world = sandbox.world
        world.table("github.branch_policies")["1"] = {
            "id": 1,
            "repository": shop.NAME,
            "environment": "dev",
            "name": "dev",
            "type": "branch",
        }
    changed(sandbox, deployment_branch_policy={"protected_branches": False, "custom_branch_policies": True})
    wanted = project(delivery={"strategy": "environment-branches"})
    pending = (await told(session, wanted))["dev"]
    assert (pending.event, pending.detail["what"]) == (EventKind.PENDING, "dev: push a branch dev")
    with sandbox.lock:
        sha = world.table("github.refs")[f"{shop.NAME}:refs/heads/main"]["sha"]
        world.table("github.refs")[f"{shop.NAME}:refs/heads/dev"] = {"repository": shop.NAME, "ref": "refs/heads/dev", "sha": sha}
    assert (await told(session, wanted))["dev"].event is EventKind.SETTLED
    main = (await told(session, project()))["dev"]
    assert main.event is EventKind.CHANGE_FAILED
    assert main.detail["code"] == "NotAllowedBranch"


async def test_environments_are_watched_together(sandbox: Sandbox, session: Session) -> None:
    with sandbox.lock:
        shop.put_environment(sandbox.world, "qa", reviewers=[{"type": "User", "id": ANA}])
    events = await told(session, project("dev", "qa"))
    assert {name: event.event for name, event in events.items()} == {"dev": EventKind.SETTLED, "qa": EventKind.PENDING}


async def test_a_dispatch_is_noted_before_it_is_sent_and_after(sandbox: Sandbox, session: Session) -> None:
    noted: list[tuple[Event, int]] = []
    wanted = project()
    told_events = [
        event
        async for event in flow.verify(
            wanted, session, wanted.environments, record=lambda event: noted.append((event, runs(sandbox))), run="this-run"
        )
    ]
    kinds = [(event.event, count) for event, count in noted if event.event in (EventKind.CHANGE_STARTED, EventKind.CHANGE_MADE)]
    assert kinds == [(EventKind.CHANGE_STARTED, 0), (EventKind.CHANGE_MADE, 1)]
    assert [event for event, _ in noted] == told_events
    assert {event.run for event in told_events} == {"this-run"}


async def test_what_cannot_be_noted_is_not_sent(sandbox: Sandbox, session: Session) -> None:
    def full(event: Event) -> None:
        raise JournalLost("cannot write the journal: no space left on device")

    wanted = project()
    with pytest.raises(JournalLost):
        async for _ in flow.verify(wanted, session, wanted.environments, record=full):
            pass
    assert runs(sandbox) == 0
