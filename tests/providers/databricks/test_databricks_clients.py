"""What a user's own scripts do with the real SDK: files, jobs, clusters, tokens."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.providers.databricks.workspaces import Workspace

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

SOURCE = b"# Databricks notebook source\nprint(1)\n"


@pytest.mark.matrix
async def test_a_notebook_is_uploaded_and_run(workspace: Workspace) -> None:
    def play(client: WorkspaceClient) -> Any:
        from databricks.sdk.service.jobs import NotebookTask, Task
        from databricks.sdk.service.workspace import ImportFormat

        home = f"/Users/{client.current_user.me().user_name}"
        client.workspace.mkdirs(f"{home}/demo")
        client.workspace.upload(f"{home}/demo/nb.py", io.BytesIO(SOURCE), format=ImportFormat.AUTO, overwrite=True)
        assert client.workspace.download(f"{home}/demo/nb").read() == SOURCE
        task = Task(task_key="main", notebook_task=NotebookTask(notebook_path=f"{home}/demo/nb"))
        job = client.jobs.create(name="demo", tasks=[task])
        assert [each.job_id for each in client.jobs.list(name="demo")] == [job.job_id]
        started = client.jobs.run_now(job.job_id)
        return client.jobs.get_run(started.run_id)

    run = await workspace.session.databricks(workspace.host, play)
    raw = ("/workspace/import", "/workspace/export")  # a form and a file as it is: the descriptions know JSON only
    workspace.sandbox.exchanges[:] = [each for each in workspace.sandbox.exchanges if not any(path in each["url"] for path in raw)]
    assert run.state.life_cycle_state.value == "RUNNING"
    with workspace.sandbox.lock:
        workspace.sandbox.world.clock.forward(2)
    done = await workspace.session.databricks(workspace.host, lambda w: w.jobs.get_run(run.run_id))
    assert done.state.result_state.value == "SUCCESS"


async def test_clusters_policies_tokens_and_the_metastore(workspace: Workspace) -> None:
    def play(client: WorkspaceClient) -> None:
        from databricks.sdk.errors import ResourceDoesNotExist

        made = client.clusters.create(
            spark_version="16.4.x-scala2.12",
            node_type_id="Standard_DS3_v2",
            num_workers=1,
            cluster_name="small",
            autotermination_minutes=10,
        )
        assert [each.cluster_name for each in client.clusters.list()] == ["small"]
        client.clusters.permanent_delete(made.cluster_id)
        with pytest.raises(ResourceDoesNotExist):
            client.clusters.get(made.cluster_id)
        assert "Job Compute" in {policy.name for policy in client.cluster_policies.list()}
        token = client.tokens.create(comment="t", lifetime_seconds=int(timedelta(hours=1).total_seconds()))
        assert token.token_value.startswith("dapi")
        client.tokens.delete(token.token_info.token_id)
        assert client.metastores.current().metastore_id
        assert {group.display_name for group in client.groups_v2.list()} == {"admins", "users"}

    await workspace.session.databricks(workspace.host, play)
