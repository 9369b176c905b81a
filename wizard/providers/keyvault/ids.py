"""Vault ids taken apart, and the address of a vault. Sends nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from wizard.engine.resource import Ref


CREDENTIAL_TAG = "lakestrap-credential"
"""Tag of a version: the id of the credential whose value it is, as its issuer calls it."""


class VaultId(NamedTuple):
    """Subscription id, resource group and name of a vault."""

    subscription: str
    group: str
    name: str

    @property
    def uri(self) -> str:
        """The address of the data plane in the public cloud."""
        return f"https://{self.name.lower()}.vault.azure.net/"


def vault_id(subscription: str | Ref, group: str | Ref, vault: str) -> str:
    """The ARM id of a vault."""
    return f"/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.KeyVault/vaults/{vault}"


def parsed(text: str | Ref) -> VaultId:
    """The parts of a vault's ARM id. Raises ``ValueError`` where it is none."""
    parts = str(text).strip("/").split("/")
    lower = [part.lower() for part in parts]
    if len(parts) != 8 or lower[0] != "subscriptions" or lower[5:7] != ["microsoft.keyvault", "vaults"]:
        raise ValueError(f"not the id of a vault: {text}")
    return VaultId(parts[1], parts[3], parts[7])


def text_of(value: object) -> str:
    """The wire's word for an SDK's value: the enums of hybrid models print their Python names. Empty for ``None``."""
    return "" if value is None else str(getattr(value, "value", value))
