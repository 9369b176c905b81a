"""Bicep, its compiled form, the parameter files and what is published about them agree."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.render.projects import project
from wizard.project.model import Project
from wizard.render import assets, header, render
from wizard.render.modules import module_of, types_written
from wizard.render.parameters import parameter_file, parameters

Json = Any
KINDS = {"string": str, "int": int, "bool": bool, "object": dict, "array": list}
VAULT = "/subscriptions/1/resourceGroups/g/providers/Microsoft.Databricks/workspaces/theirs"
STORAGE = "/subscriptions/1/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/theirs"
NETWORK = "/subscriptions/1/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/theirs"
SOURCES = dict(assets.bicep_files())


def disagreements(given: dict[str, Json], template: Json) -> list[str]:
    """How given parameters differ from what a template declares."""
    declared = template["parameters"]
    found = [f"{name} is not declared" for name in given if name not in declared]
    found += [f"{name} is missing" for name, node in declared.items() if name not in given and "defaultValue" not in node]
    for name, value in given.items():
        node = declared.get(name, {})
        if node and not isinstance(value, KINDS[node["type"]]):
            found.append(f"{name} is no {node['type']}")
        if isinstance(value, str) and not node.get("minLength", 0) <= len(value) <= node.get("maxLength", 10**6):
            found.append(f"{name} is too short or too long")
    return found


def with_existing(mode: str = "public", **things: str) -> Project:
    raw = project(network={"mode": mode, "runs_on": ["self-hosted"]}).model_dump(by_alias=True)
    raw["environments"][0]["existing"] = things or {"workspace": VAULT, "storage": STORAGE}
    return Project.model_validate(raw)


CHOICES = {
    "usual": project(),
    "existing": with_existing(),
    "long": project(name="a" * 24),
    "injected": project(network={"mode": "injected"}),
    "private": project(network={"mode": "private", "runs_on": ["self-hosted"]}),
    "network": with_existing("injected", network=NETWORK),
    "zones": with_existing("private", network=NETWORK, dns_zones="/subscriptions/1/resourceGroups/dns"),
    "serverless": project(workspace={"compute": "serverless"}),
    "own": project(
        lake={"containers": ["rawdata", "prepareddata"], "redundancy": "ZRS"},
        monitoring={"retention_days": 90, "application_insights": True},
        budget={"amount": 500, "starts": "2026-12", "notify": ["ana@contoso.com"]},
    ),
}


@pytest.mark.parametrize("shop", CHOICES.values(), ids=CHOICES.keys())
def test_parameters_are_those_of_the_template(shop: Project) -> None:
    for environment in shop.environments:
        assert disagreements(parameters(shop, environment), assets.compiled_template()) == []


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"locaton": "x"}, "locaton is not declared"),
        ({"tags": "x"}, "tags is no object"),
        ({"workspaceName": "x"}, "workspaceName is too short or too long"),
    ],
)
def test_a_planted_disagreement_is_found(change: dict[str, Json], found: str) -> None:
    shop = project()
    assert disagreements({**parameters(shop, shop.environments[0]), **change}, assets.compiled_template()) == [found]
    assert "workspaceName is missing" in disagreements({}, assets.compiled_template())


def test_a_parameter_file_holds_marks_and_tags_and_no_observed_id() -> None:
    shop = project(tags={"cost-centre": "4711"})
    content = parameter_file(shop, shop.environments[1])
    assert content["parameters"]["tags"]["value"] == {"cost-centre": "4711", "lakestrap-project": "shop", "lakestrap-environment": "UAT"}
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-", json.dumps(content))


def templates(template: Json) -> Iterator[Json]:
    yield template
    for resource in template["resources"]:
        if resource["type"] == "Microsoft.Resources/deployments":
            yield from templates(resource["properties"]["template"])


def resources() -> list[Json]:
    return [resource for template in templates(assets.compiled_template()) for resource in template["resources"]]


def test_what_is_published_about_the_template_is_what_it_does() -> None:
    variables = [template.get("variables", {}) for template in templates(assets.compiled_template())]
    roles = {value for each in variables for name, value in each.items() if name.endswith("RoleId")}
    assert roles == set(assets.ROLES_ASSIGNED.values())
    assignments = [resource for resource in resources() if resource["type"] == "Microsoft.Authorization/roleAssignments"]
    assert {assignment["properties"]["principalType"] for assignment in assignments} == {"ServicePrincipal"}
    assert all(assignment["name"].startswith("[guid(") for assignment in assignments)
    usual = {each.partition("/")[0] for each in types_written(project(), project().environments[0])}
    assert usual - {"Microsoft.Authorization"} == set(assets.PROVIDERS)
    assert tuple(assets.compiled_template()["outputs"]) == assets.OUTPUTS


def declared(source: str, word: str) -> dict[str, str]:
    """Names and types of ``param`` or ``output`` declarations; each must carry a description."""
    found = {}
    for block in source.split("\n\n"):
        for name, kind in re.findall(rf"^{word} (\w+) (\w+)", block, re.MULTILINE):
            assert "@description('" in block, f"{word} {name} is without description"
            found[name] = kind
    return found


def by_name() -> dict[str, Json]:
    main = assets.compiled_template()
    nested = [resource for resource in main["resources"] if resource["type"] == "Microsoft.Resources/deployments"]
    modules = {module_of(resource["name"]): resource["properties"]["template"] for resource in nested}
    return {"main.bicep": main} | {f"modules/{name}.bicep": template for name, template in modules.items()}


def test_every_source_has_its_compiled_form() -> None:
    assert sorted(by_name()) == sorted(SOURCES)


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_source_and_compiled_form_declare_the_same(name: str) -> None:
    source, compiled = SOURCES[name], by_name()[name]
    for word, section in (("param", "parameters"), ("output", "outputs")):
        assert declared(source, word) == {key: node["type"] for key, node in compiled.get(section, {}).items()}
        for node in compiled.get(section, {}).values():
            assert f"@description('{node['metadata']['description']}')" in source
    types = re.findall(r"^resource \w+ '([^@']+)@([^']+)' =", source, re.MULTILINE)
    assert sorted(types) == sorted(
        (r["type"], r["apiVersion"]) for r in compiled["resources"] if r["type"] != "Microsoft.Resources/deployments"
    )
    modules = re.findall(r"^module \w+ '([^']+)'", source, re.MULTILINE)
    assert len(modules) == sum(r["type"] == "Microsoft.Resources/deployments" for r in compiled["resources"])


def test_a_parameter_without_description_would_be_found() -> None:
    with pytest.raises(AssertionError, match="without description"):
        declared("@description('x')\nparam a string\n\nparam b string\n", "param")


def test_the_rendered_sources_are_the_sources_under_a_header() -> None:
    files = {file.path: file.text for file in render(project())}
    for name, source in SOURCES.items():
        assert files[f"infra/{name}"] == header.stamped(name, source)
    assert json.loads(files["infra/compiled/main.json"]) == assets.compiled_template()


def test_a_parser_takes_every_source() -> None:
    language = pytest.importorskip("tree_sitter_bicep")
    tree_sitter = pytest.importorskip("tree_sitter")
    parser = tree_sitter.Parser(tree_sitter.Language(language.language()))
    for name, source in SOURCES.items():
        assert not parser.parse(source.encode()).root_node.has_error, name
    assert parser.parse(b"param x = = 1\n").root_node.has_error
