"""Which receivers want an event: by its kind, and by how grave it is."""

import re
from pathlib import Path
from typing import Any, get_args

import pytest

from restore.notify import receiver_filter
from restore.notify.receivers import EventKind, Notify, Receiver
from restore.progress import ledger_events
from tests.unit.restore.notify.events import ALL, HELD, REJECTED, event, finished, to_decide

ROOT = Path(__file__).parents[4]
ROOMS = ("activities", "notifications", "orchestrators", "restore", "storage", "triggers")
_MADE = re.compile(r'cloud_events\.event\(\s*"([a-z-]+)"')


def receiver(**fields: Any) -> Receiver:
    known = {"name": "hook", "kind": "webhook", "url": "https://hooks.example.com"}
    return Receiver.from_json(known | fields)


@pytest.mark.parametrize(
    ("told", "severity"),
    [
        (ALL["accepted"], "info"),
        (ALL["started"], "info"),
        (ALL["verifying"], "info"),
        (ALL["fallback"], "warning"),
        (finished("Completed", succeeded=False), "error"),
        (to_decide(), "warning"),
        (REJECTED, "error"),
        (HELD, "warning"),
        (finished("Completed"), "info"),
        (finished("CompletedWithWarnings"), "warning"),
        (finished("CompletedWithWarnings", succeeded=False), "error"),
        (finished("Cancelled", succeeded=False), "error"),
        (finished("Failed", succeeded=False), "error"),
        (finished("Rejected", succeeded=False), "error"),
        (ALL["planned"], "info"),
        (event("planned", {"error": {"message": "No."}}), "warning"),
        (event("new-in-a-later-build", {}), "warning"),
    ],
)
def test_each_event_is_as_grave_as_what_it_tells(told: Any, severity: str) -> None:
    assert receiver_filter.severity_of(told) == severity


def test_every_event_that_the_app_can_tell_can_be_chosen() -> None:
    shipped = (each for room in ROOMS for each in (ROOT / room).rglob("*.py"))
    made = {kind for each in shipped for kind in _MADE.findall(each.read_text())}
    assert {"duplicate", "planned", "restores-held"} <= made
    kinds = {row.kind for row in ledger_events._ROWS} | {"poisoned", "rejected"} | made
    assert kinds <= set(get_args(EventKind)) == set(ALL)
    assert set(receiver_filter._OF_KIND) == set(get_args(EventKind))


def test_a_receiver_hears_of_what_it_wants_and_of_nothing_below() -> None:
    picky = receiver(events=["finished", "rejected"], minSeverity="error")
    told = (*ALL.values(), finished("Failed", succeeded=False))
    assert [
        receiver_filter.kind_of(each) for each in told if receiver_filter.is_wanted(picky, each)
    ] == [
        "rejected",
        "finished",
    ]
    assert all(receiver_filter.is_wanted(receiver(), each) for each in ALL.values())


def test_pagerduty_hears_of_each_end_for_it_may_resolve_an_incident() -> None:
    oncall = receiver(kind="pagerduty", keySetting="RESTORE_NOTIFY_PD", minSeverity="error")
    assert receiver_filter.is_wanted(oncall, finished("Completed"))
    for kind in ("accepted", "started"):
        assert not receiver_filter.is_wanted(oncall, ALL[kind])
    no_ends = receiver(kind="pagerduty", keySetting="RESTORE_NOTIFY_PD", events=["rejected"])
    assert not receiver_filter.is_wanted(no_ends, finished("Completed"))


def test_those_who_want_an_event_are_named() -> None:
    two = Notify(receivers=(receiver(name="a"), receiver(name="b", minSeverity="error")))
    assert list(receiver_filter.wanting(two, ALL["accepted"])) == ["a"]
    assert list(receiver_filter.wanting(two, REJECTED)) == ["a", "b"]
    assert two.named("b") == two.receivers[1]
    for unknown in ("c", "A", ""):
        assert two.named(unknown) is None


@pytest.mark.parametrize("kind", ["eventGrid", "slack", "teams", "webhook"])
def test_nobody_but_pagerduty_hears_of_an_end_below_what_it_wants(kind: str) -> None:
    grave = receiver(kind=kind, minSeverity="error")
    assert not receiver_filter.is_wanted(grave, finished("Completed"))
    assert receiver_filter.is_wanted(grave, finished("Failed", succeeded=False))


def test_a_receiver_is_found_by_a_name_that_came_from_elsewhere() -> None:
    two = Notify(receivers=(receiver(name="first"), receiver(name="second")))
    for each in two.receivers:
        assert two.named("".join(list(each.name))) == each
