"""Why a job could not sign in: the claims that it presented against those that are trusted, and the command that mends it.

Owns the use case. Sends reads only. ``explain`` answers with pure data that every face draws.
"""

from __future__ import annotations

from wizard.flows.explain.asked import Asked, asked
from wizard.flows.explain.comparison import Finding
from wizard.flows.explain.flow import Explanation, explain

__all__ = ["Asked", "Explanation", "Finding", "asked", "explain"]
