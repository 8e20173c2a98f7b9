"""Telling is apart from doing: a queue of events that refuses delays nothing, and loses nothing."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any

import msgspec
import pytest

from restore.messages.ledger_entry import LedgerEntry
from storage import connection
from storage.connection import EVENT_S_MAX
from storage.events import Events
from storage.ledger import Ledger
from storage.outbox import Outbox, Told
from tests.simulation.running import judged, run_scenario
from tests.simulation.scenario import (
    TYPES,
    Ask,
    Decision,
    Kind,
    Machine,
    PlannedFault,
    PolicyOutline,
    Scenario,
)
from tests.simulation.world import World

_HOURS_S = 2 * 3600.0
_AS_SOON = timedelta(seconds=5)
_APPROVED: tuple[Kind, ...] = ("OriginalLocation",)
# One after the other: in a run a step that waits holds up all others, as it does not in Azure.
HEARD = Scenario(
    machines=tuple(Machine(name=f"vm-{number}", job_s=1500) for number in range(4)),
    asks=(
        *(
            Ask(at_s=100 * number, request_id=f"r{number}", machine=number, kind=kind)
            for number, kind in enumerate(TYPES)
        ),
        Ask(at_s=300, request_id="r3", machine=3, deadline="PT20M", way="http"),
    ),
    policy_outline=PolicyOutline(with_approval=_APPROVED),
    decisions=(Decision(at_s=900, request_id="r1", who="bob"),),
    faults_until_s=_HOURS_S,
)


def unheard(waits_s: float) -> Scenario:
    """The same, but the queue of events refuses everything, at once or when its client gives up."""
    refused = PlannedFault(kind="events_refused", times=9999, until_s=_HOURS_S, value=waits_s)
    return msgspec.structs.replace(HEARD, faults=(refused,))


def differences(waits_s: float = 0) -> list[str]:
    """What becomes different when the queue of events refuses everything for two hours."""
    heard, silent = run_scenario(HEARD), run_scenario(unheard(waits_s))
    assert judged(heard).violations == []
    found = list(judged(silent).violations)
    posts, late = _posts(heard), _posts(silent)
    found += [f"POST of {each}" for each in posts if each not in late]
    found += [
        f"POST of {each}: {late[each] - at}"
        for each, at in posts.items()
        if each in late and abs(late[each] - at) > _AS_SOON
    ]
    if heard.record.moves != silent.record.moves:
        found.append("the entries were written another number of times")
    events, told = _events(heard), _events(silent)
    return found + [f"event {each}" for each in events if told.get(each) != events[each]]


@pytest.mark.parametrize("waits_s", [0, EVENT_S_MAX])
def test_two_hours_without_the_queue_of_events_change_no_post_and_no_event(waits_s: float) -> None:
    assert differences(waits_s) == []


def test_what_is_held_up_arrives_when_the_queue_takes_it_again() -> None:
    world = run_scenario(unheard(0))
    assert world.record.fired["events_refused"] >= 12
    kinds = [event["id"].rpartition(":")[2] for event in world.storage.events.sent]
    assert len(kinds) == 4 * 3 + 1
    assert world.storage.is_all_sent


def waits_for_the_queue(patch: pytest.MonkeyPatch) -> None:
    """A step that tells is not done before the queue has taken it."""
    patch.setattr(Outbox, "tell", lambda self, entry: self.send(entry, self.told(entry)))


def notes_in_the_entry(patch: pytest.MonkeyPatch) -> None:
    """What was sent is noted in the entry itself."""
    whole = Outbox.send

    def send(self: Outbox, entry: LedgerEntry, told: Told) -> None:
        whole(self, entry, told)
        ledger: Ledger = connection.ledger()
        held = ledger.read(entry.request_id)
        assert held is not None
        ledger.fence(held)

    patch.setattr(Outbox, "send", send)


def forgets_what_is_refused(patch: pytest.MonkeyPatch) -> None:
    """What the queue refuses counts as sent."""
    whole = Outbox.send

    def send(self: Outbox, entry: LedgerEntry, told: Told) -> None:
        try:
            whole(self, entry, told)
        finally:
            self._note(entry, told, Told(len(entry.events), len(entry.events)))

    patch.setattr(Outbox, "send", send)


def numbers_anew(patch: pytest.MonkeyPatch) -> None:
    """An event's number is that of its sending."""
    whole, numbers = Events.send, count(1)

    def send(self: Any, event: dict[str, Any]) -> None:
        whole(self, event | {"sequence": str(next(numbers))})

    patch.setattr(Events, "send", send)


@pytest.mark.parametrize(
    "plant", [waits_for_the_queue, notes_in_the_entry, forgets_what_is_refused, numbers_anew]
)
def test_a_planted_defect_makes_a_difference(
    plant: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    assert _differ() != []


def _differ() -> list[str]:
    try:
        return differences()
    except AssertionError as error:  # it breaks a promise while the queue takes everything, too
        return [str(error)]


def _posts(world: World) -> dict[str, Any]:
    return {post.request_id: post.at for post in world.record.posts if post.operation_id}


def _events(world: World) -> dict[str, Any]:
    """Each event but for what a client that gives up late makes seconds later: its times, and how
    far a job has come by its deadline."""
    told = {}
    for event in world.storage.events.sent:
        data = re.sub(r"at [0-9.]+ %", "at some %", json.dumps(event["data"] | {"until": None}))
        told[event["id"]] = event | {"time": None, "data": json.loads(data)}
    return told
