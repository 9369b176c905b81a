"""``graph.microsoft.com``, version 1.0, for identities and applications; the routes are in the modules imported here.

Not emulated: beta, delta queries, ``$expand``, change notifications, everything that is not about identities and
applications, the writing of people and groups, app role assignments, permission grants, throttling.
"""

from __future__ import annotations

from wizard.sandbox.graph import applications, batch, credentials, deleted, people, policies, service_principals
from wizard.sandbox.graph.router import ROUTER

__all__ = ["ROUTER", "applications", "batch", "credentials", "deleted", "people", "policies", "service_principals"]
