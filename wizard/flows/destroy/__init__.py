"""Taking environments, or the whole project, down again: what is ours and nothing else.

Owns the use case: ``preview`` (pure data, nothing changed), then ``destroy`` (events). docs/decisions/0007 says why it is as it is.
"""

from __future__ import annotations

from wizard.flows.destroy.preview import preview
from wizard.flows.destroy.removal import FileChanges, Item, Removal
from wizard.flows.destroy.run import RemovalDecisions, destroy

__all__ = ["FileChanges", "Item", "Removal", "RemovalDecisions", "destroy", "preview"]
