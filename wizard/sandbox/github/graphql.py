"""The GraphQL endpoint: ``createCommitOnBranch``, ``viewer`` and what ``gh`` asks and does.

Owns field resolution and the answer's form (200 with ``errors``). A field that the sandbox does not know is an error as
for a field that does not exist, so that nothing is made up. Not emulated: introspection, cursors, node look-ups by id.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from wizard.sandbox.github.bodies import members
from wizard.sandbox.github.graphql_document import Field, Unreadable, parsed
from wizard.sandbox.github.graphql_mutations import create_commit_on_branch, create_pull_request, create_repository
from wizard.sandbox.github.graphql_objects import Failure, account, owner, repository
from wizard.sandbox.github.router import ROUTER, Caller, signed_in
from wizard.sandbox.router import Refusal, Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable

    from wizard.sandbox.world import World

Json = Any


def selected(value: Json, fields: list[Field], kind: str) -> Json:
    """The selected members of an object; callables are called with the field's arguments."""
    if isinstance(value, list):
        return [selected(item, fields, kind) for item in value]
    if not fields or value is None:
        return value() if callable(value) else value
    out = {}
    for field in fields:
        if field.name == "__typename":
            out[field.alias] = kind
            continue
        if field.name not in value:
            raise Failure("undefinedField", f"Field '{field.name}' doesn't exist on type '{kind}'")
        member = value[field.name]
        member = member(**field.arguments) if callable(member) else member
        out[field.alias] = selected(member, field.fields, field.name[:1].upper() + field.name[1:])
    return out


def _root(world: World, found: Caller, kind: str) -> dict[str, Callable[..., Json]]:
    if kind == "mutation":
        made = {
            "createCommitOnBranch": create_commit_on_branch,
            "createRepository": create_repository,
            "createPullRequest": create_pull_request,
        }
        return {name: functools.partial(_with_input, make, world, found) for name, make in made.items()}
    return {
        "viewer": lambda: account(world, found.login),
        "user": lambda login: owner(world, found, login),
        "organization": lambda login: owner(world, found, login),
        "repositoryOwner": lambda login: owner(world, found, login),
        "repository": lambda owner, name, followRenames=True: repository(world, found, owner, name),
        "rateLimit": lambda: {"limit": 5000, "cost": 1, "remaining": 4999, "used": 1},
    }


def _with_input(make: Callable[[World, Caller, Json], Json], world: World, found: Caller, input: Json = None) -> Json:
    return make(world, found, input)


def _failed(failure: Failure, path: list[str]) -> Json:
    entry: Json = {"message": str(failure), "locations": [{"line": 1, "column": 1}]}
    if failure.kind.isupper():
        return {"type": failure.kind, "path": path} | entry
    return {"path": ["query", *path], "extensions": {"code": failure.kind}} | entry


@ROUTER.post("/graphql")
def graphql(request: Request, world: World) -> Response:
    """200 with ``data`` and, where something failed, ``errors``; a failed mutation has changed nothing."""
    found, body = signed_in(request, world), members(request, {"query": str}, {"variables": dict, "operationName": str})
    data: dict[str, Json] = {}
    problems: list[Json] = []
    try:
        operation = parsed(body["query"], body.get("variables") or {}, body.get("operationName"))
    except Unreadable as problem:
        return Response(200, {"errors": [{"message": str(problem), "locations": [{"line": 1, "column": 1}]}]})
    roots = _root(world, found, operation.kind)
    for field in operation.fields:
        try:
            data |= selected(roots, [field], operation.kind.title())
        except Failure as failure:
            data[field.alias] = None
            problems.append(_failed(failure, [field.alias]))
    whole = {"data": data} | ({"errors": problems} if problems else {})
    if problems and operation.kind == "mutation":
        raise Refusal(Response(200, whole))
    return Response(200, whole)
