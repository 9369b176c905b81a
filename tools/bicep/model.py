"""The symbols of one file: what each name means, which resource is whose child, where each is deployed.

Owns the meaning of names and of the structural properties (``name``, ``parent``, ``scope``, ``dependsOn``); converts nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from . import spelling, tree
from .refusal import Refusal

STRUCTURE = ("name", "parent", "scope", "dependsOn")


@dataclass(eq=False)
class Parent:
    """The resource that another is a child of, with the index into a looped one."""

    resource: ResourceSymbol
    index: tree.Node | None
    nested: bool


@dataclass(eq=False)
class ResourceSymbol:
    """A declared resource."""

    node: tree.Resource
    type: str
    version: str
    parent: Parent | None
    loop: tree.Loop | None = None
    conditions: list[tree.Node] = field(default_factory=list)
    body: tree.Object = field(init=False)
    visible: dict[str, ResourceSymbol] = field(default_factory=dict)

    @property
    def existing(self) -> bool:
        """Whether it is only referred to."""
        return self.node.existing

    @property
    def name(self) -> str:
        """The symbolic name: ``parent::child`` for a nested resource."""
        return f"{self.parent.resource.name}::{self.node.name}" if self.parent and self.parent.nested else self.node.name

    @property
    def given_name(self) -> tree.Node:
        """The value of ``name``."""
        value = self.body.get("name")
        if value is None:
            raise Refusal(self.node.at, "a resource without a name")
        return value

    @property
    def root(self) -> ResourceSymbol:
        """The outermost ancestor, whose scope holds for all."""
        return self.parent.resource.root if self.parent else self


@dataclass(eq=False)
class ModuleSymbol:
    """A declared module."""

    node: tree.Module
    loop: tree.Loop | None
    condition: tree.Node | None
    body: tree.Object

    @property
    def name(self) -> str:
        """The symbolic name."""
        return self.node.name


Deployed = ResourceSymbol | ModuleSymbol


class Model:
    """One file, its symbols resolved."""

    def __init__(self, path: Path, program: tree.Program) -> None:
        self.path = path
        self.target_scope = program.target_scope
        self.declarations = program.declarations
        self.named: dict[str, tree.Declaration] = {}
        self.types: dict[str, tree.TypeAlias] = {}
        self.resources: list[ResourceSymbol] = []
        self.modules: list[ModuleSymbol] = []
        self.symbols: dict[str, Deployed] = {}
        for declaration in program.declarations:
            self._declare(declaration)
        for resource in list(self.symbols.values()):
            if isinstance(resource, ResourceSymbol):
                self._adopt(resource)

    def _declare(self, declaration: tree.Declaration) -> None:
        if isinstance(declaration, (tree.Output, tree.Metadata)):
            return
        known: dict[str, tree.Declaration] = self.named
        if isinstance(declaration, tree.TypeAlias):
            self.types[declaration.name] = declaration
        if declaration.name in known:
            raise Refusal(declaration.at, f"{declaration.name!r} declared a second time")
        known[declaration.name] = declaration
        if isinstance(declaration, tree.Resource):
            self.symbols[declaration.name] = self._resource(declaration, None)
        elif isinstance(declaration, tree.Module):
            self.symbols[declaration.name] = self._module(declaration)

    def _module(self, node: tree.Module) -> ModuleSymbol:
        loop, conditions, body = _unwrapped(node.value)
        found = ModuleSymbol(node, loop, conditions[0] if conditions else None, body)
        for item in body.properties:
            if item.key.literal not in ("name", "scope", "params", "dependsOn"):
                raise Refusal(item.at, f"the module property {item.key.literal!r}")
        self.modules.append(found)
        return found

    def _resource(self, node: tree.Resource, owner: ResourceSymbol | None) -> ResourceSymbol:
        kind, _, version = node.reference.partition("@")
        parent = None
        if owner is not None:
            parent, version, kind = Parent(owner, None, True), version or owner.version, f"{owner.type}/{kind}"
        if not version or "/" not in kind:
            raise Refusal(node.at, f"the resource type {node.reference!r}")
        kind = spelling.spelled(kind, version, node.at)
        loop, conditions, body = _unwrapped(node.value)
        if owner is not None and owner.loop:
            raise Refusal(node.at, "a resource nested in a loop")
        found = ResourceSymbol(node, kind, version, parent, loop, (owner.conditions if owner else []) + conditions)
        found.body = body
        found.visible = dict(owner.visible) if owner else {}
        # Children see each other and are emitted before their parent.
        below = [self._resource(child, found) for child in body.nested]
        for child in below:
            self._show({item.node.name: item for item in below}, child)
        found.visible.update({item.node.name: item for item in below})
        self.resources.append(found)
        return found

    def in_order(self) -> list[ResourceSymbol]:
        """The resources as the compiler orders them: what is nested comes before the level above it."""
        top = [resource for resource in self.resources if not (resource.parent and resource.parent.nested)]
        return self._below(top) + top

    def _below(self, level: list[ResourceSymbol]) -> list[ResourceSymbol]:
        found: list[ResourceSymbol] = []
        for owner in level:
            nested = [item for item in self.resources if item.parent and item.parent.nested and item.parent.resource is owner]
            if sum(bool(item.body.nested) for item in nested) > 1:
                raise Refusal(owner.node.at, "several nested resources with resources nested in them")
            found += self._below(nested) + nested
        return found

    def _show(self, names: dict[str, ResourceSymbol], to: ResourceSymbol) -> None:
        to.visible = {**names, **to.visible}
        for child in self.resources:
            if child.parent and child.parent.nested and child.parent.resource is to:
                self._show(names, child)

    def _adopt(self, resource: ResourceSymbol) -> None:
        value = resource.body.get("parent")
        if value is None:
            return
        index = None
        if isinstance(value, tree.Index) and not value.safe:
            index, value = value.index, value.base
        owner = self.deployed(value, resource.visible)
        if not isinstance(owner, ResourceSymbol):
            raise Refusal(value.at, "this kind of parent")
        if (owner.loop is None) != (index is None):
            raise Refusal(value.at, "a parent in a loop without its index")
        resource.parent = Parent(owner, index, False)

    def deployed(self, value: tree.Node, visible: dict[str, ResourceSymbol]) -> Deployed | None:
        """The resource or module that a name or ``parent::child`` stands for."""
        if isinstance(value, tree.Name):
            return visible.get(value.name) or self.symbols.get(value.name)
        if isinstance(value, tree.Child):
            owner = self.deployed(value.base, visible)
            for resource in self.resources:
                if resource.parent and resource.parent.nested and resource.parent.resource is owner and resource.node.name == value.name:
                    return resource
        return None


def _unwrapped(value: tree.Node) -> tuple[tree.Loop | None, list[tree.Node], tree.Object]:
    """The loop, the condition and the body of a resource or module."""
    loop = None
    conditions: list[tree.Node] = []
    if isinstance(value, tree.Loop):
        loop, value = value, value.body
    if isinstance(value, tree.Condition):
        conditions, value = [value.condition], value.body
    if not isinstance(value, tree.Object):
        raise Refusal(value.at, "a body that is not an object")
    return loop, conditions, value
