"""Kill the process once at every boundary of a restore, start it again, and see that it is one.

Boundaries: before each turn of an orchestrator, before and after each activity, each call to Azure
and each write to the storage account; "after" is after the effect and before anybody was told. The
usual run takes a sample; CRASH_SWEEP=all takes every one.
"""

import os
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from devhost.vault.faults import Fault
from restore import names
from restore.polling import Pace
from tests.end_to_end.stage import request_for
from tests.fakes.laboratory import Laboratory

QUICK = Pace(poll_s_first=5, poll_s_min=20, poll_s_max=60, settle_s=30, arm_timeout_s=10)
JOB_S = 60.0
DOWN_S = (1.0, 3600.0)
END_S = 1200.0
STRIDE = 1 if os.environ.get("CRASH_SWEEP") == "all" else 3
_POST = {"method": "POST", "path": "/restore$"}

SCENES: dict[str, tuple[str, dict[str, Any] | None]] = {
    "disks": ("RestoreDisks", None),
    "replace": ("OriginalLocation", None),
    "new_vm": ("AlternateLocation", None),
    "disks_reply_lost": ("RestoreDisks", {"match": _POST, "kind": "drop_after"}),
    "replace_reply_lost": ("OriginalLocation", {"match": _POST, "kind": "drop_after"}),
    "new_vm_reply_lost": ("AlternateLocation", {"match": _POST, "kind": "drop_after"}),
    "disks_refused": ("RestoreDisks", {"match": _POST, "kind": "status", "status": 503}),
    "disks_throttled": ("RestoreDisks", {"match": _POST, "kind": "throttle", "retry_after": 20}),
}


class Killed(BaseException):
    """kill -9: nothing catches it."""


def play(scene: str, kill_at: int | None, down_s: float) -> tuple[Laboratory, int]:
    """Play a scene, killed at one boundary; return the world and how many boundaries it had."""
    kind, fault = SCENES[scene]
    laboratory = Laboratory()
    laboratory.simulator.state.jobs.duration_s = JOB_S
    if fault is not None:
        laboratory.simulator.faults.add([msgspec.convert(fault, Fault)])
    with laboratory.open():
        laboratory.ask(request_for(kind, "r1"), QUICK)
        passed = _arm(laboratory, kill_at)
        try:
            laboratory.run_for(END_S)
        except Killed:
            laboratory.at_boundary = lambda: None
            laboratory.clock.advance(down_s)
            laboratory.boot()
            laboratory.run_for(END_S)
    return laboratory, passed()


def _arm(laboratory: Laboratory, kill_at: int | None) -> Callable[[], int]:
    count = 0

    def boundary() -> None:
        nonlocal count
        count += 1
        if count == kill_at:
            raise Killed

    laboratory.at_boundary = boundary
    return lambda: count


def faults_of(laboratory: Laboratory) -> list[str]:
    """Return everything that is not as promised."""
    found = []
    held = laboratory.ledger.read("r1")
    verdict = held.entry.verdict if held else None
    posts = laboratory.posts()
    if len(posts) != 1:
        found.append(f"{len(posts)} restores were accepted")
    if verdict is None or verdict.verdict != "Completed":
        found.append(f"the verdict is {verdict}")
    elif verdict.job_id not in {
        record.id for record in laboratory.simulator.state.job_records.values()
    }:
        found.append("the verdict names a job that is not the vault's")
    finished = [event for event in laboratory.events.sent if "finished" in event["type"]]
    if len({event["id"] for event in finished}) != 1:
        found.append(f"{len(finished)} finished events")
    instance_ids = ("restore-r1", names.watch_id("restore-r1"))
    longest = max(len(laboratory.store.history(each)) for each in instance_ids)
    if longest > 200:
        found.append(f"a history has {longest} events")
    return found


@pytest.mark.parametrize("scene", SCENES)
def test_killed_at_any_boundary_it_is_still_one_restore(scene: str) -> None:
    whole, boundaries = play(scene, None, 0)
    assert faults_of(whole) == []
    assert boundaries > 60
    wrong = {}
    for number, kill_at in enumerate(range(1, boundaries + 1, STRIDE)):
        laboratory, _ = play(scene, kill_at, DOWN_S[number % len(DOWN_S)])
        if faults := faults_of(laboratory):
            wrong[kill_at] = faults
    print(f"{scene}: {boundaries} boundaries, every {STRIDE}. of them tried")
    assert wrong == {}


def test_a_second_post_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted defect: settling that never finds the job which the lost reply had started."""
    monkeypatch.setattr("restore.settling.candidates", lambda *_: [])
    laboratory, _ = play("disks_reply_lost", None, 0)
    assert "2 restores were accepted" in faults_of(laboratory)
