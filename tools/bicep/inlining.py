"""Which variables cannot be template variables, because their value is known only at run time. Owns that decision."""

from __future__ import annotations

from . import functions, tree
from .model import Model, ModuleSymbol, ResourceSymbol
from .refusal import Refusal


def inlined(model: Model) -> frozenset[str]:
    """The names of the variables whose uses are replaced by their value."""
    found: dict[str, bool] = {}
    for declaration in model.declarations:
        if isinstance(declaration, tree.Variable):
            _decide(model, declaration, found)
    for declaration in model.declarations:
        if isinstance(declaration, tree.Variable) and found[declaration.name] and isinstance(declaration.value, tree.Loop):
            raise Refusal(declaration.at, "a loop over values of run time in a variable")
    return frozenset(name for name, decided in found.items() if decided)


def _decide(model: Model, variable: tree.Variable, found: dict[str, bool]) -> bool:
    if variable.name not in found:
        found[variable.name] = False
        found[variable.name] = _at_run_time(model, variable.value, found, frozenset())
    return found[variable.name]


def _at_run_time(model: Model, node: tree.Node, found: dict[str, bool], local: frozenset[str]) -> bool:
    if isinstance(node, tree.Member):
        symbol = _symbol(model, node.base, local)
        if symbol is not None:
            return _property_at_run_time(model, symbol, node, found)
    if isinstance(node, tree.Call) and (node.name in functions.RUN_TIME or functions.is_list(node.name)):
        return True
    if isinstance(node, (tree.Name, tree.Child)):
        if isinstance(node, tree.Name) and node.name in local:
            return False
        if _symbol(model, node, local) is not None:
            return True
        declaration = model.named.get(node.name)
        return isinstance(declaration, tree.Variable) and _decide(model, declaration, found)
    if isinstance(node, tree.Lambda):
        local |= set(node.parameters)
    if isinstance(node, tree.Loop):
        return _at_run_time(model, node.source, found, local) or _at_run_time(model, node.body, found, local | node.variables())
    return any(_at_run_time(model, child, found, local) for child in tree.children(node))


def _symbol(model: Model, node: tree.Node, local: frozenset[str]) -> ResourceSymbol | ModuleSymbol | None:
    while isinstance(node, (tree.NonNull, tree.Group, tree.Index)):
        node = node.base if isinstance(node, tree.Index) else node.inner
    if isinstance(node, tree.Name) and node.name in local:
        return None
    return model.deployed(node, {})


def _property_at_run_time(model: Model, symbol: ResourceSymbol | ModuleSymbol, node: tree.Member, found: dict[str, bool]) -> bool:
    if isinstance(symbol, ModuleSymbol):
        return node.name != "name"
    if node.name not in functions.CONSTANT:
        return True
    owner: ResourceSymbol | None = symbol
    while owner is not None:
        if owner.existing and _at_run_time(model, owner.given_name, found, frozenset(owner.loop.variables() if owner.loop else ())):
            raise Refusal(node.at, "an existing resource whose name is known only at run time")
        owner = owner.parent.resource if owner.parent else None
    return False
