"""Generated files brought along: the header says afterwards what it should, and nothing invalid is ever written."""

from __future__ import annotations

import pytest

from wizard.render import header
from wizard.render.following import Fate, followed, listing, split

NAME = "databricks.yml"
OLD, NEW = "targets:\n  dev: 1\n", "targets:\n  dev: 1\n  test: 1\n"


def stamped(body: str) -> str:
    return header.stamped(NAME, body)


def test_what_nobody_edited_is_afterwards_as_if_generated() -> None:
    result = followed(NAME, stamped(OLD), stamped(OLD), stamped(NEW))
    assert (result.fate, result.text) == (Fate.CHANGED, stamped(NEW))


def test_an_older_form_stays_and_still_counts_as_ours() -> None:
    result = followed(NAME, stamped(OLD), stamped("# old words\n" + OLD), stamped(NEW))
    assert result.text == stamped("# old words\n" + NEW) and header.state(NAME, result.text or "") is header.State.OURS


def test_an_edited_file_stays_edited_and_notes_what_it_was_generated_as() -> None:
    found = split(NAME, stamped(OLD))[0] + "# mine\n" + OLD
    result = followed(NAME, stamped(OLD), found, stamped(NEW))
    assert result.text == split(NAME, stamped(NEW))[0] + "# mine\n" + NEW
    assert header.state(NAME, result.text) is header.State.EDITED


@pytest.mark.parametrize(
    ("generated", "found", "reason"),
    [(OLD, None, "not there"), (None, "mine\n", "somebody else"), (OLD, "other: [\n", "edits of yours")],
)
def test_what_cannot_be_brought_along_is_left(generated: str | None, found: str | None, reason: str) -> None:
    result = followed(NAME, generated and stamped(generated), found, stamped(NEW))
    assert result.fate is Fate.LEFT and result.text == found and reason in result.reason


def test_a_merge_that_is_no_longer_valid_is_left() -> None:
    base, mine, new = "a: 1\nb: 2\nc: 3\nd: 4\n", 'a: "1\nb: 2\nc: 3\nd: 4\n', "a: 1\nb: 2\nc: 3\nd: 5\n"
    result = followed(NAME, stamped(base), mine, stamped(new))
    assert result.fate is Fate.LEFT and "valid" in result.reason and result.text == mine


def test_hashes_are_listed_entry_by_entry() -> None:
    name = header.MANIFEST
    before = header.stamped(name, header.manifest((("infra/a.json", "a"), ("infra/b.json", "b"))))
    after = header.stamped(name, header.manifest((("infra/a.json", "a"), ("infra/b.json", "b"), ("infra/c.json", "c"))))
    older = header.stamped(name, header.manifest((("infra/a.json", "older"), ("infra/b.json", "b"))))
    result = followed(name, before, older, after)
    assert result.text == header.stamped(name, header.manifest((("infra/a.json", "older"), ("infra/b.json", "b"), ("infra/c.json", "c"))))
    assert listing(older, {"infra/a.json": "a", "infra/c.json": "c"}) == after
    assert listing(None, {"infra/a.json": "a", "infra/b.json": "b"}) == before
