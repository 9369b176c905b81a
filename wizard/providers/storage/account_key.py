"""A key of a storage account of the user's own, for what cannot sign in otherwise.

Owns the looking up: an account always has two keys, and set-up makes neither. The value is listed only where a store has to be written.
https://learn.microsoft.com/rest/api/storagerp/storage-accounts/list-keys
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from wizard.engine.resource import Observed, Permission, Ref, Resource, Service
from wizard.errors import NotAllowed
from wizard.providers.storage.keys import LIST_KEYS, NAMES, account, key_values

if TYPE_CHECKING:
    from wizard.providers.session import Session

Json = Any


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountKey(Resource):
    """``account_id`` is the ARM id. Attributes: ``credential`` (name and making of the first key), ``account``; ``value`` by ``secret``."""

    kind: ClassVar[str] = "storage.account_key"
    service: ClassVar[Service] = Service.ARM
    lookup: ClassVar[bool] = True
    identified_by: ClassVar[tuple[str, ...]] = ("account_id",)
    secret_attributes: ClassVar[frozenset[str]] = frozenset({"value"})
    revealable: ClassVar[bool] = True

    account_id: str | Ref

    @property
    def requires(self) -> tuple[Permission, ...]:
        scope = "" if isinstance(self.account_id, Ref) else self.account_id
        return (Permission("arm", "Microsoft.Storage/storageAccounts/read", scope), Permission("arm", LIST_KEYS, scope))

    async def read(self, session: Session) -> Observed | None:
        """The account and when its first key was made. Raises ``NotAllowed`` where shared keys are switched off."""
        seen = await account(session, str(self.account_id))
        if seen is None:
            return None
        if not seen.shared_keys:
            hints = (
                "sign in with an identity instead, and take the secret out of lakestrap.yaml",
                f"az storage account update --ids {seen.id} --allow-shared-key-access true   # only where nothing else will do",
            )
            raise NotAllowed(f"the storage account {seen.name} takes no shared keys: a key of it would be of no use", hints=hints)
        return Observed(seen.id, {"credential": seen.key_id(NAMES[0]), "account": seen.name})

    async def secret(self, session: Session, observed: Observed, attribute: str) -> Json:
        """The value of the first key."""
        return (await key_values(session, observed.id))[NAMES[0]][1]

    async def create(self, session: Session) -> Observed:
        raise NotImplementedError("a storage account has its keys from the first")

    async def delete(self, session: Session, observed: Observed) -> None:
        """Nothing: the account is not ours, and a key cannot be removed."""
