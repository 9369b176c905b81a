"""Secrets of a vault: versions, attributes, soft delete, recovery, purge, as functions over the tables.

Owns the life of a secret; asks nobody's permission. A deletion and a recovery take a moment, in which the name is of
no use: *being deleted* and *being recovered* are conflicts, and the deleted secret is not yet to be seen.
https://learn.microsoft.com/rest/api/keyvault/secrets/operation-groups
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.sandbox.keyvault import errors
from wizard.sandbox.keyvault.models import SECRET_NAME, begin, pending

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any

DAY = 86400
LONGEST_VALUE = 25 * 1024
MOST_TAGS = 15
MEMBERS = frozenset(("value", "contentType", "attributes", "tags"))


def check_name(name: str) -> None:
    if not SECRET_NAME.fullmatch(name):
        raise errors.bad_parameter(f"The request URI contains an invalid name: {name}")


def versions(world: World, vault: Json, name: str) -> list[tuple[str, Json]]:
    """``(version, document)`` of a live secret, oldest first; empty where there is none."""
    prefix = f"{vault['name']}/{name}/".lower()
    rows = world.table("keyvault.secrets")
    found = [(key.rsplit("/", 1)[1], rows[key]) for key in rows if key.startswith(prefix)]
    return sorted(found, key=lambda pair: int(pair[1]["number"]))


def find(world: World, vault: Json, name: str, version: str = "") -> tuple[str, Json]:
    """The latest or the named version, or 404. A secret whose recovery is under way is not there yet."""
    found = versions(world, vault, name)
    if pending(world, "recovery", key_of(vault, name)):
        found = []
    chosen = [pair for pair in found if not version or pair[0] == version]
    if not chosen:
        raise errors.secret_not_found(f"{name}/{version}" if version else name)
    return chosen[-1]


def names(world: World, vault: Json) -> list[str]:
    """Names of the live secrets, sorted."""
    prefix = f"{vault['name']}/".lower()
    rows = world.table("keyvault.secrets")
    return sorted({row["name"] for key, row in rows.items() if key.startswith(prefix)}, key=str.lower)


def key_of(vault: Json, name: str) -> str:
    return f"{vault['name']}/{name}".lower()


def check_free(world: World, vault: Json, name: str) -> None:
    """409 while the name is held by something deleted, or on its way there or back."""
    key = key_of(vault, name)
    if key in world.table("keyvault.deleted_secrets"):
        raise errors.secret_is_being(name, "deleted") if pending(world, "deletion", key) else errors.secret_is_deleted(name)
    if pending(world, "recovery", key):
        raise errors.secret_is_being(name, "recovered")


def put(world: World, vault: Json, name: str, body: Json) -> tuple[str, Json]:
    """A new version; returns it with its document."""
    check_name(name)
    _check_body(body, need_value=True)
    check_free(world, vault, name)
    now = int(world.clock.now())
    version = world.new_id("keyvault.version").replace("-", "")
    attributes = {"enabled": True, **_attributes(body), "created": now, "updated": now}
    row: Json = {"name": name, "value": body["value"], "attributes": attributes, "tags": body.get("tags") or {}}
    row["number"] = world.next_number("keyvault.version")
    if body.get("contentType"):
        row["contentType"] = body["contentType"]
    world.table("keyvault.secrets")[f"{key_of(vault, name)}/{version}"] = row
    return version, row


def change(world: World, vault: Json, name: str, version: str, body: Json) -> tuple[str, Json]:
    """Attributes, content type, tags of one version (the latest where none is named); what is absent stays."""
    _check_body(body, need_value=False)
    version, row = find(world, vault, name, version)
    row["attributes"] = {**row["attributes"], **_attributes(body), "updated": int(world.clock.now())}
    for member in ("contentType", "tags"):
        if body.get(member) is not None:
            row[member] = body[member]
    world.table("keyvault.secrets")[f"{key_of(vault, name)}/{version}"] = row
    return version, row


def delete(world: World, vault: Json, name: str) -> tuple[str, Json]:
    """Soft-delete with all versions; returns the latest version and the deleted document."""
    key = key_of(vault, name)
    if key in world.table("keyvault.deleted_secrets") and pending(world, "deletion", key):
        raise errors.secret_is_being(name, "deleted")
    find(world, vault, name)
    found = versions(world, vault, name)
    rows = world.table("keyvault.secrets")
    for version, _ in found:
        del rows[f"{key}/{version}"]
    now, days = int(world.clock.now()), vault["properties"].get("softDeleteRetentionInDays", 90)
    document = {"name": found[-1][1]["name"], "deletedDate": now, "scheduledPurgeDate": now + days * DAY, "versions": dict(found)}
    world.table("keyvault.deleted_secrets")[key] = document
    begin(world, "deletion", key)
    return found[-1][0], document


def deleted(world: World, vault: Json, name: str) -> Json:
    """The deleted secret once its deletion is over, or 404."""
    key = key_of(vault, name)
    row = world.table("keyvault.deleted_secrets").get(key)
    if row is None or pending(world, "deletion", key):
        raise errors.deleted_secret_not_found(name)
    return row


def all_deleted(world: World, vault: Json) -> list[Json]:
    prefix = f"{vault['name']}/".lower()
    rows = world.table("keyvault.deleted_secrets")
    return [row for key, row in sorted(rows.items()) if key.startswith(prefix) and not pending(world, "deletion", key)]


def latest(document: Json) -> tuple[str, Json]:
    """Latest version of a deleted secret."""
    pair: tuple[str, Json] = max(document["versions"].items(), key=lambda item: int(item[1]["number"]))
    return pair


def recover(world: World, vault: Json, name: str) -> tuple[str, Json]:
    document, key = deleted(world, vault, name), key_of(vault, name)
    del world.table("keyvault.deleted_secrets")[key]
    for version, row in document["versions"].items():
        world.table("keyvault.secrets")[f"{key}/{version}"] = row
    begin(world, "recovery", key)
    return latest(document)


def purge(world: World, vault: Json, name: str) -> None:
    deleted(world, vault, name)
    if vault["properties"].get("enablePurgeProtection"):
        raise errors.purge_protected()
    del world.table("keyvault.deleted_secrets")[key_of(vault, name)]


def _check_body(body: Json, *, need_value: bool) -> None:
    if not isinstance(body, dict) or (need_value and not isinstance(body.get("value"), str)):
        raise errors.bad_parameter("The request body is missing or invalid: Required property 'value' not found in JSON.")
    unknown = sorted(set(body) - MEMBERS - (set() if need_value else {"id"}))
    if unknown:
        raise errors.bad_parameter(f"Unrecognized property '{unknown[0]}' in the request body.")
    if need_value and len(body["value"].encode()) > LONGEST_VALUE:
        raise errors.bad_parameter("The secret value exceeds the maximum length of 25 KB.")
    tags = body.get("tags") or {}
    if len(tags) > MOST_TAGS or any(len(name) > 512 or len(str(text)) > 512 for name, text in tags.items()):
        raise errors.bad_parameter(f"A secret can have at most {MOST_TAGS} tags, names and values of at most 512 characters.")
    if len(str(body.get("contentType") or "")) > 255:
        raise errors.bad_parameter("The content type exceeds the maximum length of 255 characters.")


def _attributes(body: Json) -> Json:
    given = {
        name: value for name, value in (body.get("attributes") or {}).items() if name in ("enabled", "nbf", "exp") and value is not None
    }
    if "nbf" in given and "exp" in given and given["exp"] <= given["nbf"]:
        raise errors.bad_parameter("Parameter 'exp' must be later than parameter 'nbf'.")
    return given
