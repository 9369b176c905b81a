"""What the blueprint must be told about the world: ids for names, and what the account plan enforces.

Owns the type only; flows collect it. Holds no secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypedDict

from wizard.engine.resource import Ref
from wizard.project.naming import Names, names
from wizard.project.networks import mode_of
from wizard.render.assets import PROVIDERS
from wizard.render.modules import namespaces

if TYPE_CHECKING:
    from wizard.project.model import Environment, Project


@dataclass(frozen=True, slots=True)
class Gates:
    """Which gates GitHub enforces for this repository on this account's plan."""

    environments: bool = True
    branch_policies: bool = True
    approvals: bool = True
    """Required reviewers and wait timers."""
    rulesets: bool = True


@dataclass(frozen=True, slots=True)
class Facts:
    """``subscriptions`` by environment name, ``principals`` by the name used under ``access``; all values are ids."""

    tenant: str
    subscriptions: Mapping[str, str]
    operator: str
    operator_kind: str = "User"
    principals: Mapping[str, str] = field(default_factory=dict)
    gates: Gates = field(default_factory=Gates)
    policy_vaults: frozenset[str] = frozenset()
    """Environments whose existing vault goes by access policies instead of roles."""
    edited: frozenset[str] = frozenset()
    """Paths of generated files that the user changed in the working tree: those are no longer published."""
    project_file: str = ""
    """The text of ``lakestrap.yaml``: published with the files made from it, so that a clone has it. Empty where it has another name."""
    template: str = ""
    """The compiled template that is deployed; empty for the one that comes with us."""
    template_from: str = ""
    """Where it is from, in words."""
    template_trouble: str = ""
    """Why there is none that could be deployed, and what to do about it."""
    template_hints: tuple[str, ...] = ()

    @property
    def template_is_theirs(self) -> bool:
        """Whether the user changed what is deployed, so that nobody knows from the choices what it writes."""
        return any(path.startswith("infra/") and path.endswith((".bicep", "/main.json")) for path in self.edited)


class Owned(TypedDict):
    """What every resource of an environment says about itself."""

    project: str
    environment: str


class Named(Owned):
    """The same, of what an environment has one of."""

    name: str


@dataclass(frozen=True, slots=True)
class Place:
    """One environment of one project with everything that is derived from them."""

    project: Project
    environment: Environment
    facts: Facts

    @property
    def name(self) -> str:
        return self.environment.name

    @property
    def owned(self) -> Owned:
        return {"project": self.project.name, "environment": self.name}

    @property
    def named(self) -> Named:
        return {"name": self.name, **self.owned}

    @property
    def subscription(self) -> str:
        return self.facts.subscriptions[self.environment.name]

    @property
    def region(self) -> str:
        return self.project.region_of(self.environment)

    @property
    def tags(self) -> dict[str, str]:
        """The user's tags and our marks."""
        marks = {"lakestrap-project": self.project.name, "lakestrap-environment": self.environment.name}
        return {**self.project.tags_of(self.environment), **marks}

    @property
    def names(self) -> Names:
        return names(self.project, self.environment)

    @property
    def group_id(self) -> str:
        existing = self.environment.existing.resource_group
        return existing or f"/subscriptions/{self.subscription}/resourceGroups/{self.names.resource_group}"

    @property
    def operations_group_id(self) -> str:
        return f"/subscriptions/{self.subscription}/resourceGroups/{self.names.operations_group}"

    @property
    def vault_id(self) -> str:
        existing = self.environment.existing.vault
        return existing or f"{self.group_id}/providers/Microsoft.KeyVault/vaults/{self.names.vault}"

    @property
    def operations_vault_id(self) -> str:
        return f"{self.operations_group_id}/providers/Microsoft.KeyVault/vaults/{self.names.operations_vault}"

    @property
    def operations_group_key(self) -> str:
        return f"arm.resource_group/{self.name}-ops"

    @property
    def operations_vault_key(self) -> str:
        return f"keyvault.vault/{self.name}-ops"

    @property
    def stores_credential(self) -> bool:
        """Whether there is a deployment credential that has to be kept somewhere."""
        return self.project.identity.mode == "client-secret"

    @property
    def namespaces(self) -> tuple[str, ...]:
        """Resource providers that must be registered for what is made in this environment."""
        wanted = set(PROVIDERS) | namespaces(self.project, self.environment)
        if self.stores_credential or not self.environment.existing.vault:
            wanted.add("Microsoft.KeyVault")
        if self.project.identity.mode == "managed-identity":
            wanted.add("Microsoft.ManagedIdentity")
        return tuple(sorted(wanted))

    @property
    def network_mode(self) -> str:
        """``public``, ``injected`` or ``private``."""
        return mode_of(self.project, self.environment)

    @property
    def group_key(self) -> str:
        return f"arm.resource_group/{self.name}"

    @property
    def vault_key(self) -> str:
        return f"keyvault.vault/{self.name}"

    @property
    def vault_has_policies(self) -> bool:
        return self.name in self.facts.policy_vaults

    @property
    def vault_grant_kind(self) -> str:
        """The kind of resource by which rights on the vault's secrets are given."""
        return "keyvault.access_policy" if self.vault_has_policies else "arm.role_assignment"

    @property
    def databricks_reads_key(self) -> str:
        """What lets Databricks read the vault behind a secret scope."""
        return f"{self.vault_grant_kind}/{self.name}/databricks-secrets"

    @property
    def has_operations_group(self) -> bool:
        """Whether something must live where no deploy identity has a role."""
        return self.project.identity.mode in ("managed-identity", "client-secret")

    @property
    def principal(self) -> Ref:
        """The object id of the identity that the environment's pipeline signs in as."""
        return Ref(self._identity_key, "object_id")

    @property
    def client_id(self) -> Ref:
        """Its client id."""
        return Ref(self._identity_key, "client_id")

    @property
    def identity_is_managed(self) -> bool:
        """Whether it is a managed identity known by its ARM id, ours or the user's own."""
        return self.project.identity.mode == "managed-identity" or (self.environment.existing.identity or "").startswith("/")

    @property
    def _identity_key(self) -> str:
        return f"identity.managed_identity/{self.name}" if self.identity_is_managed else f"entra.service_principal/{self.name}"

    @property
    def gate_key(self) -> str:
        """The GitHub environment whose gate must be complete before anything trusts its jobs."""
        return f"github.environment/{self.name}"

    @property
    def host(self) -> Ref:
        """Host name of the Databricks workspace."""
        return Ref(f"arm.deployment/{self.name}", "output.workspaceUrl")

    @property
    def address(self) -> Ref:
        """The same with its scheme, as the vendor's own clients want it."""
        return Ref(self.host.key, self.host.attribute, "https://{}")

    def registration_key(self, namespace: str) -> str:
        return f"arm.provider_registration/{self.subscription}/{namespace}"
