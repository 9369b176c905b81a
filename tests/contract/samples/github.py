"""Samples of the kinds of GitHub."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.contract.samples.stage import NAMED, SHARED, Sample, Stage, plain
from wizard.engine.resource import Resource
from wizard.providers.github.branch import Branch
from wizard.providers.github.environment import Environment
from wizard.providers.github.environment_secret import EnvironmentSecret
from wizard.providers.github.environment_variable import EnvironmentVariable
from wizard.providers.github.files import Files
from wizard.providers.github.first_commit import FirstCommit
from wizard.providers.github.oidc_subject import OidcSubject
from wizard.providers.github.repository import Repository
from wizard.providers.github.repository_variable import RepositoryVariable
from wizard.providers.github.ruleset import Ruleset
from wizard.secret import Secret

SHOP: dict[str, Any] = {"repository": "contoso/shop", **NAMED}
REPOSITORY = Repository(**SHOP)
FILES = {"lakestrap.yaml": "name: shop\n", ".github/workflows/infra.yml": "name: infra\n"}


FIRST = FirstCommit(path="lakestrap.yaml", text=FILES["lakestrap.yaml"], **SHOP)


async def _first_commit(stage: Stage) -> Resource:
    await stage.made(REPOSITORY)
    return FIRST


async def _with_files(stage: Stage) -> None:
    await stage.made(REPOSITORY)
    await stage.made(FIRST)
    await stage.made(Files(branch="main", files=FILES, **SHOP))


async def _files(stage: Stage) -> Resource:
    """A proposal to a repository that holds something already."""
    await _with_files(stage)
    return Files(branch="main", files={**FILES, "databricks.yml": "bundle: {name: shop}\n"}, **SHOP)


async def _branch(stage: Stage) -> Resource:
    await _with_files(stage)
    return Branch(branch="release", **SHOP)


async def _ruleset(stage: Stage) -> Resource:
    await _with_files(stage)
    return Ruleset(ruleset="lakestrap shop branches", patterns=("refs/heads/main",), **SHOP)


async def _environment(stage: Stage) -> Environment:
    await stage.made(REPOSITORY)
    return Environment(environment_name="dev", reviewers=("@ana",), wait_minutes=5, deploy_from=("main", "tag:v*"), **SHOP)


async def _variable(stage: Stage) -> Resource:
    await stage.made(await _environment(stage))
    where = {"repository": "contoso/shop", "environment_name": "dev", **SHARED}
    return EnvironmentVariable(name="dev/AZURE_LOCATION", variable="AZURE_LOCATION", value="westeurope", **where)


async def _repository_variable(stage: Stage) -> Resource:
    await stage.made(REPOSITORY)
    return RepositoryVariable(name="dev/EXPIRES_DEV", variable="EXPIRES_DEV", value="2027-05-31", repository="contoso/shop", **SHARED)


async def _secret(stage: Stage) -> Resource:
    await stage.made(await _environment(stage))
    where = {"repository": "contoso/shop", "environment_name": "dev", **SHARED}
    return EnvironmentSecret(name="dev/TOKEN", secret_name="TOKEN", value=Secret("correct-horse-battery"), **where)


async def _subject(stage: Stage) -> Resource:
    await stage.made(REPOSITORY)
    return OidcSubject(environment_name="dev", **SHOP)


async def _actions_off(stage: Stage) -> None:
    """As an administrator of the repository would."""
    await stage.session.github(
        lambda g: g.requester.requestJsonAndCheck("PUT", "/repos/contoso/shop/actions/permissions", input={"enabled": False})
    )


SAMPLES: Mapping[str, Sample] = {
    "github.branch": Sample(_branch),
    "github.environment": Sample(_environment, {"wait_minutes": 10}),
    "github.environment_secret": Sample(_secret, {"rewrite": True}),
    "github.environment_variable": Sample(_variable, {"value": "northeurope"}),
    "github.files": Sample(_files, {"files": {**FILES, "databricks.yml": "bundle: {name: store}\n"}}),
    "github.first_commit": Sample(_first_commit),
    "github.oidc_subject": Sample(_subject),
    "github.repository": Sample(plain(REPOSITORY), spoiled=_actions_off),
    "github.repository_variable": Sample(_repository_variable, {"value": "2027-06-30"}),
    "github.ruleset": Sample(_ruleset, {"approvals": 1}),
}
