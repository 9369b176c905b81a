"""A colleague adds an environment from a fresh clone: only what is new is made, and nothing of the others is touched."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.flows.add.conftest import COMMENTED
from tests.flows.add.people import REPOSITORY, Somebody, added, cloned, committed, files, look, merged
from wizard.errors import BadInput, Cancelled
from wizard.flows.add import Request
from wizard.project.file import load

TEST = Request("test")


MOVES = {"github.repositories"}
"""Tables whose rows a new branch changes as a matter of course."""


def changed_rows(before: Any, after: Any) -> list[str]:
    """Things that were there before and are not as they were."""
    return [
        f"{table} {key}"
        for table, rows in before.items()
        for key, row in rows.items()
        if table not in MOVES and "/lease" not in key and after[table].get(key) != row
    ]


async def test_only_the_new_environment_is_planned_and_made(team: Any, tmp_path: Path) -> None:
    path = cloned(team.world, tmp_path)
    before = copy.deepcopy(team.world.dump())
    preview = await look(path, TEST)
    assert not team.mutating() and load(path) == load(path)
    assert preview.order == ("dev", "test", "prod") and not preview.drift
    assert {c.resource.environment for c in preview.plan.changes if c.action != "keep"} == {"test", ""}
    assert {c.key for c in preview.plan.changes if not c.resource.environment and c.action != "keep"} == {"github.files/delivery"}

    done = await added(path, TEST)
    assert done.outcome.exit_code == 0
    assert changed_rows(before, team.world.dump()) == []
    variables = team.world.table("github.variables")
    variables[f"{REPOSITORY}|dev|AZURE_LOCATION"] = variables.get(f"{REPOSITORY}|dev|AZURE_LOCATION") | {"value": "moved"}
    assert changed_rows(before, team.world.dump()) == [f"github.variables {REPOSITORY}|dev|AZURE_LOCATION"]
    assert [item["what"] for item in done.outcome.pending] == ["merge the pull request", "test: prove its sign-in after the merge"]


async def test_the_project_file_keeps_its_comments_and_the_repositorys_copy_follows(team: Any, tmp_path: Path) -> None:
    path = cloned(team.world, tmp_path)
    await added(path, TEST)
    assert "# in promotion order" in path.read_text() and path.read_text().count("Contoso Dev") == 2
    await merged()
    assert files(team.world)["lakestrap.yaml"] == path.read_text()


@pytest.mark.matrix
async def test_edits_of_the_team_survive_beside_the_new_environment(team: Any, tmp_path: Path) -> None:
    deploy = files(team.world)[".github/workflows/deploy.yml"].replace("timeout-minutes: 20", "timeout-minutes: 45 # ours")
    committed(team.world, {".github/workflows/deploy.yml": deploy, "docs/delivery.md": None})
    path = cloned(team.world, tmp_path)
    done = await added(path, TEST)
    await merged()
    now = files(team.world)
    jobs = yaml.safe_load(now[".github/workflows/deploy.yml"])["jobs"]
    assert jobs["build"]["timeout-minutes"] == 45 and "# ours" in now[".github/workflows/deploy.yml"]
    assert jobs["deploy-test"]["needs"] == ["build", "deploy-dev"] and jobs["deploy-prod"]["needs"] == ["build", "deploy-test"]
    assert "docs/delivery.md" not in now and any("docs/delivery.md" in item["what"] for item in done.outcome.pending)
    assert set(yaml.safe_load(now["databricks.yml"])["targets"]) == {"local", "dev", "test", "prod"}
    assert "infra/parameters/test.parameters.json" in now
    assert (tmp_path / ".github/workflows/deploy.yml").read_text() == now[".github/workflows/deploy.yml"]


async def test_an_edit_in_the_way_is_told_and_left_without_marks(team: Any, tmp_path: Path) -> None:
    deploy = files(team.world)[".github/workflows/deploy.yml"]
    edited = deploy.replace('needs: ["build", "deploy-dev"]', "needs: [build, approve-by-hand]")
    committed(team.world, {".github/workflows/deploy.yml": edited})
    path = cloned(team.world, tmp_path)
    done = await added(path, TEST)
    await merged()
    assert files(team.world)[".github/workflows/deploy.yml"] == edited == (tmp_path / ".github/workflows/deploy.yml").read_text()
    assert "test" in yaml.safe_load(files(team.world)["databricks.yml"])["targets"]
    assert any(".github/workflows/deploy.yml" in item["what"] for item in done.outcome.pending)
    assert not any("<<<<" in text for text in files(team.world).values())


@pytest.mark.matrix
async def test_a_file_of_an_older_version_keeps_its_form(team: Any, tmp_path: Path) -> None:
    from wizard.render import header
    from wizard.render.following import split

    now = files(team.world)
    older = {}
    for name, old, new in (
        ("databricks.yml", 'databricks_cli_version: ">= 1.13.0"', 'databricks_cli_version: ">= 0.200.0"'),
        (".github/workflows/infra.yml", "max-parallel: 1", "max-parallel: 2"),
    ):
        older[name] = header.stamped(name, split(name, now[name])[1].replace(old, new))
        assert new in older[name]
    committed(team.world, older)
    await added(cloned(team.world, tmp_path), TEST)
    await merged()
    now = files(team.world)
    assert ">= 0.200.0" in now["databricks.yml"] and "test" in yaml.safe_load(now["databricks.yml"])["targets"]
    assert "max-parallel: 2" in now[".github/workflows/infra.yml"] and "- test" in now[".github/workflows/infra.yml"]
    assert all(header.state(name, now[name]) is header.State.OURS for name in older)


async def test_drift_of_the_others_is_told_and_left(team: Any, tmp_path: Path) -> None:
    row = team.world.table("github.variables").get(f"{REPOSITORY}|dev|AZURE_LOCATION")
    team.world.table("github.variables")[f"{REPOSITORY}|dev|AZURE_LOCATION"] = row | {"value": "northeurope"}
    done = await added(cloned(team.world, tmp_path), TEST)
    assert [str(item) for item in done.preview.drift] == ["github.environment_variable/dev/AZURE_LOCATION: differs: value"]
    assert team.world.table("github.variables").get(f"{REPOSITORY}|dev|AZURE_LOCATION")["value"] == "northeurope"
    assert any(event.key.endswith("dev/AZURE_LOCATION") and "left as it is" in event.outcome for event in done.events)


async def test_what_went_stale_is_asked_again_or_refused_at_once(team: Any, tmp_path: Path) -> None:
    path = cloned(team.world, tmp_path)
    wanted = Request("test", like="prod", subscription="Contoso Gone", reviewers=("@nobody-here",))
    with pytest.raises(BadInput) as refused:
        await look(path, wanted)
    assert {problem.place for problem in refused.value.problems} == {"--subscription", "--reviewer"}
    assert all(problem.remedy for problem in refused.value.problems) and not team.mutating()
    person = Somebody({"subscription": "Contoso UAT", "reviewers": ("@ana",)})
    preview = await look(path, wanted, person)
    assert [stale.field for stale in person.asked] == ["subscription", "reviewers"]
    assert all(stale.choices for stale in person.asked) and not team.mutating()
    environment = next(c.resource for c in preview.plan.changes if c.key == "github.environment/test")
    assert environment.reviewers == ("@ana",)  # type: ignore[attr-defined]


async def test_a_region_the_subscription_has_not_is_asked_again(team: Any, tmp_path: Path) -> None:
    person = Somebody({"region": "northeurope"})
    preview = await look(cloned(team.world, tmp_path), Request("test", region="atlantis"), person)
    assert [stale.field for stale in person.asked] == ["region"]
    assert next(c.resource for c in preview.plan.changes if c.key == "arm.resource_group/test").location == "northeurope"  # type: ignore[attr-defined]


async def test_saying_no_changes_nothing_at_all(team: Any, tmp_path: Path) -> None:
    path = cloned(team.world, tmp_path)
    before = {name: name.read_text() for name in tmp_path.rglob("*.y*ml") if ".lakestrap" not in name.parts}
    with pytest.raises(Cancelled):
        await added(path, TEST, Somebody(agreed=False))
    assert not team.mutating() and {name: name.read_text() for name in before} == before


@pytest.mark.matrix
async def test_an_environment_that_is_there_is_refused_and_the_same_command_goes_on_only_after_its_own_run(
    team: Any, tmp_path: Path
) -> None:
    path = cloned(team.world, tmp_path)
    with pytest.raises(BadInput, match="the environment prod is there already"):
        await look(path, Request("PROD"))
    await added(path, TEST)
    again = await added(path, TEST)
    assert again.preview.plan.empty and again.made == set()
    await merged()
    proven = await added(path, TEST)
    assert proven.outcome.pending == [] and any(e.outcome == "signed in and read" for e in proven.events)
    with pytest.raises(BadInput, match="the environment test is there already"):
        await look(path, TEST)


BRANCHES = COMMENTED.replace("tags:", "delivery: {strategy: environment-branches}\ntags:")


@pytest.mark.matrix
@pytest.mark.timeout(300)
@pytest.mark.parametrize("project_text", [BRANCHES])
async def test_a_branch_of_its_own_starts_where_the_new_files_are(team: Any, tmp_path: Path) -> None:
    path = cloned(team.world, tmp_path)
    done = await added(path, TEST)
    assert done.preview.waiting == ("test",) and any("lakestrap add test" in item["what"] for item in done.outcome.pending)
    covered = [row["conditions"]["ref_name"]["include"] for row in team.world.table("github.rulesets").rows.values()]
    assert any("refs/heads/test" in include for include in covered)
    assert f"{REPOSITORY}:refs/heads/test" not in team.world.table("github.refs")
    await merged()
    proven = await added(path, TEST)
    assert "- test" in files(team.world, "test")[".github/workflows/verify-login.yml"]
    assert proven.outcome.pending == [] and proven.outcome.exit_code == 0


@pytest.mark.matrix
@pytest.mark.timeout(300)
@pytest.mark.parametrize("project_text", [COMMENTED.replace("federated", mode) for mode in ("client-secret", "managed-identity")])
async def test_every_way_to_sign_in_is_added(team: Any, tmp_path: Path) -> None:
    path = cloned(team.world, tmp_path)
    before = copy.deepcopy(team.world.dump())
    done = await added(path, TEST)
    assert done.outcome.exit_code == 0 and changed_rows(before, team.world.dump()) == []
    await merged()
    proven = await added(path, TEST)
    assert proven.outcome.pending == [] and any(e.outcome == "signed in and read" for e in proven.events)


@pytest.mark.matrix
async def test_a_shared_rule_that_somebody_changed_stays(team: Any, tmp_path: Path) -> None:
    key, row = next(iter(team.world.table("github.rulesets").rows.items()))
    team.world.table("github.rulesets")[key] = row | {"enforcement": "disabled"}
    done = await added(cloned(team.world, tmp_path), TEST)
    assert team.world.table("github.rulesets").get(key)["enforcement"] == "disabled"
    assert done.outcome.exit_code == 0
