"""Where the secrets of a project file are kept: the environment's vault, and its GitHub environment where the file says so.

Owns nothing but that translation; what a copy is and how it is written is in ``copies``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.flows.rotate.copies import EnvironmentCopy, ExpiryDate, VaultCopy
from wizard.project.endings import ends, secret_expiry_variable

if TYPE_CHECKING:
    from wizard.blueprint import Place
    from wizard.flows.rotate.credential import Copy
    from wizard.project.model import SecretSpec


def vault_copy(place: Place, name: str) -> VaultCopy:
    """The entry of that name in the environment's vault."""
    return VaultCopy(project=place.project.name, environment=place.name, vault_id=place.vault_id, secret_name=name)


def copies_of(place: Place, spec: SecretSpec) -> tuple[Copy, ...]:
    """The vault first, which can be read back; the day last, where there is one."""
    owned = {"project": place.project.name, "environment": place.name, "repository": place.project.github.repository}
    copies: list[Copy] = [vault_copy(place, spec.name)]
    if spec.github:
        copies.append(EnvironmentCopy(**owned, secret_name=spec.github))
    if ends(spec):
        copies.append(ExpiryDate(**owned, variable=secret_expiry_variable(place.name, spec.name)))
    return tuple(copies)


def readers_of(place: Place, spec: SecretSpec) -> tuple[str, ...]:
    """Who reads it, for people."""
    vault = place.vault_id.rpartition("/")[2]
    found = f"whoever reads Key Vault {vault} or the Databricks scope {place.names.scope}"
    if not spec.github:
        return (found,)
    return found, f"workflows of {place.project.github.repository} in the environment {place.name}, as secrets.{spec.github}"
