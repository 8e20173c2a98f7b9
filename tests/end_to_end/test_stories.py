"""From a request to its verdict: each story of the table on each engine, and the same on both.

All stories are played at once, on all engines at once; then each test looks at its own record.
"""

import uuid
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from devhost.azurite import Azurite
from tests.end_to_end.engines import EMBEDDED, ENGINES, FUNCTIONS_HOST, REAL, stage_on, why_not
from tests.end_to_end.records import Record, differences
from tests.end_to_end.stories import STORIES, Story, play_all

Plays = dict[str, dict[str, Record]]

EVERY_STORY = pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)


@pytest.fixture(scope="module")
def plays(azurite: Azurite, tmp_path_factory: pytest.TempPathFactory) -> Plays:
    """The records of every engine that is here, by the story's name."""
    assert azurite.ports, "where one Azurite runs, another can"

    def play(engine: str, state_dir: Path) -> dict[str, Record]:
        salt = uuid.uuid4().hex if engine == FUNCTIONS_HOST else ""
        with stage_on(engine, state_dir) as stage:
            return play_all(stage, salt)

    present = [engine for engine in ENGINES if why_not(engine) is None]
    # Here and not in play: the factory of folders is not made for threads.
    folders = [tmp_path_factory.mktemp("play") for _ in present]
    with ThreadPoolExecutor(len(present), "play") as threads:
        return dict(zip(present, threads.map(play, present, folders), strict=True))


@EVERY_STORY
@pytest.mark.parametrize("engine", ENGINES)
def test_a_story_ends_as_it_must(plays: Plays, engine: str, story: Story) -> None:
    record = _played(plays, engine)[story.name]
    view, ledger = record["view"], record["ledger"]
    assert view["verdict"] == ledger["verdict"]["verdict"] == story.verdict, view
    assert view["succeeded"] == (story.verdict == "Completed")
    assert len(_posts(record)) == story.posts
    assert tuple(reply["status"] for reply in record["replies"]) == story.statuses
    assert sorted(event["type"].split(".")[1] for event in record["events"]) == (
        story.kinds_of_events
    )
    assert _finished(record)["verdict"] == ledger["verdict"]
    assert ledger["state"] == "Finished"
    assert record["poll_urls"] is None, "signed URLs are kept no longer than needed"


@EVERY_STORY
def test_the_real_engine_leaves_the_same_record_as_the_embedded_one(
    plays: Plays, story: Story
) -> None:
    ours, real = _played(plays, EMBEDDED)[story.name], _played(plays, REAL)[story.name]
    assert list(differences(ours, real)) == []


def test_what_a_story_sends_is_what_was_asked(plays: Plays) -> None:
    for story in STORIES:
        for post in _posts(_played(plays, EMBEDDED)[story.name]):
            sent = post["body"]["properties"]
            assert sent["recoveryType"] == story.kind
            assert sent["sourceResourceId"].endswith("/vm-MARK")


def test_a_job_is_followed_to_where_it_leads(plays: Plays) -> None:
    records = _played(plays, EMBEDDED)
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
def test_a_planted_difference_is_found(plays: Plays, path: str) -> None:
    record = _played(plays, EMBEDDED)["disks-http"]
    other = deepcopy(record)
    PLANTED[path](other)
    found = list(differences(record, other))
    assert [line.partition(": ")[0] for line in found] == [path]


def _played(plays: Plays, engine: str) -> dict[str, Record]:
    reason = why_not(engine)
    if reason:
        pytest.skip(reason)
    return plays[engine]


def _posts(record: Record) -> list[dict[str, Any]]:
    asked: list[dict[str, Any]] = record["requests"]
    return [one for one in asked if one["method"] == "POST" and one["path"].endswith("/restore")]


def _finished(record: Record) -> dict[str, Any]:
    (event,) = [one for one in record["events"] if one["type"].endswith("finished.v1")]
    data: dict[str, Any] = event["data"]
    return data
