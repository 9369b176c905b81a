"""Set-up by questions on lines, through a real terminal: the same file and the same world as without questions."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tests.crash.canonical import differing, ids_in
from tests.prompts.conversation import AGREE, LAST, answer, opened, world_of
from tests.prompts.pty_session import Terminal
from tests.scenarios.rehearsal import rehearsed
from wizard.project.file import load
from wizard.questions import kept_at, resumed

TYPED = {"GitHub repository": "contoso/shop", "prod: Reviewers": "ana, contoso/platform"}
EXPECTED = """\
version: 1
name: shop
region: westeurope
github: {repository: contoso/shop, visibility: private}
identity: {mode: federated}
delivery: {strategy: trunk}
environments:
  - {name: dev, subscription: Contoso Dev}
  - name: prod
    subscription: Contoso Prod
    reviewers: ["@ana", contoso/platform]
"""


@pytest.mark.matrix
@pytest.mark.timeout(240)
def test_ends_in_the_same_file_and_the_same_world_as_without_questions(tmp_path: Path, terminals: list[Terminal]) -> None:
    asked, headless = tmp_path / "asked" / "shop", tmp_path / "headless" / "shop"
    terminal = opened(asked, "--plain")
    terminals.append(terminal)
    assert len(answer(terminal, TYPED)) == 2
    terminal.type("y")
    assert AGREE in terminal.wait_for(AGREE, 90)
    terminal.type("y")
    assert terminal.ended(150) == 0, terminal.transcript[-3000:]
    assert (asked / "lakestrap.yaml").read_text().endswith(EXPECTED)
    assert not kept_at(asked).exists()
    assert "wait" in terminal.transcript or "left for people" in terminal.transcript

    headless.mkdir(parents=True)
    (headless / "fresh").mkdir()
    begun_with = ids_in(rehearsed(headless / "fresh", "true").world)
    (headless / "lakestrap.yaml").write_text((asked / "lakestrap.yaml").read_text())  # it is published as it is
    done = rehearsed(headless, "lakestrap", "setup", "--yes", "--json")
    assert done.code == 0, done.stderr
    assert differing(done.world, world_of(asked), begun_with) == []
    assert "\x1b[" not in terminal.raw, "plain lines carry no escape sequences"


def test_four_environments_take_few_typed_answers(tmp_path: Path, terminals: list[Terminal]) -> None:
    terminal = opened(tmp_path / "shop", "--plain")
    terminals.append(terminal)
    by_hand = answer(terminal, {"GitHub repository": "contoso/shop", "Environments [": "4"})
    assert len(by_hand) <= 8
    terminal.type("")
    terminal.wait_for(AGREE, 90)
    terminal.type("n")
    terminal.wait_for("Change an answer? [y/N] ")
    terminal.type("")
    assert terminal.ended() == 4
    project = load(tmp_path / "shop" / "lakestrap.yaml")
    assert [e.name for e in project.environments] == ["dev", "uat", "preprod", "prod"]
    assert project.environments[3].reviewers == ("@ada",)


def test_a_wrong_answer_is_told_beside_the_question_with_what_is_allowed(tmp_path: Path, terminals: list[Terminal]) -> None:
    terminal = opened(tmp_path / "shop", "--plain")
    terminals.append(terminal)
    for prompt, wrong, words, right in (
        ("GitHub repository", "fabrikam", "owner/name, like contoso/shop", "contoso/shop"),
        ("Create the repository", "maybe", "answer yes or no", ""),
        ("Visibility", "7", "a number from 1 to 3", ""),
        ("Project name", "Shop!", "2-24 lower-case letters, digits and single hyphens", ""),
        ("prod: Reviewers", "fabrikam/team", "only teams of the repository's owner can review", "@ana"),
    ):
        answer(terminal, {}, until=prompt)
        terminal.type(wrong)
        terminal.wait_for(words, 10)
        assert prompt in terminal.prompt()
        terminal.type(right)
    answer(terminal, {}, until=LAST)
    terminal.type("<")
    answer(terminal, {}, until="prod: Reviewers")
    terminal.type("nobody")
    terminal.wait_for("@nobody was not found. Take it all the same? [y/N] ", 10)
    terminal.type("n")
    assert terminal.prompt() == "prod: Reviewers [@ana]: "


def test_ctrl_c_keeps_the_answers_and_the_next_start_goes_on(tmp_path: Path, terminals: list[Terminal]) -> None:
    folder = tmp_path / "shop"
    terminal = opened(folder, "--plain")
    terminals.append(terminal)
    answer(terminal, {"GitHub repository": "contoso/other"}, until="Create the repository")
    terminal.interrupt()
    assert terminal.ended(30) == 130
    assert "go on with: lakestrap setup --plain" in terminal.transcript and "Traceback" not in terminal.transcript
    kept = resumed(folder)
    assert kept is not None and kept.get("github.repository") == "contoso/other"
    assert stat.S_IMODE(kept_at(folder).stat().st_mode) == 0o600
    assert not (folder / "lakestrap.yaml").exists()

    again = opened(folder, "--plain")
    terminals.append(again)
    again.wait_for("Going on where you left off.")
    first = again.prompt()
    assert first.startswith("Create the repository")
    again.type("<")
    assert again.prompt() == "GitHub repository [contoso/other]: "
    again.interrupt()
    assert again.ended(30) == 130


def test_without_a_terminal_every_missing_answer_is_listed(tmp_path: Path) -> None:
    tmp_path.joinpath("x").mkdir()
    done = rehearsed(tmp_path / "x", "lakestrap", "setup")
    assert done.code == 2 and not done.mutating
    for word in ("there is no such file", "name", "region", "github", "environments", "hint:"):
        assert word in done.stderr
