"""The jobs after set-up by questions on lines, through a real terminal: rotate, add, status, destroy, explain."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Sandbox
from tests.flows.rotate import issued_shop
from tests.flows.rotate.shops import clone, set_up, state, tables_of, troubles
from tests.prompts.conversation import at_a_terminal
from tests.prompts.pty_session import Terminal
from wizard.project.file import load
from wizard.sandbox.worlds import load as load_world

NEW = "typed-by-a-person-4711"
PROMPTED = "env:API_KEY"


@pytest.fixture
def shop() -> str:
    """Which project is set up in the world; override it by parametrising it."""
    return "tiny"


@pytest.fixture
def sandbox_world(shop: str) -> Any:
    return set_up(shop) / "world.json"


@pytest.fixture
def project(sandbox: Sandbox, shop: str, tmp_path: Path) -> Path:
    """The project's file on a laptop that never ran anything."""
    return clone(shop, tmp_path / "laptop")


def talk(terminal: Terminal, *turns: tuple[str, str]) -> None:
    """Each prompt that is expected, and what is typed then."""
    for expected, text in turns:
        prompt = terminal.prompt()
        assert expected in prompt, f"{expected!r} is not asked, but {prompt!r}:\n{terminal.transcript[-3000:]}"
        terminal.type(text)


def vault_values(sandbox: Sandbox, name: str) -> set[str]:
    """All that versions of a secret have held."""
    return {row["value"] for key, row in tables_of(sandbox)["keyvault.secrets"].items() if f"/{name}/" in key}


def test_rotate_asks_what_to_renew_and_for_a_value_that_is_never_shown(sandbox: Sandbox, project: Path, terminals: list[Terminal]) -> None:
    project.write_text(project.read_text().replace(PROMPTED, "prompt"))
    terminal = at_a_terminal(project.parent, "rotate", "--plain")
    terminals.append(terminal)
    talk(
        terminal,
        ("Credentials [due]: ", "?"),
        ("Credentials [due]: ", "due, external"),
        ("Credentials [due]: ", "external"),
        ("Go on? [y/N] ", "y"),
    )
    terminal.wait_for("(it is not shown): ")
    terminal.type(NEW)
    assert terminal.ended() == 0, terminal.transcript[-3000:]
    text = terminal.transcript
    assert "nothing is chosen beside due" in text and "The old one stays valid beside the new" in text
    assert "the same without questions: lakestrap rotate --credential external --yes" in text
    assert "external/dev/api-key: renew: as asked\n    age: 0 days\n    expires: never\n    lives in: Key Vault" in text
    assert "it is safe to leave" in text.strip().splitlines()[-1]
    assert NEW in vault_values(sandbox, "api-key") and NEW not in terminal.raw
    assert "due, external" in terminal.raw, "what is typed elsewhere is shown: a shown secret would be noticed"
    assert "\x1b[" not in terminal.raw, "plain lines carry no escape sequences"


@pytest.mark.matrix
@pytest.mark.parametrize("shop", ["gated"])
def test_rotate_of_one_environment_is_the_same_as_its_command(sandbox: Sandbox, project: Path, terminals: list[Terminal]) -> None:
    before = state(tables_of(sandbox)).passwords
    terminal = at_a_terminal(project.parent, "rotate", "--plain", "--grace", "0")
    terminals.append(terminal)
    talk(
        terminal,
        ("Environments [everything]: ", "dev"),
        ("Credentials [due]: ", "<"),
        ("Environments [dev]: ", "1"),
        ("Credentials [due]: ", "entra-client-secret"),
        ("Go on? [y/N] ", "y"),
    )
    assert terminal.ended() == 0, terminal.transcript[-3000:]
    assert state(tables_of(sandbox)).stored not in before.values()
    assert troubles(tables_of(sandbox)) == [] and "lakestrap rotate dev --credential entra-client-secret --yes" in terminal.transcript


@pytest.mark.matrix
def test_ctrl_c_while_asked_says_how_to_go_on_and_changes_nothing(sandbox: Sandbox, project: Path, terminals: list[Terminal]) -> None:
    terminal = at_a_terminal(project.parent, "rotate", "--plain", "--all", API_KEY="another")
    terminals.append(terminal)
    assert terminal.prompt() == "Go on? [y/N] "
    terminal.interrupt()
    assert terminal.ended(30) == 130
    assert "go on with: lakestrap rotate --plain --all" in terminal.transcript and "Traceback" not in terminal.transcript
    assert not sandbox.mutating()


@pytest.mark.matrix
def test_ctrl_c_in_the_middle_is_finished_by_the_same_command(sandbox: Sandbox, project: Path, terminals: list[Terminal]) -> None:
    words = ("rotate", "--plain", "--credential", "entra-client-secret", "--grace", "0")
    terminal = at_a_terminal(project.parent, *words)
    terminals.append(terminal)
    talk(terminal, ("Go on? [y/N] ", "y"))
    terminal.wait_for("issue entra-client-secret/dev")
    terminal.interrupt()
    assert terminal.ended(60) == 130, terminal.transcript[-2000:]
    again = at_a_terminal(project.parent, *words)
    terminals.append(again)
    talk(again, ("Go on? [y/N] ", "y"))
    assert again.ended() == 0, again.transcript[-3000:]
    assert troubles(tables_of(sandbox)) == []


@pytest.mark.matrix
def test_which_storage_key_is_idle_is_asked_and_never_taken_for_granted(
    tmp_path: Path, terminals: list[Terminal], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = issued_shop.set_up_issued()
    running = Sandbox(load_world(folder / "world.json"), monkeypatch)
    try:
        running.as_user()
        laptop = tmp_path / "laptop"
        laptop.mkdir()
        shutil.copy(folder / "lakestrap.yaml", laptop)
        terminal = at_a_terminal(laptop, "rotate", "--plain", "--credential", "storage-key")
        terminals.append(terminal)
        talk(terminal, ("Go on? [y/N] ", "y"), ("Which one: ", ""), ("Which one: ", "neither: both are in use"))
        assert terminal.ended() == 3, terminal.transcript[-2000:]
        assert "cannot be withdrawn" in terminal.transcript and "both keys of stone are in use" in terminal.transcript
        assert not running.mutating()
        again = at_a_terminal(laptop, "rotate", "--plain", "--credential", "storage-key")
        terminals.append(again)
        talk(again, ("Go on? [y/N] ", "y"), ("Which one: ", "1"))
        assert again.ended() == 0, again.transcript[-3000:]
        assert issued_shop.troubles(tables_of(running), "stone") == []
    finally:
        running.stop()


@pytest.mark.matrix
@pytest.mark.parametrize("shop", ["gated"])
def test_ctrl_c_in_the_middle_of_a_removal_is_finished_by_the_same_command(
    sandbox: Sandbox, project: Path, terminals: list[Terminal]
) -> None:
    for number in range(2):
        terminal = at_a_terminal(project.parent, "destroy", "dev", "--plain")
        terminals.append(terminal)
        talk(terminal, ("Remove all of this? [y/N] ", "y"))
        if not number:
            terminal.wait_for("- delete ")
            terminal.interrupt()
            assert terminal.ended(60) == 130, terminal.transcript[-2000:]
            assert "go on with: lakestrap destroy dev --plain" in terminal.transcript
    assert terminals[-1].ended(180) == 0, terminals[-1].transcript[-3000:]
    assert [environment.name for environment in load(project).environments] == ["prod"]
    assert "rg-shop-dev" not in json.dumps(list(tables_of(sandbox)["arm.groups"]))


@pytest.mark.matrix
def test_add_asks_for_name_place_and_pattern(sandbox: Sandbox, project: Path, terminals: list[Terminal]) -> None:
    terminal = at_a_terminal(project.parent, "add", "--plain", API_KEY="a-value")
    terminals.append(terminal)
    talk(
        terminal,
        ("Name: ", "dev"),
        ("Name: ", "prod"),
        ("After [first]: ", "nowhere"),
        ("After [first]: ", "dev"),
        ("Like [dev]: ", ""),
        ("Apply this plan? [y/N] ", "y"),
    )
    assert terminal.ended(180) == 0, terminal.transcript[-3000:]
    for words in ("the environment dev is there already", "nowhere is no answer here", "prod, in the order dev → prod"):
        assert words in terminal.transcript
    assert [environment.name for environment in load(project).environments] == ["dev", "prod"]


@pytest.mark.matrix
def test_add_asks_anew_for_what_went_stale(sandbox: Sandbox, project: Path, terminals: list[Terminal]) -> None:
    with sandbox.lock:
        rows = sandbox.world.table("arm.subscriptions")
        key = next(key for key, row in rows.items() if row["displayName"] == "Contoso Dev")
        rows[key] = {**rows[key], "state": "Disabled"}
    terminal = at_a_terminal(project.parent, "add", "uat", "--plain", API_KEY="a-value")
    terminals.append(terminal)
    talk(terminal, ("After [first]: ", ""), ("Like [dev]: ", ""), ("Subscription: ", "Contoso Prod"), ("Apply this plan? [y/N] ", "n"))
    assert terminal.ended() == 4
    assert "the subscription Contoso Dev is disabled (taken over from dev)" in terminal.transcript
    assert not sandbox.mutating()


@pytest.mark.matrix
def test_status_shows_the_plan_that_mends_and_carries_it_out_once_agreed(
    sandbox: Sandbox, project: Path, terminals: list[Terminal]
) -> None:
    with sandbox.lock:
        rows = sandbox.world.table("github.variables")
        key = next(key for key in rows if key.endswith("|dev|AZURE_LOCATION"))
        rows[key] = {**rows[key], "value": "elsewhere"}
    terminal = at_a_terminal(project.parent, "status", "--plain")
    terminals.append(terminal)
    assert terminal.ended() == 5 and "AZURE_LOCATION" in terminal.transcript
    assert not sandbox.mutating()
    mending = at_a_terminal(project.parent, "status", "--fix", "--plain", API_KEY="a-value-for-the-test")
    terminals.append(mending)
    talk(mending, ("Apply this plan? [y/N] ", "y"))
    mending.ended()
    assert "~ update github.environment_variable/dev/AZURE_LOCATION" in mending.transcript
    with sandbox.lock:
        assert sandbox.world.table("github.variables")[key]["value"] == "westeurope"


@pytest.mark.matrix
@pytest.mark.parametrize("shop", ["gated"])
def test_destroy_asks_what_and_for_the_name_of_a_protected_environment(sandbox: Sandbox, project: Path, terminals: list[Terminal]) -> None:
    terminal = at_a_terminal(project.parent, "destroy", "--plain")
    terminals.append(terminal)
    talk(
        terminal,
        ("Environments: ", ""),
        ("Environments: ", "prod"),
        ("Type prod to agree", "Prod"),
        ("Type prod to agree", "prod"),
        ("Remove all of this? [y/N] ", "y"),
    )
    assert terminal.ended(180) == 0, terminal.transcript[-3000:]
    assert "deployments to it need an approval: @ana" in terminal.transcript
    assert [environment.name for environment in load(project).environments] == ["dev"]
    assert "rg-shop-prod" not in json.dumps(list(tables_of(sandbox)["arm.groups"]))


@pytest.mark.matrix
@pytest.mark.parametrize("shop", ["gated"])
def test_a_name_that_is_not_typed_removes_nothing(sandbox: Sandbox, project: Path, terminals: list[Terminal]) -> None:
    terminal = at_a_terminal(project.parent, "destroy", "prod", "--yes", "--plain")
    terminals.append(terminal)
    talk(terminal, ("Type prod to agree", ""))
    assert terminal.ended() == 2 and "--confirm prod" in terminal.transcript
    assert not sandbox.mutating()


@pytest.mark.matrix
@pytest.mark.parametrize("shop", ["gated"])
def test_without_input_every_missing_answer_is_listed(sandbox: Sandbox, project: Path) -> None:
    for words, expected in (
        (("rotate", "dev", "--all"), ("--yes: the rotation has to be agreed to",)),
        (("add",), ("ENV: the new environment has no name", "--yes: the plan has to be agreed to")),
        (("add", "dev", "--like", "nobody"), ("ENV: the environment dev", "--like: there is no", "--yes: the plan has to be agreed to")),
        (("destroy",), ("prod: deployments to it need", "--confirm prod", "--yes: the removal has to be agreed to")),
        (("explain",), ("nothing to explain was named",)),
    ):
        done = sandbox.lakestrap(*words, "--no-input", cwd=project.parent)
        assert done.returncode == 2, (words, done.stderr)
        for text in expected:
            assert text in done.stderr, (words, text, done.stderr)
    assert not sandbox.mutating()


@pytest.mark.matrix
def test_explain_asks_what_to_explain(sandbox: Sandbox, project: Path, terminals: list[Terminal]) -> None:
    terminal = at_a_terminal(project.parent, "explain", "--plain")
    terminals.append(terminal)
    talk(terminal, ("What to explain: ", "AADSTS700016"))
    assert terminal.ended() == 0
    assert "AADSTS700016" in terminal.transcript.partition("What to explain: AADSTS700016")[2]


@pytest.mark.matrix
def test_who_is_not_signed_in_is_asked_to_before_anything_else(sandbox: Sandbox, project: Path, terminals: list[Terminal]) -> None:
    from wizard.providers.signin import profile_directory

    (profile_directory() / "azureProfile.json").unlink()
    terminal = at_a_terminal(project.parent, "destroy", "dev", "--plain")
    terminals.append(terminal)
    talk(terminal, ("Sign in by [1]: ", "3"))
    assert terminal.ended() == 4 and "hint: az login" in terminal.transcript
