"""The data side of a removal: catalogs that hold what nobody of us made, and securables that left the project file.

Owns that no data goes unseen: a catalog with tables, volumes or schemas of others has to be named before it is removed with all that is in
it; an empty one is removed so that the service itself refuses where something has come into it meanwhile. Reads only.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from wizard.blueprint.facts import Owned
from wizard.engine.plan import Action, Change
from wizard.engine.resource import Observed, Resource
from wizard.errors import LakestrapError
from wizard.flows.destroy.removal import Item
from wizard.providers.databricks.catalog import Catalog
from wizard.providers.databricks.external_location import ExternalLocation
from wizard.providers.databricks.held_data import Held, HeldSchema, held_in, marked_securables
from wizard.providers.databricks.schema import Schema
from wizard.providers.databricks.storage_credential import StorageCredential

if TYPE_CHECKING:
    from wizard.engine.survey import Sight
    from wizard.flows.job import Job

SHOWN = 20
"""Names of what is in a catalog that are told one by one."""


@dataclass(slots=True)
class DataSide:
    """The changes as they are to be carried out, what goes although it is not ours, and what has to be named because of it."""

    changes: list[Change] = field(default_factory=list)
    foreign: list[Item] = field(default_factory=list)
    to_name: dict[str, str] = field(default_factory=dict)


async def data_side(job: Job, going: Collection[str], changes: Iterable[Change], sights: Mapping[str, Sight]) -> DataSide:
    """The changes with those of catalogs settled, and with what bears our mark and is not wished any more."""
    found = DataSide(list(changes))
    for environment in going:
        host = _asked_before(environment, sights)
        if host:
            found.changes += await _left_file(job, host, environment, found.changes)
    for change in [each for each in found.changes if isinstance(each.resource, Catalog)]:
        await _settle(job, change, found)
    await _in_theirs(job, found)
    return found


async def _in_theirs(job: Job, found: DataSide) -> None:
    """Schemas of ours in a catalog of the user's own: one that holds something has to be named, as the lake goes that it lies in."""
    going = {each.resource.catalog for each in found.changes if isinstance(each.resource, Catalog)}
    schemas = [each for each in found.changes if isinstance(each.resource, Schema) and each.resource.catalog not in going]
    held: dict[str, Mapping[str, HeldSchema]] = {}
    for change in schemas:
        schema = change.resource
        assert isinstance(schema, Schema)
        catalog = str(schema.catalog)
        inside: tuple[str, ...] = ("something that cannot be listed",)
        try:
            held[catalog] = held.get(catalog) or await held_in(job.session, str(schema.host), catalog)
            inside = held[catalog][schema.schema].inside if schema.schema in held[catalog] else ()
        except LakestrapError:
            pass
        if inside:
            found.to_name[schema.full_name] = f"it holds what Lakestrap did not make, and that would be gone for good: {_few(list(inside))}"
            why = f"not made by Lakestrap; it would be deleted with the schema {schema.full_name}"
            found.foreign += [Item(f"{schema.full_name}.{each}", why) for each in inside[:SHOWN]]
            forced = replace(change, resource=replace(schema, forced=True))
            found.changes = [forced if each is change else each for each in found.changes]


def _asked_before(environment: str, sights: Mapping[str, Sight]) -> str:
    """The environment's workspace where it has just answered; empty where it cannot be asked."""
    sight = sights.get(f"databricks.service_principal/{environment}")
    if sight is None or sight.unseen or not sight.resource.identifiable():
        return ""
    return str(getattr(sight.resource, "host", ""))


async def _left_file(job: Job, host: str, environment: str, changes: Iterable[Change]) -> list[Change]:
    """Deletions of marked securables that the project file no longer wishes."""
    try:
        marked = await marked_securables(job.session, host, job.project.name, environment)
    except LakestrapError:  # a workspace without a metastore, or one that does not show it: then nothing there is ours to find
        return []
    known = {(change.resource.kind, change.observed.id) for change in changes if change.observed}
    owned = Owned(project=job.project.name, environment=environment)
    return [
        Change(_removable(each, host, owned), Action.DELETE, Observed(each.name, owner=job.project.name))
        for each in marked
        if (each.kind, each.name) not in known
    ]


def _removable(held: Held, host: str, owned: Owned) -> Resource:
    name = f"{owned['environment']}/{held.name}"
    if held.kind == Catalog.kind:
        return Catalog(name=name, host=host, catalog=held.name, storage_root="", **owned)
    if held.kind == ExternalLocation.kind:
        return ExternalLocation(name=name, host=host, location=held.name, url="", credential="", **owned)
    return StorageCredential(name=name, host=host, credential=held.name, connector_id="", **owned)


async def _settle(job: Job, change: Change, found: DataSide) -> None:
    catalog = change.resource
    assert isinstance(catalog, Catalog)
    schemas = {each.resource.full_name: each for each in found.changes if isinstance(each.resource, Schema)}
    begin = f"{catalog.catalog}."
    try:
        held = await held_in(job.session, str(catalog.host), catalog.catalog)
    except LakestrapError as refusal:
        held, inside = {}, [f"something that cannot be listed ({refusal.message})"]
    else:
        ours = {name for name, schema in held.items() if schema.bears(catalog.project, catalog.environment) or begin + name in schemas}
        theirs = [name for name in held if name != "default" and name not in ours]
        inside = [f"{name} (schema)" for name in theirs] + [f"{name}.{each}" for name, schema in held.items() for each in schema.inside]
    if inside:
        found.to_name[catalog.catalog] = f"it holds what Lakestrap did not make, and that would be gone for good: {_few(inside)}"
        why = f"not made by Lakestrap; it would be deleted with the catalog {catalog.catalog}"
        found.foreign += [Item(begin + each, why) for each in inside[:SHOWN]]
        forced = replace(change, resource=replace(catalog, forced=True))
        gone = {each.key for name, each in schemas.items() if name.startswith(begin)}
        found.changes = [forced if each is change else each for each in found.changes if each.key not in gone]
        return
    owned = Owned(project=catalog.project, environment=catalog.environment)
    for name in (each for each in held if begin + each not in schemas):
        schema = Schema(name=f"{catalog.environment}/{name}", host=catalog.host, catalog=catalog.catalog, schema=name, **owned)
        found.changes.append(Change(schema, Action.DELETE, Observed(begin + name, owner=job.project.name)))


def _few(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
