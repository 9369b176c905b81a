"""Samples of the kinds of Databricks, in a workspace that this run has made."""

from __future__ import annotations

from collections.abc import Mapping

from tests.contract.samples.stage import NAMED, Sample, Stage
from tests.providers.databricks.workspaces import Workspace
from wizard.engine.resource import Resource
from wizard.providers.databricks.oauth_secret import OAuthSecret
from wizard.providers.databricks.token import Token


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


async def _oauth_secret(stage: Stage) -> OAuthSecret:
    workspace = await _workspace(stage)
    member = await stage.made(workspace.principal())
    return OAuthSecret(host=workspace.host, principal=member.id, application_id=workspace.application, **NAMED)


async def _token(stage: Stage) -> Resource:
    secret = await _oauth_secret(stage)
    value = (await stage.made(secret)).attributes["value"]
    return Token(host=secret.host, application_id=secret.application_id, label="tool", sign_in=value, **NAMED)


SAMPLES: Mapping[str, Sample] = {
    "databricks.oauth_secret": Sample(_oauth_secret),
    "databricks.secret_acl": Sample(_acl, {"permission": "MANAGE"}),
    "databricks.secret_scope": Sample(_scope),
    "databricks.service_principal": Sample(_principal, {"entitlements": frozenset({"workspace-access", "databricks-sql-access"})}),
    "databricks.token": Sample(_token),
}
