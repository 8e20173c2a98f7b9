"""Receivers of notifications, and the queue that wakes who sends to them.

A receiver is well, or in trouble for a while: away, failing, refusing. Messages outlive the
process, as the request queue's do; the shipped function takes them (triggers/notifications.py).
"""

import json
from collections import defaultdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

import azure.functions as func

from notifications.posting import EXCHANGE_S_MAX, Post, Reply
from restore.notify.receivers import Notify, Receiver
from restore.settings import Settings
from tests.simulation.starters import Flow
from triggers import notifications

if TYPE_CHECKING:
    from tests.simulation.world import World

_POLL_S, _RELEASED_S, _DEQUEUES_MAX = 0.5, 30.0, 5
_STATUSES = {"fails": 500, "refuses": 400, "redirects": 302}
_WHO = "starter of notifications"


class Receivers:
    """All who are told in one world, and what they got."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._drawn = {each.name: each for each in world.scenario.receivers}
        receivers = tuple(
            Receiver(name=name, kind="webhook", url=f"https://{name}.example.com/", handshake=False)
            for name in self._drawn
        )
        self.settings = Settings(restore_notify=Notify(receivers=receivers))
        self.got: dict[str, list[tuple[datetime, dict[str, Any]]]] = defaultdict(list)
        """By receiver: when, and what it took."""
        self.tries = 0

    def wake(self, receiver: str | None, after_s: float) -> None:
        """Put a message, which is seen when it is time."""
        self._world.at("send", "send wake")
        text = json.dumps({} if receiver is None else {"receiver": receiver})
        self._world.plan(after_s + _POLL_S, lambda: self._deliver(text, 1))

    def exchange(self, post: Post) -> Reply:
        """One request arrives, or does not. Who sends from within a restore's activity waits for
        it there; threads of their own hold up nobody."""
        world, self.tries = self._world, self.tries + 1
        name = post.url.removeprefix("https://").partition(".")[0]
        drawn = self._drawn[name]
        if not drawn.from_s <= world.elapsed_s < drawn.until_s or world.is_faultless:
            event = json.loads(post.body)
            world.record.search(post.body.decode(), "a notification")
            self.got[name].append((world.clock.now(), event))
            return Reply(202, {})
        world.record.fired["receiver_in_trouble"] += 1
        if world.acts_as != _WHO:
            world.live(EXCHANGE_S_MAX)
        if drawn.mood == "away":
            raise TimeoutError
        return Reply(_STATUSES[drawn.mood], {})

    def _deliver(self, text: str, dequeues: int) -> None:
        def ended(result: Any) -> None:
            if result is None or dequeues == _DEQUEUES_MAX:
                return  # it only said "look": whoever is not woken by it is woken by the reconciler
            is_raised = isinstance(result, Exception)
            after_s = _RELEASED_S if is_raised else self._world.scenario.lease_s
            self._world.plan(after_s, lambda: self._deliver(text, dequeues + 1))

        message = func.QueueMessage(id="wake", body=text)
        running = notifications.send(message, self.settings)
        Flow(self._world, _WHO, running, ended)
