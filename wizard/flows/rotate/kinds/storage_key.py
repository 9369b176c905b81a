"""Keys of a storage account: key1 and key2, of which one serves while the other is made anew.

Owns the choice of the idle one, which is a person's where it cannot be known. There is no third key and no way back: making one anew kills
its earlier value at once, so the copies move to the idle key first, and only then the former one is made anew.
https://learn.microsoft.com/azure/storage/common/storage-account-keys-manage
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from wizard.engine.resource import Permission
from wizard.errors import BadInput, NotAllowed, NotYet, Problem, ServiceRefused
from wizard.flows.rotate.credential import Credential, Held, Issued, RotationDecisions
from wizard.flows.rotate.places import copies_of, readers_of
from wizard.project.issued import STORAGE_KEY, account_of, source_kind

if TYPE_CHECKING:
    from wizard.blueprint import Place
    from wizard.project.model import SecretSpec
    from wizard.providers.session import Session
    from wizard.providers.storage.keys import Account

BOTH = "neither: both are in use"
WHY = "making a key anew kills its earlier value at once, for everybody who signs with it, and every SAS token that it signed"


def credentials(place: Place) -> Iterator[Credential]:
    """One for every entry ``from: storage-key``."""
    for spec in place.project.secrets_of(place.environment):
        if source_kind(spec) == STORAGE_KEY:
            yield StorageKey(place, spec)


class StorageKey(Credential):
    """An id is a key's name and when its value was made: ``key1 2026-11-21T09:30:12.000000Z``."""

    kind: ClassVar[str] = "storage-key"
    marked: ClassVar[bool] = False
    withdrawable: ClassVar[bool] = False
    steady: ClassVar[int] = 3

    def __init__(self, place: Place, spec: SecretSpec) -> None:
        self.place, self.environment, self.name = place, place.name, spec.name
        self.account_id = account_of(spec, place.environment)
        self.account = self.account_id.rpartition("/")[2]
        self.copies, self.readers = copies_of(place, spec), readers_of(place, spec)
        self.warnings = (
            f"keys of the storage account {self.account}: making one anew cannot be withdrawn and ends the SAS tokens it signed",
        )
        self._idle = ""

    @property
    def requires(self) -> tuple[Permission, ...]:
        from wizard.providers.storage.keys import LIST_KEYS, REGENERATE

        return Permission("arm", LIST_KEYS, self.account_id), Permission("arm", REGENERATE, self.account_id)

    async def skipped(self, session: Session) -> str:
        return "" if (await self._read(session)).shared_keys else f"the storage account {self.account} takes no shared keys"

    async def _read(self, session: Session) -> Account:
        from wizard.providers.storage.keys import account

        seen = await account(session, self.account_id)
        if seen is None:
            raise NotAllowed(f"there is no storage account {self.account}, or it may not be read", hints=["correct secrets.from"])
        return seen

    async def inventory(self, session: Session, known: frozenset[str] = frozenset()) -> tuple[Held, ...]:
        """Both keys. Ours are the one that the copies hold and those that our notes name; of the other nobody knows who uses it."""
        seen = await self._read(session)
        active = await self._held_by_copies(session, seen)
        ids = {name: seen.key_id(name) for name in sorted(seen.created)}
        held = [Held(id, id in known or id == active, id == active, seen.created[name], None, name) for name, id in ids.items()]
        return tuple(sorted(held, key=lambda key: key.created or seen.created["key1"]))

    async def _held_by_copies(self, session: Session, seen: Account) -> str:
        """The id by the tag of the vault's version, else by its value; empty where neither key is it, or it may not be read."""
        from wizard.providers.keyvault.versions import value_of
        from wizard.providers.storage.keys import key_values

        assert self.store is not None
        standing = await self.store.standing(session)
        if standing.credential or not standing.there:
            return standing.credential
        try:
            value = await value_of(session, self.place.vault_id, self.name, "")
            return next((id for id, text in (await key_values(session, self.account_id)).values() if text == value), "")
        except (NotAllowed, NotYet):
            return ""

    async def prepared(self, session: Session, decisions: RotationDecisions) -> Credential:
        """Which key is idle. Raises ``NotAllowed`` where both are in use, ``BadInput`` where nobody can say."""
        seen = await self._read(session)
        active = (await self._held_by_copies(session, seen)).partition(" ")[0]
        names = sorted(seen.created, key=lambda name: (name == active, name != "key2"))
        ages = ", ".join(f"{name} of {seen.created[name]:%Y-%m-%d}" for name in sorted(seen.created))
        question = f"Which key of the storage account {self.account} does nobody use ({ages}; the copies hold {active or 'neither'})?"
        chosen = await decisions.choice(question, (*names, BOTH), WHY)
        if chosen is None and active:
            chosen = names[0]
        self._idle = self._checked(chosen, active, ages)
        return self

    def _checked(self, chosen: str | None, active: str, ages: str) -> str:
        place = f"secrets.{self.name}"
        if chosen is None:
            reason = f"no copy says which key of {self.account} it holds, and nobody can be asked"
            raise BadInput([Problem(place, reason, "run it in a terminal")])
        if chosen == BOTH:
            hint = f"free one of them, then: lakestrap rotate {self.environment} --credential {self.kind}"
            raise NotAllowed(f"both keys of {self.account} are in use ({ages}), so neither can be made anew", hints=[hint])
        if chosen == active:
            raise BadInput([Problem(place, f"the copies hold {chosen}: it is in use", "choose the other one")])
        return chosen

    async def issue(self, session: Session) -> Issued:
        from wizard.providers.storage.keys import regenerate

        assert self._idle, "prepared says which key it is"
        identity, value = await regenerate(session, self.account_id, self._idle)
        return Issued(identity, value)

    async def probe(self, session: Session, issued: Issued) -> None:
        from wizard.providers.storage.shared_key import key_works

        await key_works(session, self.account, issued.value)

    async def retire(self, session: Session, id: str) -> None:
        """Make that key anew, so that the value is dead; where it was made anew since, it is dead already."""
        from wizard.providers.storage.keys import regenerate

        name, seen = id.partition(" ")[0], await self._read(session)
        if name not in seen.created:
            raise ServiceRefused(f"the storage account {self.account} has no {name}")
        if seen.key_id(name) == id:
            await regenerate(session, self.account_id, name)
