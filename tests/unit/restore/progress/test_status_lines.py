"""A change of what an orchestration shows is told; what stays the same is not."""

import json
from typing import Any

import pytest

from restore.progress import status_lines

JOB = {"id": "j1", "status": "InProgress", "percent": 10.0, "remainingS": 60.0, "task": "Transfer"}
WAITING = {"code": "NoSlot", "reason": "Two wait before it.", "attempt": 1, "until": "later"}
SHOWN: dict[str, Any] = {"phase": "Transferring", "job": JOB, "operationId": "o", "waiting": None}


def told(before: dict[str, Any], after: dict[str, Any]) -> list[dict[str, Any]]:
    lines = [json.loads(str(line)) for line in status_lines.of_change(before, after)]
    return [{name: line[name] for name in line if name != "vmRestore"} for line in lines]


def test_what_is_shown_first_is_told_whole() -> None:
    shown = {"phase": "Triggering", "waiting": WAITING}
    assert told({}, shown) == [
        {"event": "phase"},
        {"event": "waiting", "code": "NoSlot", "text": "Two wait before it.", "attempt": 1},
    ]


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"polls": 7},
        {"since": "other"},
        {"job": JOB | {"remainingS": 50.0, "cancellable": True}},
        {"phase": None},
        {"job": None},
    ],
    ids=str,
)
def test_what_stays_the_same_is_not_told(changed: dict[str, Any]) -> None:
    assert told(SHOWN, SHOWN | changed) == []
    waiting = SHOWN | {"waiting": WAITING}
    assert told(waiting, SHOWN | {"waiting": WAITING | {"attempt": 9, "reason": "One."}}) == []
    assert told(waiting, SHOWN) == []


@pytest.mark.parametrize(
    "changed",
    [{"id": "j2"}, {"status": "Completed"}, {"percent": 11.0}, {"task": "Create"}],
    ids=str,
)
def test_another_state_of_the_job_is_told(changed: dict[str, Any]) -> None:
    job = JOB | changed
    (line,) = told(SHOWN, SHOWN | {"job": job})
    assert line == {
        "event": "poll",
        "job": job["id"],
        "operation": "o",
        "status": job["status"],
        "percent": job["percent"],
        "remainingS": 60.0,
        "task": job["task"],
    }


def test_another_phase_and_another_reason_to_wait_are_told() -> None:
    assert told(SHOWN, SHOWN | {"phase": "Finalizing"}) == [{"event": "phase"}]
    before = {"waiting": WAITING}
    (line,) = told(before, {"waiting": WAITING | {"code": "ItemLocked"}})
    assert (line["event"], line["code"]) == ("waiting", "ItemLocked")
