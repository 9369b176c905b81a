"""What an expression may know: the place of the deployment, its parameters and variables, and a door to the cloud.

Owns the data that evaluation is given; evaluates nothing. ``Cloud`` is the only way in which a template looks at the
world: everything else of this folder is pure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

Json = Any


class Cloud(Protocol):
    """What the evaluator asks of the world; each method raises ``ExpressionFault`` where there is nothing."""

    def reference(self, resource_id: str, api_version: str) -> Json:
        """The full body of a resource, with ``properties``."""

    def listing(self, function: str, resource_id: str, api_version: str, body: Json) -> Json:
        """The answer of ``POST resource_id/listKeys`` and its kin."""

    def subscription(self, subscription_id: str) -> Json:
        """``{id, subscriptionId, tenantId, displayName}``."""

    def resource_group(self, subscription_id: str, name: str) -> Json:
        """The body of a resource group."""

    def provider(self, namespace: str, resource_type: str) -> Json:
        """``{resourceType, locations, apiVersions}``."""

    def tenant(self) -> Json:
        """``{tenantId, country?, displayName?}``."""

    def deployer(self) -> Json:
        """``{objectId, tenantId, userPrincipalName}`` of whoever deploys."""

    def now(self) -> datetime:
        """The time, in UTC."""

    def new_guid(self) -> str:
        """A fresh UUID."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a deployment runs. ``group`` is empty at subscription scope, ``subscription`` too above it."""

    tenant: str = ""
    subscription: str = ""
    group: str = ""
    management_group: str = ""
    name: str = "deployment"
    location: str = ""

    @property
    def scope(self) -> str:
        """The id under which resources without a scope of their own are made; empty at tenant scope."""
        if self.management_group:
            return f"/providers/Microsoft.Management/managementGroups/{self.management_group}"
        if not self.subscription:
            return ""
        return f"/subscriptions/{self.subscription}" + (f"/resourceGroups/{self.group}" if self.group else "")

    @property
    def kind(self) -> str:
        """``resourceGroup``, ``subscription``, ``managementGroup`` or ``tenant``."""
        if self.management_group:
            return "managementGroup"
        return "resourceGroup" if self.group else "subscription" if self.subscription else "tenant"


Reference = Callable[[str, str, bool], Json]
"""``(identifier, api version, full)``: ``reference()`` in the template at hand, by id, name or symbolic name."""


@dataclass(frozen=True, slots=True)
class Context:
    """The surroundings of one expression."""

    place: Place
    cloud: Cloud
    parameters: Mapping[str, Json] = field(default_factory=dict)
    variables: Mapping[str, Json] = field(default_factory=dict)
    functions: Mapping[str, Json] = field(default_factory=dict)
    deployment: Json = None
    loops: Mapping[str, int] = field(default_factory=dict)
    loop: str = ""
    """The innermost copy loop, which ``copyIndex()`` without a name means."""
    lambdas: Mapping[str, Json] = field(default_factory=dict)
    reference: Reference | None = None
    """Absent where ARM does not allow ``reference()`` and ``list*()``."""
    described: Callable[[str], Json] | None = None
    """``resourceInfo()`` by symbolic name."""
    referenced: Callable[[str, bool], list[Json]] | None = None
    """``references()`` of a copy loop by symbolic name."""
    preview: bool = False
    """Whether parameters may still wait for run time; resources that cannot be named yet are then passed over."""
    in_default: bool = False
    """Whether ``newGuid()`` and ``utcNow()`` are allowed: in default values of parameters only."""

    def within_loop(self, name: str, index: int) -> Context:
        return replace(self, loops={**self.loops, name.lower(): index}, loop=name.lower())

    def with_lambdas(self, values: Mapping[str, Json]) -> Context:
        return replace(self, lambdas={**self.lambdas, **values})
