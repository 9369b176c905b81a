"""What the operator may do in a workspace and its metastore: every answer, and the request that goes with a *no*."""

from __future__ import annotations

from typing import Any

import pytest

from tests.providers.databricks.workspaces import Workspace
from wizard.providers.databricks.access import ADMINISTRATOR, Reach, may, reach
from wizard.providers.verdict import Answer

HOST = "adb-1.1.azuredatabricks.net"
CATALOG = "CREATE CATALOG on the metastore"
ADMIN = frozenset({"admins", "users"})


@pytest.mark.parametrize(
    ("seen", "action", "answer"),
    [
        (Reach("ada", ADMIN, "m"), ADMINISTRATOR, Answer.YES),
        (Reach("ada", frozenset({"users"}), "m"), ADMINISTRATOR, Answer.NO),
        (Reach(refusal="403: no member"), ADMINISTRATOR, Answer.NO),
        (Reach("ada", ADMIN), CATALOG, Answer.UNKNOWN),
        (Reach("ada", ADMIN, "m", owner="Ada"), CATALOG, Answer.YES),
        (Reach("ada", frozenset({"platform"}), "m", owner="platform"), CATALOG, Answer.YES),
        (Reach("ada", ADMIN, "m", "x", (("ada", "CREATE_CATALOG"),)), CATALOG, Answer.YES),
        (Reach("ada", ADMIN, "m", "x", (("account users", "CREATE_CATALOG"),)), CATALOG, Answer.YES),
        (Reach("ada", ADMIN, "m", "x", (("_workspace_admins_shop_1", "CREATE_CATALOG"),), whole=True), CATALOG, Answer.YES),
        (Reach("ada", frozenset(), "m", "x", (("_workspace_admins_shop_1", "CREATE_CATALOG"),), whole=True), CATALOG, Answer.NO),
        (Reach("ada", ADMIN, "m", "x", (("bob", "CREATE_CATALOG"), ("ada", "CREATE_SHARE"))), CATALOG, Answer.UNKNOWN),
        (Reach("ada", ADMIN, "m", "x", (("bob", "CREATE_CATALOG"),), whole=True), CATALOG, Answer.NO),
        (Reach("ada", frozenset({"users"}), "m", "x"), CATALOG, Answer.NO),
        (Reach("ada", frozenset({"users", "platform"}), "m", "x"), CATALOG, Answer.UNKNOWN),
    ],
)
def test_every_answer(seen: Reach, action: str, answer: Answer) -> None:
    verdict = may(seen, action, HOST)
    assert verdict.answer is answer and verdict.why
    if action == CATALOG and seen.metastore and answer is not Answer.YES:
        assert f"DATABRICKS_HOST=https://{HOST} databricks grants update metastore m --json" in verdict.hint
        assert '"principal":"ada","add":["CREATE_CATALOG"]' in verdict.hint


@pytest.mark.matrix
async def test_what_a_workspace_tells(workspace: Workspace) -> None:
    def metastore(**members: Any) -> None:
        with workspace.sandbox.lock:
            rows = workspace.sandbox.world.table("databricks.metastores")
            rows["westeurope"] = {**rows["westeurope"], **members}

    async def answer() -> Answer:
        return may(await reach(workspace.session, workspace.host), CATALOG, workspace.host).answer

    seen = await reach(workspace.session, workspace.host)
    assert seen.administers and seen.metastore and not seen.whole
    assert await answer() is Answer.UNKNOWN, "it came with the workspace, and nobody says so"
    metastore(grants={seen.name: ["CREATE_CATALOG"]})
    assert await answer() is Answer.YES
    metastore(grants={"bob@contoso.com": ["CREATE_CATALOG"]}, admins=[seen.name])
    assert (await reach(workspace.session, workspace.host)).whole and await answer() is Answer.YES
    with workspace.sandbox.lock:
        del workspace.sandbox.world.table("databricks.metastores")["westeurope"]
    assert (await reach(workspace.session, workspace.host)).metastore == "" and await answer() is Answer.UNKNOWN
