"""OData queries: ``$filter``, ``$search``, ``$select``, ``$top``, ``$count`` and paging over plain documents.

Owns the little language. What Graph serves only with ``ConsistencyLevel: eventual`` is refused without it. An operator that
is not known here is refused as unsupported, never ignored.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from wizard.sandbox.graph import errors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from wizard.sandbox.router import Request
    from wizard.sandbox.world import World

Json = Any

TOKEN = re.compile(r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<word>[\w/.:-]+)|(?P<mark>[(),]))")
ADVANCED = re.compile(r"\b(endswith|ne|not)\b|\$count", re.IGNORECASE)


class _Parser:
    """Recursive descent over ``or``, ``and``, ``not``, comparisons, ``startswith``, ``endswith``, ``in`` and ``any``."""

    def __init__(self, world: World, text: str, known: set[str]) -> None:
        self.world, self.text, self.known, self.index = world, text, known, 0
        self.tokens: list[str] = []
        position = 0
        while position < len(text.rstrip()):
            found = TOKEN.match(text, position)
            if found is None:
                raise errors.bad_filter(world, f"Syntax error at position {position} in '{text}'.")
            self.tokens.append(found.group().strip())
            position = found.end()

    def declared(self, name: str) -> str:
        if name.partition("/")[0] not in self.known:
            raise errors.bad_filter(self.world, f"Could not find a property named '{name}'.")
        return name

    def next(self) -> str:
        if self.index >= len(self.tokens):
            raise errors.bad_filter(self.world, f"Syntax error: expected more after '{self.text}'.")
        self.index += 1
        return self.tokens[self.index - 1]

    def ahead(self, *words: str) -> bool:
        return self.index < len(self.tokens) and self.tokens[self.index].lower() in words

    def expect(self, mark: str) -> None:
        if self.next() != mark:
            raise errors.bad_filter(self.world, f"'{mark}' expected in '{self.text}'.")

    def whole(self) -> Callable[[Json], bool]:
        test = self.either()
        if self.index != len(self.tokens):
            raise errors.bad_filter(self.world, f"Syntax error at '{self.tokens[self.index]}' in '{self.text}'.")
        return test

    def either(self) -> Callable[[Json], bool]:
        tests = [self.both()]
        while self.ahead("or"):
            self.next()
            tests.append(self.both())
        return lambda row: any(test(row) for test in tests)

    def both(self) -> Callable[[Json], bool]:
        tests = [self.one()]
        while self.ahead("and"):
            self.next()
            tests.append(self.one())
        return lambda row: all(test(row) for test in tests)

    def one(self) -> Callable[[Json], bool]:
        if self.ahead("not"):
            self.next()
            test = self.one()
            return lambda row: not test(row)
        if self.ahead("("):
            self.next()
            test = self.either()
            self.expect(")")
            return test
        name = self.next()
        if name.lower() in ("startswith", "endswith"):
            return self.function(name.lower())
        if name.lower().endswith("/any"):
            return self.any_of(self.declared(name[: -len("/any")]))
        self.declared(name)
        return self.comparison(lambda row: _member(row, name))

    def function(self, name: str) -> Callable[[Json], bool]:
        self.expect("(")
        member = self.declared(self.next())
        self.expect(",")
        value = str(self.value()).lower()
        self.expect(")")
        return lambda row: getattr(str(_member(row, member) or "").lower(), name)(value)

    def any_of(self, member: str) -> Callable[[Json], bool]:
        """``tags/any(t:t eq 'x')``: the variable and its colon come as one word."""
        self.expect("(")
        variable, _, rest = self.next().partition(":")
        subject = rest or self.next()
        inner = "" if subject == variable else subject.removeprefix(f"{variable}/")
        item = (lambda row: _member(row, inner)) if inner else (lambda row: row)
        if subject.lower() in ("startswith", "endswith"):
            self.expect("(")
            self.next()
            self.expect(",")
            value = str(self.value()).lower()
            self.expect(")")
            test: Callable[[Json], bool] = lambda row: getattr(str(row).lower(), subject.lower())(value)  # noqa: E731
        else:
            test = self.comparison(item)
        self.expect(")")
        return lambda row: any(test(each) for each in _member(row, member) or ())

    def comparison(self, member: Callable[[Json], Json]) -> Callable[[Json], bool]:
        operator = self.next().lower()
        if operator == "in":
            self.expect("(")
            values = [self.value()]
            while self.ahead(","):
                self.next()
                values.append(self.value())
            self.expect(")")
            return lambda row: any(_same(member(row), value) for value in values)
        value = self.value()
        if operator == "eq":
            return lambda row: _same(member(row), value)
        if operator == "ne":
            return lambda row: not _same(member(row), value)
        raise errors.unsupported_query(self.world, f"Unsupported or invalid query filter clause: operator '{operator}'.")

    def value(self) -> Json:
        token = self.next()
        if token.startswith("'"):
            return token[1:-1].replace("''", "'")
        return {"true": True, "false": False, "null": None}.get(token.lower(), token)


def _member(row: Json, name: str) -> Json:
    for part in name.split("/"):
        row = row.get(part) if isinstance(row, dict) else None
    return row


def _same(left: Json, right: Json) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return left.lower() == right.lower()
    return bool(left == right)


def page(request: Request, world: World, rows: Iterable[Json], shown: Callable[[Json], Json], context: str, members: Iterable[str]) -> Json:
    """The answer to a list request: filtered, searched, cut to a page, with ``@odata.nextLink`` where there is more.

    ``members`` are the names that may be filtered on or selected; another one is a 400.
    """
    query = request.query
    eventual = request.headers.get("consistencylevel", "").lower() == "eventual" and "$count" in query
    found = list(rows)
    known = set(members) | {"id"}
    if text := query.get("$filter"):
        if ADVANCED.search(re.sub(r"'[^']*'", "''", text)) and not eventual:
            raise errors.unsupported_query(world, "Unsupported or invalid query filter clause specified.")
        test = _Parser(world, text, known).whole()
        found = [row for row in found if test(row)]
    if text := query.get("$search"):
        if request.headers.get("consistencylevel", "").lower() != "eventual":
            text = (
                "Request with $search query parameter only works through MSGraph with a special request "
                "header: 'ConsistencyLevel: eventual'"
            )
            raise errors.unsupported_query(world, text)
        found = [row for row in found if _searched(row, text)]
    start = int(query.get("$skiptoken", "0") or 0)
    size = int(query.get("$top", "100"))
    if not 1 <= size <= 999:
        raise errors.bad_request(world, "Invalid page size specified: must be between 1 and 999 inclusive.")
    body: Json = {"@odata.context": f"https://graph.microsoft.com/v1.0/$metadata#{context}"}
    if query.get("$count", "").lower() == "true":
        body["@odata.count"] = len(found)
    if start + size < len(found):
        others = "&".join(part for part in request.query_text.split("&") if part and "skiptoken=" not in part)
        body["@odata.nextLink"] = f"https://{request.host}{request.path}?{others}&$skiptoken={start + size}"
    body["value"] = [selected(request, world, shown(row), known) for row in found[start : start + size]]
    return body


def _searched(row: Json, text: str) -> bool:
    """``"displayName:words"``: every word starts a word of the member. Several terms are joined by ``OR``."""
    for term in re.findall(r'"([^"]*)"', text):
        name, _, words = term.partition(":")
        held = re.split(r"[\s@._-]+", str(row.get(name, "")).lower())
        if all(any(part.startswith(word) for part in held) for word in re.split(r"[\s@._-]+", words.lower()) if word):
            return True
    return False


def selected(request: Request, world: World, row: Json, members: Iterable[str] = ()) -> Json:
    """The members that ``$select`` names; everything without it."""
    names = [name for name in request.query.get("$select", "").split(",") if name]
    if not names:
        return row
    known = set(members) | set(row)
    for name in names:
        if name not in known:
            raise errors.bad_filter(world, f"Could not find a property named '{name}'.")
    return {key: value for key, value in row.items() if key in names or "@odata" in key}
