"""The request queue before the app, its poison queue, and the operator who puts messages back.

A message is delivered until a function returns; one whose function raised comes again soon, one
whose process died when its lease runs out. After five deliveries it is poison: a message of another
id on a queue that has no poison queue of its own, where what raises comes again when its lease
ends.
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
_REFUSED = ("InvalidRequest", "RequestIdReused")
"""Whose message cannot be sent again; the restore that it asked for may be refused, too."""
_POISON_LEASE_S = 600.0


@dataclass
class Message:
    """One message of the queue."""

    id: str
    text: str
    ask: Ask
    inserted_at: datetime
    dequeues: int = 0
    is_there: bool = True
    poisoned_at: datetime | None = None
    is_put_aside: bool = False
    is_refused: bool = False
    """Who put it back was told that it can never work."""

    @property
    def poison_id(self) -> str:
        """The id that it has on the poison queue."""
        return f"poisoned-{self.id}"


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
        """The operator puts back what was put aside."""
        for message in self.messages:
            if message.is_there and message.is_put_aside:
                self._put_back(message)

    def _again(self, message: Message, after_s: float) -> None:
        self._world.plan(after_s, lambda: self._deliver(message))

    def _deliver(self, message: Message) -> None:
        if not message.is_there or message.dequeues > DEQUEUES_MAX:
            return
        message.dequeues += 1
        if message.dequeues > DEQUEUES_MAX:
            self._world.record.fired["poisoned"] += 1
            message.poisoned_at = self._world.clock.now()
            self._keep(message)
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

    def _keep(self, message: Message, tries: int = 1) -> None:
        """The app takes it from the poison queue."""

        def ended(result: Any) -> None:
            if result is None:
                message.is_put_aside = True
            else:
                self._world.plan(_POISON_LEASE_S, lambda: self._keep(message, tries + 1))

        metadata = self._metadata(message) | {
            "Id": Datum(message.poison_id, "string"),
            "DequeueCount": Datum(json.dumps(tries), "json"),
            "InsertionTime": _moment(message.poisoned_at),
        }
        running = starters.poison(self._world, message.text, metadata)
        starters.Flow(self._world, f"starter {message.poison_id}", running, ended)

    def _put_back(self, message: Message) -> None:
        """Who hears nothing, or a 5xx, comes again with the operator's next round."""

        def ended(result: Any) -> None:
            if result is starters.DIED or isinstance(result, Exception):
                return
            if result.status_code < 500:
                message.is_there = False
                message.is_refused = json.loads(result.get_body()).get("code") in _REFUSED
                self._world.record.fired["put_back"] += not message.is_refused

        names = [
            name
            for name in self._world.storage.documents.kept
            if name.startswith("rejections/") and name.endswith(f"-{message.poison_id}")
        ]
        assert len(names) == 1, "it is kept once"
        rejection_id = names[0].partition("/")[2]
        running = starters.http(
            self._world,
            "put_back_rejection",
            "POST",
            f"/rejections/{rejection_id}/put-back",
            params={"id": rejection_id},
            headers={"prefer": "respond-async"},
        )
        starts = None if message.ask.is_no_restore else message.ask.request_id
        starters.Flow(self._world, f"starter put back {message.id}", running, ended, starts)

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

    def metadata(self, message_id: str, dequeues: int, inserted_at: datetime) -> dict[str, Datum]:
        """Return what comes with a message."""
        moment = _moment(self._world.clock.now())
        return {
            "Id": Datum(message_id, "string"),
            "PopReceipt": Datum("receipt", "string"),
            "DequeueCount": Datum(json.dumps(dequeues), "json"),
            "ExpirationTime": moment,
            "InsertionTime": _moment(inserted_at),
            "NextVisibleTime": moment,
        }

    def _metadata(self, message: Message) -> dict[str, Datum]:
        return self.metadata(message.id, message.dequeues, message.inserted_at)


def _moment(time: datetime | None) -> Datum:
    assert time is not None, "it has happened"
    return Datum(json.dumps(time.isoformat()), "json")
