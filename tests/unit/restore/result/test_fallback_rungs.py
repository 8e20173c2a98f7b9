"""Which rung follows a failure, and what is asked for there."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from restore.messages.activity_io import Close
from restore.messages.attempts import ATTEMPTS_MAX, Attempt, Rung
from restore.messages.disks import GroupDisk
from restore.messages.ledger_entry import Fallback, Intent, LedgerEntry, LedgerState
from restore.messages.model import (
    Choice,
    Failure,
    JobError,
    ProtectedItem,
    RecoveryPoint,
    Verdict,
)
from restore.messages.request import AlternateLocation, RestoreDisks
from restore.result import fallback_rungs
from tests.unit.restore.samples import DISKS, NEW_VM, REPLACE, VAULT, VM, parsed

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
BOTH: tuple[Rung, ...] = ("olderPoint", "disks")
POINT = RecoveryPoint(name="p1", time=NOW, tier="Snapshot")
CHOICE = Choice(point=POINT, why="The newest.", considered=1)
SENT = Intent(
    item_id="/i",
    container_name="c",
    recovery_point="p1",
    vault_time=NOW,
    written_at=NOW,
    window_s=200,
    known_jobs=(),
)


def failure(code: str, category: str = "Conflict") -> Failure:
    return Failure(code=code, message="No.", category=category)


GONE = failure("ResourceNotFound", "NotFound")
TOO_LARGE = failure("UserErrorSkuNotAvailable")
DONE = Verdict(verdict="Completed", succeeded=True, text="Done.")
OPERATION_FAILED = Verdict(verdict="Failed", succeeded=False, text="No.", error=GONE)


def entry(fields: dict[str, Any] = NEW_VM, **known: Any) -> LedgerEntry:
    request = parsed(fields)
    plain = LedgerEntry(
        request_id="r-1",
        request_hash="h",
        request=json.loads(json.dumps(request.as_json())),
        source="queue",
        accepted_at=NOW,
        choice=CHOICE,
    )
    return msgspec.structs.replace(plain, **known)


def rejected(error: Failure) -> Verdict:
    return Verdict(verdict="Rejected", succeeded=False, text="No.", error=error)


def job_failed(*errors: JobError, kind: str = "Failed") -> Verdict:
    error = failure("400225", "JobFailed")
    return Verdict.from_json(
        Verdict(
            verdict="Failed", succeeded=False, text="No.", error=error, job_errors=errors
        ).as_json()
        | {"verdict": kind}
    )


def rung(
    verdict: Verdict,
    asked: LedgerEntry | None = None,
    allowed: tuple[Rung, ...] = BOTH,
    *,
    is_over: bool = False,
) -> Rung | None:
    asked = asked or entry()
    found = fallback_rungs.next_rung(asked, asked, verdict, allowed, is_over=is_over)
    return found.rung if found else None


def started(**known: Any) -> LedgerEntry:
    return entry(state=LedgerState.STARTED, intent=SENT, job_id="j", **known)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (GONE, "olderPoint"),
        (failure("BMSUserErrorInvalidInput", "InvalidRequest"), "olderPoint"),
        (failure("UserErrorInstantRpNotFound", "NotFound"), "olderPoint"),
        (TOO_LARGE, "disks"),
        (failure("QuotaExceeded"), "disks"),
        (failure("PolicyRefused", "PolicyRefused"), None),
        (failure("AuthorizationFailed", "AccessDenied"), None),
        (failure("ScopeLocked"), None),
    ],
)
def test_a_refusal_leads_where_its_code_says(error: Failure, expected: Rung | None) -> None:
    assert rung(rejected(error)) == expected


@pytest.mark.parametrize(
    ("title", "text", "expected"),
    [
        ("UserErrorSkuNotAvailable", "", "disks"),
        ("Failed", "Code: usererrorskunotavailable, of this size", "disks"),
        ("UserErrorInstantRpNotFound", "", "olderPoint"),
        ("UserErrorSkuNotAvailableYet", "It is no UserErrorSku.", None),
        ("The size is not available", "", None),
    ],
)
def test_a_jobs_code_is_found_among_its_texts_as_a_whole_word(
    title: str, text: str, expected: Rung | None
) -> None:
    verdict = job_failed(JobError(code=400225, title=title, text=text))
    assert rung(verdict, started(), is_over=True) == expected


def test_a_job_that_ends_with_warnings_and_no_vm_falls_back_too() -> None:
    verdict = job_failed(JobError(title="AllocationFailed"), kind="CompletedWithWarnings")
    assert rung(verdict, started(), is_over=True) == "disks"


def test_what_may_still_run_or_is_not_known_does_not_fall_back() -> None:
    too_large = job_failed(JobError(title="UserErrorSkuNotAvailable"))
    assert rung(too_large, started(), is_over=False) is None
    assert rung(rejected(TOO_LARGE), entry(state=LedgerState.INTENDED, intent=SENT)) is None


@pytest.mark.parametrize(
    ("asked", "error", "allowed"),
    [
        (entry(), GONE, ("disks",)),
        (entry(), TOO_LARGE, ("olderPoint",)),
        (entry(), TOO_LARGE, ()),
        (entry(cancel_asked=1), TOO_LARGE, BOTH),
        (entry(NEW_VM | {"planHash": "f" * 64}), TOO_LARGE, BOTH),
        (entry(NEW_VM | {"recoveryPoint": {"id": "p1"}}), GONE, BOTH),
        (entry(DISKS), TOO_LARGE, BOTH),
        (entry(REPLACE), TOO_LARGE, BOTH),
    ],
)
def test_what_the_rule_or_the_request_does_not_let_does_not_fall_back(
    asked: LedgerEntry, error: Failure, allowed: tuple[Rung, ...]
) -> None:
    assert rung(rejected(error), asked, allowed) is None


def test_a_chosen_point_may_still_become_disks_and_a_replacement_an_older_point() -> None:
    chosen = entry(NEW_VM | {"recoveryPoint": {"id": "p1"}})
    assert rung(rejected(TOO_LARGE), chosen) == "disks"
    assert rung(rejected(GONE), entry(REPLACE)) == "olderPoint"


def test_what_succeeded_or_was_cancelled_does_not_fall_back() -> None:
    warned = msgspec.structs.replace(DONE, verdict="CompletedWithWarnings", error=TOO_LARGE)
    dead = Verdict(verdict="Completed", succeeded=False, text="Not verified.", error=TOO_LARGE)
    ended = Verdict(verdict="Cancelled", succeeded=False, text="Over.", error=TOO_LARGE)
    assert [rung(each) for each in (DONE, warned, dead, ended)] == [None] * 4


def test_there_is_a_last_attempt() -> None:
    attempts = tuple(Attempt(id=f"r-1~{n}", at=NOW) for n in range(2, ATTEMPTS_MAX + 2))
    for made in range(len(attempts) + 1):
        fallback = Fallback(verdict=rejected(GONE), attempts=attempts[:made])
        asked = entry(state=LedgerState.FALLEN_BACK, fallback=fallback)
        found = rung(rejected(GONE), asked)
        assert (found is None) == (made >= 2), "three attempts in all"


def test_a_point_is_gone_that_the_vault_does_not_list_or_cannot_restore() -> None:
    refusal = rejected(GONE)
    others = [RecoveryPoint(name=name, time=NOW, tier="Snapshot") for name in ("p0", "p2")]
    assert fallback_rungs.is_gone(POINT, others, refusal)
    listed = msgspec.structs.replace(POINT, name="".join(("p", "1")))
    assert not fallback_rungs.is_gone(POINT, [*others, listed], refusal)
    assert not fallback_rungs.is_gone(POINT, [listed], rejected(TOO_LARGE))
    for change in ({"is_soft_deleted": True}, {"tier": None}):
        assert fallback_rungs.is_gone(POINT, [msgspec.structs.replace(POINT, **change)], refusal)
    said = rejected(failure("UserErrorInstantRpNotFound", "NotFound"))
    assert fallback_rungs.is_gone(POINT, [POINT], said)


def test_an_older_point_is_asked_for_within_what_the_request_accepts() -> None:
    wanted = {"recoveryPoint": {"notAfter": "2026-11-30T00:00:00Z", "consistency": "AppConsistent"}}
    asked = entry(NEW_VM | wanted)
    request = fallback_rungs.next_request("olderPoint", asked, asked, "r-1~2", 3600.7)
    assert isinstance(request, AlternateLocation)
    assert (request.request_id, request.deadline) == ("r-1~2", "PT3600S")
    assert request.recovery_point.not_after == NOW - timedelta(microseconds=1)
    assert request.recovery_point.consistency == "AppConsistent"
    early = entry(NEW_VM | {"recoveryPoint": {"notAfter": "2026-11-01T00:00:00Z"}})
    request = fallback_rungs.next_request("olderPoint", early, early, "r-1~2", 3600)
    assert request.recovery_point.not_after == datetime(2026, 11, 1, tzinfo=UTC)


def test_disks_are_asked_for_of_the_same_point_with_all_that_disks_can_have() -> None:
    asked = entry(NEW_VM | {"verify": {}, "zones": ["1"], "restoreDiskLunList": [0]})
    request = fallback_rungs.next_request("disks", asked, asked, "r-1~2", 60)
    assert isinstance(request, RestoreDisks)
    assert request.recovery_point.id == "p1"
    assert (request.zones, request.restore_disk_lun_list) == (("1",), (0,))
    assert request.target_resource_group_id == NEW_VM["targetResourceGroupId"]
    asked_for = json.loads(json.dumps(request.as_json() | {"requestId": "r-1"}))
    assert parsed(asked_for).recovery_type == "RestoreDisks"


def disk(name: str, after_s: float, **more: Any) -> GroupDisk:
    return GroupDisk(name=name, created_at=NOW + timedelta(seconds=after_s), **more)


def test_left_behind_are_disks_made_since_the_attempt_that_belong_to_no_vm() -> None:
    found = fallback_rungs.left_behind(
        [
            disk("os", 60, is_os=True),
            disk("data", 90),
            disk("just-then", -120),
            disk("older", -120.001, is_os=True),
            disk("of-a-vm", 60, is_os=True, is_attached=True),
            GroupDisk(name="nobody-knows-when", is_os=True),
        ],
        started(),
        has_data=True,
    )
    assert found == ("os", "data", "just-then")


def test_of_more_disks_than_are_told_the_os_disk_is_one() -> None:
    many = [disk(f"data-{number}", 90) for number in range(100)]
    found = fallback_rungs.left_behind(
        [*many, disk("os", 60, is_os=True)], started(), has_data=True
    )
    assert (len(found), found[:2]) == (100, ("os", "data-0"))


def test_without_an_os_disk_nothing_was_left_that_is_of_use() -> None:
    assert fallback_rungs.left_behind([disk("data", 90)], started(), has_data=True) == ()
    assert fallback_rungs.left_behind([disk("os", 60, is_os=True)], entry(), has_data=True) == ()


def test_a_job_that_had_brought_no_data_has_left_no_disks_whoever_made_those_that_are_there() -> (
    None
):
    disks = [disk("os", 90, is_os=True)]
    assert fallback_rungs.left_behind(disks, started(), has_data=None) == ("os",)
    assert fallback_rungs.left_behind(disks, started(), has_data=False) == ()


@pytest.mark.parametrize(
    ("close", "expected"),
    [
        (Close(request_id="r", choice=CHOICE, failure=GONE), True),
        (Close(request_id="r", failure=GONE), False),
        (Close(request_id="r", choice=CHOICE, failure=failure("X", "AccessDenied")), False),
        (Close(request_id="r", choice=CHOICE), False),
        (Close(request_id="r", choice=CHOICE, verdict=DONE, is_over=True), False),
        (Close(request_id="r", choice=CHOICE, verdict=OPERATION_FAILED, is_over=True), False),
    ],
)
def test_who_looks_is_asked_only_where_an_attempt_may_follow(close: Close, expected: bool) -> None:
    assert fallback_rungs.may_follow(close) == expected


def test_a_judged_job_may_be_followed_by_an_attempt_once_it_is_over() -> None:
    verdict = job_failed(JobError(title="UserErrorSkuNotAvailable"))
    close = Close(request_id="r", choice=CHOICE, verdict=verdict, is_over=True)
    assert fallback_rungs.may_follow(close)
    assert not fallback_rungs.may_follow(msgspec.structs.replace(close, is_over=False))
    other = msgspec.structs.replace(close, verdict=job_failed(JobError(title="Other")))
    assert not fallback_rungs.may_follow(other)


def test_what_was_sent_is_not_taken_for_gone_by_a_category_alone() -> None:
    assert rung(OPERATION_FAILED, entry()) == "olderPoint"
    assert rung(OPERATION_FAILED, started(), is_over=True) is None


def test_of_disks_that_were_left_behind_a_hundred_are_told() -> None:
    disks = [disk(f"d{number}", 60, is_os=number == 0) for number in range(102)]
    found = fallback_rungs.left_behind(disks, started(), has_data=True)
    assert found == tuple(f"d{number}" for number in range(100))


def test_an_attempt_needs_a_minute() -> None:
    assert fallback_rungs.LEFT_S_MIN == 60


def test_an_attempt_is_asked_of_the_vault_in_which_its_item_was_found() -> None:
    asked = entry()
    assert fallback_rungs.next_request("disks", asked, asked, "r-1~2", 60).vault_id is None
    item = ProtectedItem(
        id="/i", vault_id=VAULT, container_name="c", name="i", source_resource_id=VM,
        region="westeurope", protection_state="Protected",
    )  # fmt: skip
    latest = msgspec.structs.replace(asked, item=item)
    assert fallback_rungs.next_request("disks", asked, latest, "r-1~2", 60).vault_id == VAULT
