"""What three whole projects render to, byte for byte. ``UPDATE_GOLDEN=1`` writes the files anew."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.outputs.checking import GOLDENS
from tests.render.projects import EXAMPLES, ROOT
from wizard.project import file
from wizard.render import render

GOLDEN = Path(__file__).parent / "golden"
COPIED = ("infra/main.bicep", "infra/modules/", "infra/compiled/")
"""The same in every repository; held against their sources by ``test_bicep.py``."""


def rendered(name: str) -> dict[str, str]:
    files = render(file.load(GOLDENS[name]))
    return {item.path: item.text for item in files if not item.path.startswith(COPIED)}


@pytest.mark.parametrize("name", GOLDENS)
def test_the_projects_render_to_the_golden_files(name: str) -> None:
    folder, files = GOLDEN / name, rendered(name)
    if os.environ.get("UPDATE_GOLDEN"):
        shutil.rmtree(folder, ignore_errors=True)
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8", newline="\n")
    kept = {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in folder.rglob("*") if path.is_file()}
    assert sorted(files) == sorted(kept)
    for path, text in files.items():
        assert text == kept[path], path


def test_rendering_is_the_same_every_time_and_sorted() -> None:
    first = render(file.load(ROOT / "examples" / EXAMPLES[0]))
    assert first == render(file.load(ROOT / "examples" / EXAMPLES[0]))
    assert [item.path for item in first] == sorted(item.path for item in first)


def test_text_ends_with_one_line_end_and_has_no_carriage_return() -> None:
    for item in render(file.load(ROOT / "examples" / EXAMPLES[0])):
        assert item.text.endswith("\n"), item.path
        assert not item.text.endswith("\n\n"), item.path
        assert "\r" not in item.text, item.path
        assert not any(line != line.rstrip() for line in item.text.splitlines()), item.path
