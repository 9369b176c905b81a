"""What older releases of the compiler wrote, and which release a compiled template beside the source asks for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tools.bicep.dialect import NEWEST, dialect
from tools.bicep.refusal import Refusal
from tools.bicep.unit import Unit
from tools.bicep_compile import main, recorded

FORMS = """
@description('A name.')
@minLength(1)
param name string

resource one 'Microsoft.Storage/storageAccounts@2021-02-01' = {
  name: '${name}'
}

resource two 'Microsoft.Storage/storageAccounts/blobServices@2021-02-01' = {
  parent: one
  name: 'default'
}

resource three 'Microsoft.Storage/storageAccounts/blobServices/containers@2021-02-01' = {
  parent: two
  name: 'c'
}

module part 'part.bicep' = {
  name: 'part'
}

output endpoint string = one.properties.primaryEndpoints.blob
output text string = part.outputs.text
"""
DEPLOYMENT = "resourceId('Microsoft.Resources/deployments', 'part')"
ACCOUNT = "resourceId('Microsoft.Storage/storageAccounts', {0})"
PLAIN = "parameters('name')"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "part.bicep").write_text("output text string = 'x'\n")
    path = tmp_path / "main.bicep"
    path.write_text(FORMS)
    return path


def compiled(source: Path, release: str) -> dict[str, Any]:
    return Unit(source, dialect(release)).template()


def outputs(template: dict[str, Any]) -> list[str]:
    return [item["value"] for item in template["outputs"].values()]


def test_each_release_has_its_forms(source: Path) -> None:
    account = ACCOUNT.format(f"format('{{0}}', {PLAIN})")
    bare = ACCOUNT.format(PLAIN)
    expected = {
        "0.4.412.5873": ("2019-10-01", bare, f"[reference({DEPLOYMENT}, '2019-10-01').outputs.text.value]"),
        "0.4.1008.15138": ("2020-06-01", account, f"[reference({DEPLOYMENT}, '2020-06-01').outputs.text.value]"),
        "0.5.6.12127": ("2020-10-01", account, f"[reference({DEPLOYMENT}).outputs.text.value]"),
        "0.4.1124.51302": ("2020-10-01", account, f"[reference({DEPLOYMENT}, '2020-10-01').outputs.text.value]"),
        "0.11.1.770": ("2020-10-01", account, f"[reference({DEPLOYMENT}).outputs.text.value]"),
        "0.13.1.58284": ("2020-10-01", account, f"[reference({DEPLOYMENT}, '2020-10-01').outputs.text.value]"),
        "0.33.93.31351": ("2022-09-01", account, f"[reference({DEPLOYMENT}, '2022-09-01').outputs.text.value]"),
        NEWEST: ("2025-04-01", account, f"[reference({DEPLOYMENT}, '2025-04-01').outputs.text.value]"),
    }
    for release, (version, identifier, text) in expected.items():
        template = compiled(source, release)
        since = release == NEWEST or release.startswith(("0.13", "0.33"))
        about = f"{identifier}, '2021-02-01'" if since else identifier
        assert outputs(template) == [f"[reference({about}).primaryEndpoints.blob]", text], release
        assert template["resources"][3]["apiVersion"] == version


def test_only_early_releases_waited_for_every_ancestor_and_wrote_empty_functions(source: Path) -> None:
    early, later = compiled(source, "0.4.1008.15138"), compiled(source, "0.5.6.12127")
    assert [len(template["resources"][2]["dependsOn"]) for template in (early, later)] == [2, 1]
    assert early["functions"] == [] and "functions" not in later
    assert list(early)[3:5] == ["parameters", "functions"]


def test_early_releases_wrote_decorators_last_to_first(source: Path) -> None:
    assert list(compiled(source, "0.5.6.12127")["parameters"]["name"]) == ["type", "minLength", "metadata"]
    assert list(compiled(source, NEWEST)["parameters"]["name"]) == ["type", "metadata", "minLength"]


def test_what_an_early_release_wrote_is_refused_where_it_is_not_known(tmp_path: Path) -> None:
    path = tmp_path / "main.bicep"
    path.write_text("output id string = tenant().tenantId\n")
    assert compiled(path, NEWEST)["outputs"]["id"]["value"] == "[tenant().tenantId]"
    with pytest.raises(Refusal, match=r"1:20: tenant\(\) as a value in this release"):
        compiled(path, "0.4.613.9944")


def test_what_a_release_in_between_wrote_is_refused(source: Path) -> None:
    with pytest.raises(Refusal, match=r"6:10: something whose state is read, in this release"):
        compiled(source, "0.12.40.16777")


def test_early_releases_described_an_output_after_its_value(tmp_path: Path) -> None:
    path = tmp_path / "main.bicep"
    path.write_text("@description('d')\noutput one array = [for i in range(0, 2): i]\n@description('d')\noutput two string = 'x'\n")
    early, later = compiled(path, "0.15.31.15270")["outputs"], compiled(path, NEWEST)["outputs"]
    assert [list(item) for item in early.values()] == [["type", "copy", "metadata"], ["type", "value", "metadata"]]
    assert [list(item) for item in later.values()] == [["type", "metadata", "copy"], ["type", "metadata", "value"]]


def test_the_release_of_the_template_beside_the_source_is_kept(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    beside = source.with_name("azuredeploy.json")

    def release(*arguments: str) -> str:
        assert main([str(source), *arguments]) == 0
        version: str = json.loads(capsys.readouterr().out)["metadata"]["_generator"]["version"]
        return version

    assert release() == NEWEST
    beside.write_text(json.dumps({"metadata": {"_generator": {"name": "bicep", "version": "0.5.6.12127"}}}))
    assert release() == "0.5.6.12127"
    assert release("--release", "0.13.1.58284") == "0.13.1.58284"
    assert release("--release", "newest") == NEWEST


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"metadata": {"_generator": {"name": "other", "version": "1"}}}'])
def test_another_file_beside_the_source_says_nothing(source: Path, text: str) -> None:
    source.with_suffix(".json").write_text(text)
    assert recorded(source) is None


SPELLED = {
    "microsoft.insights/components@2020-02-02": "Microsoft.Insights/components",
    "Microsoft.Insights/diagnosticSettings@2017-05-01-preview": "microsoft.insights/diagnosticSettings",
    "Microsoft.Insights/diagnosticSettings@2021-05-01-preview": "Microsoft.Insights/diagnosticSettings",
    "Microsoft.Cdn/profiles/rulesets/rules@2021-06-01": "Microsoft.Cdn/profiles/ruleSets/rules",
    "Microsoft.Storage/storageAccounts@1999-01-01": "Microsoft.Storage/storageAccounts",
    "Own.Provider/things@1": "Own.Provider/things",
}


@pytest.mark.parametrize("reference", SPELLED)
def test_types_are_spelled_as_the_library_spells_them(reference: str, tmp_path: Path) -> None:
    path = tmp_path / "main.bicep"
    path.write_text(f"resource r '{reference}' = {{\n  name: 'a/b/c'\n}}\n")
    assert compiled(path, NEWEST)["resources"][0]["type"] == SPELLED[reference]


NESTED = """
param names array
param on bool

resource a 'Microsoft.Storage/storageAccounts@2021-02-01' = if (on) {
  name: 'acc'

  resource b 'blobServices' = [for item in names: if (item != 'x') {
    name: item
  }]
}

resource c 'Microsoft.Storage/storageAccounts@2021-02-01' = {
  name: 'other'
  dependsOn: [
    a::b
  ]
}
"""


def test_a_nested_loop_is_called_by_its_own_name_and_joins_both_conditions(tmp_path: Path) -> None:
    path = tmp_path / "main.bicep"
    path.write_text(NESTED)
    nested, _, other = compiled(path, NEWEST)["resources"]
    item = "parameters('names')[copyIndex()]"
    assert nested["copy"] == {"name": "b", "count": "[length(parameters('names'))]"}
    assert nested["condition"] == f"[and(parameters('on'), not(equals({item}, 'x')))]"
    assert nested["name"] == f"[format('{{0}}/{{1}}', 'acc', {item})]"
    assert other["dependsOn"] == ["b"]
    assert other["dependsOn"] != ["a::b"]


THROUGH = """
resource a 'Microsoft.Storage/storageAccounts@2021-02-01' = {
  name: 'acc'

  resource b 'blobServices' existing = {
    name: 'default'
  }
}

resource c 'Microsoft.Storage/storageAccounts/blobServices/containers@2021-02-01' = {
  parent: a::b
  name: 'c'
}
"""


@pytest.mark.parametrize(("release", "waits"), [("0.4.1272.37030", True), ("0.5.6.12127", False), ("0.7.4.23292", False), (NEWEST, True)])
def test_three_releases_forgot_what_an_existing_parent_depends_on(tmp_path: Path, release: str, waits: bool) -> None:
    path = tmp_path / "main.bicep"
    path.write_text(THROUGH)
    container = compiled(path, release)["resources"][1]
    assert container.get("dependsOn") == (["[resourceId('Microsoft.Storage/storageAccounts', 'acc')]"] if waits else None)


def test_another_way_through_an_existing_resource_is_refused_for_them(tmp_path: Path) -> None:
    path = tmp_path / "main.bicep"
    path.write_text(THROUGH.replace("parent: a::b\n  name: 'c'", "name: 'acc/default/${a::b.name}'"))
    with pytest.raises(Refusal, match=r"10:10: a dependency through an existing resource, in this release"):
        compiled(path, "0.5.6.12127")
