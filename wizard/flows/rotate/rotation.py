"""One credential through all its phases: new beside old, every copy, the proof, then the old one's end; or all the way back.

Owns the order, which is the promise: at no moment is there no valid credential in a place that somebody reads. The note in the
world is written before each phase, so that any clone can go on; docs/decisions/0006-rotation.md says why each step stands where.
"""

from __future__ import annotations

import contextlib
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from wizard.engine.events import EventKind
from wizard.engine.resource import Observed
from wizard.errors import LakestrapError, ServiceRefused
from wizard.flows.rotate.notes import Note, Phase
from wizard.flows.rotate.preview import server_time
from wizard.flows.rotate.proof import Proof, proved
from wizard.flows.rotate.steps import Steps, final

if TYPE_CHECKING:
    from wizard.flows.rotate.credential import Credential, Held, Issued
    from wizard.flows.rotate.preview import Item

LOST_FOR = timedelta(minutes=10)
"""How long after the note a credential of an issuer without marks still counts as the one whose answer was lost."""
LOOKS_FOR_LOST = 3


class Rotation:
    """One credential's rotation in one run. Each public method is one task of the preview."""

    def __init__(self, steps: Steps, item: Item, grace: timedelta) -> None:
        self.steps, self.item, self.grace = steps, item, grace
        self.credential: Credential = item.credential
        self.book, self.session = item.book, steps.job.session
        self.key = self.credential.key
        self._why = ""
        self._made: set[str] = set()

    async def rotate(self) -> None:
        """From the beginning, unless what was brought is what is there already: that is told and left for people."""
        unchanged = await self.steps.asked(self.key, lambda: self.credential.unchanged(self.session))
        if unchanged:
            self.steps.pending(self.key, f"{self.key}: {unchanged}", "", "whoever issues it")
            return
        held = await self._held()
        active = next((h.id for h in held if h.active), "")
        await self._announced(Note(self.key, Phase.BEGUN, await self._now(), tuple(h.id for h in held), staying=active))
        try:
            begun = time.monotonic()
            issued = await self.steps.mutated(self.key, "issue", lambda: self.credential.issue(self.session), again=False)
            self._made.add(issued.id)
            await self._put_in_place(issued, begun)
        except LakestrapError as error:
            await self._put_back(error)
        await self._ended_or_left()

    async def finish(self) -> None:
        """What an interrupted run began: forward where the store holds a new value that the issuer knows, else back."""
        note, held = self._noted(), await self._held()
        active = next((h for h in held if h.active), None)
        if note.phase is Phase.WITHDRAWING or active is None or active.id in note.before:
            await self._withdrawn(note, everything=True)
            return
        try:
            issued = await self._value(active.id)
            if issued is None:
                raise ServiceRefused(f"the value of {active.id} cannot be read back")
            self._made.add(issued.id)
            await self._put_in_place(issued, time.monotonic())
        except LakestrapError as error:
            await self._put_back(error)
        await self._ended_or_left()

    async def undo(self) -> None:
        """Put the old one back while it is valid, and end the new one."""
        note, held = self._noted(), await self._held()
        alive = [h.id for h in held if h.id in note.ending]
        if not alive:
            raise ServiceRefused(f"the old one of {self.key} is gone already", hints=["rotate again: it makes a new one"])
        before = tuple(h.id for h in held if h.id != note.staying)
        back = note.with_(phase=Phase.WITHDRAWING, staying=alive[-1], ending=(note.staying,), before=before)
        await self._withdrawn(back, everything=True)

    async def retire(self) -> None:
        """End the old one, if its time has come, a job has proven the new one and no run may still work with the old."""
        note = self._noted()
        if self.credential.read_by_jobs and not note.proven:
            proof = await self._proof(note.since)
            if proof is Proof.PENDING:
                self._left(note)
                return
            if proof is Proof.FAILED:
                await self._put_back(ServiceRefused(f"no job can sign in with the new one: {self._why}"))
                return
            note = note.with_(proven=True)
            await self._note(note)
        await self._ended_or_left()

    async def _ended_or_left(self) -> None:
        """End the old one if its time has come; else say until when it is valid."""
        note = self._noted()
        if note.proven and note.after is not None and note.after <= await self._now():
            await self._end(note)
        else:
            self._left(note)

    async def _announced(self, note: Note) -> None:
        """Note that it begins. Where even that cannot be told for sure, nothing else is done."""
        try:
            await self._note(note)
        except LakestrapError:
            self.book.there = True
            with contextlib.suppress(LakestrapError):
                await self._forget()
            raise

    async def _put_in_place(self, issued: Issued, begun: float) -> None:
        """Wait until it works, write every copy, prove it, and note when the old one ends."""
        credential, steps = self.credential, self.steps
        await steps.steady(self.key, lambda: credential.probe(self.session, issued), credential.steady, begun)
        for copy in credential.copies:
            if not (credential.issuer_is_store and copy is credential.store):
                await steps.mutated(copy.key, "write", lambda copy=copy: copy.write(self.session, issued))  # type: ignore[misc]
        written = await self._now()
        stored = await self._value(issued.id)
        if stored is None or stored.value != issued.value:
            raise ServiceRefused(f"{credential.copies[0].place} does not hold what was written")
        await steps.waited(self.key, lambda: credential.probe(self.session, stored))
        proof = await self._proof(written) if credential.read_by_jobs else Proof.PROVEN
        if proof is Proof.FAILED:
            raise ServiceRefused(f"no job can sign in with the new one: {self._why}")
        ending = tuple(h.id for h in await self._held() if h.ours and h.id != issued.id)
        now = await self._now()
        note = Note(self.key, Phase.RETIRING, written, (), issued.id, ending, now + self.grace, proof is Proof.PROVEN)
        await self._note(note)
        self._settled("rotated")

    async def _proof(self, since: datetime) -> Proof:
        def failed(why: str) -> None:
            self._why = why

        return await proved(self.steps, self.credential.environment, since, failed)

    async def _put_back(self, error: LakestrapError) -> None:
        """The old one stays: into every copy again, the new one ended. Raises the error that made it necessary."""
        if final(error):
            raise error
        hint = "\n".join(error.hints)
        self.steps.tell(EventKind.NOTED, self.key, "withdraw", f"{error.message}; the old one is put back and stays valid", hint=hint)
        note = self._noted()
        if note.phase is Phase.RETIRING:  # its proof came late and failed
            note = note.with_(staying=note.ending[-1] if note.ending else "", before=note.ending, ending=(note.staying,))
        try:
            back = note.with_(phase=Phase.WITHDRAWING, ending=tuple({*note.ending, *self._made}))
            await self._withdrawn(back, everything=note.phase is Phase.RETIRING)
        except LakestrapError as second:
            hints = (*error.hints, *second.hints, "run the same command again: it goes on from here")
            message = f"{error.message}; putting the old one back was not completed: {second.message}; both are valid"
            raise ServiceRefused(message, hints=list(dict.fromkeys(hints))) from second
        error.args = (f"{error.message}; the old one is in place and valid, the new one was withdrawn",)
        error.message = str(error.args[0])
        raise error

    async def _withdrawn(self, note: Note, *, everything: bool) -> None:
        """Restore the copies that may hold the new value, then end the new one as soon as no run may work with it."""
        held = await self._held()
        active = next((h.id for h in held if h.active), "")
        touched = everything or active not in note.before
        if touched and note.staying:
            back = note.with_(phase=Phase.WITHDRAWING)
            if back != self._noted():
                await self._note(back)
            await self._restored(note.staying, active)
        strays = tuple(h.id for h in await self._held(lost=not touched) if self._is_stray(h, note))
        if not strays:
            await self._forget()
            return
        now = await self._now()
        back = Note(self.key, Phase.RETIRING, now, note.before, note.staying, strays, now, proven=True)
        if touched:
            await self._note(back)
        await self._end(back, read=touched)

    async def _restored(self, staying: str, active: str) -> None:
        old = await self._value(staying)
        if old is None:
            raise ServiceRefused(f"the value of the old one ({staying}) cannot be read back from {self.credential.copies[0].place}")
        known = next((h.expires for h in self.item.held if h.id == staying), None)
        old = type(old)(old.id, old.value, known or old.expires)
        for copy in self.credential.copies:
            if copy is not self.credential.store or active != staying:
                await self.steps.mutated(copy.key, "restore", lambda copy=copy: copy.write(self.session, old))  # type: ignore[misc]
        await self.steps.waited(self.key, lambda: self.credential.probe(self.session, old))

    def _is_stray(self, held: Held, note: Note) -> bool:
        """Whether it was made by the rotation that the note tells of."""
        if held.id in note.before or held.id == note.staying or held.active:
            return False
        return held.ours or (not self.credential.marked and held.created is not None and abs(held.created - note.since) < LOST_FOR)

    async def _end(self, note: Note, *, read: bool = True) -> None:
        """Retire what the note names, but nothing that a copy still holds, and nothing that a run may still work with."""
        active = next((h.id for h in await self._held() if h.active), "")
        if active in note.ending:
            message = f"the copies of {self.key} hold the one that was to end; nothing was ended"
            raise ServiceRefused(
                message, hints=[f"put the new one back in place, or: lakestrap rotate {self.credential.environment} --undo"]
            )
        if read and await self._worked_with(note):
            return
        for id in note.ending:
            await self.steps.mutated(self.key, "retire", lambda id=id: self.credential.retire(self.session, id))  # type: ignore[misc]
        for key, remove in self.credential.remnants():
            await self.steps.mutated(key, "remove", lambda remove=remove: remove(self.session))  # type: ignore[misc]
        await self._forget()
        self._settled("retired")

    async def _worked_with(self, note: Note) -> bool:
        """Whether a run from before the copies were written is not over yet; it is told as pending."""
        from wizard.providers.github.active_runs import active_runs

        repository = self.steps.job.project.github.repository
        runs = await self.steps.asked(self.key, lambda: active_runs(self.session, repository))
        earlier = [run for run in runs if datetime.fromisoformat(run.created) < note.since]
        for run in earlier[:1]:
            what = f"{self.key}: the old one stays until {run.title or f'run {run.id}'} is over, then run: lakestrap rotate"
            self.steps.pending(self.key, what, run.url, "nobody: wait, or cancel the run")
        return bool(earlier)

    def _left(self, note: Note) -> None:
        until = f"{note.after:%Y-%m-%d %H:%M} UTC" if note.after else "the proof"
        what = f"{self.key}: the old one is valid until {until}; after that: lakestrap rotate"
        self.steps.pending(self.key, what, f"https://github.com/{self.steps.job.project.github.repository}", "nobody: wait")

    def _settled(self, outcome: str) -> None:
        self.steps.outcome.applied.settled[self.key] = Observed(self.key)
        self.steps.tell(EventKind.SETTLED, self.key, "rotate", outcome)

    def _noted(self) -> Note:
        return self.book.notes[self.key]

    async def _held(self, *, lost: bool = False) -> tuple[Held, ...]:
        """The inventory; ``lost``: looked at several times, as a credential whose answer was lost may show late."""
        note = self.book.notes.get(self.key)
        known = frozenset((*note.ending, note.staying, *self._made)) if note else frozenset()
        found: dict[str, Held] = {}
        for _ in range(LOOKS_FOR_LOST if lost else 1):
            rows = await self.steps.asked(self.key, lambda: self.credential.inventory(self.session, known))
            found |= {row.id: row for row in rows}
        return tuple(found.values())

    async def _value(self, id: str) -> Issued | None:
        store = self.credential.store
        return await self.steps.asked(store.key, lambda: store.value(self.session, id)) if store else None

    async def _now(self) -> datetime:
        return await self.steps.asked(self.key, lambda: server_time(self.steps.job))

    async def _note(self, note: Note) -> None:
        await self.steps.mutated(self.book.key, "note", lambda: self.book.keep(self.session, note))

    async def _forget(self) -> None:
        await self.steps.mutated(self.book.key, "note", lambda: self.book.drop(self.session, self.key))
