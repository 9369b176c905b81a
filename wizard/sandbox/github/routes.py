"""All routes of api.github.com on one router; importing this module registers them.

Owns the list of modules. Actions execution (workflows, runs, jobs) registers on the same router from its own folder.
"""

from __future__ import annotations

from wizard.sandbox.github import (
    accounts,
    contents,
    environments,
    git_data,
    graphql,
    history,
    issues,
    pulls,
    repositories,
    rulesets,
    settings,
    values,
)
from wizard.sandbox.github.router import ROUTER

MODULES = (accounts, contents, environments, git_data, graphql, history, issues, pulls, repositories, rulesets, settings, values)

__all__ = ["MODULES", "ROUTER"]
