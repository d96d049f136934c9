"""Several shards at once, from whatever stage each is at to its end; one process, one loop.

Sending, looking and fetching take turns. Whatever happens to one shard, the batches of the others
go on and are brought in: they are paid for.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import unquote

from preflight.batch.answers import Batch
from preflight.batch.fetch import fetch
from preflight.batch.holding import Holding
from preflight.batch.leases import LeaseLost
from preflight.batch.ledger import Ledger
from preflight.batch.outgoing import Outgoing
from preflight.batch.plan import Plan
from preflight.batch.queueing import TRIES, full, next_try, too_large
from preflight.batch.refusals import NOT_FOUND, TOO_MANY, UNAUTHORIZED, Declined, Lost
from preflight.batch.remote import Remote
from preflight.batch.stage import Fetched, stage
from preflight.batch.statuses import TERMINAL, meaning
from preflight.batch.tracks import Admits, Talk, Track, anything, begun_anew
from preflight.batch.turns import done, due, pause, sendable
from preflight.batch.watch import (
    EVERY_SECONDS,
    KEY_SECONDS,
    NEW_SECONDS,
    PATIENCE_SECONDS,
    Patience,
    pauses,
)
from preflight.seams import CredentialsMissing, PreflightError, RunError


@dataclass(slots=True)
class Drive:
    """The loop over the shards of a run. Its caller holds the run (`Ledger.alone`)."""

    ledger: Ledger
    plan: Plan
    remote: Remote
    talk: Talk
    admits: Admits = anything
    rehearsed: bool = True
    every: float = EVERY_SECONDS
    patience: float = PATIENCE_SECONDS
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    halted: PreflightError | None = None
    """Why nothing more is begun: the next shards would end like the one that it is about."""
    tracks: list[Track] = field(init=False)
    _patient: Patience = field(init=False)
    _holding: Holding = field(init=False)

    def __post_init__(self) -> None:
        """Read where each shard stands."""
        entries = self.ledger.every_line()
        self.tracks = []
        for shard in self.plan.shards:
            journal = self.ledger.journal(shard.number)
            stands = stage(journal, entries.get(shard.number, ()))
            self.tracks.append(Track(shard, journal, stands, pauses=pauses(self.every)))
        self._patient = Patience(self.talk.say, self.clock, self.patience, heard=self.clock())
        self._holding = Holding(self.ledger, self.every, self.clock, self.talk.say)

    def begin(self) -> None:
        """Begin anew what ended with nothing to show (it failed its validation, perhaps).

        What completed never is: it was paid for, and its results are fetched again.
        """
        for track in self.tracks:
            fetched = self._to_do_again(track)
            if fetched is not None:
                begun_anew(track, fetched, self._said(track))

    def _to_do_again(self, track: Track) -> Fetched | None:
        """What little came back for a shard that is this worker's to do again; None for none."""
        fetched = track.stage.fetched
        if fetched is None or fetched.over or not self._holding.take(track, ended=True):
            return None
        fetched = track.stage.fetched  # another worker may have begun it anew meanwhile
        return None if fetched is None or fetched.over else fetched

    def send(self) -> None:
        """Send what there is room for, and leave it at that. Raises PreflightError."""
        for track in self._sendable():
            self._guarded(track, self._send)
            if track.problem is not None:
                raise track.problem

    def finish(self) -> None:
        """Send, watch and fetch until there is nothing left to do for this process.

        Raises PreflightError: what kept a shard from being sent, once the others are brought in.
        """
        while (seconds := self.turn()) is not None:
            self.sleep(seconds)

    def turn(self) -> float | None:
        """Do what can be done now; seconds until the next turn, None where nothing is left.

        Raises PreflightError, as `finish` does.
        """
        self._holding.hear(self.tracks)
        for track in self._sendable():
            self._guarded(track, self._send)
        for track in due(self.tracks, self.clock()):
            self._guarded(track, self._look)
        self.talk.show(self.tracks)
        if not done(self.tracks, halted=self.halted is not None):
            return pause(self.tracks, self._holding.due(), self.clock(), self.every)
        if problem := self.halted or next((t.problem for t in self.tracks if t.problem), None):
            raise problem
        return None

    def fetch(self) -> list[Track]:
        """Look once at each batch, and bring in what has ended, anew too; those that go on.

        Raises PreflightError about a batch of which nothing is here yet.
        """
        for track in self.tracks:
            if not track.stage.created or not self._holding.take(track, ended=True):
                continue
            try:
                self._look(track)
            except (Declined, Lost, RunError) as error:
                if track.stage.fetched is None:
                    raise
                self._said(track)(f"{error}; what was fetched before is kept")
        return [track for track in self.tracks if track.open]

    def _guarded(self, track: Track, act: Callable[[Track], None]) -> None:
        """One step about one shard; what goes wrong with it is kept with it."""
        if not self._holding.take(track):
            return
        try:
            act(track)
            if track.stage.fetched is not None:
                self._holding.give_up(track)
        except LeaseLost as lost:
            self.talk.say(f"{lost.where} {lost.what}")
            track.mine = False
        except Lost as lost:
            if not self._any_open():
                raise
            self._patient.lost(lost)
            track.due = self.clock() + next(track.pauses)
        except (Declined, RunError) as error:
            if isinstance(error, Declined) and error.status == UNAUTHORIZED and self._any_open():
                self._locked_out(error)
                track.due = self.clock() + next(track.pauses)
                return
            track.problem = error
            self._holding.give_up(track)
            if track.waiting:
                self.halted = self.halted or error

    def _any_open(self) -> bool:
        return any(track.open for track in self.tracks)

    def _locked_out(self, declined: Declined) -> None:
        """The key is not taken any more. The batches go on; there may be a new one soon."""
        if self.remote.key_from_file:
            self._patient.told(f"{declined.what}: waiting for a new key in the file with the key")
        else:
            self._patient.lost(declined, KEY_SECONDS)
        with suppress(CredentialsMissing):  # half written, perhaps: it is read again
            self.remote.renew_key()

    def _sendable(self) -> Iterator[Track]:
        """What may be sent now; asked anew at each shard, since sending one changes the others."""
        return sendable(self.tracks, self.admits, self.clock, lambda: self.halted is not None)

    def _send(self, track: Track) -> None:
        stages = [other.stage for other in self.tracks]
        others = {at.created: at.created_at for at in stages if at.created}
        outgoing = Outgoing(self.ledger, self.plan, self.remote, self.sleep, self.rehearsed)
        try:
            outgoing.send(track, others, self._said(track))
        except Declined as declined:
            # One shard alone: its user comes again; many are not to be stopped by a busy hour.
            alone = len(self.tracks) == 1
            if declined.status != TOO_MANY or alone or track.refused == TRIES:
                raise
            self._wait(track, declined.what, declined.wait)
        self._patient.answered()
        if track.open:
            track.due = self.clock()

    def _wait(self, track: Track, why: str, asked: float | None) -> None:
        """The queue is full: try again later, or as soon as another shard has ended."""
        track.refused += 1
        seconds = next_try(track.refused, self.every, asked)
        track.due = self.clock() + seconds
        self._said(track)(f"{why}: trying again in {seconds:,.0f} s, or when a batch has ended")

    def _look(self, track: Track) -> None:
        created = track.stage.created or ""
        try:
            batch = self.remote.look(created)
        except Declined as declined:
            new = track.stage.status is None and time.time() - track.stage.created_at < NEW_SECONDS
            if declined.status != NOT_FOUND:
                raise
            if not new:
                raise RunError(
                    unquote(created),
                    f"is a batch that the gateway does not know any more ({declined.what})",
                    "look for it at the provider; the same command looks again",
                ) from declined
            batch = Batch(created, "validating")
        self._patient.answered()
        if batch.status != track.stage.status:
            track.journal.write(track.stage.attempt, "status", "answer", status=batch.status)
            track.read()
        track.batch = batch
        track.due = self.clock() + next(track.pauses)
        if meaning(batch.status) in TERMINAL:
            self._bring_in(track, batch)

    def _bring_in(self, track: Track, batch: Batch) -> None:
        self.talk.ended(track.shard, batch)
        fetched = fetch(track.journal, self.remote, batch, self._said(track), self.sleep)
        track.read()
        several = len(self.tracks) > 1
        again = full(fetched.reasons) and track.refused < TRIES
        larger = too_large(fetched.reasons, track.shard.tokens)
        if fetched.failed and several and again and larger is None:
            track.journal.write(track.stage.attempt + 1, "begin", "answer")
            track.read()
            self._wait(track, "; ".join(fetched.reasons), None)
        elif fetched.failed and several:
            # The others would end like this one.
            self.halted = self.halted or RunError(
                f"shard {track.shard.number}",
                f"ended {batch.status} with no result: {'; '.join(batch.reasons) or 'no reason'}",
                larger
                or "repair that and run the same command again: what has results is not sent again",
            )
        for other in self.tracks:  # there is room now
            if other.waiting and other.refused:
                other.due = min(other.due, self.clock())

    def _said(self, track: Track) -> Callable[[str], None]:
        if len(self.tracks) == 1:
            return self.talk.say
        return lambda sentence: self.talk.say(f"shard {track.shard.number}: {sentence}")
