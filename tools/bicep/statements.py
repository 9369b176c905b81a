"""The declaration parser: a whole file to its syntax tree. Owns the grammar of declarations, decorators and types."""

from __future__ import annotations

from pathlib import Path

from . import tree
from .expressions import Parser
from .refusal import Position, Refusal
from .scanner import Scanner
from .tokens import Reader

SCOPES = ("resourceGroup", "subscription", "managementGroup", "tenant")


def parse(path: Path) -> tree.Program:
    """The declarations of a file; raises :class:`Refusal`. Syntax that is younger than the grammar is read without it."""
    try:
        tokens = Reader(path).tokens()
    except Refusal:
        tokens = Scanner(path).tokens()
    return FileParser(tokens).program()


class FileParser(Parser):
    """Adds declarations, decorators and types to the expression parser."""

    def program(self) -> tree.Program:
        """Every declaration, in source order."""
        found = tree.Program("resourceGroup", [])
        while self.token.kind != "end":
            if not self.token.line_before and self.next:
                raise self.refusal(f"{self.token.text or self.token.kind!r} where a line should end")
            if self.sees("targetScope"):
                self.take()
                self.expect("=")
                found.target_scope = self.text().literal or ""
                if found.target_scope not in SCOPES:
                    raise self.refusal(f"the target scope {found.target_scope!r}")
            else:
                found.declarations.append(self.declaration(self.decorators()))
        return found

    def decorators(self) -> list[tree.Call]:
        """``@name(arguments)``, as often as it comes."""
        found: list[tree.Call] = []
        while self.sees("@"):
            self.take()
            call = self.postfix(self.primary())
            if isinstance(call, tree.Call) and isinstance(call.owner, tree.Name) and call.owner.name == "sys":
                call = tree.Call(call.at, None, call.name, call.arguments)
            if not isinstance(call, tree.Call) or call.owner is not None:
                raise self.refusal("this kind of decorator")
            found.append(call)
        return found

    def declaration(self, decorators: list[tree.Call]) -> tree.Declaration:
        """One declaration."""
        word = self.token
        readers = {
            "metadata": self._metadata, "param": self._parameter, "var": self._variable, "type": self._type_alias,
            "func": self._function, "output": self._output, "resource": self._resource, "module": self._module,
        }  # fmt: skip
        if word.kind != "name" or word.text not in readers:
            raise self.refusal(f"the statement {word.text!r}")
        self.take()
        return readers[word.text](self.token.at, self.name(), decorators)

    def _value(self) -> tree.Node:
        self.expect("=")
        return self.expression()

    def _metadata(self, at: Position, name: str, decorators: list[tree.Call]) -> tree.Declaration:
        return tree.Metadata(at, name, decorators, self._value())

    def _variable(self, at: Position, name: str, decorators: list[tree.Call]) -> tree.Declaration:
        if not self.sees("="):
            raise self.refusal("a variable with a type")
        return tree.Variable(at, name, decorators, self._value())

    def _parameter(self, at: Position, name: str, decorators: list[tree.Call]) -> tree.Declaration:
        kind = self.type()
        return tree.Parameter(at, name, decorators, kind, self._value() if self.sees("=") else None)

    def _output(self, at: Position, name: str, decorators: list[tree.Call]) -> tree.Declaration:
        kind = self.type()
        return tree.Output(at, name, decorators, kind, self._value())

    def _type_alias(self, at: Position, name: str, decorators: list[tree.Call]) -> tree.Declaration:
        self.expect("=")
        return tree.TypeAlias(at, name, decorators, self.type())

    def _function(self, at: Position, name: str, decorators: list[tree.Call]) -> tree.Declaration:
        self.expect("(")
        parameters: list[tuple[str, tree.Node]] = []
        while not self.sees(")"):
            parameters.append((self.name(), self.type()))
            if not self.sees(")"):
                self.expect(",")
        self.take()
        returns = self.type()
        self.expect("=>")
        return tree.Function(at, name, decorators, parameters, returns, self.expression())

    def _resource(self, at: Position, name: str, decorators: list[tree.Call]) -> tree.Resource:
        reference = self.text()
        if reference.literal is None:
            raise Refusal(reference.at, "an interpolated resource type")
        existing = self.sees("existing")
        if existing:
            self.take()
        self.expect("=")
        value = self.conditional() if self.sees("if") else self.expression()
        return tree.Resource(at, name, decorators, reference.literal, existing, value)

    def _module(self, at: Position, name: str, decorators: list[tree.Call]) -> tree.Module:
        path = self.text()
        if path.literal is None:
            raise Refusal(path.at, "an interpolated module path")
        self.expect("=")
        value = self.conditional() if self.sees("if") else self.expression()
        return tree.Module(at, name, decorators, path.literal, value)

    def member(self, owner: tree.Object) -> None:
        """A property or a nested resource."""
        nested = self.sees("resource") and not self.sees(":", 1)
        if nested or self.sees("@"):
            decorators = self.decorators()
            self.expect("resource")
            owner.nested.append(self._resource(self.token.at, self.name(), decorators))
        else:
            super().member(owner)

    def type(self) -> tree.Node:
        """A type expression."""
        at = self.token.at
        if self.sees("|"):
            self.take()
        members = [self._postfix_type()]
        while self.sees("|"):
            self.take()
            members.append(self._postfix_type())
        return members[0] if len(members) == 1 else tree.UnionType(at, members)

    def _postfix_type(self) -> tree.Node:
        found = self._primary_type()
        while True:
            at = self.token.at
            if self.sees("[", same_line=True) and self.sees("]", 1):
                self.take()
                self.take()
                found = tree.ArrayType(at, found)
            elif self.sees("?", same_line=True):
                self.take()
                found = tree.NullableType(at, found)
            elif any(self.sees(text, same_line=True) for text in (".", "[", "!", "<")):
                raise self.refusal("this kind of type expression")
            else:
                return found

    def _primary_type(self) -> tree.Node:
        token = self.token
        if token.kind == "string":
            return self.text()
        if token.kind == "number" or self.sees("-"):
            return self.unary()
        if self.sees("("):
            self.take()
            inner = self.type()
            self.expect(")")
            return tree.Group(token.at, inner)
        if self.sees("{"):
            return self._object_type()
        if self.sees("["):
            return self._tuple_type()
        if token.kind == "name" and token.text in ("true", "false"):
            return tree.Boolean(token.at, self.take().text == "true")
        if token.kind == "name" and token.text == "null":
            return tree.Null(self.take().at)
        return tree.TypeName(token.at, self.name())

    def _object_type(self) -> tree.Node:
        found = tree.ObjectType(self.expect("{").at, [])
        while not self.sees("}"):
            decorators = self.decorators()
            token = self.token
            if self.sees("*"):
                self.take()
                key = "*"
            else:
                key = (self.text().literal or "") if token.kind == "string" else self.name()
            self.expect(":")
            member = tree.TypeMember(token.at, key, self.type(), decorators)
            if key == "*" and token.kind == "punctuation":
                found.rest = member
            else:
                found.members.append(member)
            if not self.sees("}"):
                self.separator()
        self.take()
        return found

    def _tuple_type(self) -> tree.Node:
        found = tree.TupleType(self.expect("[").at, [])
        while not self.sees("]"):
            decorators = self.decorators()
            found.items.append(tree.TypeMember(self.token.at, "", self.type(), decorators))
            if not self.sees("]"):
                self.separator()
        self.take()
        return found
