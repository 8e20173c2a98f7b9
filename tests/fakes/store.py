"""The engine's store without a database: the same rows, kept in lists and dictionaries.

A simulation lives through a restore in tens of milliseconds, of which SQLite and reading every
history from JSON would be a quarter. The two are held equal by tests/simulation/test_simulator.py.
A kill never comes inside a transaction (the whole engine is one thread), so none is rolled back.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import count

from devhost.engine.history import Event
from devhost.engine.store import ActivityCall, Instance, Message, Store


class MemoryStore(Store):
    """Rows in memory, in the order in which SQLite would give them."""

    def __init__(self) -> None:
        self._instances: dict[str, Instance] = {}
        self._histories: dict[str, list[Event]] = {}
        self._inbox: dict[int, Message] = {}
        self._calls: dict[int, ActivityCall] = {}
        self._numbers = count(1)

    def close(self) -> None:
        """Nothing to close."""

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Nothing can come between."""
        yield

    def instance(self, instance_id: str) -> Instance | None:
        """Return one row."""
        return self._instances.get(instance_id)

    def put_instance(self, row: Instance) -> None:
        """Keep one row."""
        self._instances[row.instance_id] = row

    def forget(self, instance_id: str, *, keep_unbound: bool = False) -> None:
        """Drop an id's history and messages, and its row unless a new execution takes its place."""
        self._histories.pop(instance_id, None)
        for seq, message in list(self._inbox.items()):
            is_kept = keep_unbound and message.execution_id is None
            if message.instance_id == instance_id and not is_kept:
                del self._inbox[seq]
        if not keep_unbound:
            self._instances.pop(instance_id, None)

    def instances_from(self, after: str, prefix: str = "") -> Iterator[Instance]:
        """Rows in the order of their ids, from behind one of them."""
        ids = sorted(each for each in self._instances if each > after and each.startswith(prefix))
        return iter([self._instances[each] for each in ids])

    def history(self, instance_id: str) -> list[Event]:
        """Return an instance's events."""
        return list(self._histories.get(instance_id, ()))

    def append_history(self, instance_id: str, first_seq: int, events: Iterable[Event]) -> None:
        """Keep more events."""
        kept = self._histories.setdefault(instance_id, [])
        assert len(kept) == first_seq, "events are appended where the last turn ended"
        kept.extend(events)

    def replace_event(self, instance_id: str, seq: int, item: Event) -> None:
        """Put another event in an event's place."""
        self._histories[instance_id][seq] = item

    def clear_history(self, instance_id: str) -> None:
        """Drop an instance's events."""
        self._histories.pop(instance_id, None)

    def send(self, instance_id: str, execution_id: str | None, due: int, item: Event) -> None:
        """Put an event into an inbox."""
        seq = next(self._numbers)
        self._inbox[seq] = Message(seq, instance_id, execution_id, due, item)

    def ready_instances(self, now: int, limit: int) -> list[str]:
        """Ids with messages due, longest due first."""
        first: dict[str, tuple[int, int]] = {}
        for seq, message in self._inbox.items():
            if message.due <= now:
                due, lowest = first.get(message.instance_id, (message.due, seq))
                first[message.instance_id] = min(due, message.due), min(lowest, seq)
        return sorted(first, key=first.__getitem__)[:limit]

    def messages(self, instance_id: str, now: int) -> list[Message]:
        """Return an inbox's messages that are due."""
        found = (
            each
            for each in self._inbox.values()
            if each.instance_id == instance_id and each.due <= now
        )
        return sorted(found, key=_order)

    def drop_messages(self, seqs: Sequence[int]) -> None:
        """Take messages out of an inbox."""
        for seq in seqs:
            self._inbox.pop(seq, None)

    def next_due(self, after: int) -> int | None:
        """When the first message that is not yet due becomes so."""
        return min((each.due for each in self._inbox.values() if each.due > after), default=None)

    def put_activity(self, row: ActivityCall) -> None:
        """Queue an activity; its seq is given by the store."""
        seq = next(self._numbers)
        self._calls[seq] = replace(row, seq=seq)

    def activities(self, limit: int) -> list[ActivityCall]:
        """The oldest activities that nobody has answered."""
        return list(self._calls.values())[:limit]

    def drop_activity(self, seq: int) -> bool:
        """False when it is gone already: someone has answered it."""
        return self._calls.pop(seq, None) is not None


def _order(message: Message) -> tuple[int, int]:
    return message.due, message.seq
