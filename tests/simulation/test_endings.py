"""How scenarios end when something breaks: the verdict says what is known, and no more than
that."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from arm import connection as arm_connection
from arm.backup import Backup
from restore.messages import names
from restore.messages.errors import ServiceUnavailable
from restore.progress import job_watch
from simulated_azure.faults import Fault
from tests.end_to_end.harness import request_for
from tests.fakes.app_harness import API_VERSION, AppHarness


@pytest.fixture
def harness() -> Iterator[AppHarness]:
    with AppHarness().open() as world:
        yield world


def fault(harness: AppHarness, **what: Any) -> None:
    harness.simulator.faults.add([msgspec.convert(what, Fault)])


def test_a_refusal_after_throttling_is_a_refusal_and_no_riddle(harness: AppHarness) -> None:
    post = {"method": "POST", "path": "/restore$"}
    fault(harness, match=post, times=1, kind="throttle", retry_after=60)
    fault(harness, match=post, kind="status", status=400, code="BMSUserErrorInvalidInput")
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(30)
    assert harness.status("restore-r1")["phase"] == "Triggering"
    harness.run_for(600)
    verdict = harness.verdict("r1")
    assert verdict.verdict == "Rejected"
    assert "not known" not in verdict.text


def test_a_refusal_after_a_settled_lost_reply_is_a_refusal_too(harness: AppHarness) -> None:
    post = {"method": "POST", "path": "/restore$"}
    fault(harness, match=post, times=1, kind="drop_before")
    fault(harness, match=post, kind="status", status=403, code="AuthorizationFailed")
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(60)
    assert harness.status("restore-r1")["phase"] == "LocatingJob"
    harness.run_for(600)
    verdict = harness.verdict("r1")
    assert verdict.text.startswith("The restore could not be started. AuthorizationFailed")


def test_the_last_look_at_the_job_is_shown_when_it_is_over(harness: AppHarness) -> None:
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(3600)
    job = harness.status(names.watch_id("restore-r1"))["job"]
    assert (job["status"], job["percent"]) == ("Completed", 100.0)


def test_an_operation_that_takes_hours_is_followed_to_its_job(harness: AppHarness) -> None:
    stuck = {"match": {"operation": "operation_status|backup_operation"}, "times": None}
    fault(harness, kind="operation_stuck", **stuck)
    harness.ask(request_for("RestoreDisks", "r1", deadline="PT6H"))
    harness.run_for(5 * 3600)
    assert harness.status("restore-r1")["phase"] == "Starting"
    harness.run_for(2 * 3600)
    assert harness.verdict("r1").verdict == "DeadlinePassed"
    assert len(harness.calls()) <= 100


def test_a_watch_that_breaks_ends_in_a_verdict_that_says_so(
    harness: AppHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise KeyError("planted")

    monkeypatch.setattr(job_watch, "learn_job", broken)
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(3600)
    verdict = harness.verdict("r1")
    assert verdict.verdict == "Failed"
    assert "lost sight" in verdict.text
    assert len(harness.sent("finished")) == 1


def test_a_restore_that_waited_for_its_turn_long_still_writes_its_verdict(
    harness: AppHarness,
) -> None:
    harness.ask(request_for("RestoreDisks", "r1"))
    fault(harness, match={"method": "POST", "path": "/restore$"}, kind="throttle", retry_after=5)
    harness.run_for(60)
    harness.documents.before_write = _fails_once_on("restores/r1")
    harness.run_for(3600)
    assert harness.verdict("r1").verdict == "Completed"


def _fails_once_on(document: str) -> Callable[[str], None]:
    left = [document]

    def before_write(name: str) -> None:
        if name in left:
            left.remove(name)
            raise ServiceUnavailable("The storage account hiccups.", retry_after_s=10)

    return before_write


def test_a_restore_waits_for_its_turn_while_another_settles_a_lost_reply(
    harness: AppHarness,
) -> None:
    post = {"method": "POST", "path": "/restore$"}
    fault(harness, match=post, times=1, kind="drop_before")
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.ask(request_for("RestoreDisks", "r2"))
    harness.run_for(3 * 3600)
    assert [harness.verdict(name).verdict for name in ("r1", "r2")] == ["Completed"] * 2
    assert len(harness.posts()) == 2


def test_a_deadline_is_kept_while_the_operation_still_runs(harness: AppHarness) -> None:
    stuck = {"match": {"operation": "operation_status|backup_operation"}, "times": None}
    fault(harness, kind="operation_stuck", **stuck)
    harness.ask(request_for("RestoreDisks", "r1", deadline="PT7M"))
    harness.run_for(7 * 60 + 30)
    assert harness.verdict("r1").verdict == "DeadlinePassed"


def test_the_post_can_be_found_in_azures_traces_by_its_request_id(harness: AppHarness) -> None:
    authorized, traced = harness.backup._client.authorized, []

    def send(method: str, url: str, headers: Any, body: Any, timeout: Any) -> Any:
        if url.partition("?")[0].endswith("/restore"):
            traced.append(headers["x-ms-client-request-id"])
        return authorized.send(method, url, headers, body, timeout)

    client = replace(harness.backup._client, authorized=replace(authorized, send=send))
    with arm_connection.use(Backup(client, API_VERSION)):
        harness.ask(request_for("RestoreDisks", "r1"))
        harness.run_for(60)
    assert traced == ["r1"]


def test_a_verdict_outlives_an_hour_without_storage(harness: AppHarness) -> None:
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(1200)
    until = harness.clock.now() + timedelta(seconds=600 + 3600)

    def before_write(name: str) -> None:
        if harness.clock.now() < until:
            raise ServiceUnavailable("The storage account is down.", retry_after_s=10)

    harness.documents.before_write = before_write
    harness.run_for(3 * 3600)
    assert harness.verdict("r1").verdict == "Completed"
    assert len(harness.sent("finished")) == 1
