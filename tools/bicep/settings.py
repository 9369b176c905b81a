"""``bicepconfig.json`` beside or above a file. Owns one question: does it switch on features that change the output?"""

from __future__ import annotations

import json
import re
from pathlib import Path

from .refusal import Position, Refusal

STRINGS_AND_COMMENTS = re.compile(r'("(?:[^"\\\\]|\\\\.)*")|//[^\n]*|/\*.*?\*/', re.DOTALL)
TRAILING_COMMAS = re.compile(r",(\s*[}\]])")


def check(path: Path) -> None:
    """Refuse a file whose nearest configuration enables experimental features."""
    nearest = next((folder / "bicepconfig.json" for folder in path.resolve().parents if (folder / "bicepconfig.json").is_file()), None)
    if nearest is None:
        return
    text = STRINGS_AND_COMMENTS.sub(lambda match: match[1] or "", nearest.read_text(encoding="utf-8-sig"))
    try:
        features = json.loads(TRAILING_COMMAS.sub(r"\1", text)).get("experimentalFeaturesEnabled", {})
    except (ValueError, AttributeError):
        raise Refusal(Position(nearest, 1, 1), "a configuration that cannot be read") from None
    enabled = [name for name, value in features.items() if value]
    if enabled:
        raise Refusal(Position(nearest, 1, 1), f"the experimental features {', '.join(enabled)}")
