"""What is promised of alerts: one restore each, none without a reason, and no storm."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

from restore.messages.ledger_entry import LedgerEntry
from simulated_azure.names import key
from tests.simulation import alerting, cloud
from tests.simulation.world import World

_HOUR = timedelta(hours=1)
_INTENT_MAX = timedelta(seconds=10)


def what_fires_restores_once(world: World) -> list[str]:
    """Each restore is that of one incident of one VM that fired, and no incident has two."""
    scenario = world.scenario
    fired = {
        (alert.name, alerting.fired_at(alert).replace(microsecond=0), key(cloud.vm_id(machine)))
        for alert in scenario.alerts
        if alert.state == "Fired" and alert.at_s - alert.fired_s <= _HOUR.total_seconds()
        for machine in (scenario.machines[number] for number in alert.machines)
    }
    seen: Counter[object] = Counter()
    found = []
    for entry in _alerted(world):
        assert entry.alerted is not None, "an alert asked for it"
        about = entry.alerted
        seen[about.alert_rule, about.fired_at, _vm(entry)] += 1
        if (about.alert_rule, about.fired_at.replace(microsecond=0), _vm(entry)) not in fired:
            found.append(f"{entry.request_id}: nothing has fired that asks for it")
    return found + [f"{times} restores of {each}" for each, times in seen.items() if times > 1]


def every_alert_is_judged(world: World) -> list[str]:
    """What was taken is recorded and judged, all that it wants is accepted, and nothing is held
    any more."""
    found = []
    records = world.storage.alerts()
    for record in records:
        if record.judged_at is None:
            found.append(f"the alert {record.id} was never judged")
        found += [
            f"{decision.request_id} was decided and never accepted"
            for decision in record.decisions
            if decision.outcome == "restore"
            and world.storage.entry(decision.request_id or "") is None
        ]
    sent = sum(alert.at_s <= world.elapsed_s for alert in world.scenario.alerts)
    told = sum(record.way in ("http", "queue") for record in records)
    if told < sent:
        found.append(f"of {sent} alerts {told} were recorded")
    return found + [f"{vm_id} is still held" for vm_id in world.storage.held()]


def rules_keep_their_pace(world: World) -> list[str]:
    """In no hour a rule lets more VMs go by itself than it may, and none twice within its quiet
    period; what it lets go it counts."""
    per_hour, begun = world.scenario.alert_rule.per_hour, world.record.begun
    own = [entry.request_id for entry in _alerted(world) if not _is_released(world, entry)]
    found = [f"{each} was never counted" for each in own if each not in begun]
    times = sorted(begun[each] for each in own if each in begun)
    by_vm: dict[str, list[datetime]] = {}
    for entry in _alerted(world):
        if entry.request_id in own and entry.request_id in begun:
            by_vm.setdefault(_vm(entry), []).append(begun[entry.request_id])
    quiet = timedelta(seconds=world.scenario.alert_rule.quiet_s)
    found += [
        f"{vm_id} had no quiet between {one} and {other}"
        for vm_id, moments in by_vm.items()
        for one, other in pairwise(sorted(moments))
        if other - one < quiet
    ]
    for since in times:
        count = sum(since <= each < since + _HOUR for each in times)
        if count > per_hour:
            found.append(f"{count} restores in the hour from {since}, allowed are {per_hour}")
    return found


def what_is_held_waits_for_a_person(world: World) -> list[str]:
    """What goes after it was held goes because somebody named its VM before."""
    return [
        f"{entry.request_id} was held, and nobody let it go"
        for entry in _alerted(world)
        if _is_released(world, entry)
        and not any(
            at <= entry.accepted_at and key(vm_id) == _vm(entry)
            for at, vm_id in world.alerters.approved
        )
    ]


def a_hold_asks_once(world: World) -> list[str]:
    """Of each hold people are told once, whatever comes to it."""
    told = [each for each in world.storage.events.sent if each["id"].endswith(":restores-held")]
    ids = {each["id"] for each in told}
    wanted = {f"{alerting.RULE}.{alert_id}:restores-held" for alert_id in world.record.holds}
    found = [f"{each} was never told" for each in sorted(wanted - ids)]
    found += [f"{each} tells of no hold" for each in sorted(ids - wanted)]
    differ = {each["id"] for each in told if any(
        each["id"] == other["id"] and each["data"]["decideAt"] != other["data"]["decideAt"]
        for other in told
    )}  # fmt: skip
    return found + [f"{each} is told in two ways" for each in sorted(differ)]


def nothing_goes_while_it_is_stopped(world: World) -> list[str]:
    """From when somebody is told that all is stopped no alert's restore is begun to be sent."""
    found = []
    for post in world.record.posts:
        entry = world.storage.entry(post.request_id)
        if entry is None or entry.source != "alert":
            continue
        written = [at for at, _ in world.record.intents[post.request_id] if at <= post.at]
        judged = max(written) - _INTENT_MAX if written else post.at
        found += [
            f"{post.request_id} was sent while all was stopped, since {since}"
            for since, until in world.alerters.stops
            if since < judged and (until is None or post.at < until)
        ]
    return found


def _alerted(world: World) -> Iterator[LedgerEntry]:
    """What alerts asked for; another attempt at it is none of its own."""
    entries = world.storage.entries()
    return (each for each in entries if each.source == "alert" and each.attempt_of is None)


def _is_released(world: World, entry: LedgerEntry) -> bool:
    assert entry.alerted is not None, "an alert asked for it"
    records = {record.id: record for record in world.storage.alerts()}
    record = records.get(entry.alerted.alert_id)
    return record is not None and record.release is not None


def _vm(entry: LedgerEntry) -> str:
    return key(str(entry.request["sourceResourceId"]))
