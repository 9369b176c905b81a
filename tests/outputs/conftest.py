"""Golden files are data: what lies under them is never collected as tests."""

from __future__ import annotations

collect_ignore_glob = ["golden/*"]
