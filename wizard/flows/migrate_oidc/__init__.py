"""From a client secret to federation without a moment in which no job can sign in: trust first, then the workflows, then the proof.

Owns the use case. The secret stays valid until a job has signed in without it and its grace is over; ``lakestrap rotate`` ends it then.
"""

from __future__ import annotations

from wizard.flows.migrate_oidc.ended import FINISHES, MigrationOutcome, closing
from wizard.flows.migrate_oidc.run import Leaving, OidcPreview, migrate_oidc, previewed

__all__ = ["FINISHES", "Leaving", "MigrationOutcome", "OidcPreview", "closing", "migrate_oidc", "previewed"]
