"""An input of another version is refused: it may leave out what this version relies on."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from restore.messages.activity_io import RESTORE_VERSION, Authorized, Opened, Restore
from restore.messages.adoption import AdoptedJob
from restore.messages.ledger_entry import LedgerState
from restore.messages.model import Approval, Authorization
from restore.messages.poll_policy import PollPolicy
from tests.fakes.app_harness import START
from tests.unit.restore import samples


def restore(**more: Any) -> Restore:
    plain: dict[str, Any] = {
        "request": samples.parsed(samples.DISKS | {"deadline": "PT2H"}),
        "poll_policy": PollPolicy(),
        "version": RESTORE_VERSION,
    }
    return Restore(**plain | more)


def test_an_input_of_this_version_is_read() -> None:
    document = restore().as_json()
    assert document["version"] == RESTORE_VERSION == 2
    assert Restore.from_json(document) == restore()
    assert (restore().source, restore().revival) == ("unknown", 0)


@pytest.mark.parametrize("version", [0, 1, 3, -2, "2", None])
def test_an_input_of_another_version_is_refused(version: Any) -> None:
    with pytest.raises(msgspec.ValidationError):
        Restore.from_json(restore().as_json() | {"version": version})


def test_an_input_without_a_version_is_refused() -> None:
    document = restore().as_json()
    del document["version"]
    with pytest.raises(msgspec.ValidationError):
        Restore.from_json(document)


def test_a_deadline_is_counted_from_when_the_clock_runs() -> None:
    assert restore().until(START) == START + timedelta(hours=2)
    assert restore().asked.request_id == "r-1"


def test_of_a_job_that_was_begun_elsewhere_nothing_is_asked() -> None:
    job = AdoptedJob(
        request_id="r1", job_id="j", vault_id=samples.VAULT, source_resource_id=samples.VM,
        deadline="PT2H",
    )  # fmt: skip
    assert restore(request=job).until(START) == START + timedelta(hours=2)
    with pytest.raises(AssertionError):
        _ = restore(request=job).asked


HOUR = timedelta(hours=1)
WAITS = Authorization(rule="r", approval=True, until=START + HOUR)
APPROVED = Approval(decision="approved", at=START + 2 * HOUR)


@pytest.mark.parametrize(
    ("fields", "hours"),
    [
        ({}, 0),
        ({"authorization": Authorization(rule="r")}, 0),
        ({"authorization": WAITS}, 1),
        ({"authorization": WAITS, "approval": APPROVED}, 2),
        ({"approval": APPROVED}, 2),
    ],
)
def test_the_clock_runs_from_when_no_person_is_waited_for(
    fields: dict[str, Any], hours: int
) -> None:
    opened = Opened(state=LedgerState.ACCEPTED, accepted_at=START, **fields)
    assert opened.nobody_waits_since == START + hours * HOUR


@pytest.mark.parametrize(
    ("fields", "must"),
    [
        ({"authorization": WAITS}, True),
        ({"authorization": WAITS, "approval": APPROVED}, False),
        ({"authorization": WAITS, "is_over": True}, False),
        ({"authorization": Authorization(rule="r")}, False),
        ({"authorization": Authorization(rule="r"), "is_over": True}, False),
    ],
)
def test_a_person_is_waited_for_until_it_is_decided_or_over(
    fields: dict[str, Any], must: bool
) -> None:
    assert Authorized(**fields).must_wait is must
