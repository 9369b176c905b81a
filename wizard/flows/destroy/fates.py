"""Whose a thing is: removed, taken along by something that is removed, or left.

Owns the proof. A thing is ours by its mark, by the mark of what holds it, or because a journal of the same identity says that we
made it; never because of its name. What is the user's own stays. Pure: looks only at what was read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from wizard.engine.resource import Resource
from wizard.engine.survey import Sight
from wizard.errors import Unreachable
from wizard.flows.destroy.order import ALONG, NEVER, RANKS
from wizard.providers.arm.ids import ENVIRONMENT_TAG

BY_ITS_HOLDER = {
    "github.environment_secret": "github.environment/{environment}",
    "github.repository_variable": "github.environment/{environment}",
    "databricks.secret_acl": "entra.service_principal/{environment}",
    "databricks.service_principal": "entra.service_principal/{environment}",
    "databricks.grant": "",
    "databricks.secret_scope": "keyvault.vault/{environment}",
    "keyvault.access_policy": "",
}
"""Kinds without a place for a mark -> the key of the marked thing that proves them (policies: the identity that holds them;
grants: the securable they are on, or the identity that holds them)."""
OUTLIVING = ("databricks.catalog", "databricks.schema", "databricks.external_location", "databricks.storage_credential", "databricks.grant")
"""Kinds that live in the metastore of a region and do not go with the workspace through which they were made."""


class Fate(Enum):
    """What becomes of a thing."""

    REMOVED = "removed"
    ALONG = "goes along"
    STAYS = "stays"
    ABSENT = "not there"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Verdict:
    """``why`` and ``command`` say to people why a thing stays and how they would remove it themselves."""

    sight: Sight
    fate: Fate
    why: str = ""
    command: str = ""

    @property
    def key(self) -> str:
        return self.sight.key

    @property
    def resource(self) -> Resource:
        return self.sight.resource

    @property
    def id(self) -> str:
        return self.sight.change.observed.id if self.sight.change.observed else ""


class Judge:
    """Judges the sights of the environments that go. ``created`` are keys that journals say we made; ``needed`` maps kind and id of what
    the remaining environments wish to the environment that wishes it.
    """

    def __init__(
        self, project: str, sights: Mapping[str, Sight], created: frozenset[str], needed: Mapping[tuple[str, str], str] | None = None
    ) -> None:
        self.project, self.sights, self.created, self.needed = project, sights, created, needed or {}

    def verdict(self, sight: Sight) -> Verdict:
        """What becomes of one thing."""
        resource, observed = sight.resource, sight.change.observed
        if resource.lookup or resource.kind in ALONG:
            return Verdict(sight, Fate.ALONG)
        if sight.unseen and sight.refusal is not None:
            return self._unread(sight)
        if observed is None:
            return Verdict(sight, Fate.ABSENT)
        if resource.existing:
            return Verdict(sight, Fate.STAYS, "it is yours")
        if resource.kind in NEVER or resource.kind not in RANKS:
            return Verdict(sight, Fate.STAYS, NEVER.get(resource.kind, "it is not ours to remove"))
        other = self.needed.get((resource.kind, observed.id.lower()), "")
        if other:
            return Verdict(sight, Fate.STAYS, f"{other} needs it")
        holder = self._taken_along_by(sight)
        if holder:
            return Verdict(sight, Fate.ALONG, f"goes with {holder}")
        if self.ours(sight.key):
            return Verdict(sight, Fate.REMOVED)
        owner = observed.owner
        why = f"it belongs to the project {owner}" if owner and owner != self.project else "nothing proves that Lakestrap made it"
        return Verdict(sight, Fate.STAYS, why, "" if owner else resource.command("delete"))

    def _unread(self, sight: Sight) -> Verdict:
        if sight.resource.kind in OUTLIVING and isinstance(sight.refusal, Unreachable):
            why = "it is in the region's metastore, and its workspace cannot be reached; another one of the region can remove it"
            return Verdict(sight, Fate.STAYS, why, sight.resource.command("delete"))
        holder = self._workspace_of(sight.resource)
        if holder:
            return Verdict(sight, Fate.ALONG, f"goes with {holder}")
        assert sight.refusal is not None
        return Verdict(sight, Fate.UNKNOWN, sight.refusal.message, "; ".join(sight.refusal.hints))

    def ours(self, key: str) -> bool:
        """Whether a thing that is there bears our mark, is proven by what does, or was made by a run that a journal tells of."""
        sight = self.sights.get(key)
        observed = sight.change.observed if sight is not None else None
        if sight is None or observed is None or sight.resource.existing:
            return False
        resource = sight.resource
        if key in self.created and observed.owner in ("", self.project):
            return True
        if resource.kind in BY_ITS_HOLDER:
            return self._proven(resource)
        held = observed.attributes.get("tags")
        environment = held.get(ENVIRONMENT_TAG, resource.environment) if isinstance(held, Mapping) else resource.environment
        return observed.owner == self.project and environment == resource.environment

    def _proven(self, resource: Resource) -> bool:
        if resource.kind == "keyvault.access_policy":
            return any(self.ours(key) for key in self._identities(str(getattr(resource, "principal_id", ""))))
        if resource.kind == "databricks.grant":
            return bool(self._securable_of(resource)) or self._of_our_identity(str(getattr(resource, "principal", "")))
        key = BY_ITS_HOLDER[resource.kind].format(environment=resource.environment)
        if resource.kind == "github.environment_secret":
            key = f"github.environment/{getattr(resource, 'environment_name', '')}"
        managed = key.replace("entra.service_principal/", "identity.managed_identity/")
        if resource.kind == "databricks.secret_scope" and not self._on_its_vault(resource):
            return False
        return self.ours(key) or self.ours(managed)

    def _of_our_identity(self, application: str) -> bool:
        """Whether it is given to an identity of ours, which is known there by its client id."""
        kinds = ("entra.service_principal", "identity.managed_identity")
        found = ((key, each.change.observed) for key, each in self.sights.items() if each.resource.kind in kinds)
        return any(
            seen is not None and str(seen.attributes.get("client_id", "")).lower() == application.lower() and self.ours(key)
            for key, seen in found
        )

    def _on_its_vault(self, resource: Resource) -> bool:
        observed = self.sights[resource.key].change.observed
        return observed is not None and observed.attributes.get("vault_id") == str(getattr(resource, "vault_id", ""))

    def _identities(self, principal: str) -> list[str]:
        kinds = ("entra.service_principal", "identity.managed_identity")
        return [
            key
            for key, sight in self.sights.items()
            if sight.resource.kind in kinds
            and sight.change.observed is not None
            and str(sight.change.observed.attributes.get("object_id", "")).lower() == principal.lower()
        ]

    def _taken_along_by(self, sight: Sight) -> str:
        """The key of something of ours that takes it along and is not named by itself; empty where there is none."""
        resource, environment = sight.resource, sight.resource.environment
        if resource.kind == "entra.service_principal":
            return self._if_ours(f"entra.application/{resource.name}")
        if resource.kind == "databricks.secret_acl":
            return self._if_ours(f"databricks.secret_scope/{environment}")
        if resource.kind == "databricks.grant":
            return self._securable_of(resource)
        if resource.kind == "keyvault.secret":
            return self._if_ours(f"keyvault.vault/{resource.name.partition('/')[0]}")
        if resource.kind == "arm.deployment":
            return self._if_ours(f"arm.resource_group/{environment}")
        return ""

    def _securable_of(self, resource: Resource) -> str:
        """The key of the securable of ours that a grant is on."""
        kind, name = f"databricks.{getattr(resource, 'securable', '')}", str(getattr(resource, "full_name", ""))
        found = (key for key, sight in self.sights.items() if sight.resource.kind == kind and _called(sight) == name)
        return next((key for key in found if self.ours(key)), "")

    def _if_ours(self, key: str) -> str:
        return key if self.ours(key) else ""

    def _workspace_of(self, resource: Resource) -> str:
        """Databricks cannot be asked; a workspace in a group of ours goes with the group, and all it holds with it."""
        if not resource.kind.startswith("databricks.") or resource.kind in OUTLIVING:
            return ""
        host = next((ref for ref in self.sights if ref == f"arm.deployment/{resource.environment}"), "")
        deployment = self.sights[host].change.observed if host else None
        workspace = str(deployment.attributes.get("output.workspaceResourceId", "")) if deployment else ""
        group = self.sights.get(f"arm.resource_group/{resource.environment}")
        inside = group is not None and group.change.observed is not None and _inside(workspace, group.change.observed.id)
        return self._if_ours(f"arm.resource_group/{resource.environment}") if inside else ""


def _called(sight: Sight) -> str:
    return sight.change.observed.id if sight.change.observed is not None else ""


def _inside(resource_id: str, group_id: str) -> bool:
    return resource_id.lower().startswith(f"{group_id.lower()}/")
