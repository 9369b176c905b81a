"""Samples of the kinds of Databricks, in a workspace that this run has made."""

from __future__ import annotations

from collections.abc import Mapping

from tests.contract.samples.stage import Sample, Stage
from tests.providers.databricks.workspaces import Workspace
from wizard.engine.resource import Resource


async def _workspace(stage: Stage) -> Workspace:
    workspace = Workspace(stage.sandbox, stage.session)
    await workspace.prepare()
    return workspace


async def _principal(stage: Stage) -> Resource:
    return (await _workspace(stage)).principal()


async def _scope(stage: Stage) -> Resource:
    return (await _workspace(stage)).scope()


async def _acl(stage: Stage) -> Resource:
    workspace = await _workspace(stage)
    await stage.made(workspace.scope())
    await stage.made(workspace.principal())
    return workspace.acl()


SAMPLES: Mapping[str, Sample] = {
    "databricks.secret_acl": Sample(_acl, {"permission": "MANAGE"}),
    "databricks.secret_scope": Sample(_scope),
    "databricks.service_principal": Sample(_principal, {"entitlements": frozenset({"workspace-access", "databricks-sql-access"})}),
}
