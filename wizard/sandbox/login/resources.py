"""Which resource a token is asked for: from ``scope`` (v2.0) or ``resource`` (v1.0) to the audience of the token.

Owns that translation and the check that the tenant knows the resource.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.sandbox.login import errors
from wizard.sandbox.login.directory import service_principal_of, tenant
from wizard.sandbox.login.tokens import ARM_AUDIENCES, DATABRICKS, GRAPH_AUDIENCES, VAULT_AUDIENCES

if TYPE_CHECKING:
    from wizard.sandbox.world import World

ABOUT_THE_USER = frozenset({"openid", "profile", "offline_access", "email"})
ALWAYS_THERE = frozenset({*ARM_AUDIENCES, *GRAPH_AUDIENCES, *VAULT_AUDIENCES, "https://storage.azure.com"})


def audience_of(world: World, form: dict[str, str], *, v1: bool, delegated: bool) -> str:
    """The ``aud`` of the token that is asked for. A slash at the end of the resource is part of it.

    A resource that is an application of the tenant, or Azure Databricks, needs its service principal here. That Databricks
    does too is the stricter reading: the real service may make it on the fly.
    """
    if v1:
        resource = form.get("resource", "")
        if not resource:
            raise errors.missing_parameter(world, "resource")
    else:
        resource = _resource_of_scope(world, form.get("scope", ""), delegated)
    bare = resource.rstrip("/")
    if bare.lower() in ALWAYS_THERE or bare.lower().endswith(".vault.azure.net"):
        return resource
    app_id = bare.removeprefix("api://").removeprefix("spn:")
    if service_principal_of(world, app_id) is None and not _named(world, bare):
        name = "AzureDatabricks" if app_id == DATABRICKS else resource
        raise errors.unknown_resource(world, name, tenant(world)["displayName"])
    return resource


def _named(world: World, uri: str) -> bool:
    return any(uri in row.get("identifierUris", ()) for row in world.table("graph.applications").rows.values())


def _resource_of_scope(world: World, scope: str, delegated: bool) -> str:
    wanted = [word for word in scope.split() if word.lower() not in ABOUT_THE_USER]
    if not wanted:
        if delegated:
            return GRAPH_AUDIENCES[0]
        raise errors.missing_parameter(world, "scope")
    first = wanted[0]
    if first.endswith("/.default"):
        return first.removesuffix("/.default")
    if not delegated:
        raise errors.wrong_scope(world, first)
    if "/" not in first:
        return GRAPH_AUDIENCES[0]
    return first.rpartition("/")[0]
