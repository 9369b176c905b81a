"""Rewriting keeps what a person wrote; a failed write loses nothing."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from wizard.errors import BadInput
from wizard.project import file
from wizard.project.model import Environment, Project

TEXT = """\
# the shop
version: 1
name: shop            # short
region: "westeurope"  # quoted

github: {repository: contoso/shop, visibility: internal}

tags:
  cost-centre: "4711"   # keep it text

environments:
  # first
  - name: dev
    subscription: Contoso Dev   # ours
  # last
  - name: prod
    subscription: 'Contoso Prod'
    reviewers: ["@ana", contoso/platform]   # two

# the end
"""
EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*/lakestrap.yaml"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "lakestrap.yaml"
    made.write_text(TEXT)
    return made


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.parent.name)
def test_the_examples_are_valid_and_survive_rewriting(example: Path, tmp_path: Path) -> None:
    copy = tmp_path / "lakestrap.yaml"
    copy.write_text(example.read_text())
    project = file.load(copy)
    assert file.save(copy, project) == project
    assert copy.read_text() == example.read_text()


def test_a_changed_value_changes_one_line(path: Path) -> None:
    file.save(path, {"region": "northeurope"})
    assert path.read_text() == TEXT.replace('"westeurope"  # quoted', '"northeurope" # quoted')


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.parent.name)
def test_an_example_differs_in_one_line_after_one_change(example: Path, tmp_path: Path) -> None:
    copy = tmp_path / "lakestrap.yaml"
    copy.write_text(example.read_text())
    file.save(copy, {"region": "northeurope"})
    before, after = example.read_text().splitlines(), copy.read_text().splitlines()
    assert len(before) == len(after)
    assert [new for old, new in zip(before, after, strict=True) if old != new] == ["region: northeurope"]


def test_fields_are_reached_by_the_name_of_their_environment(path: Path) -> None:
    project = file.save(path, {"environments.prod.wait_minutes": 10, "environments.dev.reviewers": ["@bea"]})
    assert project.environment("prod").wait_minutes == 10
    assert project.environment("dev").reviewers == ("@bea",)
    assert '    reviewers: ["@bea"]\n' in path.read_text()
    assert all(comment in path.read_text() for comment in ("# the shop", "# short", "# first", "# last", "# two", "# the end"))


def test_a_field_is_removed_by_none(path: Path) -> None:
    project = file.save(path, {"environments.prod.reviewers": None, "tags": None, "access": None})
    assert project.environment("prod").reviewers == ()
    assert "tags" not in path.read_text()


def test_a_changed_project_keeps_comments(path: Path) -> None:
    project = file.load(path)
    third = Environment(name="uat", subscription="Contoso UAT")
    wider = project.model_copy(update={"environments": (project.environments[0], third, project.environments[1]), "samples": False})
    assert [environment.name for environment in file.save(path, wider).environments] == ["dev", "uat", "prod"]
    assert file.load(path) == wider
    assert all(comment in path.read_text() for comment in ("# the shop", "# short", "# quoted", "# keep it text", "# ours", "# two"))


def test_an_environment_is_removed(path: Path) -> None:
    project = file.load(path)
    file.save(path, project.model_copy(update={"environments": project.environments[:1]}))
    assert "prod" not in path.read_text()
    assert "# ours" in path.read_text()


def test_a_new_file_is_whole_and_readable_again(tmp_path: Path) -> None:
    raw = {"version": 1, "name": "shop", "region": "westeurope", "github": {"repository": "contoso/shop"}}
    project = Project.model_validate({**raw, "environments": [{"name": "dev", "subscription": "Contoso Dev", "reviewers": ["@ana"]}]})
    file.save(tmp_path / "lakestrap.yaml", project)
    assert file.load(tmp_path) == project
    assert (tmp_path / "lakestrap.yaml").read_text().startswith("# What lakestrap sets up.")


def test_a_commented_list_can_be_emptied_in_its_place(tmp_path: Path) -> None:
    path = tmp_path / "lakestrap.yaml"
    block = "secrets:\n  - name: salt  # why\n    from: generate  # how\n"
    path.write_text(TEXT.replace("environments:", block + "environments:"))
    project = file.save(path, {"secrets": []})
    assert project.secrets == ()
    lines = path.read_text().splitlines()
    assert lines[lines.index("secrets: []") + 1] == "environments:"
    assert "# ours" in path.read_text()


@pytest.mark.parametrize("before", ["", "# ours, to be filled in\n"])
def test_an_empty_file_is_filled(tmp_path: Path, path: Path, before: str) -> None:
    empty = tmp_path / "empty.yaml"
    empty.write_text(before)
    file.save(empty, file.load(path))
    assert file.load(empty) == file.load(path)
    assert empty.read_text().startswith(before or "# What lakestrap sets up.")


def test_a_file_that_is_something_else_is_left_alone(tmp_path: Path, path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text("- a list\n")
    with pytest.raises(BadInput, match="fields with values"):
        file.save(other, file.load(path))
    assert other.read_text() == "- a list\n"


def test_lists_stay_flush_left_and_line_ends_stay(path: Path) -> None:
    flush = TEXT.replace("  # first\n  - name", "- name").replace("  # last\n  - name", "- name").replace("\n    ", "\n  ")
    path.write_bytes(flush.replace("\n", "\r\n").encode())
    file.save(path, {"region": "northeurope"})
    expected = flush.replace('"westeurope"  # quoted', '"northeurope" # quoted')
    assert path.read_bytes().decode() == expected.replace("\n", "\r\n")


def test_nothing_is_written_that_would_not_be_valid(path: Path) -> None:
    with pytest.raises(BadInput):
        file.save(path, {"region": "West Europe"})
    assert path.read_text() == TEXT
    assert list(path.parent.iterdir()) == [path]


def test_nothing_is_written_where_nothing_changed(path: Path) -> None:
    before = path.stat()
    file.save(path, {"region": "westeurope"})
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_full_disk_loses_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        file.save(path, {"region": "northeurope"})
    assert path.read_text() == TEXT
    assert list(path.parent.iterdir()) == [path]


def test_permissions_and_links_stay(path: Path) -> None:
    path.chmod(0o640)
    link = path.parent / "link.yaml"
    link.symlink_to(path)
    file.save(link, {"region": "northeurope"})
    assert link.is_symlink()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert "northeurope" in path.read_text()


@pytest.mark.parametrize("place", ["environments.test.region", "environments.9.region", "environments.9", "environments.test"])
def test_a_path_that_leads_nowhere_is_refused(path: Path, place: str) -> None:
    with pytest.raises(BadInput, match="there is no"):
        file.save(path, {place: "northeurope"})
