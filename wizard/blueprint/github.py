"""GitHub's part: the repository, its branches and rules, the environments with their gates and variables, the files.

Owns which GitHub objects a project needs and in which order trust may be given.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from wizard.blueprint.facts import Facts, Place
from wizard.blueprint.issued import issued
from wizard.blueprint.vaults import CREDENTIAL
from wizard.engine.resource import Ref, Resource
from wizard.project.model import FILE_NAME, Project
from wizard.providers.github.branch import Branch
from wizard.providers.github.environment import Environment
from wizard.providers.github.environment_secret import EnvironmentSecret
from wizard.providers.github.environment_variable import EnvironmentVariable
from wizard.providers.github.files import Files
from wizard.providers.github.first_commit import FirstCommit
from wizard.providers.github.oidc_subject import OidcSubject
from wizard.providers.github.repository import Repository
from wizard.providers.github.ruleset import Ruleset
from wizard.render.files import render
from wizard.render.header import written_by_us

FILES_KEY = "github.files/delivery"
FIRST_COMMIT_KEY = "github.first_commit/repository"


def repository_resources(project: Project, facts: Facts) -> Iterator[Resource]:
    """What exists once: the repository, the strategy's branches, its rules, and the published files."""
    github, owner = project.github, project.name
    name = github.repository
    yield Repository(name="repository", project=owner, repository=name, create_missing=github.create, visibility=github.visibility)
    gates = {e.name: facts.gates.approvals for e in project.environments}
    files = {file.path: file.text for file in render(project, gates) if file.path not in facts.edited}
    files |= {FILE_NAME: facts.project_file} if facts.project_file else {}
    yield _first_commit(project, files)
    yield Files(
        name="delivery",
        project=owner,
        repository=name,
        branch=github.default_branch,
        files=files,
        written_by_us=written_by_us,
        after=(FIRST_COMMIT_KEY,),
    )
    for branch in _branches(project):
        yield Branch(name=branch, project=owner, repository=name, branch=branch, base=github.default_branch, after=(FILES_KEY,))
    if facts.gates.rulesets:
        yield from _rulesets(project)


def _first_commit(project: Project, files: Mapping[str, str]) -> Resource:
    """What an empty repository begins with; a workflow is not the first file."""
    path = min(files, key=lambda path: (path.startswith(".github/"), path), default="")
    name, repository = project.github.repository, ("github.repository/repository",)
    return FirstCommit(name="repository", project=project.name, repository=name, path=path, text=files.get(path, ""), after=repository)


def _branches(project: Project) -> tuple[str, ...]:
    """Branches that the delivery strategy deploys from, beside the default one."""
    wanted = (pattern for e in project.environments for pattern in project.deploys_from(e))
    literal = (p for p in wanted if not p.startswith("tag:") and not set(p) & set("*?["))
    return tuple(dict.fromkeys(branch for branch in literal if branch != project.github.default_branch))


def _rulesets(project: Project) -> Iterator[Resource]:
    patterns = dict.fromkeys(pattern for e in project.environments for pattern in project.deploys_from(e))
    branches = tuple(f"refs/heads/{p}" for p in patterns if not p.startswith("tag:"))
    tags = tuple(f"refs/tags/{p.removeprefix('tag:')}" for p in patterns if p.startswith("tag:"))
    for name, target, wanted in (("branches", "branch", branches), ("tags", "tag", tags)):
        if wanted:
            yield Ruleset(
                name=name,
                project=project.name,
                repository=project.github.repository,
                ruleset=f"lakestrap {project.name} {name}",
                target=target,
                patterns=wanted,
                after=(FILES_KEY,),
            )


def environment_resources(place: Place) -> Iterator[Resource]:
    """One GitHub environment: the gate first, then the subject it gives, then what jobs read."""
    project, gates = place.project, place.facts.gates
    yield from issued(place)
    if not gates.environments:
        return
    owned, name, repository = place.owned, project.github.repository, ("github.repository/repository",)
    reviewers = place.environment.reviewers if gates.approvals else ()
    yield Environment(
        name=place.name,
        environment_name=place.name,
        reviewers=reviewers,
        wait_minutes=place.environment.wait_minutes if gates.approvals else 0,
        prevent_self_review=place.environment.prevent_self_review and bool(reviewers),
        deploy_from=project.deploys_from(place.environment),
        after=repository,
        repository=name,
        **owned,
    )
    yield OidcSubject(name=place.name, environment_name=place.name, repository=name, after=repository, **owned)
    yield from environment_variables(place, place.name, _variables(place))
    if place.stores_credential:
        value = Ref(f"keyvault.secret/{place.name}-ops/{CREDENTIAL}", "value")
        yield EnvironmentSecret(
            name=f"{place.name}/AZURE_CLIENT_SECRET",
            environment_name=place.name,
            repository=name,
            secret_name="AZURE_CLIENT_SECRET",
            value=value,
            after=(place.gate_key,),
            **owned,
        )


def environment_variables(place: Place, environment_name: str, values: Mapping[str, str | Ref]) -> Iterator[Resource]:
    """What jobs in a GitHub environment read, once its gate is complete."""
    for variable, value in values.items():
        yield EnvironmentVariable(
            name=f"{environment_name}/{variable}",
            environment_name=environment_name,
            repository=place.project.github.repository,
            variable=variable,
            value=value,
            after=(f"github.environment/{environment_name}",),
            **place.owned,
        )


def _variables(place: Place) -> dict[str, str | Ref]:
    return {
        "AZURE_CLIENT_ID": place.client_id,
        "AZURE_TENANT_ID": place.facts.tenant,
        "AZURE_SUBSCRIPTION_ID": place.subscription,
        "AZURE_RESOURCE_GROUP": place.names.resource_group,
        "AZURE_LOCATION": place.region,
        "KEY_VAULT_NAME": place.names.vault,
        "DATABRICKS_HOST": place.address,
    }
