"""Whole templates without a world: symbolic names, existing resources, typed parameters, loops and their order."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

import pytest

from wizard.sandbox.arm.template.context import Cloud, Place
from wizard.sandbox.arm.template.dependencies import ordered
from wizard.sandbox.arm.template.faults import TemplateFault
from wizard.sandbox.arm.template.program import Program, prepared

Json = Any
PLACE = Place("t", "s", "g")
SCOPE = "/subscriptions/s/resourceGroups/g/providers"


class Known:
    """A cloud that answers with what it is asked."""

    def reference(self, resource_id: str, api_version: str) -> Json:
        return {"id": resource_id, "location": "westeurope", "properties": {"id": resource_id, "version": api_version}}

    def listing(self, function: str, resource_id: str, api_version: str, body: Json) -> Json:
        return {"keys": [{"value": f"{function} of {resource_id.rsplit('/', 1)[-1]} at {api_version}"}]}

    def resource_group(self, subscription_id: str, name: str) -> Json:
        return {"id": f"/subscriptions/{subscription_id}/resourceGroups/{name}", "name": name, "location": "westeurope"}

    def now(self) -> datetime:
        return datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def template(resources: Json, **sections: Json) -> Json:
    """A template of language version 2.0 where the resources have names."""
    head: Json = {"$schema": "s", "contentVersion": "1.0.0.0"} | ({"languageVersion": "2.0"} if isinstance(resources, dict) else {})
    return {**head, **sections, "resources": resources}


def program(whole: Json, **given: Json) -> Program:
    """The prepared template with these parameters."""
    return prepared(whole, {name: {"value": value} for name, value in given.items()}, PLACE, cast("Cloud", Known()))


def thing(name: str, **more: Json) -> Json:
    return {"type": "My.Rp/things", "apiVersion": "2024-01-01", "name": name, **more}


def value_of(whole: Program, output: str = "o") -> Json:
    return whole.outputs()[output]["value"]


def test_symbolic_names_existing_resources_and_their_scopes() -> None:
    existing = thing("old", existing=True, resourceGroup="other")
    child = {"type": "My.Rp/things/parts", "apiVersion": "2024-01-01", "name": "new/part", "dependsOn": ["new", "old"]}
    made = program(
        template(
            {"old": existing, "new": thing("new", properties={"from": "[reference('old').id]"}), "part": child},
            outputs={
                "o": {"type": "string", "value": "[resourceInfo('old').id]"},
                "key": {"type": "string", "value": "[listKeys('new', '2024-01-01').keys[0].value]"},
                "full": {"type": "string", "value": "[reference('new', '2024-02-02', 'Full').location]"},
            },
        )
    )
    steps = ordered(made.instances)
    assert [step.symbol for step in steps] == ["new", "part"]
    assert made.body(steps[0]) == {"properties": {"from": "/subscriptions/s/resourceGroups/other/providers/My.Rp/things/old"}}
    assert steps[1].id == f"{SCOPE}/My.Rp/things/new/parts/part"
    assert value_of(made) == "/subscriptions/s/resourceGroups/other/providers/My.Rp/things/old"
    assert value_of(made, "key") == "listKeys of new at 2024-01-01"
    assert value_of(made, "full") == "westeurope"


def test_extension_resources_in_every_form() -> None:
    lock = {"type": "Microsoft.Authorization/locks", "apiVersion": "2020-05-01", "name": "l", "properties": {}}
    forms = [
        thing("a"),
        lock | {"scope": "My.Rp/things/a"},
        lock | {"name": "m", "scope": "[resourceId('My.Rp/things', 'a')]"},
        lock | {"type": "My.Rp/things/providers/locks", "name": "a/Microsoft.Authorization/n"},
        lock | {"name": "top"},
    ]
    ids = [instance.id for instance in program(template(forms)).instances]
    assert ids == [
        f"{SCOPE}/My.Rp/things/a",
        *(f"{SCOPE}/My.Rp/things/a/providers/Microsoft.Authorization/locks/{name}" for name in "lmn"),
        f"{SCOPE}/Microsoft.Authorization/locks/top",
    ]
    assert {instance.type for instance in program(template(forms)).instances[1:]} == {"Microsoft.Authorization/locks"}


def test_reference_implies_a_dependency_and_batches_wait() -> None:
    late = thing("late", properties={"x": "[reference(resourceId('My.Rp/things', 'early')).id]"})
    loop = thing("[concat('b', copyIndex(1))]", copy={"name": "loop", "count": 4, "mode": "serial", "batchSize": 2}, dependsOn=["late"])
    whole = program(template([late, loop, thing("early"), thing("last", dependsOn=["loop"])]))
    names = [step.name for step in ordered(whole.instances)]
    assert names.index("early") < names.index("late") < names.index("b1")
    assert max(names.index("b1"), names.index("b2")) < min(names.index("b3"), names.index("b4"))
    assert names[-1] == "last"
    third = next(step for step in whole.instances if step.name == "b3")
    assert {key.rsplit("/", 1)[-1] for key in third.waits} == {"b1", "b2", "late"}


def test_loops_of_every_kind() -> None:
    whole = program(
        template(
            {
                "many": thing(
                    "[format('m{0}', copyIndex())]",
                    copy={"name": "many", "count": "[length(parameters('names'))]"},
                    properties={"copy": [{"name": "rows", "count": 2, "input": "[add(copyIndex('rows'), mul(10, copyIndex('many')))]"}]},
                )
            },
            parameters={"names": {"type": "array"}},
            variables={"copy": [{"name": "v", "count": 3, "input": {"n": "[copyIndex('v', 5)]"}}], "w": "[variables('v')[2].n]"},
            outputs={
                "o": {"type": "array", "value": "[map(references('many'), lambda('r', lambdaVariables('r').id))]"},
                "one": {"type": "string", "value": "[reference('many[1]').id]"},
                "w": {"type": "int", "value": "[variables('w')]"},
            },
        ),
        names=["a", "b"],
    )
    assert [whole.body(step)["properties"]["rows"] for step in ordered(whole.instances)] == [[0, 1], [10, 11]]
    assert value_of(whole) == [f"{SCOPE}/My.Rp/things/m0", f"{SCOPE}/My.Rp/things/m1"]
    assert value_of(whole, "one").endswith("/m1")
    assert value_of(whole, "w") == 7


def test_defaults_see_other_parameters_and_the_clock() -> None:
    whole = program(
        template(
            [],
            parameters={
                "b": {"type": "string", "defaultValue": "[concat(parameters('a'), '-', utcNow('yyyy'))]"},
                "a": {"type": "string", "defaultValue": "[resourceGroup().location]"},
                "s": {"type": "securestring", "defaultValue": "x"},
            },
            outputs={"o": {"type": "string", "value": "[parameters('B')]"}},
        )
    )
    assert value_of(whole) == "westeurope-2026"
    assert whole.shown_parameters()["s"] == {"type": "SecureString"}
    ring = {"a": {"type": "string", "defaultValue": "[parameters('b')]"}, "b": {"type": "string", "defaultValue": "[parameters('a')]"}}
    with pytest.raises(TemplateFault, match="circular"):
        program(template([], parameters=ring))


TYPES: Json = {
    "definitions": {
        "size": {"type": "string", "allowedValues": ["small", "large"]},
        "machine": {
            "type": "object",
            "properties": {"size": {"$ref": "#/definitions/size"}, "disks": {"type": "array", "items": {"type": "int", "minValue": 1}},
                           "note": {"type": "string", "nullable": True}},
            "additionalProperties": False,
        },
        "pet": {
            "type": "object",
            "discriminator": {"propertyName": "kind", "mapping": {
                "cat": {"type": "object", "properties": {"kind": {"type": "string"}, "lives": {"type": "int"}}},
                "dog": {"type": "object", "properties": {"kind": {"type": "string"}, "name": {"type": "string"}}},
            }},
        },
    },
    "parameters": {"m": {"$ref": "#/definitions/machine"}, "p": {"$ref": "#/definitions/pet", "nullable": True}},
}  # fmt: skip


@pytest.mark.parametrize(
    ("machine", "pet", "words"),
    [
        ({"size": "small", "disks": [1, 2]}, None, ""),
        ({"size": "small", "disks": [], "note": None}, {"kind": "cat", "lives": 9}, ""),
        ({"size": "medium", "disks": []}, None, "not part of the allowed value"),
        ({"size": "small", "disks": [0]}, None, "greater than or equal to '1'"),
        ({"size": "small"}, None, "required property 'disks' is missing"),
        ({"size": "small", "disks": [], "colour": "red"}, None, "property 'colour' is not allowed"),
        ({"size": "small", "disks": ["1"]}, None, "Expected 'Integer'. Actual 'String'"),
        ({"size": "small", "disks": []}, {"kind": "cow"}, "discriminator 'cow'"),
        ({"size": "small", "disks": []}, {"kind": "dog"}, "required property 'name' is missing"),
    ],
)
def test_typed_parameters(machine: Json, pet: Json, words: str) -> None:
    whole = template({}, **TYPES)
    if not words:
        assert program(whole, m=machine, p=pet).context.parameters["m"] == machine
        return
    with pytest.raises(TemplateFault, match=words):
        program(whole, m=machine, p=pet)


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ({"type": "int", "value": "text"}, "Expected 'Integer'. Actual 'String'"),
        ({"type": "string", "value": "[variables('x').y]"}, "template variable 'x' is not found"),
        ({"type": "array", "copy": {"count": -1, "input": 1}}, "non-negative integer"),
    ],
)
def test_outputs_that_cannot_be(output: Json, words: str) -> None:
    with pytest.raises(TemplateFault, match=words) as caught:
        program(template([], outputs={"o": output})).outputs()
    assert caught.value.code == "DeploymentOutputEvaluationFailed"


def test_a_condition_leaves_the_body_unread() -> None:
    resources = [
        thing("a", condition="[empty(parameters('on'))]", properties={"x": "[reference('nowhere').y]"}),
        thing("b", dependsOn=["a"]),
    ]
    whole = program(template(resources, parameters={"on": {"type": "string"}}), on="no")
    assert [step.name for step in ordered(whole.instances)] == ["b"]
    assert ordered(whole.instances)[0].waits == set()
