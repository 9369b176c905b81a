"""The routers of Databricks; importing the modules below puts their routes on them. Owns nothing else."""

from __future__ import annotations

from wizard.sandbox.databricks import (
    catalogs,
    clusters,
    discovery,
    files,
    groups,
    listings,
    oauth,
    oauth_secrets,
    permissions,
    runs,
    scim,
    scopes,
    secrets,
    storage_access,
    token_management,
    tokens,
    unity_grants,
)
from wizard.sandbox.databricks.router import ACCOUNTS, WORKSPACES

ROUTERS = (WORKSPACES, ACCOUNTS)
MODULES = (
    *(
        catalogs,
        clusters,
        discovery,
        files,
        groups,
        listings,
        oauth,
        oauth_secrets,
        permissions,
        runs,
        scim,
        scopes,
        secrets,
        storage_access,
    ),
    *(token_management, tokens, unity_grants),
)
