"""Promise 3: every step is told, none lost; what is told twice has the same id and content."""

from typing import Any

import msgspec

from restore.messages.ledger_entry import LedgerEntry
from restore.messages.model import Verdict
from restore.settings import Settings
from tests.simulation.alerting import RULE
from tests.simulation.world import World

REVIVALS_MAX = Settings().restore_revivals_max
_KINDS = (
    *("accepted", "fallback", "approval-requested", "approval-reminder", "started", "verifying"),
    *("rejected", "finished"),
)


def are_complete(world: World) -> list[str]:
    """Of each request exactly the events that it must have, with one id, one content and
    one number each."""
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
    for message in world.actors.queue.messages:
        ids |= {f"{message.id}:rejected", f"{message.poison_id}:poisoned"}
        ids |= {f"plan-{each}:planned" for each in (message.id, message.poison_id)}
    ids |= {f"{RULE}.{alert_id}:restores-held" for alert_id in world.record.holds}
    strange = {event["id"] for event in world.storage.events.sent} - ids
    return found + [f"{each} belongs to nothing" for each in sorted(strange)]


def refusals_are_told(world: World) -> list[str]:
    """A message that can never work is answered by a `rejected` event with all of its text; a
    poisoned one by a `poisoned` event, and by what who put it back is told."""
    found = []
    told = {event["id"]: event["data"] for event in world.storage.events.sent}
    for message in world.actors.queue.messages:
        entry = world.storage.entry(message.ask.request_id)
        is_wrong = message.ask.broken or (entry is not None and _is_other(message.ask, entry))
        data = told.get(f"{message.id}:rejected")
        if message.poisoned_at is not None and data is None:
            poisoned = told.get(f"{message.poison_id}:poisoned")
            if not message.is_put_aside or poisoned is None or poisoned["original"] != message.text:
                found.append(f"{message.id} was poisoned, and no event has it")
            if message.is_refused is not bool(is_wrong):
                found.append(f"{message.id} was put back: refused is {message.is_refused}")
            continue
        if is_wrong and (data is None or not data.get("original")):
            found.append(f"{message.id} is wrong, and no event says so")
        if not is_wrong and data is not None:
            found.append(f"{message.id} is right, and is said to be wrong: {data}")
    return found


def plans_are_told(world: World) -> list[str]:
    """A plan that was asked for by the queue is published, or why there is none; a plan whose
    orchestration broke too often is not."""
    told = {event["id"] for event in world.storage.events.sent}
    wanted: dict[str, set[str]] = {}
    for message in world.actors.queue.messages:
        if message.ask.plan_only:
            plan = message.id if message.poisoned_at is None else message.poison_id
            wanted.setdefault(message.ask.request_id, set()).add(f"plan-{plan}")
    return [
        f"the plan of {request_id} was never told"
        for request_id, plans in wanted.items()
        if not any(f"{plan}:planned" in told for plan in plans)
        and all(world.record.restarts[plan] < REVIVALS_MAX for plan in plans)
    ]


def _is_other(ask: Any, entry: LedgerEntry) -> bool:
    return bool(ask.changed) != (entry.request.get("deadline") == "PT23H")


def _faults(world: World, entry: LedgerEntry, sent: list[dict[str, Any]]) -> list[str]:
    assert entry.verdict is not None, "only who has a verdict is asked"
    own = entry.fallback.verdict if entry.fallback else entry.verdict
    expected = {"accepted", "finished"} if entry.attempt_of is None else {"fallback"}
    expected |= {"started"} if entry.job_id else set()
    expected |= {"verifying"} if own.verification else set()
    is_rejected = entry.verdict.verdict == "Rejected" and entry.attempt_of is None
    expected |= {"rejected"} if is_rejected else set()
    if "WaitingForApproval" in world.record.shown(f"restore-{entry.request_id}"):
        expected.add("approval-requested")
    told = [event.kind for event in entry.events]
    # The guard may have died before that was shown; and people are reminded now and then.
    expected |= {"approval-requested", "approval-reminder"} & {*told}
    found = []
    for kind in _KINDS:
        events = [each for each in sent if each["id"] == f"{entry.request_id}:{kind}"]
        if bool(events) is not (kind in expected):
            found.append(f"{len(events)} {kind} events")
        if any(each != events[0] for each in events):
            found.append(f"{kind} events differ: {events}")
        if kind == "finished" and events:
            verdict = msgspec.convert(events[0]["data"]["verdict"], Verdict)
            is_same = verdict == msgspec.structs.replace(entry.verdict, choice=None)
            found += [] if is_same else [f"the event tells {verdict}, the ledger {entry.verdict}"]
    return found + _gaps(sent)


def _gaps(sent: list[dict[str, Any]]) -> list[str]:
    """The events of one request are numbered from 1, in the order in which things went."""
    known = [each for each in sent if _kind(each) in _KINDS]
    in_order = sorted(known, key=lambda event: int(event["sequence"]))
    numbers = list(dict.fromkeys(int(event["sequence"]) for event in in_order))
    places = [_KINDS.index(_kind(event)) for event in in_order]
    is_whole = numbers == list(range(1, len(numbers) + 1)) and places == sorted(places)
    return [] if is_whole else [f"numbers {[(e['id'], e['sequence']) for e in in_order]}"]


def _kind(event: dict[str, Any]) -> str:
    return str(event["id"]).rpartition(":")[2]
