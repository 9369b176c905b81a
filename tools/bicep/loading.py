"""Files whose content a template carries: ``loadTextContent`` and its kin.

Owns the variables that the compiler makes for them. A load that is itself the value of a variable needs none.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from . import tree
from .model import Model
from .refusal import Refusal

Json = Any
LOADERS = frozenset({"loadTextContent", "loadFileAsBase64", "loadJsonContent"})


class Loads:
    """The loads of one file, in source order."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._names: dict[tree.Call, str] = {}
        self.values: dict[str, Json] = {}
        for declaration in model.declarations:
            for node in tree.walk(declaration):
                if isinstance(node, tree.Call) and node.name in LOADERS and node is not getattr(declaration, "value", None):
                    if isinstance(declaration, tree.Function):
                        raise Refusal(node.at, f"{node.name}() in a function")
                    self._add(node)

    def _add(self, node: tree.Call) -> None:
        value = self.value(node)
        if value in self.values.values():
            raise Refusal(node.at, "a file loaded a second time")
        self._names[node] = f"$fxv#{len(self._names)}"
        self.values[self._names[node]] = value

    def variable(self, node: tree.Call) -> str:
        """The variable that holds what is loaded."""
        if node not in self._names:
            raise Refusal(node.at, f"{node.name}() here")
        return self._names[node]

    def value(self, node: tree.Call) -> Json:
        """The content, as it stands in the template."""
        argument = node.arguments[0] if len(node.arguments) == 1 else None
        if not isinstance(argument, tree.Text) or argument.literal is None:
            raise Refusal(node.at, f"{node.name}() with these arguments")
        path = self.model.path.parent / argument.literal
        if not path.is_file():
            raise Refusal(node.at, f"the file {argument.literal!r}, which is not there")
        return self._read(node, path)

    @staticmethod
    def _read(node: tree.Call, path: Path) -> Json:
        data = path.read_bytes()
        if node.name == "loadFileAsBase64":
            return base64.b64encode(data).decode()
        try:
            text = data.decode("utf-8-sig")
            value = json.loads(text) if node.name == "loadJsonContent" else text
        except ValueError:
            raise Refusal(node.at, f"the content of {path.name}") from None
        if _has_expression(value):
            raise Refusal(node.at, f"{path.name}, which has texts in brackets or decimals")
        return value


def _has_expression(value: Json) -> bool:
    if isinstance(value, dict):
        return any(_has_expression(part) for pair in value.items() for part in pair)
    if isinstance(value, list):
        return any(map(_has_expression, value))
    return isinstance(value, float) or (isinstance(value, str) and value.startswith("[") and value.endswith("]"))
