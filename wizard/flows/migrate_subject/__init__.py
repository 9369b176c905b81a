"""From one subject to another without a moment in which no job can sign in: trust the new beside the old, prove, end the old.

Owns the use case: after a rename, a transfer, or an opt-in to subjects that no name is part of. ``preview`` tells what would be
done, ``run`` the doing. https://learn.microsoft.com/entra/workload-id/workload-identities-github-immutable-subjects
"""

from __future__ import annotations

from wizard.flows.migrate_subject.preview import MigrationDecisions, Move, SubjectPreview, previewed
from wizard.flows.migrate_subject.run import migrate_subject

__all__ = ["MigrationDecisions", "Move", "SubjectPreview", "migrate_subject", "previewed"]
