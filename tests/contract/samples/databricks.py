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


async def _lake(stage: Stage) -> Workspace:
    workspace = await _workspace(stage)
    await workspace.lake()
    return workspace


async def _assignment(stage: Stage) -> Resource:
    return (await _workspace(stage)).assignment()


async def _credential(stage: Stage) -> Resource:
    return (await _lake(stage)).credential()


async def _location(stage: Stage) -> Resource:
    workspace = await _lake(stage)
    await stage.made(workspace.credential())
    return workspace.location()


async def _catalog(stage: Stage) -> Resource:
    workspace = await _lake(stage)
    await stage.made(workspace.credential())
    await stage.made(workspace.location())
    return workspace.catalog(forced=True)  # every catalog is made with an empty schema


async def _existing_catalog(stage: Stage) -> Resource:
    catalog = await _catalog(stage)
    await stage.made(catalog)
    return Workspace.looked_up(catalog)


async def _schema(stage: Stage) -> Resource:
    catalog = await _catalog(stage)
    await stage.made(catalog)
    return Workspace.schema_in(catalog)


async def _grant(stage: Stage) -> Resource:
    catalog = await _catalog(stage)
    await stage.made(catalog)
    return Workspace.grant_on(catalog)


SAMPLES: Mapping[str, Sample] = {
    "databricks.catalog": Sample(_catalog, {"isolated": False}),
    "databricks.existing_catalog": Sample(_existing_catalog),
    "databricks.external_location": Sample(_location, {"isolated": False}),
    "databricks.grant": Sample(_grant, {"privileges": frozenset({"USE_CATALOG", "USE_SCHEMA", "SELECT"})}),
    "databricks.metastore_assignment": Sample(_assignment),
    "databricks.oauth_secret": Sample(_oauth_secret),
    "databricks.schema": Sample(_schema, {"owner": "data-engineers"}),
    "databricks.secret_acl": Sample(_acl, {"permission": "MANAGE"}),
    "databricks.secret_scope": Sample(_scope),
    "databricks.service_principal": Sample(_principal, {"entitlements": frozenset({"workspace-access", "databricks-sql-access"})}),
    "databricks.storage_credential": Sample(_credential, {"isolated": False}),
    "databricks.token": Sample(_token),
}
