"""Bad input and bad worlds: one clear error with a hint and the right exit code, before anything is changed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from tests.scenarios.rehearsal import ROOT, SMALL, Finished, rehearsed, small_project

SETUP = ("lakestrap", "setup", "--yes", "--json")


def world(folder: Path, base: str = "owner", **changes: object) -> tuple[str, str]:
    """Options for a world that differs from a shipped one in some top-level sections."""
    description = yaml.safe_load((ROOT / "wizard" / "sandbox" / "worlds" / f"{base}.yaml").read_text())
    for section, change in changes.items():
        if isinstance(change, Mapping) and isinstance(description.get(section), dict):
            description[section] = {**description[section], **change}
        else:
            description[section] = change
    path = folder / "world-in.yaml"
    path.write_text(yaml.safe_dump(description, sort_keys=False))
    return "--world", str(path)


def refused(done: Finished, code: int, *words: str) -> None:
    """It ended with that code, changed nothing, and said those words with a hint."""
    assert done.code == code, (done.code, done.stderr[-3000:])
    assert [f"{e['method']} {e['url']}" for e in done.mutating] == []
    for word in words:
        assert word in done.stderr, (word, done.stderr)
    assert "hint:" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_project_file_tells_all_its_problems_with_their_places(tmp_path: Path) -> None:
    small_project(tmp_path, text=SMALL.replace("region:", "regoin:").replace("wait_minutes: 10", "wait_minutes: -1"))
    done = rehearsed(tmp_path, *SETUP)
    refused(done, 2, "lakestrap.yaml:3:1", "regoin", "wait_minutes", "region")


def test_an_unknown_subscription(tmp_path: Path) -> None:
    small_project(tmp_path, text=SMALL.replace("Contoso Dev", "Contoso Dve"))
    refused(rehearsed(tmp_path, *SETUP), 2, "Contoso Dve", "Contoso Dev", "lakestrap.yaml:")


def test_a_secret_without_its_value(tmp_path: Path) -> None:
    small_project(tmp_path, text=SMALL.replace("env:API_KEY", "env:NOT_THERE").replace("from: generate", "from: prompt"))
    refused(rehearsed(tmp_path, *SETUP), 2, "NOT_THERE", "api-key", "salt")


def test_without_yes_nothing_is_assumed(tmp_path: Path) -> None:
    small_project(tmp_path)
    refused(rehearsed(tmp_path, "lakestrap", "setup", "--json"), 2, "--yes")


def test_a_taken_vault_name(tmp_path: Path) -> None:
    small_project(tmp_path, text=SMALL + "naming: {vault: 'kv-shop-{environment}-first'}\n")
    refused(rehearsed(tmp_path, *SETUP, options=world(tmp_path, vaults={"taken": ["kv-shop-dev-first"]})), 2, "kv-shop-dev-first")


def test_a_token_without_the_workflow_scope(tmp_path: Path) -> None:
    small_project(tmp_path)
    token = {"kind": "classic", "scopes": ["repo", "read:org"], "sso": "authorized"}
    refused(rehearsed(tmp_path, *SETUP, options=world(tmp_path, github={"token": token})), 3, "workflow", "gh auth refresh")


def test_a_private_repository_on_github_free(tmp_path: Path) -> None:
    personal = SMALL.replace("contoso/shop", "ada/shop").replace(", contoso/platform", "")
    small_project(tmp_path, text=personal)
    refused(rehearsed(tmp_path, *SETUP, options=("--world", "github-free-private")), 2, "environments", "public")


def test_an_operator_who_may_not_assign_roles(tmp_path: Path) -> None:
    small_project(tmp_path)
    refused(rehearsed(tmp_path, *SETUP, options=("--world", "contributor")), 3, "Microsoft.Authorization/roleAssignments/write")


def test_an_operator_who_may_not_register_applications(tmp_path: Path) -> None:
    small_project(tmp_path)
    refused(rehearsed(tmp_path, *SETUP, options=("--world", "no-app-registration")), 3, "managed-identity")


def test_an_owner_whose_role_carries_a_condition(tmp_path: Path) -> None:
    attribute = "@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId]"
    condition = (
        "((!(ActionMatches{'Microsoft.Authorization/roleAssignments/write'})) OR "
        f"({attribute} ForAnyOfAnyValues:GuidEquals {{acdd72a7-3385-48ef-bd42-f606fba81ae7}}))"
    )
    description = yaml.safe_load((ROOT / "wizard" / "sandbox" / "worlds" / "owner.yaml").read_text())
    for subscription in description["subscriptions"]:
        for role in subscription["roles"]:
            role["condition"] = condition
    small_project(tmp_path)
    done = rehearsed(tmp_path, *SETUP, options=world(tmp_path, subscriptions=description["subscriptions"]))
    refused(done, 3, "condition")


def test_an_expired_sign_in(tmp_path: Path) -> None:
    small_project(tmp_path)
    script = 'rm -rf "$AZURE_CONFIG_DIR"/*; exec "$@"'
    done = rehearsed(tmp_path, "sh", "-c", script, "sh", *_python(SETUP))
    refused(done, 3, "az login")


def test_no_network(tmp_path: Path) -> None:
    small_project(tmp_path)
    script = 'export HTTPS_PROXY=http://127.0.0.1:9 https_proxy=http://127.0.0.1:9; exec "$@"'
    done = rehearsed(tmp_path, "sh", "-c", script, "sh", *_python(SETUP))
    assert done.code in (1, 3) and "Traceback" not in done.stderr and "hint:" in done.stderr, done.stderr
    assert not done.mutating


def test_a_journal_that_cannot_be_written(tmp_path: Path) -> None:
    small_project(tmp_path)
    (tmp_path / ".lakestrap").mkdir()
    (tmp_path / ".lakestrap" / "runs").write_text("a file where a folder should be")
    refused(rehearsed(tmp_path, *SETUP), 1, "journal")


def _python(command: tuple[str, ...]) -> tuple[str, ...]:
    import sys

    return (sys.executable, "-m", "wizard", *command[1:])


@pytest.mark.matrix
def test_a_disk_that_fills_up_in_the_middle_loses_nothing(tmp_path: Path) -> None:
    """No file may grow past the limit: the journal breaks off mid-run, and the next run finishes the job."""
    small_project(tmp_path)
    limit = "import os, resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (26000, 26000)); os.execv(sys.argv[1], sys.argv[1:])"
    script = '"$1" -m wizard files >/dev/null; "$1" -c "$LIMIT" "$@" >/dev/null 2>first.err; echo $? >first.code; exec "$@"'
    done = rehearsed(tmp_path, "sh", "-c", script, "sh", *_python(SETUP), environment={"LIMIT": limit})
    first, code = (tmp_path / "first.err").read_text(), int((tmp_path / "first.code").read_text())
    assert code == 1 and "journal" in first and "hint:" in first and "Traceback" not in first, (code, first)
    assert done.code == 0, done.stderr
    again = done.events[-1]
    assert again["counts"]["failed"] == 0 and again["counts"]["changed"] > 0


@pytest.mark.matrix
def test_a_reader_that_goes_away_stops_the_run_between_calls(tmp_path: Path) -> None:
    small_project(tmp_path)
    script = '{ "$@" 2>first.err; echo $? >first.code; } | head -n 5 >/dev/null; exec "$@"'
    done = rehearsed(tmp_path, "sh", "-c", script, "sh", *_python(SETUP))
    first = (tmp_path / "first.err").read_text()
    assert (tmp_path / "first.code").read_text().strip() == "1" and "stdout" in first and "Traceback" not in first, first
    assert done.code == 0, done.stderr
