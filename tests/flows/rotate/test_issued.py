"""OAuth secrets, tokens and storage keys through a rotation: beside the old, every copy, the old one's end; and the ways back.

The world is one that the real command set up; each promise stands beside a violation that is caught.
"""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Sandbox
from tests.flows.rotate.issued_shop import COPIES, STONE, deployed, set_up_issued, stored, troubles, valid
from tests.flows.rotate.shops import Answers, rotated, tables_of
from wizard.flows.rotate.kinds.storage_key import BOTH

KINDS = {"dbx": "databricks-oauth-secret", "tool": "databricks-token", "stone": "storage-key", "salt": "key-vault-secret"}
NAMES = tuple(KINDS)
ISSUED = ("dbx", "tool", "stone")
DAYS = {"dbx": "contoso/shop||SECRET_DBX_EXPIRES_DEV", "tool": "contoso/shop||SECRET_TOOL_EXPIRES_DEV"}


@pytest.fixture
def sandbox_world() -> Any:
    return set_up_issued() / "world.json"


@pytest.fixture
def project(sandbox: Sandbox, tmp_path: Path) -> Path:
    """The project's file alone: another laptop."""
    return Path(shutil.copy(set_up_issued() / "lakestrap.yaml", tmp_path))


def last_day(tables: Any, name: str) -> str:
    """The day on which what the vault holds ends."""
    return datetime.fromtimestamp(stored(tables, name)["attributes"]["exp"], UTC).date().isoformat()


class Choosing(Answers):
    """Answers the one question that storage keys have."""

    def __init__(self, choice: str) -> None:
        super().__init__()
        self.chosen, self.asked = choice, [""][:0]

    async def choice(self, question: str, choices: tuple[str, ...], why: str) -> str | None:
        self.asked.append(question)
        return self.chosen


@pytest.mark.parametrize("name", NAMES)
async def test_a_rotation_and_its_end(sandbox: Sandbox, project: Path, name: str) -> None:
    before = tables_of(sandbox)
    old = stored(before, name)["value"]
    done = await rotated(project, kinds=(KINDS[name],))
    assert done.code == 0, done.error
    middle = tables_of(sandbox)
    assert troubles(middle, name) == [] and deployed(middle, name) != old
    if name in DAYS:
        assert before["github.variables"][DAYS[name]]["value"][:2] == "20", "set-up has written the day"
        assert middle["github.variables"][DAYS[name]]["value"] == last_day(middle, name)
    assert old in valid(middle, name), "both are valid during the grace"
    for other in set(COPIES) - {name}:
        assert stored(middle, other)["value"] == stored(before, other)["value"] and troubles(middle, other) == []
    with sandbox.lock:
        sandbox.world.clock.forward(25 * 3600)
    sandbox.as_user()
    done = await rotated(project, kinds=(KINDS[name],), expiring=0)
    after = tables_of(sandbox)
    assert done.code == 0 and troubles(after, name) == [] and old not in valid(after, name)


@pytest.mark.matrix
@pytest.mark.parametrize("name", NAMES)
async def test_undone_within_the_grace(sandbox: Sandbox, project: Path, name: str) -> None:
    old = stored(tables_of(sandbox), name)["value"]
    assert (await rotated(project, kinds=(KINDS[name],))).code == 0
    new = stored(tables_of(sandbox), name)["value"]
    done = await rotated(project, kinds=(KINDS[name],), undo=True)
    after = tables_of(sandbox)
    assert done.code == 0, done.error
    assert stored(after, name)["value"] == old and troubles(after, name) == [] and new not in valid(after, name)


@pytest.mark.matrix
@pytest.mark.parametrize("name", ISSUED)
async def test_a_copy_that_cannot_be_written_puts_everything_back(sandbox: Sandbox, project: Path, name: str) -> None:
    old, before = stored(tables_of(sandbox), name)["value"], valid(tables_of(sandbox), name)
    sandbox.faults.add(method="PUT", path=f".*/secrets/{COPIES[name]}", status=422, fail=1)
    done = await rotated(project, kinds=(KINDS[name],))
    after = tables_of(sandbox)
    assert done.code == 1 and stored(after, name)["value"] == old and troubles(after, name) == []
    assert len(valid(after, name)) == len(before), "the new one was withdrawn"


@pytest.mark.matrix
@pytest.mark.parametrize("name", ISSUED)
async def test_a_lost_answer_leaves_nothing_behind(sandbox: Sandbox, project: Path, name: str) -> None:
    path = {"dbx": ".*/credentials/secrets", "tool": ".*/token/create", "stone": ".*/regenerateKey"}[name]
    old, before = stored(tables_of(sandbox), name)["value"], valid(tables_of(sandbox), name)
    sandbox.faults.add(method="POST", path=path, when="after", reset=True)
    done = await rotated(project, kinds=(KINDS[name],))
    after = tables_of(sandbox)
    assert done.code == 1 and stored(after, name)["value"] == old and troubles(after, name) == []
    assert len(valid(after, name)) == len(before)


@pytest.mark.matrix
@pytest.mark.parametrize("name", ISSUED)
async def test_what_its_issuer_ended_is_found_wrong(sandbox: Sandbox, project: Path, name: str) -> None:
    """The check of these tests is itself shown to fail."""
    tables = tables_of(sandbox)
    if name == "stone":
        tables["arm.keys"][STONE.lower()]["key1"]["value"] = "other"
    else:
        tables["databricks.oauth_secrets" if name == "dbx" else "databricks.tokens"].clear()
    assert len(troubles(tables, name)) == 2


async def test_a_full_set_of_oauth_secrets_stops_before_any_change(sandbox: Sandbox, project: Path) -> None:
    with sandbox.lock:
        table = sandbox.world.table("databricks.oauth_secrets")
        (key,) = list(table)
        foreign = {"expire_time": "2028-01-01T00:00:00.000Z", "create_time": "2026-01-01T00:00:00.000Z"}
        for number in range(4):
            table[f"{key.partition('/')[0]}/theirs-{number}"] = table[key] | foreign | {"id": f"theirs-{number}", "value": "x"}
    before = tables_of(sandbox)
    done = await rotated(project, kinds=("databricks-oauth-secret",))
    assert done.code == 3 and done.error is not None
    assert all(f"theirs-{number} (not ours" in done.error.message for number in range(4))
    assert tables_of(sandbox) == before


async def test_oauth_secrets_of_others_are_never_ended(sandbox: Sandbox, project: Path) -> None:
    with sandbox.lock:
        table = sandbox.world.table("databricks.oauth_secrets")
        (key,) = list(table)
        times = {"create_time": "2026-01-01T00:00:00.000Z", "expire_time": "2028-01-01T00:00:00.000Z"}
        table[f"{key.partition('/')[0]}/theirs"] = table[key] | times | {"id": "theirs", "value": "x"}
    assert (await rotated(project, kinds=("databricks-oauth-secret",), grace="0")).code == 0
    assert "x" in valid(tables_of(sandbox), "dbx") and len(valid(tables_of(sandbox), "dbx")) == 2


@pytest.mark.matrix
async def test_the_key_that_no_copy_holds_is_idle_and_a_person_may_say_otherwise(sandbox: Sandbox, project: Path) -> None:
    asked = Choosing("key2")
    done = await rotated(project, kinds=("storage-key",), answers=asked)
    assert done.code == 0 and "the copies hold key1" in asked.asked[0]
    assert stored(tables_of(sandbox), "stone")["tags"]["lakestrap-credential"].startswith("key2 ")
    item = next(item for item in done.preview.items if item.credential.kind == "storage-key") if done.preview else None
    assert item is not None and "cannot be withdrawn" in item.credential.warnings[0] and "SAS" in item.credential.warnings[0]


@pytest.mark.parametrize(("choice", "words", "code"), [(BOTH, "both keys of stone are in use", 3), ("key1", "the copies hold key1", 2)])
async def test_keys_in_use_stop_it_before_any_change(sandbox: Sandbox, project: Path, choice: str, words: str, code: int) -> None:
    before = tables_of(sandbox)
    done = await rotated(project, kinds=("storage-key",), answers=Choosing(choice))
    told = str(done.error and (done.error.message + "".join(map(str, getattr(done.error, "problems", ())))))
    assert done.code == code and words in told
    assert tables_of(sandbox) == before


def made_anew(sandbox: Sandbox) -> None:
    """As somebody else would do with key1, which the copies hold."""
    with sandbox.lock:
        keys, accounts = sandbox.world.table("arm.keys"), sandbox.world.table("arm.resources")
        moment = "2026-06-01T00:00:00.0000000Z"
        keys[STONE.lower()] = keys[STONE.lower()] | {"key1": {"value": "b3RoZXI=", "created": moment}}
        account = accounts[STONE.lower()]
        account["properties"]["keyCreationTime"]["key1"] = moment
        accounts[STONE.lower()] = account


@pytest.mark.matrix
async def test_a_key_that_somebody_made_anew_is_replaced_by_the_other(sandbox: Sandbox, project: Path) -> None:
    made_anew(sandbox)
    assert len(troubles(tables_of(sandbox), "stone")) == 2
    done = await rotated(project)
    assert done.code == 0 and troubles(tables_of(sandbox), "stone") == [], "due by itself: its issuer does not know it any more"


async def test_where_no_copy_says_which_key_it_holds_a_person_has_to(sandbox: Sandbox, project: Path) -> None:
    made_anew(sandbox)
    with sandbox.lock:
        table = sandbox.world.table("keyvault.secrets")
        for key, row in list(table.items()):
            if "/stone/" in key:
                table[key] = row | {"tags": {}}
    before = tables_of(sandbox)
    done = await rotated(project, kinds=("storage-key",))
    assert done.code == 2 and tables_of(sandbox) == before
    assert (await rotated(project, kinds=("storage-key",), answers=Choosing("key2"))).code == 0
    assert troubles(tables_of(sandbox), "stone") == []


async def test_switched_off_keys_are_skipped(sandbox: Sandbox, project: Path) -> None:
    with sandbox.lock:
        accounts = sandbox.world.table("arm.resources")
        account = accounts[STONE.lower()]
        account["properties"]["allowSharedKeyAccess"] = False
        accounts[STONE.lower()] = account
    before = tables_of(sandbox)
    done = await rotated(project, kinds=("storage-key",))
    assert done.code == 0 and tables_of(sandbox) == before
    item = next(item for item in done.preview.items if item.credential.kind == "storage-key") if done.preview else None
    assert item is not None and item.task == "skip" and "takes no shared keys" in item.reason
