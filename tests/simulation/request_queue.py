"""The request queue before the app, and its operator, who puts poisoned messages back.

A message is delivered until a function returns; one whose function raised comes again soon, one
whose process died when its lease runs out. After five deliveries it is poison.
"""

import base64
import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from azure.functions.meta import Datum

from tests.simulation import cloud, starters
from tests.simulation.fault_kinds import Killed
from tests.simulation.scenario import Ask

if TYPE_CHECKING:
    from tests.simulation.world import World

DEQUEUES_MAX = 5
RELEASED_S = 30.0
_POLL_S = 0.5


@dataclass
class Message:
    """One message of the queue."""

    id: str
    text: str
    ask: Ask
    inserted_at: datetime
    dequeues: int = 0
    is_there: bool = True


class RequestQueue:
    """All messages there ever were."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.messages: list[Message] = []

    @property
    def is_empty(self) -> bool:
        """Whether all of them are gone."""
        return not any(message.is_there for message in self.messages)

    def put(self, ask: Ask) -> None:
        """Somebody drops a message."""
        body = cloud.as_json(self._world.scenario, ask)
        text = base64.b64encode(body).decode() if ask.base64 else body.decode()
        now = self._world.clock.now()
        message = Message(f"message-{len(self.messages)}", text, ask, now)
        self.messages.append(message)
        self._again(message, _POLL_S)

    def put_back(self) -> None:
        """The operator puts poisoned messages back."""
        for message in self.messages:
            if message.is_there and message.dequeues > DEQUEUES_MAX:
                message.dequeues = 0
                self._deliver(message)

    def _again(self, message: Message, after_s: float) -> None:
        self._world.plan(after_s, lambda: self._deliver(message))

    def _deliver(self, message: Message) -> None:
        if not message.is_there or message.dequeues > DEQUEUES_MAX:
            return
        message.dequeues += 1
        if message.dequeues > DEQUEUES_MAX:
            self._world.record.fired["poisoned"] += 1
            return
        self._world.note(f"{message.id} is delivered, {message.dequeues}")

        def ended(result: Any) -> None:
            if result is None:
                self._delete(message)
            elif isinstance(result, Exception):
                self._again(message, RELEASED_S)
            else:  # it died with it: the lease runs out
                self._again(message, self._world.scenario.lease_s)

        running = starters.queue(self._world, message.text, self._metadata(message))
        starts = None if message.ask.plan_only else message.ask.request_id
        starters.Flow(self._world, f"starter {message.id}", running, ended, starts)

    def _delete(self, message: Message) -> None:
        try:
            again = self._world.at("delete", f"delete {message.id}")
        except Killed:
            self._again(message, self._world.scenario.lease_s)
            raise
        if again:
            self._again(message, float(str(again[0])))
        else:
            message.is_there = False

    def _metadata(self, message: Message) -> dict[str, Datum]:
        moment = Datum(json.dumps(self._world.clock.now().isoformat()), "json")
        inserted = Datum(json.dumps(message.inserted_at.isoformat()), "json")
        return {
            "Id": Datum(message.id, "string"),
            "PopReceipt": Datum("receipt", "string"),
            "DequeueCount": Datum(json.dumps(message.dequeues), "json"),
            "ExpirationTime": moment,
            "InsertionTime": inserted,
            "NextVisibleTime": moment,
        }
