"""Who asks to follow a restore that was begun elsewhere is answered as if he had asked for it."""

from typing import Any

import pytest

from restore.messages import names
from restore.messages.errors import ServiceUnavailable
from restore.messages.model import Caller
from simulated_azure.state import JobRecord
from tests.end_to_end.harness import VAULT, request_for, vm
from tests.fakes import elsewhere, log
from tests.fakes.app_harness import AppHarness
from tests.fakes.front_door import FrontDoor
from triggers import answers, starter

JOB = "0c1d2e3f-0000-4000-8000-000000000001"
ID = f"adopted-{JOB}"
ASKED = {"jobId": JOB, "vaultId": VAULT}


def begin(harness: AppHarness) -> JobRecord:
    request = request_for("RestoreDisks", "elsewhere")
    job = elsewhere.begin(harness.simulator, vm(), VAULT, JOB, "RestoreDisks", request=request)
    assert job is not None
    return job


def test_it_is_entered_followed_and_told_to_the_log(
    harness: AppHarness, door: FrontDoor, caplog: pytest.LogCaptureFixture
) -> None:
    log.listen(caplog)
    begin(harness)
    reply = door.adopt(ASKED, who=Caller(name="ann", id="1"))
    assert (reply.status, reply.body["requestId"], reply.body["isNew"]) == (202, ID, True)
    held = harness.ledger.read(ID)
    assert held is not None
    assert held.entry.source == "http"
    assert held.entry.asked_by is not None
    assert harness.driver.client.get(names.instance_id(ID)) is not None
    (line,) = log.lines(caplog, "accepted")
    assert (line["requestId"], line["source"], line["isNew"]) == (ID, "http", True)
    assert line["recoveryType"] == "RestoreDisks"
    again = door.adopt(ASKED)
    assert (again.status, again.body["isNew"]) == (202, False)
    assert [line["isNew"] for line in log.lines(caplog, "accepted")] == [True, False]


def test_a_job_that_another_request_has_is_told_with_its_place(
    harness: AppHarness, door: FrontDoor
) -> None:
    door.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(60)
    (job,) = harness.simulator.state.job_records
    reply = door.adopt({"jobId": job, "vaultId": VAULT})
    assert (reply.status, reply.body["code"]) == (409, "JobAlreadyFollowed")
    assert (reply.body["requestId"], reply.body["title"]) == ("r1", "Another restore has this job")
    assert "'r1' follows this job already. Look at it: GET " in reply.body["detail"]
    assert "/restores/r1" in reply.body["detail"]


def test_what_the_app_refuses_is_answered_with_its_own_status(
    harness: AppHarness, door: FrontDoor
) -> None:
    reply = door.adopt(ASKED)
    assert (reply.status, reply.body["code"]) == (404, "JobNotFound")
    assert harness.ledger.read(ID) is None


@pytest.mark.parametrize(
    ("fields", "path"),
    [({"jobId": "../x"}, "$.jobId"), ({"vaultId": vm()}, "$.vaultId"), ({"more": 1}, "$.more")],
)
def test_what_is_wrong_with_the_request_is_said_and_nothing_is_asked(
    harness: AppHarness, door: FrontDoor, fields: dict[str, Any], path: str
) -> None:
    reply = door.adopt(ASKED | fields)
    assert (reply.status, reply.body["title"]) == (400, "The request is not valid")
    assert [problem["path"] for problem in reply.body["problems"]] == [path]
    assert harness.calls() == []


def test_no_answer_in_time_says_what_to_do(
    harness: AppHarness, door: FrontDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(harness)

    async def nothing(*_: Any) -> None:
        return None

    monkeypatch.setattr(answers, "wait", nothing)
    reply = door._call("adopt", "POST", ASKED)
    assert reply.status == 503
    assert "Send the same request again" in reply.body["detail"]


def test_while_storage_does_not_answer_it_is_said_so(
    harness: AppHarness, door: FrontDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(harness)

    def refuse(*_: Any, **__: Any) -> Any:
        raise ServiceUnavailable("No answer.", code="Busy")

    monkeypatch.setattr(starter, "follow", refuse)
    reply = door.adopt(ASKED)
    assert reply.status == 503
    assert "No answer." in reply.body["detail"]


def test_what_was_begun_elsewhere_is_not_the_apps_to_cancel(
    harness: AppHarness, door: FrontDoor
) -> None:
    begin(harness)
    door.adopt(ASKED)
    reply = door.cancel(ID)
    assert (reply.status, reply.body["code"]) == (409, "BegunElsewhere")
    held = harness.ledger.read(ID)
    assert held is not None
    assert held.entry.cancel_asked == 0
