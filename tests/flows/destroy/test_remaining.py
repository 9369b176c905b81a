"""The project without some of its environments means the same for the others; every kind has a place in the order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from wizard.errors import BadInput
from wizard.flows.destroy.files import local, take_out
from wizard.flows.destroy.leftovers import MarkedResource
from wizard.flows.destroy.order import ALONG, NEVER, RANKS, rank
from wizard.flows.destroy.remaining import chosen, wished, without
from wizard.project.model import Project
from wizard.providers import KINDS, kind_class
from wizard.render.files import render

GIVEN: dict[str, Any] = {
    "version": 1,
    "name": "shop",
    "region": "westeurope",
    "github": {"repository": "contoso/shop"},
    "access": [
        {"group": "operators", "role": "reader", "environments": ["dev", "prod"]},
        {"group": "testers", "role": "reader", "environments": ["prod"]},
    ],
    "secrets": [{"name": "salt", "from": "generate", "environments": ["prod"]}],
    "environments": [{"name": name, "subscription": "Contoso Dev"} for name in ("dev", "test", "prod")],
}
PROJECT = Project.model_validate(GIVEN)


def test_what_named_the_environment_is_narrowed_or_goes() -> None:
    left = without(PROJECT, ["prod"])
    assert left is not None
    assert [item.environments for item in left.access] == [("dev",)]
    assert left.secrets == ()


def test_the_new_last_one_does_not_become_production_by_its_place() -> None:
    left = without(PROJECT, ["prod"])
    assert left is not None and not any(left.is_production(environment) for environment in left.environments)
    assert not left.purge_protected(left.environment("test")), "purge protection could never be taken back"
    middle = without(PROJECT, ["test"])
    assert middle is not None and middle.is_production(middle.environment("prod")) and middle.environments[-1].production is None


def test_nothing_is_left_of_a_whole_project() -> None:
    assert without(PROJECT, ["dev", "test", "prod"]) is None
    assert without(PROJECT, []) is PROJECT
    assert set(wished(PROJECT, None, True).values()) == {None}


def test_unknown_names_are_told_all_at_once() -> None:
    with pytest.raises(BadInput) as refused:
        chosen(PROJECT, ["dev", "stage", "uat"])
    assert [problem.place for problem in refused.value.problems] == ["stage", "uat"]


def test_every_kind_has_a_place() -> None:
    for kind in KINDS:
        told = (kind in RANKS) + (kind in NEVER) + (kind in ALONG)
        assert told == 1 or (told == 0 and kind_class(kind).lookup), kind


def test_what_azure_keeps_for_others_goes_after_them() -> None:
    def of(kind: str) -> int:
        place = f"/subscriptions/1/resourceGroups/rg/providers/{kind}/one"
        return rank(MarkedResource(name=kind, project="shop", resource_id=place, api_version="2026-01-01"))

    network = "Microsoft.Network"
    kinds = ("privateEndpoints", "privateDnsZones", "virtualNetworks", "natGateways", "publicIPAddresses")
    ranks = [of(f"{network}/{kind}") for kind in kinds]
    assert ranks == sorted(set(ranks))
    assert of("Microsoft.Databricks/workspaces") < of("Microsoft.Databricks/accessConnectors") < of(f"{network}/virtualNetworks")


def written(root: Path, project: Project) -> None:
    for file in render(project):
        path = root / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.text, encoding="utf-8")


def test_files_of_ours_go_and_edited_ones_stay(tmp_path: Path) -> None:
    written(tmp_path, PROJECT)
    (tmp_path / "databricks.yml").write_text((tmp_path / "databricks.yml").read_text() + "# mine\n", encoding="utf-8")
    parameters = tmp_path / "infra/parameters/dev.parameters.json"
    parameters.write_text(parameters.read_text().replace("westeurope", "northeurope"), encoding="utf-8")
    (tmp_path / "mine.py").write_text("1\n", encoding="utf-8")
    texts = wished(PROJECT, None, True)
    events = list(take_out(tmp_path, texts))
    left = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    left -= {".lakestrap/.gitignore"}
    assert left == {"databricks.yml", "infra/parameters/dev.parameters.json", "mine.py"}
    assert {event.key for event in events if event.outcome.startswith("yours")} == left - {"mine.py"}
    assert not (tmp_path / ".github").exists()


def test_the_others_files_are_written_anew_and_one_goes(tmp_path: Path) -> None:
    written(tmp_path, PROJECT)
    left = without(PROJECT, ["dev"])
    texts = wished(PROJECT, left, True)
    found = local(tmp_path, texts)
    assert found.removed == ("infra/parameters/dev.parameters.json",)
    assert ".github/workflows/deploy.yml" in found.rewritten and "infra/main.bicep" not in found.rewritten
    list(take_out(tmp_path, texts))
    assert local(tmp_path, texts).removed == local(tmp_path, texts).rewritten == ()
