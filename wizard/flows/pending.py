"""What is left for people when a set-up has done all it can.

Owns the wording of those items: what, where, who, and where there is one the command. Each ends by somebody's deed, none is an error.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wizard.engine.apply import Applied

TRUSTS = ("entra.existing_trust/", "identity.existing_trust/")


def left_alone(applied: Applied) -> tuple[str, ...]:
    """Files in the repository that differ from what would be generated because somebody made or edited them."""
    files = (observed for key, observed in applied.settled.items() if key.startswith("github.files/"))
    return tuple(path for observed in files for path in observed.attributes.get("kept", ()))


def pending_publication(applied: Applied) -> Sequence[dict[str, str]]:
    """The pull request that somebody has to merge, if there is one."""
    found = []
    for key, observed in applied.settled.items():
        if key.startswith("github.files/") and observed.attributes.get("pull_request_url") and not observed.attributes.get("merged"):
            link = str(observed.attributes["pull_request_url"])
            found.append({"what": "merge the pull request", "link": link, "who": "somebody with write access"})
    return found


def pending_trust(applied: Applied) -> Sequence[dict[str, str]]:
    """The subjects that identities of the user's own do not trust yet, or whose trust may not be read."""
    found = []
    for key, observed in applied.settled.items():
        kind, _, environment = key.rpartition("/")
        if f"{kind}/" not in TRUSTS or observed.attributes["trusted"] == "yes":
            continue
        known = observed.attributes["trusted"] == "no"
        verb = "let your identity trust" if known else "see that your identity trusts"
        command = str(observed.attributes["remedy"])
        what = f"{environment}: {verb} {observed.attributes['subject']}: {command}"
        item = {"what": what, "link": str(observed.attributes["link"]), "who": "an owner of the identity"}
        found.append({**item, "command": command, "environment": environment})
    return found


def untrusted(applied: Applied) -> frozenset[str]:
    """Environments whose sign-in is known to fail until somebody has given that trust."""
    keys = (key for key, seen in applied.settled.items() if key.startswith(TRUSTS) and seen.attributes["trusted"] == "no")
    return frozenset(key.rpartition("/")[2] for key in keys)
