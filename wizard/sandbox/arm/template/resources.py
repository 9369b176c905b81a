"""The resources of a template: which there are, how each is called, what each waits for.

Owns expansion: copy loops, conditions, children, symbolic names, ids, ``dependsOn`` and the dependencies that
``reference()`` implies. Bodies are evaluated later, one by one, when what they refer to exists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from wizard.sandbox.arm.template.context import Context, Place
from wizard.sandbox.arm.template.evaluate import evaluated, known
from wizard.sandbox.arm.template.faults import ExpressionFault, RunTimeOnly, TemplateFault, unprocessable, validation_failed
from wizard.sandbox.arm.template.loops import count_of

Json = Any
SYNTAX = "Please see https://aka.ms/arm-syntax-resources for usage details."
STRUCTURE = frozenset(
    ("type", "apiversion", "name", "dependson", "condition", "copy", "scope", "comments", "existing", "resources", "metadata", "asserts",
     "subscriptionid", "resourcegroup", "import", "extension", "$options")
)  # fmt: skip
DEPLOYMENT = "microsoft.resources/deployments"
GROUP = "microsoft.resources/resourcegroups"


@dataclass(slots=True)
class Instance:
    """One resource that a template describes, after loops; ``id`` is whole, ``raw`` is as written."""

    id: str
    type: str
    name: str
    api_version: str
    raw: Json
    context: Context
    symbol: str = ""
    loop: str = ""
    batch: int = 0
    """In a serial loop, the number of its batch; the loop's batches wait for each other."""
    existing: bool = False
    wanted: bool = True
    """Its ``condition``."""
    place: Place = field(default_factory=Place)
    """For a nested deployment, where that runs."""
    unknown: str = ""
    """Why it cannot be named before run time (in a preview only)."""
    waits: set[str] = field(default_factory=set)
    """Lower-case ids of instances that come first."""

    @property
    def key(self) -> str:
        return self.id.lower()

    @property
    def is_deployment(self) -> bool:
        return self.type.lower() == DEPLOYMENT

    def body(self, context: Context, evaluation: Callable[[Json, Context], Json] = evaluated) -> Json:
        """The members that are sent, evaluated; a nested template and its parameters are left as written."""
        if self.is_deployment:
            return {name: evaluation(self.raw[name], context) for name in ("location", "tags") if name in self.raw}
        return {name: evaluation(value, context) for name, value in self.raw.items() if name.lower() not in STRUCTURE}


def expanded(template: Json, context: Context) -> list[Instance]:
    """Every resource instance of the template in its order, ``existing`` and unwanted ones too."""
    found: list[Instance] = []
    for symbol, raw in _written(template):
        found += _instances(symbol, raw, context)
    seen: set[str] = set()
    for instance in found:
        if not instance.existing and instance.wanted and instance.key in seen:
            raise validation_failed(f"The resource '{instance.id}' is defined multiple times in a template. {SYNTAX}")
        if not instance.existing and instance.wanted:
            seen.add(instance.key)
    return found


def _written(template: Json) -> Iterator[tuple[str, Json]]:
    resources = template.get("resources")
    if resources is None:
        raise validation_failed("Required property 'resources' not found in JSON. Path 'properties.template'")
    if isinstance(resources, dict):
        yield from ((symbol, raw) for symbol, raw in resources.items())
        return
    for raw in resources:
        yield from _with_children(raw)


def _with_children(raw: Json) -> Iterator[tuple[str, Json]]:
    """A resource and the children written inside it, whose type and name continue those of the parent."""
    yield "", raw
    children = raw.get("resources") or []
    if str(raw.get("type", "")).lower() == DEPLOYMENT:
        return
    for child in children:
        whole = dict(child)
        if "/" not in str(child.get("type", "")).split("/providers/")[0] or not str(child.get("type", "")).startswith(
            str(raw["type"]).split("/")[0]
        ):
            whole["type"] = f"{raw['type']}/{child['type']}"
            whole["name"] = _joined_name(str(raw["name"]), str(child["name"]))
        yield from _with_children(whole)


def _joined_name(parent: str, child: str) -> str:
    def inner(text: str) -> str:
        return text[1:-1] if text.startswith("[") and not text.startswith("[[") else "'" + text.replace("'", "''") + "'"

    return f"[concat({inner(parent)}, '/', {inner(child)})]"


def _instances(symbol: str, raw: Json, context: Context) -> Iterator[Instance]:
    for name in ("type", "name", "apiVersion"):
        if name not in raw:
            raise validation_failed(f"The template resource '{symbol or raw.get('name', '')}' lacks the required member '{name}'. {SYNTAX}")
    loop = raw.get("copy")
    try:
        if loop is None:
            yield _instance(symbol, raw, context)
            return
        label = str(loop.get("name") or symbol)
        serial = str(loop.get("mode", "parallel")).lower() == "serial"
        size = int(evaluated(loop.get("batchSize", 1), context)) if serial else 0
        for index in range(count_of(loop, context)):
            made = _instance(f"{symbol}[{index}]" if symbol else "", raw, context.within_loop(label, index))
            made.loop, made.batch = label, index // size + 1 if serial else 0
            yield made
    except RunTimeOnly as fault:
        if not context.preview:
            raise validation_failed(f"The template resource '{raw['name']}' is not valid: {fault}") from None
        yield Instance(
            str(raw["name"]), str(raw["type"]), str(raw["name"]), str(raw["apiVersion"]), raw, context, symbol, unknown=str(fault)
        )
    except ExpressionFault as fault:
        raise validation_failed(f"The template resource '{raw['name']}' is not valid: {fault}") from None


def _instance(symbol: str, raw: Json, context: Context) -> Instance:
    def value(name: str, default: Json = None) -> Json:
        return evaluated(raw.get(name, default), context)

    type_, name = str(value("type")), known(value("name"))
    if not isinstance(name, str) or not name:
        raise ExpressionFault(f"The name '{name}' of the resource of type '{type_}' must be a string of at least one character")
    wanted = known(value("condition", True))
    if not isinstance(wanted, bool):
        raise ExpressionFault(f"The value of the condition must be a boolean and is '{wanted}'")
    place = _place(raw, context, value)
    text, effective, last = _identified(type_, name, _scoped(known(value("scope", "")), place))
    inner = place if type_.lower() == DEPLOYMENT else context.place
    return Instance(
        text, effective, last, str(value("apiVersion")), raw, context, symbol, existing=bool(raw.get("existing")), wanted=wanted,
        place=Place(inner.tenant, inner.subscription, inner.group, inner.management_group, name, str(value("location", "") or "")),
    )  # fmt: skip


def _place(raw: Json, context: Context, value: Any) -> Place:
    """Where the resource goes: ``subscriptionId`` and ``resourceGroup`` beside it, else where the deployment runs."""
    here = context.place
    subscription, group = known(value("subscriptionId", "")), known(value("resourceGroup", ""))
    if subscription or group:
        return Place(here.tenant, subscription or here.subscription, group or "", "", "", "")
    return here


def _scoped(scope: Json, place: Place) -> str:
    """The id under which the resource stands: where it is deployed, or what its ``scope`` names."""
    if not scope:
        return place.scope
    if scope == "/":
        return ""
    if str(scope).startswith("/"):
        return str(scope)
    segments = str(scope).split("/")
    if len(segments) % 2 == 0 or len(segments) < 3:
        raise ExpressionFault(f"The scope '{scope}' of the resource is not valid")
    head = "" if segments[0].lower() == "microsoft.management" else place.scope
    pairs = zip(segments[1::2], segments[2::2], strict=True)
    return f"{head}/providers/{segments[0]}/" + "/".join(f"{kind}/{name}" for kind, name in pairs)


def _identified(type_: str, name: str, scope: str) -> tuple[str, str, str]:
    """``(id, type, name)``; a type with ``/providers/`` in it is the old form of an extension resource."""
    namespace, _, rest = type_.partition("/")
    kinds, names = rest.split("/"), name.split("/")
    if not rest or len(kinds) != len(names):
        raise ExpressionFault(
            f"The template resource '{name}' for type '{type_}' has incorrect segment lengths. A nested resource type must have identical "
            "number of segments as its resource name. A root resource type must have segment length one greater than its resource name. "
            f"{SYNTAX}"
        )
    if type_.lower() == GROUP:
        return f"{scope}/resourceGroups/{name}", "Microsoft.Resources/resourceGroups", name
    text = f"{scope}/providers/{namespace}/" + "/".join(f"{kind}/{part}" for kind, part in zip(kinds, names, strict=True))
    if "providers" not in [kind.lower() for kind in kinds]:
        return text, type_, name
    at = max(index for index, kind in enumerate(kinds) if kind.lower() == "providers")
    return text, "/".join([names[at], *kinds[at + 1 :]]), "/".join(names[at + 1 :])


def by_key(instances: list[Instance]) -> Mapping[str, Instance]:
    """Instances by lower-case id; where a condition chooses between two of one id, the wanted one."""
    found: dict[str, Instance] = {}
    for instance in instances:
        if instance.key not in found or instance.wanted:
            found[instance.key] = instance
    return found


def failed_on(instance: Instance, fault: ExpressionFault) -> TemplateFault:
    """The fault of one resource's expression, with its place."""
    return unprocessable(f"resource '{instance.id}'", fault)
