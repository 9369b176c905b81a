"""What every part of ``lakestrap.yaml`` has in common.

Owns that one base; the parts themselves are in ``model.py``, and where one has rules of its own, beside them.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """Unknown fields are errors, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)
