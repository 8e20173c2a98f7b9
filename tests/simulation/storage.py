"""The storage account of a run: in memory, with an eye on every read, write and event."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from restore.alerts.rate_limits import RuleUsage
from restore.alerts.record import AlertRecord
from restore.messages import names
from restore.messages.ledger_entry import LedgerEntry
from storage import item_lock
from storage.ledger import Ledger
from tests.fakes.storage import MemoryDocuments, MemoryEvents

if TYPE_CHECKING:
    from tests.simulation.world import World

_ENTRIES = (names.ENTRIES, names.ATTEMPTS)


class Storage:
    """What is kept and what was sent; each access is a place at which faults may strike."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.documents, self.events = MemoryDocuments(), MemoryEvents()
        self.documents.now = world.clock.now
        self.ledger = Ledger(self.documents, world.clock.now)
        for tag in ("read", "list", "write"):
            setattr(self.documents, f"before_{tag}", self._at(tag))
        self.documents.after_write = self._written
        self.events.before_send = lambda: self._event("send", "send event")
        self.events.after_send = self._sent

    def entry(self, request_id: str) -> LedgerEntry | None:
        """The ledger's entry, read past all faults."""
        kept = self.documents.kept.get(names.entry_name(request_id))
        return None if kept is None else _entry(kept[0])

    def entry_ids(self) -> list[str]:
        """The ids of all requests, and of other attempts at them."""
        kept = self.documents.kept
        return [name.partition("/")[2] for name in kept if name.startswith(_ENTRIES)]

    def entries(self) -> list[LedgerEntry]:
        """All of the ledger, other attempts included."""
        return [entry for each in self.entry_ids() if (entry := self.entry(each))]

    @property
    def is_all_sent(self) -> bool:
        """Whether nothing is left to be sent."""
        return not any(
            name.startswith(("open/", "open-alerts/", "outbox/", "notify/"))
            for name in self.documents.kept
        )

    def alerts(self) -> list[AlertRecord]:
        """All alerts and decisions that were recorded."""
        return [AlertRecord.from_json(each) for each in self._kept("alerts/")]

    def held(self) -> list[str]:
        """The VMs that wait for somebody's decision."""
        usages = [RuleUsage.from_json(each) for each in self._kept("alert-rules/")]
        return [str(each.vm_id) for usage in usages if usage.hold for each in usage.hold.held]

    def _kept(self, folder: str) -> list[Any]:
        kept = self.documents.kept.items()
        return [json.loads(text) for name, (text, *_) in kept if name.startswith(folder)]

    def turn_of(self, item_id: str) -> str | None:
        """Whose turn it is on an item."""
        found = self.documents.kept.get(item_lock._name(item_id))
        return None if found is None else str(json.loads(found[0])["holder"])

    def _at(self, tag: str) -> Callable[[str], None]:
        def come(name: str) -> None:
            self._world.at(tag, f"{tag} {name.partition('/')[0]}", name)

        return come

    def _written(self, name: str) -> None:
        if name.startswith(_ENTRIES):
            self._see(name, self.documents.kept[name][0])
        if name.startswith("alert-rules/"):
            self._see_usage(RuleUsage.from_json(json.loads(self.documents.kept[name][0])))
        self._at("written")(name)

    def _see_usage(self, usage: RuleUsage) -> None:
        record = self._world.record
        for each in usage.begun:
            record.begun.setdefault(each.request_id, each.at)
        if usage.hold is not None:
            record.holds.add(usage.hold.alert_id)

    def _see(self, name: str, text: str) -> None:
        record = self._world.record
        record.line(self._world.clock.now(), f"{name} {text}")
        record.search(text, "the ledger")
        entry = json.loads(text)
        state, intent = entry.get("state", "Accepted"), entry.get("intent")
        intents = record.intents[name.partition("/")[2]]
        if intent is not None and (not intents or intents[-1][1] != intent):
            intents.append((self._world.clock.now(), intent))
        record.moves[name].append(state)
        if state == "Finished" and record.purges and self._world.is_zombie:
            record.over.add(name.partition("/")[2])

    def _sent(self) -> None:
        text = json.dumps(self.events.sent[-1])
        self._world.record.line(self._world.clock.now(), text)
        self._world.record.search(text, "an event")
        self._event("sent", "sent event")

    def _event(self, tag: str, what: str) -> None:
        self._world.at(tag, what)


def _entry(text: str) -> LedgerEntry:
    return msgspec.json.decode(text, type=LedgerEntry)
