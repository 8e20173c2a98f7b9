"""What a restore has learned so far, and how its custom status shows it."""

from datetime import UTC, datetime, timedelta

import pytest

from restore.messages.activity_io import RESTORE_VERSION, Opened, Restore, Started
from restore.messages.disks import VmDisk
from restore.messages.ledger_entry import LedgerState
from restore.messages.model import (
    Authorization,
    Choice,
    ProtectedItem,
    RecoveryPoint,
)
from restore.messages.poll_policy import PollPolicy
from restore.messages.request import RestoreDisks
from restore.progress.phases import RestorePhase
from restore.progress.run_state import RestoreProgress, phase_of_wait, point_of
from restore.progress.wait_reasons import Waiting

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
POINT = RecoveryPoint(name="p1", time=NOW, consistency="AppConsistent", tier="Snapshot")
CHOICE = Choice(point=POINT, why="It is new.", considered=3)
ITEM = ProtectedItem(
    id="/i", vault_id="/v", container_name="c", name="i", source_resource_id="/vm",
    region="westeurope", protection_state="Protected",
)  # fmt: skip


def progress() -> RestoreProgress:
    return RestoreProgress(RestoreDisks(request_id="r", source_resource_id="/vm"))


def waiting(code: str) -> Waiting:
    return Waiting(code=code, reason="It is so.", until=LATER, attempt=2)


def test_a_phase_keeps_the_time_at_which_it_was_entered() -> None:
    known = progress()
    assert known.show(RestorePhase.TRIGGERING, NOW)["since"] == "2026-11-23T03:00:00Z"
    assert known.show(RestorePhase.TRIGGERING, LATER)["since"] == "2026-11-23T03:00:00Z"
    assert known.show(RestorePhase.STARTING, LATER)["since"] == "2026-11-23T03:01:00Z"


def test_only_what_is_known_is_shown() -> None:
    known = progress()
    assert set(known.show(RestorePhase.ACCEPTED, NOW)) == {"phase", "since"}
    assert not known.has_fallen
    known.item, known.choice = ITEM, CHOICE
    shown = known.show(RestorePhase.ACCEPTED, NOW)
    assert (shown["vaultId"], shown["protectedItem"]) == ("/v", "i")
    assert shown["recoveryPoint"] == {
        "id": "p1", "time": "2026-11-23T03:00:00Z", "consistency": "AppConsistent",
        "tier": "Snapshot", "why": "It is new.", "considered": 3, "passedOver": (),
        "passedOverCounts": {},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("code", "phase"),
    [
        ("NoSlot", "WaitingForSlot"), ("ItemLocked", "Triggering"), ("LocatingJob", "LocatingJob"),
        ("ReplyLost", "LocatingJob"), ("Throttled", "FindingItem"),
    ],
)  # fmt: skip
def test_what_is_waited_for_decides_the_phase(code: str, phase: str) -> None:
    assert phase_of_wait(code, RestorePhase.FINDING_ITEM).value == phase
    known = progress()
    known.show(RestorePhase.FINDING_ITEM, NOW)
    shown = known.wait(waiting(code), LATER)
    assert (shown["phase"], shown["waiting"]["code"]) == (phase, code)
    assert shown["waiting"]["attempt"] == 2


def test_when_the_wait_is_over_its_phase_stays_and_its_reason_goes() -> None:
    known = progress()
    known.show(RestorePhase.TRIGGERING, NOW)
    known.wait(waiting("NoSlot"), NOW)
    shown = known.wait(None, LATER)
    assert (shown["phase"], "waiting" in shown) == ("WaitingForSlot", False)


def test_who_waits_is_in_a_phase() -> None:
    with pytest.raises(AssertionError, match="in a phase"):
        progress().wait(None, NOW)


@pytest.mark.parametrize("state", LedgerState)
def test_what_the_ledger_knows_is_taken_in_and_only_what_was_started_is_followed(
    state: LedgerState,
) -> None:
    known = progress()
    known.know(
        Opened(
            state=state,
            accepted_at=NOW,
            item=ITEM,
            choice=CHOICE,
            authorization=Authorization(rule="x"),
            operation_id="o",
            job_id="j",
            adopted=True,
        )
    )
    assert (known.item, known.choice, known.authorization) == (
        ITEM, CHOICE, Authorization(rule="x"),
    )  # fmt: skip
    started = Started(operation_id="o", job_id="j", adopted=True)
    assert known.started == (started if state is LedgerState.STARTED else None)
    assert known.has_fallen is (state is LedgerState.FALLEN_BACK)


@pytest.mark.parametrize(
    ("authorization", "disks"),
    [
        (None, None),
        (Authorization(rule="x"), ()),
        (Authorization(rule="x", disks=(VmDisk(name="os"), VmDisk(name="d"))), ("os", "d")),
    ],
    ids=str,
)
def test_disks_are_unknown_until_somebody_has_looked(
    authorization: Authorization | None, disks: tuple[str, ...] | None
) -> None:
    known = progress()
    known.authorization = authorization
    assert known.disks == disks


def test_without_a_choice_there_is_no_point_to_show() -> None:
    assert point_of(None) is None


@pytest.mark.parametrize("revival", [0, 1, 3])
def test_its_lines_of_the_log_are_about_what_is_known(revival: int) -> None:
    known = RestoreProgress(RestoreDisks(request_id="r", source_resource_id="/vm", vault_id="/w"))
    order = Restore(
        request=known.request, poll_policy=PollPolicy(), revival=revival, version=RESTORE_VERSION
    )
    told = {"revival": revival} if revival else {}
    plain = {"requestId": "r", "vm": "/vm", "vault": "/w", **told}
    assert known.about(order).as_json() == plain
    known.show(RestorePhase.STARTING, NOW)
    known.item, known.started = ITEM, Started(job_id="j")
    more = {"vault": "/v", "job": "j", "phase": "Starting"}
    assert known.about(order).as_json() == plain | more
