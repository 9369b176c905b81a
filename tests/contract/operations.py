"""The table of described operations that each kind uses, as its life and the provider's own tests show them.

Owns the reading of ``operations.txt``. To renew it after a kind has come to call something else::

    mkdir /tmp/used && LAKESTRAP_OPERATIONS=/tmp/used .venv/bin/python -m pytest tests/contract/test_kinds.py
    .venv/bin/python -m tests.contract.operations /tmp/used
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from wizard.providers import KINDS

TABLE = Path(__file__).with_name("operations.txt")
HEAD = "# Which operations of the official descriptions a kind uses in its life. Renewed as operations.py says.\n"
SESSION = frozenset({"arm GET /tenants", "arm GET /subscriptions", "github GET /user", "graph GET /me"})
"""What signing in asks, whenever it happens to."""
_HOLDERS = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/{resourceProviderNamespace}/{resourceType}"
SOMETIMES: Mapping[str, str] = {
    f"arm GET {_HOLDERS}/{{resourceName}}/providers/Microsoft.Authorization/roleAssignments": "asked while a young role has not spread",
}
"""In the table, and yet not in every life, with the reason."""


def operations_by_kind() -> Mapping[str, frozenset[str]]:
    """``SERVICE METHOD ROUTE`` by kind."""
    found: dict[str, set[str]] = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            kind, _, operation = line.partition("  ")
            found.setdefault(kind, set()).update({operation} if operation else ())
    return {kind: frozenset(operations) for kind, operations in found.items()}


def renew(folder: Path) -> None:
    """Write the table from one file a kind."""
    lines = [HEAD]
    for kind in KINDS:
        used = (folder / f"{kind}.txt").read_text(encoding="utf-8").splitlines()
        lines += [f"{kind}  {operation}\n" for operation in used] or [f"{kind}\n"]
    TABLE.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    renew(Path(sys.argv[1]))
