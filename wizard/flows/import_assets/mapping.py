"""Assets -> bundle resources: pure. What does not go over as it is, is told; nothing is dropped in silence.

Owns what definitions of every kind have in common: unknown parts, secrets, references, init scripts, libraries.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from wizard.flows.import_assets import known
from wizard.flows.import_assets.assets import Assets, Definition, Leftover, Place, Weight, at
from wizard.flows.import_assets.hidden import is_secret, vault_name
from wizard.flows.import_assets.naming import Names
from wizard.flows.import_assets.sources import INTO_SCRIPTS, Sources

Json = Any
UP = "../"
"""From ``resources/``, where the definitions are, to the bundle's root."""
_SUBSTITUTED = re.compile(r"\$\{(bundle|workspace|var|variables|resources|artifacts)\.")
OLDEST_RUNTIME = 11
"""Major version of the oldest runtime with long-term support that is not long past its end."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What somebody decided about the import."""

    keep_clusters: bool = False
    """Clusters stay where they are and are found by name, instead of becoming resources of the bundle."""
    scripts_in: str = ""
    """A volume, ``/Volumes/…``, for init scripts; workspace files where it is empty."""
    scope: str = "SCOPE"
    """The secret scope that references to secrets name."""


@dataclass(slots=True)
class Mapping:
    """One import under way: what it makes and what it tells."""

    assets: Assets
    choices: Choices
    names: Names
    sources: Sources
    told: list[Leftover] = field(default_factory=list)

    def taken(self, definition: Definition, data: Json, model: type, place: Place) -> Json:
        """The part of some data that a bundle knows, told of the rest, of secrets and of what the bundle would substitute."""
        kept, rest = known.split(data, model, place)
        for where, value, reason in rest:
            self.tell(definition, where, value, reason)
        return self._spoken(definition, kept, place)

    def tell(self, definition: Definition, place: Place, value: Json, reason: str, weight: Weight = Weight.UNMAPPED) -> None:
        """Keep what is left of a definition at a place."""
        self.told.append(definition.left(place, value, reason, weight))

    def _spoken(self, definition: Definition, data: Json, place: Place) -> Json:
        if isinstance(data, list):
            return [self._spoken(definition, item, (*place, number)) for number, item in enumerate(data)]
        if not isinstance(data, dict):
            if isinstance(data, str) and _SUBSTITUTED.search(data):
                self.tell(definition, place, data, "has a form that a bundle replaces by values of its own", Weight.LOOK)
            return data
        kept = {}
        for name, value in data.items():
            inside = (*place, name)
            if not is_secret(name, value):
                kept[name] = self._spoken(definition, value, inside)
            elif place and place[-1] in ("spark_conf", "spark_env_vars"):
                secret = vault_name(name)
                kept[name] = f"{{{{secrets/{self.choices.scope}/{secret}}}}}"
                reason = (
                    f"is a secret, and was replaced by a reference: put it into the vault as {secret}, under `secrets` of lakestrap.yaml"
                )
                self.tell(definition, inside, None, reason)
            else:
                self.tell(
                    definition, inside, None, "is a secret, and was left out: nothing but a reference to one belongs into a repository"
                )
        return kept

    def compute(self, definition: Definition, cluster: dict[str, Json], place: Place) -> dict[str, Json]:
        """What every cluster has, of a job or of its own: scripts, pool, policy and a runtime that is still there."""
        own = enumerate(cluster.get("init_scripts") or ())
        scripts = [*self._everywhere(), *(self._script(definition, item, (*place, "init_scripts", n)) for n, item in own)]
        if scripts:
            cluster["init_scripts"] = [script for script in scripts if script]
        references = {"instance_pool_id": "instance_pool", "driver_instance_pool_id": "instance_pool", "policy_id": "cluster_policy"}
        for name, kind in references.items():
            if cluster.get(name):
                cluster[name] = self.reference(definition, kind, cluster[name], (*place, name))
        version = str(cluster.get("spark_version", ""))
        major = version.partition(".")[0]
        if major.isdigit() and int(major) < OLDEST_RUNTIME:
            reason = f"the runtime {version} is past its end and new clusters cannot have it: choose one with long-term support"
            self.tell(definition, (*place, "spark_version"), version, reason, Weight.LOOK)
        return cluster

    def reference(self, definition: Definition, kind: str, said: str, place: Place) -> str:
        """What stands in the bundle for a thing of the workspace; told where that is not sure."""
        stands, doubt = self.names.reference(kind, str(said))
        if doubt:
            self.tell(definition, place, said, doubt)
        return stands

    def _script(self, definition: Definition, item: dict[str, Json], place: Place) -> dict[str, Json]:
        """An init script as workspace file or in a volume; ``{}`` where it cannot be had."""
        store = next(iter(item), "")
        destination = str((item.get(store) or {}).get("destination", ""))
        copied = self.sources.script(destination)
        if copied and self.choices.scripts_in:
            read = self._read_from(copied)
            reason = f"is read from a volume now: databricks fs cp {copied} dbfs:{read['volumes']['destination']}"
            self.tell(definition, place, item, reason, Weight.LOOK)
            return read
        if copied:
            return self._read_from(copied)
        if store in ("workspace", "volumes"):
            self.tell(definition, place, item, "is not among the scripts that were imported: the path was kept", Weight.LOOK)
            return item
        reason = f"{destination or store} is not among the scripts that were imported, and clusters no longer read scripts from {store}"
        self.tell(definition, place, item, reason)
        return {}

    def _read_from(self, copied: str) -> dict[str, Json]:
        """Where a cluster reads a script that lies in the bundle."""
        if self.choices.scripts_in:
            return {"volumes": {"destination": f"{self.choices.scripts_in.rstrip('/')}/{copied.removeprefix(INTO_SCRIPTS + '/')}"}}
        return {"workspace": {"destination": f"${{workspace.file_path}}/{copied}"}}

    def _everywhere(self) -> list[dict[str, Json]]:
        """Scripts of all clusters that were copied: they run before a cluster's own, as they did."""
        wanted = (f"{INTO_SCRIPTS}/{path.partition('/')[2]}" for path in self.assets.everywhere)
        return [self._read_from(copied) for copied in wanted if copied in self.sources.copies]

    def libraries(self, definition: Definition, given: list[Json], place: Place) -> list[Json]:
        """Libraries, with wheels and jars that were found beside them as files of the bundle."""
        kept = []
        for number, item in enumerate(given):
            store, path = next(iter(item.items()), ("", ""))
            if store in ("whl", "jar", "requirements") and isinstance(path, str):
                copied = self.sources.library(path)
                if not copied and path.startswith("dbfs:/") and not path.startswith("dbfs:/Volumes/"):
                    reason = "is in DBFS, from which newer runtimes install nothing: put it into a volume or beside the bundle"
                    self.tell(definition, (*place, number), path, reason, Weight.LOOK)
                item = {store: UP + copied} if copied else item
            elif store == "egg":
                self.tell(definition, (*place, number), item, "eggs are installed no longer: build a wheel")
                continue
            kept.append(item)
        return kept


def first(definition: Definition, *places: Place) -> Json:
    """What stands at the first of some places."""
    return next((found for place in places if (found := at(definition.data, place)) is not None), None)
