"""Every route of GitHub Actions: those on api.github.com are entered into GitHub's own router, the other hosts are here."""

from __future__ import annotations

from wizard.sandbox.actions import approval_routes, run_routes, workflow_routes
from wizard.sandbox.actions.issuer import ISSUER_ROUTER, TOKEN_ROUTER

ROUTERS = (ISSUER_ROUTER, TOKEN_ROUTER, run_routes.STORE)

__all__ = ["ROUTERS", "approval_routes", "run_routes", "workflow_routes"]
