"""Sends what waits for one receiver, and says when to look again.

One sender at a time has a receiver for itself (storage/pending_notifications.py).
It sends the oldest first until
nothing is left, its time is over, or the receiver takes nothing; then everything waits, longer and
longer. One notification that alone is refused waits alone. What is too old, or too many, is
dropped, and that is written into the log and into how it stands with the receiver.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec.structs import replace

from arm import log
from notifications.sending import Answer, Sender
from restore.messages import log_line
from restore.messages.log_line import LogLine
from restore.notify import receiver_filter
from restore.notify.receiver_state import Dropped, Permission, ReceiverState, refused_wait_of
from restore.notify.receivers import Notify, Receiver
from storage.pending_notifications import WAITING_MAX, PendingNotifications, Waiting

ROUND_S_MAX = 20.0
"""Then others have the thread; what is left goes on at once in another call."""
_ROUNDS_MAX = 3
_DROPPED_MAX = 200
"""In one round: each costs a call to storage."""


class Delivery:
    """Delivers what waits."""

    def __init__(
        self,
        notify: Notify,
        pending_notifications: PendingNotifications,
        sender: Sender,
        now: Callable[[], datetime],
    ) -> None:
        self._notify = notify
        self._notices = pending_notifications
        self._sender = sender
        self._now = now

    def deal(self) -> None:
        """Give what was told to those who want it. Raises ServiceUnavailable."""
        begun = self._now()
        is_all = self._notices.deal(
            lambda event: receiver_filter.wanting(self._notify, event),
            begun,
            lambda: (self._now() - begun).total_seconds() >= ROUND_S_MAX,
        )
        if not is_all:
            self._notices.wake()

    def deliver(self, name: str) -> None:
        """Send what waits for a receiver. Raises ServiceUnavailable."""
        receiver = self._notify.named(name)
        if receiver is None:  # by another build or setting: what waits for nobody is deleted once
            return  # it is old, as all of the folder is
        for _ in range(_ROUNDS_MAX):
            again_at = self._round(receiver)
            if again_at is None:
                return
            now = self._now()
            if again_at > now:
                self._notices.wake(name, (again_at - now).total_seconds())
                return
        self._notices.wake(name)

    def _round(self, receiver: Receiver) -> datetime | None:
        """Send for a while; return when to look again, None if nothing is left, or somebody else
        sees to it. Who leaves looks once more after that: what came meanwhile found it claimed."""
        name = receiver.name
        waiting = self._notices.waiting(name)
        claimed = self._notices.claim(name, self._now()) if waiting else None
        if claimed is None:
            return None
        state, left = self._drop_old(name, claimed.state, waiting)
        try:
            state, again_at = self._send(receiver, state, left)
        finally:
            self._notices.release(name, state, claimed.version)
        now = self._now()
        if again_at is None and any(each.is_due(now) for each in self._notices.waiting(name)):
            return now
        return again_at

    def _send(
        self, receiver: Receiver, state: ReceiverState, waiting: list[Waiting]
    ) -> tuple[ReceiverState, datetime | None]:
        until = self._now() + timedelta(seconds=ROUND_S_MAX)
        for each in waiting:
            now = self._now()
            if not each.is_due(now):
                continue  # its own wake comes
            if now >= until:
                return state, now
            state = self._permitted(receiver, state, now)
            if not state.may_send(now):
                return state, state.not_before
            answer = self._tell(receiver, each)
            if answer.kind == "away":
                state = self._failed(receiver, state, answer)
                return state, state.not_before
            if answer.kind == "refused":
                self._refused(receiver, each, answer)
            state = state.took(self._now())
        return state, None

    def _permitted(self, receiver: Receiver, state: ReceiverState, now: datetime) -> ReceiverState:
        """Return the receiver's state if it may be told now; if not, it says from when on."""
        if self._sender.has_permission(receiver, state.permission, now):
            return state.paced(now)
        found = self._sender.ask(receiver, now)
        if isinstance(found, Permission):
            return replace(state, permission=found, minute=None)
        return self._failed(receiver, state, found)

    def _tell(self, receiver: Receiver, waiting: Waiting) -> Answer:
        """Send one; what is gone meanwhile was sent by somebody else."""
        event = self._notices.event_of(waiting)
        if event is None:
            return Answer("taken")
        try:
            answer = self._sender.send(receiver, event, self._now())
        except Exception as error:  # our bug: it must not hold up what else is to be told
            log.write(log_line.fault(error))
            text = "It cannot be sent by a fault of the app. Read the app's log."
            answer = Answer("refused", code="NotifyFault", text=text)
        if answer.kind == "taken":
            self._notices.done(waiting)
        return answer

    def _failed(self, receiver: Receiver, state: ReceiverState, answer: Answer) -> ReceiverState:
        _say(receiver, answer)
        return state.failed(self._now(), answer.code, answer.text, answer.retry_after_s)

    def _refused(self, receiver: Receiver, waiting: Waiting, answer: Answer) -> None:
        wait_s = refused_wait_of(waiting.tries, answer.retry_after_s)
        again_at = self._now() + timedelta(seconds=wait_s)
        _say(receiver, answer, waiting.event_id)
        self._notices.later(waiting, again_at)
        self._notices.wake(receiver.name, wait_s)

    def _drop_old(
        self, name: str, state: ReceiverState, waiting: list[Waiting]
    ) -> tuple[ReceiverState, list[Waiting]]:
        now, keep = self._now(), timedelta(seconds=self._notify.keep_for_s)
        too_many = len(waiting) - WAITING_MAX
        old = [
            each
            for place, each in enumerate(waiting)
            if place < too_many or now - each.since >= keep
        ][:_DROPPED_MAX]
        for each in old:
            dropped = Dropped(
                event_id=each.event_id,
                at=now,
                code=state.code or ("NotifyRefused" if each.tries else "NotifyLate"),
            )
            state = state.gave_up(dropped)
            self._drop(name, each, dropped.code)
        return state, [each for each in waiting if each not in old]

    def _drop(self, name: str, waiting: Waiting, code: str) -> None:
        log.write(
            LogLine(
                event="notification-dropped", receiver=name, code=code, event_id=waiting.event_id
            )
        )
        self._notices.done(waiting)


def _say(receiver: Receiver, answer: Answer, event_id: str | None = None) -> None:
    log.write(
        LogLine(
            event="notification-held-up",
            receiver=receiver.name,
            code=answer.code,
            text=answer.text,
            event_id=event_id,
        )
    )
