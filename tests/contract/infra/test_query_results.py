"""What the queries find in a night's log, as the app really wrote it, on a table like Azure's."""

import json
import re
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from restore.messages.log_events import EVENTS
from tests.contract.infra import kql
from tests.contract.infra.log_rows import night

OURS = [path for path in kql.QUERIES if kql.OURS in path.read_text()]
Found = list[dict[str, Any]]


def duckdb_kql() -> Any:
    try:
        import duckdb_kql  # type: ignore[import-not-found, import-untyped, unused-ignore]
    except ModuleNotFoundError:
        pytest.skip("duckdb-kql is not here: run `make setup`")
    return duckdb_kql


@cache
def connection() -> Any:
    con = duckdb_kql().connect()
    columns = "timestamp timestamptz, message varchar, severityLevel int, itemCount int"
    con.execute(f"create table night({columns})")
    con.execute(f"create table traces({columns})")
    rows = [(row.timestamp, row.message, row.level // 10 - 1, 1) for row in night()]
    con.executemany("insert into night values (?, ?, ?, ?)", rows)
    return con


def found(
    name: str, since: datetime | None = None, until: datetime | None = None, **put: Any
) -> Found:
    """Run a query on what was logged in a time, as an alert's window or the workbook's range is."""
    con, rows = connection(), night()
    begin, end = since or rows[0].timestamp, until or rows[-1].timestamp
    con.execute("delete from traces")
    con.execute(
        "insert into traces select * from night where timestamp between ? and ?", [begin, end]
    )
    text = next(path for path in OURS if path.stem == name).read_text()
    told = duckdb_kql().kql(con, kql.filled(text, **put))
    return [dict(zip(told.columns, row, strict=True)) for row in told.fetchall()]


def by(column: str, rows: Found) -> dict[str, dict[str, Any]]:
    return {str(row[column]): row for row in rows}


def last(event: str, request_id: str) -> datetime:
    wanted = [f'"event":"{event}"', f'"requestId":"{request_id}"']
    return max(row.timestamp for row in night() if all(each in row.message for each in wanted))


def test_one_restore_is_told_in_order_from_its_first_phase_to_its_verdict() -> None:
    told = found("one-restore", request_id="throttled")
    times = [row["timestamp"] for row in told]
    assert times == sorted(times)
    assert told[0]["Phase"] == "Accepted"
    phases = [row["Phase"] for row in told if row["Event"] == "phase"]
    assert phases[:2] + phases[-1:] == ["Accepted", "FindingItem", "Completed"]
    assert [row["HttpStatus"] for row in told if row["Event"] == "arm-call"].count(429) == 2
    assert {row["Code"] for row in told if row["Event"] == "waiting"} == {"Throttled"}
    assert [row["Code"] for row in told if row["Event"] == "verdict"] == ["Completed"]


def test_what_failed_is_named_and_what_was_cancelled_is_not() -> None:
    told = by("RequestId", found("restore-failed"))
    assert {name: row["Code"] for name, row in told.items()} == {
        "failed": told["failed"]["Code"],
        "refused": "AuthorizationFailed",
        "broken": "ActivityFailed",
    }
    assert told["failed"]["Vm"].endswith("/virtualMachines/web-01")
    assert {row["Restores"] for row in told.values()} == {1}


def test_restores_are_counted_by_verdict_and_kind() -> None:
    counts = {(row["Verdict"], row["RecoveryType"]): row["Restores"] for row in found("verdicts")}
    assert counts == {
        ("Completed", "RestoreDisks"): 4,
        ("Completed", "AlternateLocation"): 1,
        ("Failed", "RestoreDisks"): 2,
        ("Failed", "OriginalLocation"): 1,
        ("Cancelled", "RestoreDisks"): 1,
    }


def test_how_long_restores_took_tells_the_time_to_the_post_apart() -> None:
    told = by("RecoveryType", found("durations"))
    assert 24 < told["RestoreDisks"]["MedianMinutes"] < 27
    assert told["RestoreDisks"]["MedianMinutesToPost"] < 0.1
    assert 2 < told["AlternateLocation"]["MedianMinutesToPost"] < 3, "it was throttled twice"


def test_calls_to_azure_are_counted_and_the_throttled_ones_named() -> None:
    hours = found("arm-calls")
    assert sum(row["Throttled"] for row in hours) == 2
    assert sum(row["Calls"] for row in hours) > 100
    assert all(row["LeastLeft"] > 0 for row in hours)
    (told,) = found("throttled")
    assert (told["RequestId"], told["Calls"], told["LongestWaitS"]) == ("throttled", 2, 60)


def test_what_is_open_is_what_was_open_at_the_last_tick() -> None:
    told = by("RequestId", found("open-restores"))
    assert set(told) == {"stuck", "undecided"}
    assert told["undecided"]["WaitsFor"] == "ApprovalWanted"
    assert 39 < told["undecided"]["ApprovalMinutes"] < 41
    assert told["stuck"]["ApprovalMinutes"] is None


def test_what_has_been_open_for_longer_is_named() -> None:
    assert [row["RequestId"] for row in found("waiting-long", minutes=60)] == ["stuck"]
    assert {row["RequestId"] for row in found("waiting-long", minutes=30)} == {"stuck", "undecided"}


def test_who_waits_for_an_approval_longer_than_that_is_told_and_no_sooner() -> None:
    end = night()[-1].timestamp
    window = {"since": end - timedelta(minutes=15), "until": end}
    assert [row["RequestId"] for row in found("approval-waits", **window, minutes=15)] == [
        "undecided"
    ]
    assert found("approval-waits", **window, minutes=60) == []


def test_an_approval_that_was_given_is_waited_for_no_longer() -> None:
    con, decided = connection(), '{"vmRestore":1,"event":"decided","requestId":"undecided"}'
    found("approval-waits")  # fills the table
    con.execute("insert into traces values (?, ?, 1, 1)", [night()[-1].timestamp, decided])
    con.execute(
        "update traces set timestamp = timestamp + interval 1 second where message = ?", [decided]
    )
    text = next(path for path in OURS if path.stem == "approval-waits").read_text()
    assert duckdb_kql().kql(con, kql.filled(text, minutes=1)).fetchall() == []


def test_what_stands_still_for_an_hour_is_told_and_what_moves_is_not() -> None:
    stuck_at = last("open", "stuck") - timedelta(minutes=50)
    window = {"since": stuck_at - timedelta(hours=1), "until": stuck_at}
    (told,) = found("stands-still", **window, minutes=60)
    assert told["RequestId"] == "stuck"
    for name in ("done", "throttled", "unsent"):
        at = last("verdict", name)
        moved = found("stands-still", since=at - timedelta(hours=1), until=at, minutes=1)
        assert name not in by("RequestId", moved)


def test_who_waits_for_a_person_does_not_stand_still() -> None:
    end = night()[-1].timestamp
    told = found("stands-still", since=end - timedelta(minutes=20), until=end, minutes=10)
    assert [row["RequestId"] for row in told] == ["stuck"]


def test_what_nobody_followed_is_told_with_how_often_it_was_started() -> None:
    (told,) = found("followed-again")
    assert (told["RequestId"], told["Starts"], told["GivenUp"]) == ("left", 1, 0)


def test_events_that_are_held_up_are_counted_and_no_longer_told_once_they_are_sent() -> None:
    at = last("open", "unsent")
    (told,) = found("events-held-up", since=at - timedelta(minutes=15), until=at, minutes=10)
    assert (told["RequestId"], told["Events"]) == ("unsent", 3)
    later = at + timedelta(minutes=20)
    assert found("events-held-up", since=later - timedelta(minutes=15), until=later) == []


def test_where_the_identity_was_refused_is_told() -> None:
    told = found("identity-refused")
    assert {row["Function"] for row in told} >= {"trigger_restore"}
    assert {row["Code"] for row in told} >= {"AuthorizationFailed", "HTTP 403"}


def test_what_did_not_become_a_restore_is_told() -> None:
    (poisoned,) = found("poison-messages")
    assert (poisoned["Code"], poisoned["Messages"]) == ("Poisoned", 1)
    assert poisoned["Rejection"].endswith("-p1")
    refused = {(row["Source"], row["HttpStatus"]): row for row in found("rejections")}
    assert set(refused) == {("queue", None), ("http", 400)}
    assert {row["Code"] for row in refused.values()} == {"InvalidRequest"}


def test_how_long_messages_lay_in_the_queue_is_told() -> None:
    (told,) = found("queue-age")
    assert (told["Messages"], told["LongestS"]) == (1, 90)


def test_what_the_app_says_is_wrong_with_itself_is_told() -> None:
    told = by("Event", found("app-unwell"))
    assert "RESTORE_POLICY" in told["settings"]["Problems"]
    assert "does not answer" in told["health"]["Problems"]


def test_what_nobody_foresaw_is_told_with_its_place() -> None:
    (told,) = found("faults")
    assert (told["Exception"], told["Function"]) == ("KeyError", "restore_vm")
    assert "orchestrators/restore_vm.py" in told["Place"]


def test_ticks_are_counted_also_when_there_are_none() -> None:
    assert found("reconciler-ticks")[0]["Ticks"] > 100
    first = night()[0].timestamp
    assert found("reconciler-ticks", until=first + timedelta(minutes=1)) == [{"Ticks": 0}]


def test_how_many_wait_is_told_over_time() -> None:
    told = found("open-over-time")
    assert told[-1]["WaitForApproval"] == 1
    assert max(row["HoldEvents"] for row in told) == 1
    assert {row["Code"]: row["Restores"] for row in found("waiting-by-reason")} == {
        "Throttled": 1,
        "ApprovalWanted": 1,
    }


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.stem)
def test_a_query_is_run_here(path: Path) -> None:
    here = Path(__file__).read_text()
    assert f'found("{path.stem}"' in here


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.stem)
def test_each_kind_and_field_that_a_query_names_is_written_by_the_app(path: Path) -> None:
    text = path.read_text()
    lines = [json.loads(row.message) for row in night() if row.message.startswith('{"vmRestore"')]
    fields = set(re.findall(r"\bline\.(\w+)", text))
    assert fields
    assert fields <= {name for line in lines for name in line}
    named = set(re.findall(r"(?:event\)|Event) (?:==|!=) '([\w-]+)'", text))
    for group in re.findall(r"(?:event\)|Event) in \(([^)]*)\)", text):
        named |= set(re.findall(r"'([\w-]+)'", group))
    assert named <= set(EVENTS)
