"""The three places that know an operation, and in which order they are asked."""

import logging

import msgspec
import pytest

from arm import long_running
from arm.long_running import PollUrls
from arm.transport import Reply
from restore.messages import errors
from restore.messages.model import OperationSnapshot
from tests.unit.arm import samples
from tests.unit.arm.fakes import (
    ENDPOINT,
    VAULT,
    Script,
    client,
    refusal,
    reply,
)

ID = samples.OPERATION
HEADERS = samples.ACCEPTED_HEADERS
BOTH = long_running.poll_urls(HEADERS)
BY_ID = f"{ENDPOINT}{VAULT}/backupOperations/{ID}?api-version=2025-02-01"
SUCCEEDED = reply(200, samples.SUCCEEDED)
GONE = refusal(404, "OperationNotFound")


def _look(script: Script, poll_urls: PollUrls | None = BOTH) -> OperationSnapshot:
    return long_running.read_operation(client(script), VAULT, ID, poll_urls, "2025-02-01")


def test_the_signed_url_is_asked_first_and_verbatim() -> None:
    script = Script(SUCCEEDED)
    assert _look(script) == OperationSnapshot(state="Succeeded", job_id=ID)
    assert script.urls == [HEADERS["azure-asyncoperation"]]


def test_each_refusal_leads_to_the_next_source() -> None:
    script = Script(GONE, refusal(403, "Expired"), reply(204))
    assert _look(script) == OperationSnapshot(state="Succeeded")
    assert script.urls == [HEADERS["azure-asyncoperation"], BY_ID, HEADERS["location"]]


def test_without_handles_the_operation_is_asked_by_its_id() -> None:
    script = Script(SUCCEEDED)
    assert _look(script, None).state == "Succeeded"
    assert script.urls == [BY_ID]


def test_nobody_knowing_it_is_unknown() -> None:
    assert _look(Script(GONE, GONE, GONE)) == OperationSnapshot(state="Unknown")
    assert long_running.read_operation(client(Script()), VAULT, None, None, "v").state == "Unknown"


def test_a_running_operation_has_a_sentinel_for_its_end() -> None:
    assert _look(Script(reply(200, samples.RUNNING))) == OperationSnapshot(state="InProgress")


def test_the_jobs_id_may_be_another_than_the_operations() -> None:
    later = reply(200, samples.SUCCEEDED_WITH_OTHER_JOB)
    assert _look(Script(later)).job_id == samples.OTHER_JOB


def test_retry_after_is_passed_on() -> None:
    script = Script(reply(200, {"status": "InProgress"}, {"Retry-After": "60"}))
    assert _look(script).retry_after_s == 60


@pytest.mark.parametrize("status", ["Canceled", "Failed", "failed"])
def test_failed_and_canceled_operations_say_why(status: str) -> None:
    body = {"status": status, "error": {"code": "CloudInvalidInputError", "message": "Bad."}}
    look = _look(Script(reply(200, body)))
    assert look.state == "Failed"
    assert look.error is not None
    assert look.error.code == "CloudInvalidInputError"
    silent = _look(Script(reply(200, {"status": status})))
    assert silent.error is not None
    assert silent.error.code == f"Operation{status}"


@pytest.mark.parametrize("status", ["Invalid", "Accepted", "Updating"])
def test_any_other_status_is_still_running(status: str) -> None:
    assert _look(Script(reply(200, {"status": status}))).state == "InProgress"


@pytest.mark.parametrize(
    "properties",
    [
        None,
        {},
        [],
        {"jobId": None},
        {"jobId": 7},
        {"jobId": "../x"},
        {"jobId": "a b"},
        {"jobId": "-a"},
        {"jobId": "a" * 129},
        {"jobIds": []},
        {"jobIds": "abc"},
    ],
)
def test_success_may_come_without_a_job(properties: object) -> None:
    body = {"status": "Succeeded", "properties": properties}
    assert _look(Script(reply(200, body))) == OperationSnapshot(state="Succeeded")


def test_a_list_of_jobs_yields_its_first() -> None:
    body = {"status": "Succeeded", "properties": {"jobIds": ["a", "b"]}}
    assert _look(Script(reply(200, body))).job_id == "a"


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (reply(202), "InProgress"),
        (reply(204), "Succeeded"),
        (reply(200, samples.ITEM), "Succeeded"),
        (reply(200, {"status": "InProgress"}), "InProgress"),
    ],
)
def test_the_results_url_speaks_by_its_http_status(answer: Reply, state: str) -> None:
    assert _look(Script(GONE, GONE, answer)).state == state


def test_a_status_url_that_says_nothing_is_passed_over() -> None:
    script = Script(reply(200, {}), SUCCEEDED)
    assert _look(script).job_id == ID


def test_throttling_stops_the_round() -> None:
    script = Script(refusal(429, "TooManyRequests", **{"Retry-After": "30"}))
    with pytest.raises(errors.Throttled):
        _look(script)
    assert len(script.sent) == 1


def test_an_outage_of_all_sources_is_not_unknown() -> None:
    with pytest.raises(errors.ServiceUnavailable):
        _look(Script(*[reply(503)] * 3, GONE, GONE))


def test_an_outage_of_one_source_is_made_up_for_by_another() -> None:
    assert _look(Script(*[reply(503)] * 3, SUCCEEDED)).state == "Succeeded"


@pytest.mark.parametrize(
    "url",
    [
        f"https://evil.example{VAULT}/operationsStatus/{ID}?s=S3CRET",
        f"{ENDPOINT}/subscriptions/{VAULT}/operationsStatus/{ID}?s=S3CRET",
        f"{ENDPOINT}{VAULT}2/operationsStatus/{ID}?s=S3CRET",
    ],
)
def test_a_foreign_or_malformed_url_is_skipped_and_not_logged(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    script = Script(SUCCEEDED)
    assert _look(script, PollUrls(async_url=url, location=url)).job_id == ID
    assert script.urls == [BY_ID]
    assert "skipped" in caplog.text
    assert "S3CRET" not in caplog.text
    assert "evil" not in caplog.text


def test_the_operations_id_survives_a_malformed_location() -> None:
    bad = f"{ENDPOINT}/subscriptions//subscriptions/s/operationResults/op-1?api-version=2019-05-13"
    assert long_running.operation_id(PollUrls(location=bad)) == "op-1"
    assert long_running.operation_id(BOTH) == ID
    assert long_running.operation_id(PollUrls(async_url="x/?a", location="y/ok")) == "ok"
    assert long_running.operation_id(PollUrls()) is None


def test_handles_travel_but_never_show() -> None:
    assert msgspec.convert(msgspec.to_builtins(BOTH), PollUrls) == BOTH
    assert "AAAA" not in f"{BOTH!r} {BOTH} {BOTH.__rich_repr__()}"


def test_only_the_results_url_speaks_by_its_http_status() -> None:
    script = Script(reply(200, {}), reply(200, {}), reply(202))
    assert _look(script).state == "InProgress"
    assert len(script.sent) == 3


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (f"{ENDPOINT}/x/{ID}", ID),
        (f"{ENDPOINT}/x/{ID}?a=/b?c=/d", ID),
        (f"{ENDPOINT}/x/{ID}/", None),
        (f"{ENDPOINT}/x/a b", None),
        ("", None),
        (None, None),
    ],
)
def test_an_operations_id_is_the_last_segment_of_its_url(
    url: str | None, expected: str | None
) -> None:
    assert long_running.operation_id(PollUrls(async_url=url)) == expected
    assert long_running.operation_id(PollUrls(location=url)) == expected
