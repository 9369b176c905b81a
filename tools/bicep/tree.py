"""The abstract syntax of Bicep that the compiler works on. Owns the node types; holds no rules.

Every node carries the :class:`Position` of its first token, so that a refusal can name it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields

from .refusal import Position


@dataclass(eq=False)
class Node:
    """Any node; two nodes are the same only when they are the same object."""

    at: Position


@dataclass(eq=False)
class Text(Node):
    """A string: ``segments`` has one element more than ``holes``."""

    segments: list[str]
    holes: list[Node]

    @property
    def literal(self) -> str | None:
        """The value when nothing is interpolated."""
        return None if self.holes else self.segments[0]


@dataclass(eq=False)
class Integer(Node):
    """An integer literal, its sign included."""

    value: int


@dataclass(eq=False)
class Boolean(Node):
    """``true`` or ``false``."""

    value: bool


@dataclass(eq=False)
class Null(Node):
    """``null``."""


@dataclass(eq=False)
class Named(Node):
    """What stands for a declaration by its name."""

    name: str


class Name(Named):
    """A reference to a symbol."""


class TypeName(Named):
    """A reference to an ambient or declared type."""


@dataclass(eq=False)
class Wrapper(Node):
    """What stands around one other node."""

    inner: Node


class Group(Wrapper):
    """A parenthesised expression or type."""


class NonNull(Wrapper):
    """``value!``."""


class NullableType(Wrapper):
    """``type?``."""


@dataclass(eq=False)
class Spread(Node):
    """A literal with spreads; the chunks are the literals between them and what is spread."""

    chunks: list[Node]


class Merged(Spread):
    """An object: ``{ a: 1, ...b }``."""


class Flattened(Spread):
    """An array: ``[ a, ...b ]``."""


@dataclass(eq=False)
class Property(Node):
    """One property of an object; the key is a literal or an interpolated string."""

    key: Text
    value: Node


@dataclass(eq=False)
class Object(Node):
    """An object literal; ``nested`` are resource declarations inside a resource body."""

    properties: list[Property]
    nested: list[Resource] = field(default_factory=list)

    def get(self, key: str) -> Node | None:
        """The value of a literally named property."""
        return next((item.value for item in self.properties if item.key.literal == key), None)


@dataclass(eq=False)
class Array(Node):
    """An array literal."""

    items: list[Node]


@dataclass(eq=False)
class Unary(Node):
    """``!x`` or ``-x``."""

    operator: str
    operand: Node


@dataclass(eq=False)
class Binary(Node):
    """A binary operation."""

    operator: str
    left: Node
    right: Node


@dataclass(eq=False)
class Ternary(Node):
    """``condition ? yes : no``."""

    condition: Node
    yes: Node
    no: Node


@dataclass(eq=False)
class Call(Node):
    """``name(arguments)``; ``owner`` is what stands before the dot of a method call."""

    owner: Node | None
    name: str
    arguments: list[Node]


@dataclass(eq=False)
class Member(Node):
    """``base.name`` or ``base.?name``."""

    base: Node
    name: str
    safe: bool


@dataclass(eq=False)
class Index(Node):
    """``base[index]`` or ``base[?index]``."""

    base: Node
    index: Node
    safe: bool


@dataclass(eq=False)
class Child(Node):
    """``base::name``: a resource declared inside another."""

    base: Node
    name: str


@dataclass(eq=False)
class Lambda(Node):
    """``(a, b) => body``."""

    parameters: list[str]
    body: Node


@dataclass(eq=False)
class Loop(Node):
    """``[for (item, index) in source: body]``."""

    item: str | None
    index: str | None
    source: Node
    body: Node

    def variables(self) -> set[str]:
        """The names that the loop binds."""
        return {name for name in (self.item, self.index) if name}


@dataclass(eq=False)
class Condition(Node):
    """``if (condition) body`` of a resource or module."""

    condition: Node
    body: Node


@dataclass(eq=False)
class TypeMember(Node):
    """A property of an object type, or an item of a tuple (``name`` empty), or ``*`` for further properties."""

    name: str
    type: Node
    decorators: list[Call] = field(default_factory=list)


@dataclass(eq=False)
class ObjectType(Node):
    """``{ name: type }``; ``rest`` is the type of further properties."""

    members: list[TypeMember]
    rest: TypeMember | None = None


@dataclass(eq=False)
class TupleType(Node):
    """``[ type type ]``."""

    items: list[TypeMember]


@dataclass(eq=False)
class ArrayType(Node):
    """``type[]``."""

    item: Node


@dataclass(eq=False)
class UnionType(Node):
    """``a | b``."""

    members: list[Node]


@dataclass(eq=False)
class Declaration(Node):
    """What all declarations share."""

    name: str
    decorators: list[Call]


@dataclass(eq=False)
class Valued(Declaration):
    """A declaration that is a name for a value."""

    value: Node


class Metadata(Valued):
    """``metadata name = value``."""


class Variable(Valued):
    """``var name = value``."""


@dataclass(eq=False)
class Parameter(Declaration):
    """``param name type = default``."""

    type: Node
    default: Node | None


@dataclass(eq=False)
class TypeAlias(Declaration):
    """``type name = type``."""

    type: Node


@dataclass(eq=False)
class Function(Declaration):
    """``func name(a type) type => body``."""

    parameters: list[tuple[str, Node]]
    returns: Node
    body: Node


@dataclass(eq=False)
class Output(Declaration):
    """``output name type = value``."""

    type: Node
    value: Node


@dataclass(eq=False)
class Resource(Declaration):
    """``resource name 'type@version' existing = value``."""

    reference: str
    existing: bool
    value: Node


@dataclass(eq=False)
class Module(Declaration):
    """``module name 'path' = value``."""

    path: str
    value: Node


@dataclass
class Program:
    """One source file."""

    target_scope: str
    declarations: list[Declaration]


def children(node: Node) -> Iterator[Node]:
    """The nodes directly below a node, in source order."""
    for item in fields(node):
        yield from _nodes(getattr(node, item.name))


def _nodes(value: object) -> Iterator[Node]:
    if isinstance(value, Node):
        yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _nodes(item)


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it."""
    yield node
    for child in children(node):
        yield from walk(child)
