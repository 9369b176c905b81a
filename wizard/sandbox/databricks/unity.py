"""What every securable of Unity Catalog has: a metastore it lives in, an owner, grants, workspaces it is bound to.

Owns the callers' rights. A metastore belongs to a region and to no workspace: what is in it outlives the workspace that made it, and
every workspace of the region sees it. Where the metastore came with the workspaces (``automatic``, as new accounts have it) their
administrators may make top-level securables and there is no metastore administrator but those the world names; else nobody may but
these and whom the world's ``grants`` name. Principals are the account's: workspace groups do not count.
https://learn.microsoft.com/azure/databricks/data-governance/unity-catalog/manage-privileges/admin-privileges
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wizard.sandbox.databricks.errors import denied, invalid, refused
from wizard.sandbox.databricks.models import milliseconds
from wizard.sandbox.databricks.router import caller

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wizard.sandbox.databricks.identity import Member
    from wizard.sandbox.router import Request
    from wizard.sandbox.world import World

Json = Any

PATH = "/api/2.1/unity-catalog"
TABLE = "databricks.unity"
WORDS = {
    "metastore": "Metastore",
    "storage_credential": "Storage Credential",
    "external_location": "External Location",
    "catalog": "Catalog",
    "schema": "Schema",
}
DEFAULTS = ("CREATE_CATALOG", "CREATE_EXTERNAL_LOCATION", "CREATE_STORAGE_CREDENTIAL", "CREATE_CONNECTION", "CREATE_SHARE")
"""What administrators of a workspace may do with a metastore that came with it."""
EVERYBODY = "account users"
FORBIDDEN = re.compile(r"[./\s\x00-\x1f\x7f]")
_SECURED = ("ISOLATION_MODE_OPEN", "ISOLATION_MODE_ISOLATED")
ISOLATION = {"catalog": ("OPEN", "ISOLATED"), "storage_credential": _SECURED, "external_location": _SECURED, "schema": ()}
KEPT = ("grants", "bindings")
"""Members of a row that are not part of what is answered."""


@dataclass(frozen=True, slots=True)
class Place:
    """A caller in the metastore of its workspace."""

    world: World
    who: Member
    metastore: Json

    @property
    def metastore_id(self) -> str:
        return str(self.metastore["metastore_id"])

    @property
    def mine(self) -> frozenset[str]:
        """The names by which grants and owners may mean the caller, in lower case."""
        name = self.who.name.lower()
        groups = (row for row in account_groups(self.world) if name in {each.lower() for each in row["members"]})
        return frozenset({name, EVERYBODY, *(str(row["name"]).lower() for row in groups)})

    @property
    def governs(self) -> bool:
        """Whether the caller is an administrator of the metastore."""
        return bool(self.mine & {str(each).lower() for each in self.metastore.get("admins") or ()})

    def key(self, kind: str, name: str) -> str:
        return f"{self.metastore_id}/{kind}/{name.lower()}"

    def rows(self, kind: str) -> list[Json]:
        """Every securable of a kind, wherever it is bound to."""
        prefix, table = f"{self.metastore_id}/{kind}/", self.world.table(TABLE)
        return [table[key] for key in table if key.startswith(prefix)]

    def find(self, kind: str, name: str) -> Json | None:
        return self.world.table(TABLE).get(self.key(kind, name))

    def existing(self, kind: str, name: str) -> Json:
        """The securable as this workspace may see it; 404 where there is none, 403 where it is another workspace's."""
        row = self.find(kind, name)
        if row is None:
            raise refused(404, f"{kind.upper()}_DOES_NOT_EXIST", f"{WORDS[kind]} '{name}' does not exist.")
        if not self.reaches(row):
            raise denied(f"{WORDS[kind]} '{name}' is not accessible in current workspace")
        if kind == "schema":
            self.existing("catalog", row["catalog_name"])
        return row

    def reaches(self, row: Json) -> bool:
        """Whether the caller's workspace is among those that a securable is bound to."""
        return not str(row.get("isolation_mode", "")).endswith("ISOLATED") or int(self.who.workspace) in row["bindings"]

    def put(self, kind: str, row: Json) -> Json:
        """Store it, changed now by the caller."""
        row |= {"updated_at": milliseconds(self.world), "updated_by": self.who.name}
        self.world.table(TABLE)[self.key(kind, row["full_name"])] = row
        return row

    def drop(self, kind: str, name: str) -> None:
        del self.world.table(TABLE)[self.key(kind, name)]

    def new(self, kind: str, full_name: str, **members: Json) -> Json:
        """A new securable's document; the caller owns it. 400 where the name is taken."""
        if self.find(kind, full_name) is not None:
            raise refused(400, f"{kind.upper()}_ALREADY_EXISTS", f"{WORDS[kind]} '{full_name}' already exists")
        now = milliseconds(self.world)
        fixed = {"name": full_name.rpartition(".")[2], "full_name": full_name, "owner": self.who.name, "metastore_id": self.metastore_id}
        made = {"created_at": now, "created_by": self.who.name, "securable_type": kind.upper(), "grants": {}}
        made["schema_id" if kind == "schema" else "id"] = self.world.new_id("databricks.unity")
        return {
            **fixed,
            **made,
            "bindings": [int(self.who.workspace)],
            **{name: value for name, value in members.items() if value is not None},
        }

    def holds(self, kind: str, row: Json, *privileges: str) -> bool:
        """Whether one of the privileges is held: owned, governed, granted, or inherited from what holds it."""
        if self.owns(kind, row):
            return True
        granted = {each for name, given in row["grants"].items() if name.lower() in self.mine for each in given}
        if granted & {*privileges, "ALL_PRIVILEGES"}:
            return True
        parent = self.find("catalog", row["catalog_name"]) if kind == "schema" else None
        return parent is not None and self.holds("catalog", parent, *privileges)

    def owns(self, kind: str, row: Json) -> bool:
        """Whether the caller may do everything with it: its owner, that of its catalog, who manages it, the metastore's administrators."""
        if self.governs or str(row["owner"]).lower() in self.mine:
            return True
        if any("MANAGE" in given for name, given in row["grants"].items() if name.lower() in self.mine):
            return True
        parent = self.find("catalog", row["catalog_name"]) if kind == "schema" else None
        return parent is not None and self.owns("catalog", parent)

    def require(self, kind: str, row: Json, privilege: str) -> None:
        if not self.holds(kind, row, privilege):
            raise denied(f"User does not have {privilege.replace('_', ' ')} on {WORDS[kind]} '{row['full_name']}'.")

    def require_owner(self, kind: str, row: Json) -> None:
        if not self.owns(kind, row):
            raise denied(f"User is not an owner of {WORDS[kind]} '{row['full_name']}'.")

    def may_create(self, privilege: str) -> None:
        """403 unless the caller may make that sort of thing in the metastore."""
        given = (self.metastore.get("grants") or {}).items()
        granted = {each for name, privileges in given if str(name).lower() in self.mine for each in privileges}
        automatic = self.metastore.get("automatic", True) and self.who.admin and privilege in DEFAULTS
        if not (automatic or self.governs or privilege in granted):
            raise denied(f"User does not have {privilege.replace('_', ' ')} on Metastore '{self.metastore['name']}'.")


def place(request: Request, world: World) -> Place:
    """The caller; 404 where the workspace has no metastore."""
    who = caller(request, world)
    region = who.resource["location"].lower().replace(" ", "")
    found = world.table("databricks.metastores").get(region)
    if not found:
        raise refused(404, "METASTORE_DOES_NOT_EXIST", "No metastore assigned for the current workspace.")
    return Place(world, who, found)


def account_groups(world: World) -> list[Json]:
    return list((world.table("databricks.account").get("groups") or {"groups": []})["groups"])


def require_principal(world: World, name: str) -> None:
    """404 unless the account knows the principal: a member of any of its workspaces, or a group of the account."""
    members = world.table("databricks.principals").rows.values()
    known: Iterable[str] = (*(row["name"] for row in members), *(row["name"] for row in account_groups(world)), EVERYBODY)
    if name.lower() not in {str(each).lower() for each in known}:
        raise refused(404, "PRINCIPAL_DOES_NOT_EXIST", f"Could not find principal with name {name}")


def shown(row: Json) -> Json:
    """What is answered of a securable."""
    return {name: value for name, value in row.items() if name not in KEPT}


def name_of(given: Json) -> str:
    """The name that a securable is to have, in lower case as the service keeps it; 400 where it is none.

    https://learn.microsoft.com/azure/databricks/sql/language-manual/sql-ref-names
    """
    name = str(given.get("name") or "")
    if not name or len(name) > 255 or FORBIDDEN.search(name):
        raise invalid(f"Invalid input: '{name}' is not a valid name.")
    return name.lower()


def change(where: Place, kind: str, row: Json, given: Json, allowed: Iterable[str]) -> Json:
    """The row with the members that were sent; an owner must be a principal, isolation binds the caller's workspace."""
    if unknown := [name for name in given if name not in (*allowed, "comment", "owner", "isolation_mode")]:
        raise invalid(f"{WORDS[kind]} has no {unknown[0]} that could be updated.")
    if "owner" in given:
        require_principal(where.world, str(given["owner"]))
    mode = given.get("isolation_mode")
    if mode is not None and mode not in ISOLATION[kind]:
        raise invalid(f"Invalid isolation mode {mode}.")
    if mode is not None and str(mode).endswith("ISOLATED") and not row["bindings"]:
        row["bindings"] = [int(where.who.workspace)]
    return {**row, **{name: value for name, value in given.items() if value is not None}}


def forced(request: Request) -> bool:
    return request.query.get("force", "").lower() == "true"
