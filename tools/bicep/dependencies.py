"""What each resource and module must wait for. Owns ``dependsOn``: what is inferred and what is given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import functions, identifiers, tree
from .language import Expression, Literal, serialized
from .model import ModuleSymbol, ResourceSymbol
from .refusal import Refusal

if TYPE_CHECKING:
    from .unit import Unit

Deployed = ResourceSymbol | ModuleSymbol


@dataclass(frozen=True)
class Dependency:
    """``index`` is None for the whole of a collection, and for what is not one; ``use`` is ``read`` where run-time values are read,
    ``named`` where an id, a name or a key is enough, ``placed`` where it is a scope, a parent or given."""

    on: Deployed
    index: tree.Node | None
    use: str = "read"


class Dependencies:
    """Finds the dependencies of everything in one file."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.model = unit.model
        self._variables: dict[str, list[Dependency]] = {}

    def json(self, symbol: Deployed) -> list[str | int]:
        """The entries of ``dependsOn``, in the compiler's order."""
        entries: list[tuple[str, str | int]] = []
        for dependency in self._ended(symbol, [symbol]):
            entry = self._entry(symbol, dependency)
            entries.append((dependency.on.node.name, entry))
        return [entry for _, entry in sorted(entries, key=lambda item: sort_key(item[0]))]

    def _entry(self, symbol: Deployed, dependency: Dependency) -> str | int:
        converter = self.unit.converter
        environment = converter.inside(symbol)
        index = converter.convert(dependency.index, environment) if dependency.index is not None else None
        on = dependency.on
        value: Expression
        if on.loop is not None and index is None:
            value = Literal(on.name if self.unit.symbolic else on.node.name)
        elif self.unit.symbolic:
            value = identifiers.symbolic(on, index)
        else:
            value = identifiers.identifier(converter, on, converter.moved(on, environment, index, symbol.node))
        return serialized(value)

    def _ended(self, symbol: Deployed, path: list[Deployed]) -> list[Dependency]:
        """The dependencies, with what is only referred to replaced by what that depends on."""
        found: list[Dependency] = []
        for dependency in self.direct(symbol):
            on = dependency.on
            if on in path:
                if on is symbol:
                    continue
                raise Refusal(symbol.node.at, "a dependency on itself")
            if isinstance(on, ResourceSymbol) and on.existing:
                if self.unit.symbolic and self._waited_for(symbol, dependency):
                    found.append(dependency)
                    continue
                if dependency.index is not None or on.loop is not None:
                    if self.direct(on):
                        raise Refusal(symbol.node.at, "a dependency on existing resources in a loop")
                    continue
                if not self._lost(symbol, on):
                    found += self._ended(on, [*path, on])
            else:
                found.append(dependency)
        return _reduced(found, symbol)

    def _lost(self, symbol: Deployed, on: ResourceSymbol) -> bool:
        """Whether the release forgot what an existing parent depends on; how far that went is known for nested parents only."""
        if not self.unit.dialect.loses_existing or not self.direct(on):
            return False
        parent = symbol.parent if isinstance(symbol, ResourceSymbol) else None
        owner = on.parent.resource if on.parent is not None and on.parent.nested else None
        if parent is None or parent.resource is not on or [item.on for item in self.direct(on)] != [owner]:
            raise Refusal(symbol.node.at, "a dependency through an existing resource, in this release")
        return True

    def _waited_for(self, symbol: Deployed, dependency: Dependency) -> bool:
        """Whether an existing resource is waited for itself, in a template with symbolic names."""
        if dependency.use == "placed" or not self.unit.dialect.reads_existing:
            raise Refusal(symbol.node.at, "this dependency on an existing resource in a template with symbolic names")
        return dependency.use == "read"

    def direct(self, symbol: Deployed) -> list[Dependency]:
        """What the declaration itself refers to."""
        found: list[Dependency] = []
        bound: frozenset[str] = frozenset()
        if isinstance(symbol, ResourceSymbol):
            above = symbol.parent
            while above is not None:
                # A parent in a loop is found with its index, as the value of `parent`.
                if above.resource.loop is None:
                    found.append(_used(above.resource, None, "placed"))
                elif above is not symbol.parent:
                    raise Refusal(symbol.node.at, "a grandparent in a loop")
                above = above.resource.parent if self.unit.dialect.all_ancestors else None
        visible = dict(symbol.visible) if isinstance(symbol, ResourceSymbol) else {}
        nodes: list[tree.Node] = []
        places: list[tree.Node] = []
        value = symbol.node.value
        if isinstance(value, tree.Loop):
            nodes.append(value.source)
            bound = frozenset(value.variables())
            value = value.body
        if isinstance(value, tree.Condition):
            nodes.append(value.condition)
        for item in symbol.body.properties:
            (places if item.key.literal in ("parent", "scope", "dependsOn") else nodes).extend((item.key, item.value))
        for node in nodes:
            self._collect(node, visible, bound, bound, found)
        placed: list[Dependency] = []
        for node in places:
            self._collect(node, visible, bound, bound, placed)
        found += [_used(dependency.on, dependency.index, "placed") for dependency in placed]
        return _reduced(found, symbol)

    def _collect(
        self, node: tree.Node, visible: dict[str, ResourceSymbol], local: frozenset[str], allowed: frozenset[str], found: list[Dependency]
    ) -> None:
        """Add what the node refers to; an index may only use ``allowed`` local variables."""
        owner = _named(node)
        if owner is not None and self._symbol(owner, visible, local) is not None:
            named: list[Dependency] = []
            self._collect(owner, visible, local, allowed, named)
            found += [_used(item.on, item.index, "named") for item in named[:1]] + named[1:]
            for argument in node.arguments if isinstance(node, tree.Call) else []:
                self._collect(argument, visible, local, allowed, found)
            return
        base = node.base if isinstance(node, tree.Index) else node
        if isinstance(base, (tree.Name, tree.Child)) and not (isinstance(base, tree.Name) and base.name in local):
            symbol = self.model.deployed(base, visible)
            if symbol is not None:
                index = node.index if isinstance(node, tree.Index) and symbol.loop is not None else None
                if index is not None and _names(index) & (local - allowed):
                    index = None
                found.append(Dependency(symbol, index))
            elif isinstance(base, tree.Name):
                found += self._of_variable(base.name)
            if base is not node and isinstance(node, tree.Index):
                self._collect(node.index, visible, local, allowed, found)
            if isinstance(base, tree.Child) and symbol is None:
                raise Refusal(base.at, "this kind of '::'")
            return
        if isinstance(node, tree.Loop):
            self._collect(node.source, visible, local, allowed, found)
            self._collect(node.body, visible, local | node.variables(), allowed - node.variables(), found)
            return
        if isinstance(node, tree.Lambda):
            self._collect(node.body, visible, local | set(node.parameters), allowed - set(node.parameters), found)
            return
        for child in tree.children(node):
            self._collect(child, visible, local, allowed, found)

    def _symbol(self, node: tree.Node, visible: dict[str, ResourceSymbol], local: frozenset[str]) -> Deployed | None:
        base = node.base if isinstance(node, tree.Index) else node
        return None if isinstance(base, tree.Name) and base.name in local else self.model.deployed(base, visible)

    def _of_variable(self, name: str) -> list[Dependency]:
        variable = self.model.named.get(name)
        if not isinstance(variable, tree.Variable):
            return []
        if name not in self._variables:
            self._variables[name] = []
            found: list[Dependency] = []
            self._collect(variable.value, {}, frozenset(), frozenset(), found)
            self._variables[name] = found
        return self._variables[name]


def _used(on: Deployed, index: tree.Node | None, use: str) -> Dependency:
    """A dependency; only for existing resources does the use make a difference."""
    return Dependency(on, index, use if isinstance(on, ResourceSymbol) and on.existing else "read")


def _named(node: tree.Node) -> tree.Node | None:
    """What a node takes only the id, the name, the type or the keys of."""
    if isinstance(node, tree.Member) and node.name in functions.CONSTANT:
        return node.base
    return node.owner if isinstance(node, tree.Call) else None


def _names(node: tree.Node) -> frozenset[str]:
    return frozenset(item.name for item in tree.walk(node) if isinstance(item, tree.Name))


def _reduced(found: list[Dependency], symbol: Deployed) -> list[Dependency]:
    """One dependency for each thing, or one for each index into a collection."""
    whole = {id(dependency.on) for dependency in found if dependency.index is None}
    strongest = {id(item.on): item.use for use in ("named", "placed", "read") for item in found if item.use == use}
    found = [Dependency(item.on, item.index, strongest[id(item.on)]) for item in found]
    result: list[Dependency] = []
    for dependency in found:
        if dependency.index is not None and id(dependency.on) in whole:
            continue
        if dependency not in result:
            result.append(dependency)
    for dependency in result:
        if sum(other.on is dependency.on for other in result) > 1:
            raise Refusal(symbol.node.at, f"several indexes into the collection {dependency.on.name!r}")
    return result


def sort_key(name: str) -> tuple[str, str]:
    """The order of the invariant culture: punctuation, digits, letters; lower case first among equals."""
    ranked = "".join(chr(1) + c if not c.isalnum() else c for c in name.casefold())
    return ranked, name.swapcase()
