"""Databricks workspaces: service principals, secret scopes and who may read them. One file a kind."""
