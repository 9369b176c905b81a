"""The tables of resource types against the official descriptions, where these are at hand beside the checkout."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from wizard.sandbox.arm.types import databricks, factory, identity, monitoring, network, storage  # noqa: F401
from wizard.sandbox.arm.types.shape import Shape, normal, problems, shape
from wizard.sandbox.arm.types.table import TYPES

Json = Any
SPECS = Path(__file__).resolve().parents[4] / "shared" / "specs"
SCHEMAS, SWAGGER = "arm-template-schemas", "arm"
needs_specs = pytest.mark.skipif(not SPECS.exists(), reason="the official descriptions (../shared/specs) are not here")

TEMPLATES = [
    (databricks.WORKSPACE, "Microsoft.Databricks-2026-01-01.json", "workspaces"),
    (storage.ACCOUNT, "Microsoft.Storage-2026-04-01.json", "storageAccounts"),
    (storage.BLOB_SERVICE, "Microsoft.Storage-2026-04-01.json", "storageAccounts_blobServices"),
    (storage.CONTAINER, "Microsoft.Storage-2026-04-01.json", "storageAccounts_blobServices_containers"),
    (monitoring.WORKSPACE, "Microsoft.OperationalInsights-2025-07-01.json", "workspaces"),
    (
        TYPES["microsoft.managedidentity/userassignedidentities"].properties, "Microsoft.ManagedIdentity-2024-11-30.json",
        "userAssignedIdentities",
    ),
    (
        TYPES["microsoft.managedidentity/userassignedidentities/federatedidentitycredentials"].properties,
        "Microsoft.ManagedIdentity-2024-11-30.json", "userAssignedIdentities_federatedIdentityCredentials",
    ),
]  # fmt: skip
DEFINITIONS = [
    (databricks.WORKSPACE_BEFORE_MODES, "databricks-2024-05-01.json", "WorkspaceProperties", set()),
    (TYPES["microsoft.databricks/accessconnectors"].properties, "databricks-2024-05-01.json", "AccessConnectorProperties", set()),
    (network.NETWORK, "network-2024-01-01.json", "VirtualNetworkPropertiesFormat", {"flowLogs"}),
    (network.SUBNET, "network-2024-01-01.json", "SubnetPropertiesFormat", set()),
    (network.GROUP, "network-2024-01-01.json", "NetworkSecurityGroupPropertiesFormat", set()),
    (network.RULE, "network-2024-01-01.json", "SecurityRulePropertiesFormat", set()),
    (network.NAT, "network-2024-01-01.json", "NatGatewayPropertiesFormat", set()),
    (network.ADDRESS, "network-2024-01-01.json", "PublicIPAddressPropertiesFormat",
     {"servicePublicIPAddress", "natGateway", "migrationPhase", "linkedPublicIPAddress"}),
    (network.ROUTES, "network-2024-01-01.json", "RouteTablePropertiesFormat", set()),
    (network.ENDPOINT, "network-2024-01-01.json", "PrivateEndpointProperties", set()),
    (factory.FACTORY, "datafactory-2018-06-01.json", "FactoryProperties", set()),
    (factory.BUDGET, "consumption-budgets-2023-11-01.json", "BudgetProperties", set()),
    (monitoring.DIAGNOSTICS, "diagnosticsettings-2021-05-01-preview.json", "DiagnosticSettings", set()),
]  # fmt: skip


class Document:
    """One official file, and the reading of its schemas."""

    def __init__(self, path: Path) -> None:
        self.whole = json.loads(path.read_text())

    def followed(self, node: Json) -> Json:
        """The node behind references, and behind the choice between a value and a template expression."""
        read_only = False
        while True:
            read_only = read_only or bool(node.get("readOnly"))
            if "$ref" in node:
                target = self.whole
                for part in node["$ref"][2:].split("/"):
                    target = target[part]
                node = target
            elif "oneOf" in node:
                node = next(each for each in node["oneOf"] if not each.get("$ref", "").endswith("common.expression"))
            else:
                return {**node, "readOnly": True} if read_only else node

    def members(self, node: Json) -> tuple[dict[str, Json], set[str]]:
        """Properties and required names, inherited ones too."""
        node = self.followed(node)
        properties: dict[str, Json] = {}
        required = set(node.get("required", ()))
        for each in node.get("allOf", ()):
            more, wanted = self.members(each)
            properties |= more
            required |= wanted
        return properties | node.get("properties", {}), required

    def disagreements(self, ours: Shape, node: Json, path: str) -> Iterator[str]:
        """Where our table and the description differ; members of ours that are plain are not looked into."""
        official = self.followed(node)
        if ours.kind == "array" and ours.element is not None and "items" in official:
            yield from self.disagreements(ours.element, official["items"], path + "[]")
        if ours.kind == "enum":
            wanted = official.get("enum")
            if not wanted:
                yield f"{path}: not an enumeration: {official.get('type')}"
            elif extra := set(wanted) - set(ours.values):
                yield f"{path}: lacks {sorted(extra)}"
        kinds = {"string": "string", "int": "integer", "bool": "boolean", "number": "number"}
        if ours.kind in kinds and official.get("type") not in (None, kinds[ours.kind]):
            yield f"{path}: {ours.kind} and {official.get('type')}"
        if ours.kind == "object":
            yield from self._object(ours, official, path)

    def _object(self, ours: Shape, official: Json, path: str) -> Iterator[str]:
        properties, required = self.members(official)
        own = {name.lower(): name for name in ours.members}
        if path and set(ours.members) == {"id"}:
            return
        for name, node in properties.items():
            if name.lower() not in own:
                yield f"{path}: lacks {name}"
            else:
                yield from self.disagreements(ours.members[own[name.lower()]], node, f"{path}.{name}")
        settable = {name.lower() for name in required if name.lower() in own}
        if missing := settable - {name.lower() for name in ours.required}:
            yield f"{path}: requires {sorted(missing)}"


@needs_specs
@pytest.mark.parametrize(("ours", "file", "name"), TEMPLATES, ids=[f"{row[1]}:{row[2]}" for row in TEMPLATES])
def test_templates(ours: Shape, file: str, name: str) -> None:
    document = Document(SPECS / SCHEMAS / file)
    node = document.whole["resourceDefinitions"][name]["properties"]["properties"]
    assert list(document.disagreements(ours, node, "")) == []


@needs_specs
@pytest.mark.parametrize(("ours", "file", "name", "left_out"), DEFINITIONS, ids=[f"{row[1]}:{row[2]}" for row in DEFINITIONS])
def test_definitions(ours: Shape, file: str, name: str, left_out: set[str]) -> None:
    document = Document(SPECS / SWAGGER / file)
    found = list(document.disagreements(ours, document.whole["definitions"][name], ""))
    assert [each for each in found if not any(each == f": lacks {name}" for name in left_out)] == []
    properties, _ = document.members(document.whole["definitions"][name])
    written = {each for each in ours.read_only if each in properties and not document.followed(properties[each]).get("readOnly")}
    assert written <= {"createdBy", "updatedBy", "storageAccountIdentity", "managedDiskIdentity"}


@needs_specs
def test_a_planted_mistake_is_found() -> None:
    document = Document(SPECS / SCHEMAS / "Microsoft.Storage-2026-04-01.json")
    node = document.whole["resourceDefinitions"]["storageAccounts_blobServices_containers"]["properties"]["properties"]
    without = {name: each for name, each in storage.CONTAINER.members.items() if name != "metadata"}
    assert list(document.disagreements(dataclasses.replace(storage.CONTAINER, members=without), node, "")) == [": lacks metadata"]
    wrong = storage.CONTAINER.members | {"publicAccess": shape("x: Blob|None").members["x"]}
    assert list(document.disagreements(dataclasses.replace(storage.CONTAINER, members=wrong), node, "")) == [
        ".publicAccess: lacks ['Container']"
    ]


SMALL = shape("name: string!, size: int, mode: Hot|Cold, hosts: [{host: string!}], stamp: string~, tags: map")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"name": "a", "size": 1, "mode": "hot", "hosts": [{"host": "h"}], "stamp": 1, "tags": {}}, ""),
        ({"size": 1}, "Required property 'name' not found"),
        ({"name": "a", "colour": "red"}, "Could not find member 'colour'"),
        ({"name": "a", "size": True}, "to type 'Integer'"),
        ({"name": "a", "mode": "Warm"}, "one of 'Hot, Cold'"),
        ({"name": "a", "hosts": [{}]}, "Required property 'host'"),
        ({"name": "a", "hosts": {}}, "to type 'Array'"),
        ("text", "to type 'Object'"),
    ],
)
def test_the_notation(value: Json, words: str) -> None:
    found = list(problems(value, SMALL, "properties"))
    assert (words in found[0]) if words else not found


def test_expressions_pass_a_rehearsal_and_read_only_members_are_dropped() -> None:
    value = {"name": "[reference('x').name]", "size": "[add(1, 1)]", "stamp": "s", "mode": "hot"}
    assert list(problems(value, SMALL, "properties", tolerant=True)) == []
    assert list(problems(value, SMALL, "properties")) != []
    assert normal({"Name": "a", "stamp": "s", "mode": "hot"}, SMALL) == {"name": "a", "mode": "Hot"}
