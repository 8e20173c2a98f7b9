"""From a request to its verdict: each scenario of the table on each engine, and the same on both.

All scenarios are run at once, on all engines at once; then each test looks at its own record.
"""

import uuid
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from devhost.azurite import Azurite
from tests.end_to_end.engines import (
    EMBEDDED,
    ENGINES,
    FUNCTIONS_HOST,
    REAL,
    REAL_WORKER,
    stage_on,
    why_not,
)
from tests.end_to_end.records import Record, differences
from tests.end_to_end.scenarios import FEW, POINTS, SCENARIOS, Scenario, run_all

Runs = dict[str, dict[str, Record]]

STAGES = dict.fromkeys(ENGINES, SCENARIOS) | {REAL_WORKER: FEW}
EVERY_STORY = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)


@pytest.fixture(scope="module")
def runs(azurite: Azurite, tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """The records of every engine and worker that is here, by the scenario's name."""
    assert azurite.ports, "where one Azurite runs, another can"

    def run(engine: str, state_dir: Path) -> dict[str, Record]:
        salt = uuid.uuid4().hex if engine == FUNCTIONS_HOST else ""
        with stage_on(engine, state_dir) as harness:
            return run_all(harness, STAGES[engine], salt)

    present = [stage for stage in STAGES if why_not(stage) is None]
    # Here and not in run: the factory of folders is not made for threads.
    folders = [tmp_path_factory.mktemp("run") for _ in present]
    with ThreadPoolExecutor(len(present), "run") as threads:
        return dict(zip(present, threads.map(run, present, folders), strict=True))


@pytest.mark.parametrize(
    ("engine", "scenario"),
    [(stage, scenario) for stage, scenarios in STAGES.items() for scenario in scenarios],
    ids=lambda each: each if isinstance(each, str) else each.name,
)
def test_a_story_ends_as_it_must(runs: Runs, engine: str, scenario: Scenario) -> None:
    record = _records(runs, engine)[scenario.name]
    view, ledger = record["view"], record["ledger"]
    assert view["verdict"] == ledger["verdict"]["verdict"] == scenario.verdict, view
    assert view["succeeded"] == (scenario.verdict == "Completed")
    assert len(_posts(record)) == scenario.posts
    assert tuple(reply["status"] for reply in record["replies"]) == scenario.statuses
    assert sorted(event["type"].split(".")[1] for event in record["events"]) == (
        scenario.kinds_of_events
    )
    told = {name: value for name, value in ledger["verdict"].items() if name != "choice"}
    assert _finished(record)["verdict"] == told
    assert ledger["state"] == "Finished"
    assert record["poll_urls"] is None, "signed URLs are kept no longer than needed"


@EVERY_STORY
def test_the_real_engine_leaves_the_same_record_as_the_embedded_one(
    runs: Runs, scenario: Scenario
) -> None:
    ours, real = _records(runs, EMBEDDED)[scenario.name], _records(runs, REAL)[scenario.name]
    assert list(differences(ours, real)) == []


@pytest.mark.parametrize("scenario", FEW, ids=lambda scenario: scenario.name)
def test_microsofts_worker_leaves_the_same_record_as_ours(runs: Runs, scenario: Scenario) -> None:
    real = _records(runs, REAL_WORKER)[scenario.name]
    assert list(differences(_records(runs, EMBEDDED)[scenario.name], real)) == []


def test_what_a_story_sends_is_what_was_asked(runs: Runs) -> None:
    for scenario in SCENARIOS:
        for post in _posts(_records(runs, EMBEDDED)[scenario.name]):
            sent = post["body"]["properties"]
            assert sent["recoveryType"] == scenario.kind or scenario.name == "no-size-so-disks"
            assert sent["sourceResourceId"].endswith("/vm-MARK")


def test_a_vm_that_is_gone_comes_back_as_a_new_one_and_is_verified(runs: Runs) -> None:
    view = _records(runs, EMBEDDED)["gone-and-verified"]["view"]
    assert (view["verified"], view["succeeded"]) == (True, True)
    assert [check["check"] for check in view["checks"]] == [
        "VmRunning",
        "AgentReady",
        "ProbeAnswered",
    ]
    assert view["text"].startswith("Verified: The VM runs. Its agent is ready. ")


def test_what_fails_falls_back_and_its_verdict_tells_of_each_attempt(runs: Runs) -> None:
    records = _records(runs, EMBEDDED)
    older, disks, left = (
        records[name]["view"]["attempts"]
        for name in ("point-gone", "no-size-so-disks", "no-size-disks-left")
    )
    assert [each["recoveryPoint"] for each in older] == sorted(POINTS)
    assert records["point-gone"]["view"]["recoveryPoint"]["id"] == older[1]["recoveryPoint"]
    assert [each["recoveryType"] for each in disks] == ["AlternateLocation", "RestoreDisks"]
    assert [each["verdict"] for each in disks] == ["Failed", "Completed"]
    assert left[1]["disks"], "the verdict names what its job has left"
    sent = [
        post["body"]["properties"]["recoveryType"] for post in _posts(records["no-size-so-disks"])
    ]
    assert sent == ["AlternateLocation", "RestoreDisks"]
    assert records["no-size-so-disks"]["attempt"]["state"] == "Finished"
    assert records["no-size-disks-left"]["attempt"] is None


def test_a_job_is_followed_to_where_it_leads(runs: Runs) -> None:
    records = _records(runs, EMBEDDED)
    assert records["cancel-in-transfer"]["view"]["cancel"]["accepted"] is True
    assert records["cancel-too-late"]["view"]["cancel"]["accepted"] is False
    assert records["cancel-before-start"]["replies"][0]["status"] == 202
    assert records["cancel-before-start"]["replies"][1]["cancel"] == "BeforeStart"
    assert records["duplicates"]["replies"][3]["code"] == "RequestIdReused"
    assert records["disks-http"]["view"]["recoveryPoint"]["id"] == "100000000000001"
    assert records["vm-unknown"]["replies"][1]["code"] == "ProtectedItemNotFound"


PLANTED: dict[str, Any] = {
    "$.view.verdict": lambda record: record["view"].update(verdict="Failed"),
    "$.ledger.jobId": lambda record: record["ledger"].pop("jobId"),
    "$.events": lambda record: record["events"].pop(),
    "$.events[0].data.source": lambda record: record["events"][0]["data"].update(source="cli"),
    "$.requests": lambda record: record["requests"].append(record["requests"][0]),
    "$.requests[0].status": lambda record: record["requests"][0].update(status=500),
    "$.replies[0].location": lambda record: record["replies"][0].update(location=None),
    "$.handles": lambda record: record.update(handles={}),
}


@pytest.mark.parametrize("path", PLANTED)
def test_a_planted_difference_is_found(runs: Runs, path: str) -> None:
    record = _records(runs, EMBEDDED)["disks-http"]
    other = deepcopy(record)
    PLANTED[path](other)
    found = list(differences(record, other))
    assert [line.partition(": ")[0] for line in found] == [path]


def _records(runs: Runs, engine: str) -> dict[str, Record]:
    reason = why_not(engine)
    if reason:
        pytest.skip(reason)
    return runs[engine]


def _posts(record: Record) -> list[dict[str, Any]]:
    asked: list[dict[str, Any]] = record["requests"]
    return [one for one in asked if one["method"] == "POST" and one["path"].endswith("/restore")]


def _finished(record: Record) -> dict[str, Any]:
    (event,) = [one for one in record["events"] if one["type"].endswith("finished.v1")]
    data: dict[str, Any] = event["data"]
    return data
