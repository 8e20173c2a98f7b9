"""The kinds of fault: at which places each can strike, and what it does there.

A place has a tag (what sort of place) and a text (who is about to do what, or has just done it).
Kinds that spoil a call to Azure hand a fault of the simulated vault to the call about to be made.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from devhost.engine.seam import FINISHED, EngineError
from restore.messages.errors import ServiceUnavailable
from simulated_azure.faults import Fault, Match
from storage.documents import Changed, Taken
from tests.simulation.scenario import Cancel, PlannedFault
from tests.simulation.wire import request_s_max
from tests.simulation.worker_life import WorkerExits

if TYPE_CHECKING:
    from tests.simulation.world import World

EFFECTS = ("call", "called", "read", "list", "write", "written", "send", "sent")
LONG_S = 600.0
_ANY_CALL = Match(operation=".*")


class Killed(BaseException):
    """kill -9: nothing catches it. Then the process is down for a while; or even all histories are
    purged, and who has asked asks again."""

    def __init__(self, down_s: float = 0.0, *, purges: bool = False) -> None:
        super().__init__(down_s)
        self.down_s, self.purges = down_s, purges


class Place(NamedTuple):
    """Where a run has come to."""

    tag: str
    who: str
    text: str
    name: str = ""
    """Of the document that is read or written."""

    @property
    def is_sending(self) -> bool:
        """Whether the restore is about to be sent."""
        return self.tag == "call" and "POST restore" in self.text


Action = Callable[["World", PlannedFault, Place], "Fault | float | None"]


class Sort(NamedTuple):
    """A kind of fault."""

    tags: tuple[str, ...]
    action: Action
    whom: str | tuple[str, ...] = ""
    """Strikes only whose name begins so, or so; "-" and a name: everybody else."""


def _kill(world: "World", fault: PlannedFault, place: Place) -> None:
    if fault.value >= LONG_S:
        world.record.fired["down_for_long"] += 1
    raise Killed(fault.value)


def _forget(world: "World", fault: PlannedFault, place: Place) -> None:
    raise Killed(fault.value, purges=True)


def _exit(world: "World", fault: PlannedFault, place: Place) -> None:
    raise WorkerExits


def _freeze(world: "World", fault: PlannedFault, place: Place) -> None:
    asleep_s = world.freeze(fault.value)
    # Its answer is not heard; and what remains, docs/decisions/0002
    is_too_late = asleep_s > request_s_max(world.scenario.poll_policy)
    if world.is_zombie and (place.tag == "answered" or (place.is_sending and is_too_late)):
        raise Killed


def _oversleep(world: "World", fault: PlannedFault, place: Place) -> None:
    world.freeze(fault.value)


def _sleep(world: "World", fault: PlannedFault, place: Place) -> None:
    if place.is_sending:  # what remains, docs/decisions/0002
        raise NothingThere
    world.sleep(fault.value)


def _overlap(world: "World", fault: PlannedFault, place: Place) -> None:
    if place.is_sending:
        raise NothingThere
    world.overlap(int(fault.value) or 1)


def _refuse(world: "World", fault: PlannedFault, place: Place) -> None:
    raise ServiceUnavailable("The storage account hiccups.", retry_after_s=10)


def _refuse_slowly(world: "World", fault: PlannedFault, place: Place) -> None:
    world.live(fault.value)
    _refuse(world, fault, place)


def _stall(world: "World", fault: PlannedFault, place: Place) -> None:
    world.live(fault.value)


def _race(world: "World", fault: PlannedFault, place: Place) -> None:
    if place.name not in world.storage.documents.kept:
        raise NothingThere
    world.storage.documents.touch(place.name)


def _echo(world: "World", fault: PlannedFault, place: Place) -> None:
    if world.storage.documents.writing == "remove":
        raise NothingThere
    raise Taken(place.name) if world.storage.documents.writing == "create" else Changed(place.name)


def _cancel(world: "World", fault: PlannedFault, place: Place) -> None:
    request_id = world.scenario.asks[0].request_id
    world.soon(0, lambda: world.actors.cancel(Cancel(at_s=0, request_id=request_id)))


def _terminate(world: "World", fault: PlannedFault, place: Place) -> None:
    """Somebody ends the orchestration of a restore by hand, and perhaps deletes its history."""
    instance_id = f"restore-{world.scenario.asks[0].request_id}"
    if world.store.instance(instance_id) is None:
        raise NothingThere

    def end() -> None:
        with suppress(EngineError):
            world.driver.client.terminate(instance_id, "ended by hand")

    def forget() -> None:
        row = world.store.instance(instance_id)
        if row is None:
            return
        if row.status not in FINISHED:
            world.soon(1, forget)
            return
        world.store.forget(instance_id)
        entry = world.storage.entry(instance_id.removeprefix("restore-"))
        if entry is not None and entry.verdict is not None:
            world.record.over.add(entry.request_id)

    world.soon(0, end)
    if fault.value:
        world.soon(fault.value, forget)


def _value(world: "World", fault: PlannedFault, place: Place) -> float:
    return fault.value


class NothingThere(Exception):
    """The fault finds nothing to strike; it is left for the next place."""


def _fault(kind: str, **fields: Any) -> Action:
    def action(world: "World", fault: PlannedFault, place: Place) -> Fault:
        return Fault(kind=kind, match=_ANY_CALL, **fields)  # type: ignore[arg-type]

    return action


def _throttle(world: "World", fault: PlannedFault, place: Place) -> Fault:
    return Fault(kind="throttle", match=_ANY_CALL, retry_after=fault.value)


def _slow(world: "World", fault: PlannedFault, place: Place) -> Fault:
    return Fault(kind="delay", match=_ANY_CALL, delay_s=fault.value, lag_s=fault.value / 2)


def _late(world: "World", fault: PlannedFault, place: Place) -> Fault:
    timeout_s = world.scenario.poll_policy.arm_timeout_s
    return Fault(kind="delay", match=_ANY_CALL, delay_s=timeout_s, lag_s=timeout_s * fault.value)


def _small_pages(world: "World", fault: PlannedFault, place: Place) -> Fault:
    return Fault(kind="truncate_pages", match=_ANY_CALL, page_size=max(int(fault.value), 1))


_CALL = ("call",)
STORAGE = ("read", "list", "write", "written", "send", "sent")
IN_WORKER = ("turn", "begun", "answered", "step", *EFFECTS)
"""Every place at which the app's own code is at work."""
STEPS = (*IN_WORKER, "delete")
"""Every place at which a process can be killed."""
KINDS: dict[str, Sort] = {
    # the process
    "killed_in_a_turn": Sort(("turn",), _kill),
    "killed_before_an_effect": Sort(("begun",), _kill),
    "killed_between_effects": Sort(EFFECTS, _kill, "-starter"),
    "killed_after_an_effect": Sort(("answered",), _kill),
    "killed_in_a_starter": Sort(("step", *EFFECTS), _kill, "starter"),
    "killed_before_the_delete": Sort(("delete",), _kill),
    "delivered_twice": Sort(("begun", "answered", *EFFECTS), _freeze, "-starter"),
    "frozen": Sort(EFFECTS, _freeze, "-starter"),
    "forgotten": Sort(("turn", "begun", "answered", *EFFECTS), _forget, "-starter"),
    "overlapped": Sort(("begun", *EFFECTS), _overlap),
    "asleep": Sort(("begun", *EFFECTS), _sleep, "-starter"),
    # the worker process alone; the reconciler starts again what has nobody above it
    "exits_in_an_activity": Sort(("begun", "answered", *EFFECTS), _exit, "-starter"),
    "exits_in_a_turn": Sort(("turn",), _exit),
    "exits_in_a_starter": Sort(("step", *EFFECTS), _exit, "starter"),
    # somebody by hand
    "ended_by_hand": Sort(STEPS, _terminate, "-starter"),
    # the engine and the queue
    "timer_late": Sort(("timer",), _value),
    "completed_twice": Sort(("ending",), _value),
    "message_again": Sort(("delete",), _value),
    # the storage account
    "storage_refuses": Sort(("read", "list", "write", "send"), _refuse),
    "events_refused": Sort(("send",), _refuse_slowly),
    "storage_falls_silent": Sort(("written", "sent"), _refuse),
    "storage_is_slow": Sort(STORAGE, _stall),
    "storage_was_raced": Sort(("write",), _race),
    "storage_meets_itself": Sort(("written",), _echo),
    # Azure
    "throttled": Sort(_CALL, _throttle),
    "throttled_without_a_word": Sort(_CALL, _fault("throttle")),
    "answers_500": Sort(_CALL, _fault("status", status=500)),
    "answers_502": Sort(_CALL, _fault("status", status=502)),
    "answers_503": Sort(_CALL, _fault("status", status=503)),
    "answers_504": Sort(_CALL, _fault("status", status=504)),
    "not_connected": Sort(_CALL, _fault("refused")),
    "reset_before": Sort(_CALL, _fault("drop_before")),
    "reset_after": Sort(_CALL, _fault("drop_after")),
    "error_after": Sort(_CALL, _fault("status_after", status=502)),
    "late_reply": Sort(_CALL, _late),
    "slow_reply": Sort(_CALL, _slow),
    "malformed_reply": Sort(_CALL, _fault("malformed")),
    "job_hidden": Sort(_CALL, _fault("job_404")),
    "operation_without_properties": Sort(_CALL, _fault("operation_without_properties")),
    "operation_stuck": Sort(_CALL, _fault("operation_stuck")),
    "foreign_poll_url": Sort(_CALL, _fault("foreign_poll_url")),
    "wrong_poll_url": Sort(_CALL, _fault("bad_location")),
    "no_poll_url": Sort(_CALL, _fault("no_poll_headers")),
    "truncated_pages": Sort(_CALL, _small_pages),
    "empty_page": Sort(_CALL, _fault("empty_page")),
    "foreign_next_link": Sort(_CALL, _fault("foreign_next_link")),
}
SWEPT = {
    "killed": Sort(STEPS, _kill),
    "worker_exits": Sort(IN_WORKER, _exit),
    "held_up": Sort(("begun", "answered", *EFFECTS), _freeze, "-starter"),
    "storage_fails": Sort(STORAGE, _refuse, "-starter"),
    "storage_raced": Sort(("write",), _race, "-starter"),
    "storage_echoed": Sort(("written",), _echo, "-starter"),
    "cancelled": Sort(STEPS, _cancel),
    "purged": Sort(STEPS, _forget),
    "overslept": Sort(_CALL, _oversleep),
    "terminated": Sort(STEPS, _terminate, "-starter"),
}
"""Kinds of the sweeps: at one place each, counted over the whole run. The last is no promise."""
ALWAYS = (
    "down_for_long", "timer_early", "two_starters", "poisoned", "asked_again_at_once",
    "asked_again_later", "asked_again_after_the_end", "asked_with_a_changed_body",
    "asked_with_rubbish", "cancelled_before_the_start", "cancelled_while_it_runs",
    "cancelled_after_the_end", "list_lagged", "job_lagged", "quota_spent", "poll_url_expired",
    "vault_clock_wrong", "replaced_with_warnings", "policy_forbids", "policy_tightened",
    "receiver_in_trouble",
    "vm_quota_spent", "waited_for_a_slot", "approved", "refused", "approved_by_its_asker",
    "approved_by_somebody_unknown", "decided_twice", "decided_too_late", "nobody_decided",
    "names_alone", "point_expired", "took_an_older_point", "took_the_disks", "found_disks_left",
)  # fmt: skip
"""Kinds that no PlannedFault makes: they lie in the scenario itself, and are counted when they
show."""
EVERY = (*KINDS, *ALWAYS)


@dataclass
class _Armed:
    fault: PlannedFault
    sort: Sort
    passed: int = 0
    hits: int = 0

    def strikes(self, place: Place, now_s: float) -> bool:
        """Whether it strikes here; what it lets pass counts."""
        fault = self.fault
        if self.hits >= fault.times or place.tag not in self.sort.tags:
            return False
        if fault.where not in place.text or not _concerns(self.sort.whom, place.who):
            return False
        if not fault.from_s <= now_s < fault.until_s:
            return False
        self.passed += 1
        return self.passed > fault.after


class FaultInjector:
    """The faults of one run, as they strike."""

    def __init__(self, faults: tuple[PlannedFault, ...]) -> None:
        sorts = KINDS | SWEPT
        self._armed = [_Armed(fault, sorts[fault.kind]) for fault in faults]

    def at(self, world: "World", place: Place, now_s: float) -> list["Fault | float"]:
        """Let what strikes at a place happen; return what it hands out."""
        found: list[Fault | float] = []
        for armed in self._armed:
            if not armed.strikes(place, now_s):
                continue
            armed.hits += 1
            kind = armed.fault.kind
            world.note(f"FAULT {kind} at {place.text}")
            if armed.sort.tags != _CALL:  # else it counts when it shows
                world.record.fired[kind] += 1
            try:
                given = armed.sort.action(world, armed.fault, place)
            except NothingThere:
                armed.hits -= 1
                world.record.fired[kind] -= 1
                continue
            if given is not None:
                found.append(given)
            if world.is_zombie:  # it stood still here, and nothing else befalls it any more
                break
        return found


def _concerns(whom: str | tuple[str, ...], who: str) -> bool:
    if isinstance(whom, str) and whom.startswith("-"):
        return not who.startswith(whom[1:])
    return who.startswith(whom)
