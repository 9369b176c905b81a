"""Privileges of principals on securables of Unity Catalog, as they were granted: nothing inherited is told.

Owns which privilege fits which securable. Only who owns or manages a securable sees and changes its grants, the stricter reading of
what the service lets others see; asking for one's own is allowed. Grants on the metastore itself are the world's.
https://learn.microsoft.com/azure/databricks/data-governance/unity-catalog/manage-privileges/privileges
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from wizard.sandbox.databricks.errors import denied, invalid, refused
from wizard.sandbox.databricks.models import done
from wizard.sandbox.databricks.router import WORKSPACES, body
from wizard.sandbox.databricks.unity import PATH, WORDS, place, require_principal

if TYPE_CHECKING:
    from wizard.sandbox.router import Request, Response
    from wizard.sandbox.world import World

Json = Any

GRANTS = PATH + "/permissions/{type}/{name}"
_EVERYWHERE = frozenset({"ALL_PRIVILEGES", "MANAGE"})
_MAKES = frozenset({"CREATE_FUNCTION", "CREATE_MATERIALIZED_VIEW", "CREATE_MODEL", "CREATE_MODEL_VERSION", "CREATE_TABLE", "CREATE_VOLUME"})
_USES = frozenset({"EXECUTE", "EXTERNAL_USE_SCHEMA", "MODIFY", "READ_VOLUME", "REFRESH", "SELECT", "USE_SCHEMA", "WRITE_VOLUME"})
_IN_SCHEMA = _MAKES | _USES | {"APPLY_TAG"}
_IN_STORAGE = frozenset(["CREATE_EXTERNAL_TABLE", "READ_FILES", "WRITE_FILES"])
PRIVILEGES = {
    "catalog": _EVERYWHERE | _IN_SCHEMA | {"USE_CATALOG", "CREATE_SCHEMA", "BROWSE"},
    "schema": _EVERYWHERE | _IN_SCHEMA,
    "storage_credential": _EVERYWHERE | _IN_STORAGE | {"CREATE_EXTERNAL_LOCATION"},
    "external_location": _EVERYWHERE
    | _IN_STORAGE
    | {"BROWSE", "CREATE_EXTERNAL_VOLUME", "CREATE_FOREIGN_CATALOG", "CREATE_MANAGED_STORAGE", "EXTERNAL_USE_LOCATION"},
}


EFFECTIVE = PATH + "/effective-permissions/metastore/{name}"


@WORKSPACES.get(EFFECTIVE)
def effective_on_metastore(request: Request, world: World) -> Response:
    """What was granted on the metastore: one's own by one's own name, everybody's for its administrators (the stricter reading).

    What a group has is told of the group, never of its members. Not emulated: the same of other securables.
    """
    where, principal = place(request, world), request.query.get("principal", "")
    if request.params["name"].lower() != where.metastore_id.lower():
        raise refused(404, "METASTORE_DOES_NOT_EXIST", f"Metastore '{request.params['name']}' does not exist.")
    if principal:
        require_principal(world, principal)
    if principal.lower() != where.who.name.lower() and not where.governs:
        raise denied(f"User is not an owner of Metastore '{where.metastore['name']}'.")
    given = {name: each for name, each in (where.metastore.get("grants") or {}).items() if principal.lower() in ("", name.lower())}
    rows = [{"principal": name, "privileges": [{"privilege": each} for each in privileges]} for name, privileges in given.items()]
    return done({"privilege_assignments": rows} if rows else {})


def _kind(request: Request) -> str:
    kind = request.params["type"].lower()
    if kind not in PRIVILEGES:
        raise invalid(f"Invalid securable type {request.params['type']}.")
    return kind


def _told(row: Json, principal: str) -> Json:
    held = {name: given for name, given in row["grants"].items() if given and principal.lower() in ("", name.lower())}
    return {"privilege_assignments": [{"principal": name, "privileges": given} for name, given in held.items()]} if held else {}


@WORKSPACES.get(GRANTS)
def get_grants(request: Request, world: World) -> Response:
    where, kind, principal = place(request, world), _kind(request), request.query.get("principal", "")
    row = where.existing(kind, request.params["name"])
    if principal:
        require_principal(world, principal)
    if principal.lower() not in where.mine:
        where.require_owner(kind, row)
    return done(_told(row, principal))


@WORKSPACES.patch(GRANTS)
def change_grants(request: Request, world: World) -> Response:
    where, kind = place(request, world), _kind(request)
    row = where.existing(kind, request.params["name"])
    where.require_owner(kind, row)
    before = deepcopy(row["grants"])
    for change in body(request).get("changes") or []:
        principal = str(change.get("principal") or "")
        require_principal(world, principal)
        _check(kind, row, [*(change.get("add") or []), *(change.get("remove") or [])])
        name = next((each for each in row["grants"] if each.lower() == principal.lower()), principal)
        kept = {*row["grants"].get(name, []), *(change.get("add") or [])} - {*(change.get("remove") or [])}
        row["grants"][name] = sorted(kept)
    row["grants"] = {name: given for name, given in row["grants"].items() if given}
    return done(_told(where.put(kind, row) if row["grants"] != before else row, ""))


def _check(kind: str, row: Json, privileges: list[str]) -> None:
    for privilege in privileges:
        if privilege not in PRIVILEGES[kind]:
            entity = f"{row['full_name']}:{WORDS[kind].upper().replace(' ', '_')}"
            raise invalid(
                f"Privilege {privilege.replace('_', ' ')} is not applicable to this entity [{entity}]. If this seems unexpected, please"
                " check the privilege version of the metastore in use [1.0]."
            )
