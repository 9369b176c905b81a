"""The routers of Databricks; importing the modules below puts their routes on them. Owns nothing else."""

from __future__ import annotations

from wizard.sandbox.databricks import (
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
    token_management,
    tokens,
)
from wizard.sandbox.databricks.router import ACCOUNTS, WORKSPACES

ROUTERS = (WORKSPACES, ACCOUNTS)
MODULES = (
    *(clusters, discovery, files, groups, listings, oauth, oauth_secrets, permissions, runs, scim, scopes, secrets),
    *(token_management, tokens),
)
