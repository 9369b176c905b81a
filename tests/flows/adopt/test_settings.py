"""What parameters, published files and catalogs tell of a project is what the project said; what they cannot tell is named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.scenarios.brownfield import STORAGE
from tests.scenarios.rehearsal import ROOT
from tests.scenarios.test_adopt_settings import INJECTED, PRIVATE, SECTIONS, SERVERLESS
from wizard.blueprint.data import READER, WRITER
from wizard.flows.adopt.bundle import FILES
from wizard.flows.adopt.catalogs import people
from wizard.flows.adopt.compose import Composed, composed
from wizard.flows.adopt.evidence import Gate, OnAzure, OnGitHub, Person
from wizard.flows.adopt.github import DEPLOY, ROTATE, VERIFY, parameter_file, published_parameters
from wizard.flows.adopt.settings import named, own_things
from wizard.project.data import schemas
from wizard.project.file import dumped, parsed
from wizard.project.model import Project
from wizard.project.naming import KINDS, names
from wizard.providers.databricks.held_catalog import HeldCatalog
from wizard.render.files import render
from wizard.render.parameters import parameters

Json = Any
OAUTH = "0f0f0f0f-0001-4d5e-8f60-000000000001"


def evidence(project: Project) -> tuple[OnGitHub, dict[str, OnAzure]]:
    """What the clouds would hold of a project, as it was set up."""
    texts = {file.path: file.text for file in render(project)}
    wanted = (*FILES, DEPLOY, VERIFY, ROTATE, *(parameter_file(each.name) for each in project.environments))
    gates = {each.name: Gate(each.name, {"LAKESTRAP_PROJECT": project.name}) for each in project.environments}
    github = OnGitHub(project.github.repository, "private", "main", gates, texts={path: texts.get(path) for path in wanted})
    azure = {}
    for each in project.environments:
        given = names(project, each)
        held = HeldCatalog(given.catalog, project.data.owner or "ada@contoso.com", project.data.isolated, tuple(sorted(schemas(project))))
        azure[each.name] = OnAzure(
            each.subscription,
            project.region,
            names={kind: getattr(given, kind) for kind in KINDS},
            mode="federated",
            parameters=parameters(project, each),
            catalog=held if project.data.unity_catalog else None,
        )
    return github, azure


def read_back(github: OnGitHub, azure: Mapping[str, OnAzure]) -> Composed:
    return composed("shop", github, azure, str)


@pytest.mark.parametrize("text", [INJECTED, PRIVATE, SERVERLESS], ids=["injected", "private", "serverless"])
def test_every_section_is_what_the_project_said(text: str) -> None:
    project = parsed(text)
    github, azure = evidence(project)
    found, said = read_back(github, azure).raw, dumped(project)
    for section in SECTIONS:
        if section not in ("access", "naming"):
            assert found.get(section) == said.get(section), section
    again = Project.model_validate(found)
    assert [parameters(again, each) for each in again.environments] == [parameters(project, each) for each in project.environments]
    assert [names(again, each) for each in again.environments] == [names(project, each) for each in project.environments]
    less = {name: OnAzure(seen.subscription, seen.region, names=seen.names, mode=seen.mode) for name, seen in azure.items()}
    assert read_back(github, less).raw.get("network", {}).get("mode") is None, "without parameters nothing is made up"


def test_parameters_of_the_repository_serve_where_no_deployment_is_left() -> None:
    project = parsed(INJECTED)
    github, _ = evidence(project)
    assert published_parameters(github, "dev") == parameters(project, project.environment("dev"))
    assert published_parameters(OnGitHub("a/b", "private", "main", texts={parameter_file("dev"): "no json"}), "dev") == {}


def test_names_and_things_of_the_users_own_are_told_by_parameters() -> None:
    project = parsed((ROOT / "tests/outputs/release-branches.yaml").read_text(encoding="utf-8"))
    assert any(each.existing.dns_zones for each in project.environments)
    for each in project.environments:
        given, kept = names(project, each), each.existing.model_dump(exclude_none=True)
        found = parameters(project, each)
        assert own_things(found) == {kind: kept[kind] for kind in ("workspace", "storage", "network", "dns_zones") if kind in kept}
        assert {kind: name for kind, name in named(found).items() if kind not in kept} == {
            kind: getattr(given, kind) for kind in named(found) if kind not in kept
        }
        assert ("network" in named(found)) == (not each.existing.network)
    assert "network" not in named({"networkMode": "public", "networkName": "vnet-dev"}), "a default of the template is no network"


def test_what_environments_disagree_about_is_told() -> None:
    github, azure = evidence(parsed(SERVERLESS))
    azure["prod"] = OnAzure(**{**_fields(azure["prod"]), "parameters": {**azure["prod"].parameters, "logRetentionDays": 365}})
    told = dict(read_back(github, azure).unknown)
    assert "prod has 365" in told["monitoring.retention_days"]


def test_what_breaks_a_rule_is_left_out_and_told() -> None:
    project = parsed(INJECTED)
    github, azure = evidence(project)
    unseen = {name: OnAzure(**{**_fields(seen), "catalog": None}) for name, seen in azure.items()}
    found = read_back(github, unseen)
    assert "data" not in found.raw and "bundle" not in found.raw, "its samples need a catalog, and none was seen"
    assert any(place.startswith("bundle") and "left out" in why for place, why in found.unknown)


def test_who_rotates_without_a_person_is_told_by_the_workflow() -> None:
    said = "{identity: 0f0f0f0f-0001-4d5e-8f60-000000000001, github_app: Iv23liABCDEFGHIJKLMN, within_days: 14}"
    text = SERVERLESS.replace("workspace:", f"identity: {{mode: client-secret}}\nmaintenance: {said}\nworkspace:")
    project = parsed(text)
    github, azure = evidence(project)
    modes = {name: OnAzure(**{**_fields(seen), "mode": "client-secret"}) for name, seen in azure.items()}
    assert read_back(github, modes).raw["maintenance"] == dumped(project)["maintenance"]
    told = dict(read_back(github, azure).unknown)
    assert "left out" in told["maintenance"], "where nothing ends there is nothing to rotate"


def test_of_a_secret_is_told_what_its_entry_in_the_vault_tells() -> None:
    github, azure = evidence(parsed(SERVERLESS))
    held = {"salt": "", "token": "0a" * 32, "oauth": OAUTH, "other": "0a1b2c", "key": "key1 2026-01-01T00:00:00Z"}
    seen = OnAzure(**{**_fields(azure["dev"]), "secrets": held, "existing": {"storage": STORAGE}})
    found = read_back(github, {"dev": seen})
    assert found.raw["secrets"] == [
        {"name": "salt", "from": "prompt"},
        {"name": "token", "from": "databricks-token"},
        {"name": "oauth", "from": "databricks-oauth-secret"},
        {"name": "other", "from": "prompt"},
        {"name": "key", "from": "storage-key"},
    ]
    told = {place: why for place, why in found.unknown if place.startswith("secrets.")}
    assert list(told) == ["secrets.salt.from", "secrets.other.from"] and told["secrets.other.from"].endswith("(0a1b2c)")
    theirs = OnAzure(**{**_fields(seen), "existing": {}})
    assert read_back(github, {"dev": theirs}).raw["secrets"][-1] == {"name": "key", "from": "prompt"}, "whose key it is is not known"


def test_a_file_that_cannot_be_read_tells_nothing() -> None:
    github, azure = evidence(parsed(SERVERLESS))
    broken = OnGitHub(**{**_fields(github), "texts": dict.fromkeys(github.texts, "a: [")})
    assert "bundle" not in read_back(broken, azure).raw


def test_who_reads_and_writes_a_catalog() -> None:
    grants = {
        "analysts": READER,
        "bea@contoso.com": WRITER | {"MANAGE"},
        "0f0f0f0f-0001-4d5e-8f60-000000000001": WRITER,
        "some": frozenset({"BROWSE"}),
    }
    assert list(people(HeldCatalog("shop_dev", grants=grants))) == [
        Person("group", "analysts", "data-reader"),
        Person("user", "bea@contoso.com", "data-writer"),
    ]


def _fields(thing: Any) -> dict[str, Json]:
    return {name: getattr(thing, name) for name in thing.__dataclass_fields__}
