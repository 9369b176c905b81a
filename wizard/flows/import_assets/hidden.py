"""Values that are secrets, kept out of the repository: found by the name they have or by their form.

Owns that judgement and the reference that takes a secret's place. Errs on the side of taking a value for a secret.
"""

from __future__ import annotations

import re
from typing import Any

Json = Any
_NAMES = re.compile(
    r"account\.key|client[._-]?secret|fixed\.token|\bsas\b|passw(or)?d|secret|token$|api[._-]?key|access[._-]?key|shared[._-]?key", re.I
)
_FORMS = re.compile(
    r"\bdapi[0-9a-f]{32}\b|\bdose[0-9a-f]{32}\b|AccountKey=[A-Za-z0-9+/]{40}|\bgh[pousr]_[A-Za-z0-9]{30}|-----BEGIN [A-Z ]*PRIVATE KEY"
)
SHORT_NUMBER = re.compile(r"\d{1,4}")
"""A limit or a count; a longer one may be a password."""
_REFERENCE = re.compile(r"\{\{\s*secrets/[^}]+\}\}")
MASK = "(a secret; it stands in the original only)"


def is_secret(name: str, value: Json) -> bool:
    """Whether a member's value is one. A reference to a secret is none, nor is a switch or a short number."""
    if (
        not isinstance(value, str)
        or not value
        or value.lower() in ("true", "false")
        or SHORT_NUMBER.fullmatch(value)
        or _REFERENCE.fullmatch(value.strip())
    ):
        return False
    return bool(_NAMES.search(name) or _FORMS.search(value))


def holds_secret(text: str) -> bool:
    """Whether a text has a token or a key in it that can be known by its form."""
    return bool(_FORMS.search(text))


def masked(value: Json, name: str = "") -> Json:
    """The value with every secret in it replaced by words."""
    if isinstance(value, dict):
        return {key: masked(each, str(key)) for key, each in value.items()}
    if isinstance(value, list):
        return [masked(each, name) for each in value]
    return MASK if is_secret(name, value) else value


def vault_name(name: str) -> str:
    """A name for the secret that a Key Vault takes: letters, digits and hyphens."""
    return re.sub(r"[^0-9A-Za-z]+", "-", name).strip("-").lower()[:127]
