"""All between an event and its receivers, on a virtual clock: shipped code, memory, wakes."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from devhost.clock import VirtualClock
from notifications.delivery import Delivery
from notifications.posting import Exchange, Post, Reply
from notifications.sending import Sender
from restore.notify.receivers import Notify
from storage.pending_notifications import PendingNotifications
from tests.fakes.app_harness import START
from tests.fakes.storage import MemoryDocuments


class QueueOfWakes:
    """The queue that wakes who sends: messages that can be seen from a time on."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self.messages: list[tuple[datetime, str | None]] = []
        self.before_wake: Callable[[], None] = lambda: None

    def wake(self, receiver: str | None, after_s: float) -> None:
        """Put a message."""
        self.before_wake()
        self.messages.append((self._now() + timedelta(seconds=after_s), receiver))


class Notified:
    """Receivers, what waits for them, and the function that a wake calls."""

    def __init__(
        self,
        notify: dict[str, Any],
        exchange: Callable[[Post], Reply] | None = None,
        secrets: dict[str, str] | None = None,
    ) -> None:
        self.notify = Notify.from_json(notify)
        self.clock = VirtualClock(START)
        self.documents = MemoryDocuments()
        self.documents.now = self.clock.now
        self.wakes = QueueOfWakes(self.clock.now)
        self.pending_notifications = PendingNotifications(self.documents, self.wakes)
        self.known = secrets or {}
        self.sender = Sender(
            exchange=exchange or Exchange(admits_loopback=True),
            secrets=lambda names: {name: self.known[name] for name in names if name in self.known},
            token=lambda: "the-apps-own-token",
            hosts=self.notify.hosts,
            admits_loopback=True,
        )
        self.delivery = Delivery(
            self.notify, self.pending_notifications, self.sender, self.clock.now
        )

    def tell(self, *events: dict[str, Any]) -> None:
        """Keep events, and wake who sends, as the outbox does."""
        for event in events:
            self.pending_notifications.keep(event)
        self.pending_notifications.wake()

    def run_for(self, seconds: float) -> None:
        """Live on: each wake calls its function when it is due."""
        until = self.clock.now() + timedelta(seconds=seconds)
        while self.wakes.messages and min(self.wakes.messages, key=_due)[0] <= until:
            message = min(self.wakes.messages, key=_due)
            self.wakes.messages.remove(message)
            self.clock.advance(max((message[0] - self.clock.now()).total_seconds(), 0))
            self.wake(message[1])
        self.clock.advance((until - self.clock.now()).total_seconds())

    def wake(self, receiver: str | None = None) -> None:
        """What the function does that a wake calls."""
        if receiver is None:
            self.delivery.deal()
        names = [receiver] if receiver else [each.name for each in self.notify.receivers]
        for name in names:
            self.delivery.deliver(name)

    def left(self, receiver: str) -> list[str]:
        """The ids of what waits for a receiver."""
        return [each.event_id for each in self.pending_notifications.waiting(receiver)]


def _due(message: tuple[datetime, str | None]) -> datetime:
    return message[0]
