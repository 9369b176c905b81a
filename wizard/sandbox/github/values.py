"""Routes of secrets and variables, of repositories and of environments.

Owns the sealed boxes: every secret is really opened with the key that was handed out, and stored as text. Answers
never hold a value of a secret. Words for the limits are ours. Not emulated: organization secrets and variables,
Dependabot and Codespaces secrets.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from typing import TYPE_CHECKING, Any

from wizard.sandbox.github import environments, errors, models, rights
from wizard.sandbox.github.bodies import members, page
from wizard.sandbox.github.router import ROUTER
from wizard.sandbox.router import Request, Response

if TYPE_CHECKING:
    from nacl.public import PrivateKey

    from wizard.sandbox.world import World

Json = Any

LIMITS = {"github.secrets": {True: 100, False: 100}, "github.variables": {True: 100, False: 500}}
"""How many an environment (True) and a repository (False) may hold."""
LARGEST = 48 * 1024
REPOSITORY = "/repos/{owner}/{repo}/actions"
ENVIRONMENT = environments.PATH


def _scope(request: Request, world: World, level: str, table: str) -> tuple[Json, str]:
    """Repository and environment name (``""``: the repository itself) if the caller may do this."""
    if "environment_name" in request.params:
        repository, row = environments.found(request, world, "push", f"environments:{level}")
        return repository, row["name"]
    permission = "secrets" if table == "github.secrets" else "actions_variables"
    return rights.opened(request, world, "push", f"{permission}:{level}"), ""


def _key(world: World, repository: Json, environment: str) -> tuple[str, PrivateKey]:
    """Number and private key of a scope; derived, so that they are the same whenever they are asked for."""
    from nacl.public import PrivateKey

    seed = hashlib.sha256(f"{world.seed}/sealed/{repository['id']}/{environment.lower()}".encode()).digest()
    return str(int.from_bytes(seed[:7], "big") + 10**17), PrivateKey(seed)


def _checked_name(name: str, what: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        allowed = "can only contain alphanumeric characters ([a-z], [A-Z], [0-9]) or underscores (_). Spaces are not allowed."
        raise errors.invalid(f"{what} names {allowed} Must start with a letter ([a-z], [A-Z]) or underscores (_).")
    if name.upper().startswith("GITHUB_"):
        raise errors.invalid(f"{what} names must not start with GITHUB_.")
    return name.upper()


def _rows(world: World, table: str, repository: Json, environment: str) -> list[Json]:
    prefix = models.values_key(models.full_name(repository), environment, "")
    rows = world.table(table)
    return [rows[key] for key in sorted(rows) if key.startswith(prefix)]


def _store(world: World, table: str, repository: Json, environment: str, name: str, value: str) -> bool:
    """Keep a value; says whether it is new."""
    key, now, rows = models.values_key(models.full_name(repository), environment, name), world.clock.iso(), world.table(table)
    before = rows.get(key)
    if before is None and len(_rows(world, table, repository, environment)) >= LIMITS[table][bool(environment)]:
        raise errors.invalid(f"The maximum number of {table.partition('.')[2]} has been reached.")
    if len(value.encode()) > LARGEST:
        raise errors.invalid("Value is too large (maximum is 48 KB).")
    row = {"repository": models.full_name(repository), "environment": environment, "name": name, "value": value}
    rows[key] = row | {"created_at": before["created_at"] if before else now, "updated_at": now}
    return before is None


def _one(world: World, table: str, repository: Json, environment: str, name: str) -> Json:
    row = world.table(table).get(models.values_key(models.full_name(repository), environment, name))
    if row is None:
        raise errors.not_found()
    return row


def _shown(row: Json, *, value: bool) -> Json:
    names = ("name", "value", "created_at", "updated_at") if value else ("name", "created_at", "updated_at")
    return {name: row[name] for name in names}


def public_key(request: Request, world: World) -> Response:
    number, private = _key(world, *_scope(request, world, "read", "github.secrets"))
    return Response(200, {"key_id": number, "key": base64.b64encode(bytes(private.public_key)).decode()})


def list_secrets(request: Request, world: World) -> Response:
    rows = _rows(world, "github.secrets", *_scope(request, world, "read", "github.secrets"))
    return page(request, [_shown(row, value=False) for row in rows], "secrets")


def get_secret(request: Request, world: World) -> Response:
    scope = _scope(request, world, "read", "github.secrets")
    return Response(200, _shown(_one(world, "github.secrets", *scope, request.params["secret_name"]), value=False))


def put_secret(request: Request, world: World) -> Response:
    """201 with ``{}`` for a new one, 204 for another value."""
    from nacl.exceptions import CryptoError
    from nacl.public import SealedBox

    repository, environment = _scope(request, world, "write", "github.secrets")
    body = members(request, {"encrypted_value": str, "key_id": str})
    number, private = _key(world, repository, environment)
    if body["key_id"] != number:
        raise errors.invalid("Bad request - key_id does not match the public key of this scope.")
    try:
        value = SealedBox(private).decrypt(base64.b64decode(body["encrypted_value"], validate=True)).decode()
    except (CryptoError, binascii.Error, ValueError) as problem:
        raise errors.invalid(
            "Improperly encrypted secret, please encrypt your secrets: "
            "https://docs.github.com/rest/guides/encrypting-secrets-for-the-rest-api"
        ) from problem
    new = _store(world, "github.secrets", repository, environment, _checked_name(request.params["secret_name"], "Secret"), value)
    return Response(201, {}) if new else Response(204)


def delete_secret(request: Request, world: World) -> Response:
    row = _one(world, "github.secrets", *_scope(request, world, "write", "github.secrets"), request.params["secret_name"])
    del world.table("github.secrets")[models.values_key(row["repository"], row["environment"], row["name"])]
    return Response(204)


def list_variables(request: Request, world: World) -> Response:
    rows = _rows(world, "github.variables", *_scope(request, world, "read", "github.variables"))
    return page(request, [_shown(row, value=True) for row in rows], "variables", default=10)


def get_variable(request: Request, world: World) -> Response:
    scope = _scope(request, world, "read", "github.variables")
    return Response(200, _shown(_one(world, "github.variables", *scope, request.params["name"]), value=True))


def create_variable(request: Request, world: World) -> Response:
    """201 with ``{}``; 409 where the name is taken: there is no upsert."""
    repository, environment = _scope(request, world, "write", "github.variables")
    body = members(request, {"name": str, "value": str})
    name = _checked_name(body["name"], "Variable")
    if models.values_key(models.full_name(repository), environment, name) in world.table("github.variables"):
        raise errors.conflict("Already exists - Variable already exists")
    _store(world, "github.variables", repository, environment, name, body["value"])
    return Response(201, {})


def update_variable(request: Request, world: World) -> Response:
    repository, environment = _scope(request, world, "write", "github.variables")
    body = members(request, {}, {"name": str, "value": str})
    row = _one(world, "github.variables", repository, environment, request.params["name"])
    name = _checked_name(body.get("name", row["name"]), "Variable")
    if name != row["name"]:
        del world.table("github.variables")[models.values_key(row["repository"], environment, row["name"])]
    _store(world, "github.variables", repository, environment, name, body.get("value", row["value"]))
    return Response(204)


def delete_variable(request: Request, world: World) -> Response:
    row = _one(world, "github.variables", *_scope(request, world, "write", "github.variables"), request.params["name"])
    del world.table("github.variables")[models.values_key(row["repository"], row["environment"], row["name"])]
    return Response(204)


for _base in (REPOSITORY, ENVIRONMENT):
    ROUTER.get(f"{_base}/secrets/public-key")(public_key)
    ROUTER.get(f"{_base}/secrets")(list_secrets)
    ROUTER.get(f"{_base}/secrets/{{secret_name}}")(get_secret)
    ROUTER.put(f"{_base}/secrets/{{secret_name}}")(put_secret)
    ROUTER.delete(f"{_base}/secrets/{{secret_name}}")(delete_secret)
    ROUTER.get(f"{_base}/variables")(list_variables)
    ROUTER.post(f"{_base}/variables")(create_variable)
    ROUTER.get(f"{_base}/variables/{{name}}")(get_variable)
    ROUTER.patch(f"{_base}/variables/{{name}}")(update_variable)
    ROUTER.delete(f"{_base}/variables/{{name}}")(delete_variable)
