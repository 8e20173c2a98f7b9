"""Promise 3: every step is told, none lost; what is told twice carries the same id."""

from typing import Any

import msgspec

from restore.contracts import Verdict
from restore.ledger import LedgerEntry
from tests.simulation.world import World

_KINDS = ("accepted", "approval-requested", "started", "rejected", "finished")


def are_complete(world: World) -> list[str]:
    """Of each request exactly the events that it must have, with one id and one content each."""
    found = []
    for entry in world.storage.entries():
        if entry.verdict is None:
            continue
        sent = [
            each
            for each in world.storage.events.sent
            if each["id"].startswith(f"{entry.request_id}:")
        ]
        found += [f"{entry.request_id}: {text}" for text in _faults(world, entry, sent)]
    ids = {f"{entry.request_id}:{kind}" for entry in world.storage.entries() for kind in _KINDS}
    ids |= {f"{message.id}:rejected" for message in world.people.queue.messages}
    strange = {event["id"] for event in world.storage.events.sent} - ids
    return found + [f"{each} belongs to nothing" for each in sorted(strange)]


def refusals_are_told(world: World) -> list[str]:
    """A message that can never work is answered by a `rejected` event with all of its text."""
    found = []
    told = {event["id"]: event["data"] for event in world.storage.events.sent}
    for message in world.people.queue.messages:
        entry = world.storage.entry(message.ask.request_id)
        is_wrong = message.ask.broken or (entry is not None and _is_other(message.ask, entry))
        data = told.get(f"{message.id}:rejected")
        if is_wrong and (data is None or not data.get("original")):
            found.append(f"{message.id} is wrong, and no event says so")
        if not is_wrong and data is not None:
            found.append(f"{message.id} is right, and is said to be wrong: {data}")
    return found


def _is_other(ask: Any, entry: LedgerEntry) -> bool:
    return bool(ask.changed) != (entry.request.get("deadline") == "PT23H")


def _faults(world: World, entry: LedgerEntry, sent: list[dict[str, Any]]) -> list[str]:
    assert entry.verdict is not None, "only who has a verdict is asked"
    expected = {"accepted", "finished"}
    expected |= {"started"} if entry.verdict.job_id else set()
    record = world.record
    instance_id = f"restore-{entry.request_id}"
    lost = {"rejected", "finished"} if entry.request_id in record.over else set()
    if "WaitingForApproval" in record.phases.get((instance_id, record.purges), ()):
        expected.add("approval-requested")
    elif "WaitingForApproval" in record.shown(instance_id):  # purged in the middle of it
        lost.add("approval-requested")
    expected |= {"rejected"} if entry.verdict.verdict == "Rejected" else set()
    found = []
    for kind in _KINDS:
        events = [each for each in sent if each["id"] == f"{entry.request_id}:{kind}"]
        if bool(events) is not (kind in expected) and kind not in lost:
            found.append(f"{len(events)} {kind} events")
        if any(each != events[0] for each in events) and not record.purges:
            found.append(f"{kind} events differ: {events}")
        if kind == "finished" and events:
            told = msgspec.convert(events[0]["data"]["verdict"], Verdict)
            is_same = told == entry.verdict
            found += [] if is_same else [f"the event tells {told}, the ledger {entry.verdict}"]
    return found
