"""What Azure answers when something is wrong there, and what becomes of a restore then."""

from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from typing import Any

import msgspec
import pytest

from restore.messages import names
from restore.values.decoding import encode
from simulated_azure.faults import Fault
from tests.end_to_end.harness import request_for
from tests.fakes.app_harness import AppHarness

HOUR = 3600.0
POST = {"method": "POST", "path": "/restore$"}
POINTS = {"operation": "recovery_points"}


@pytest.fixture
def harness() -> Iterator[AppHarness]:
    with AppHarness().open() as world:
        yield world


def fault(harness: AppHarness, **what: Any) -> None:
    harness.simulator.faults.add([msgspec.convert(what, Fault)])


def restored(harness: AppHarness, hours: float = 2, kind: str = "RestoreDisks") -> Any:
    """Ask for a restore, live on, and return its verdict."""
    harness.ask(request_for(kind, "r1"))
    harness.run_for(hours * HOUR)
    return harness.verdict("r1")


@pytest.mark.parametrize(
    ("status", "code", "least_s"),
    [
        (409, "BMSUserErrorObjectLocked", 60),
        (400, "BMSUserErrorConflictingProtectionOperation", 60),
        (409, "CloudDosTimeboudLimitReached", HOUR),
        (400, "CloudDosAbsoluteLimitReached", HOUR),
        (400, "CloudInternalError", 0),
        (409, "RetryableErrorDueToAnotherOperation", 60),
        (412, "ServerBusy", 0),
    ],
)
@pytest.mark.parametrize("match", [POST, POINTS], ids=["post", "points"])
def test_a_fault_that_passes_is_waited_out_whatever_its_status(
    harness: AppHarness, status: int, code: str, least_s: float, match: dict[str, str]
) -> None:
    fault(harness, match=match, kind="status", status=status, code=code, times=3)
    verdict = restored(harness, hours=6)
    assert (verdict.verdict, verdict.succeeded) == ("Completed", True)
    assert len(harness.posts()) == 1
    route = "restore" if match is POST else "recovery_points"
    calls = [call for call in harness.calls() if call["operation"] == route]
    assert len(calls) == 4
    times = [datetime.fromisoformat(call["time"]) for call in calls]
    waits_s = [(after - before).total_seconds() for before, after in pairwise(times)]
    assert min(waits_s) >= least_s, waits_s


def test_a_write_that_ends_in_an_error_within_azure_may_have_been_accepted(
    harness: AppHarness,
) -> None:
    fault(harness, match=POST, kind="status_after", status=400, code="CloudInternalError")
    assert restored(harness).verdict == "Completed"
    assert len(harness.simulator.state.job_records) == 1


def test_the_status_says_what_is_waited_for(harness: AppHarness) -> None:
    code = "BMSUserErrorObjectLocked"
    fault(harness, match=POST, kind="status", status=409, code=code, message="Busy.", times=9)
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(30)
    waiting = harness.status("restore-r1")["waiting"]
    assert waiting["reason"].startswith(f"{code}: Busy. Another operation is running on this item")


@pytest.mark.parametrize("operation", ["protected_items", "recovery_points"])
@pytest.mark.parametrize("query", ["", "&$x=a b", "&$x=ø", "&$x=1#2"])
def test_a_list_whose_next_links_are_not_escaped_is_read_to_its_end(
    harness: AppHarness, operation: str, query: str
) -> None:
    harness.simulator.state.service.page_size = 1
    match = {"operation": operation}
    fault(harness, match=match, kind="unescaped_next_link", query=query, times=None)
    assert restored(harness, hours=0.5).verdict == "Completed"
    assert len([call for call in harness.calls() if call["operation"] == operation]) > 1


@pytest.mark.parametrize("operation", ["protected_items", "recovery_points", "jobs"])
def test_a_next_link_that_leads_elsewhere_ends_it_at_once_and_says_why(
    harness: AppHarness, operation: str
) -> None:
    fault(harness, match={"operation": operation}, kind="foreign_next_link", times=None)
    verdict = restored(harness, hours=1 / 60)
    assert (verdict.verdict, verdict.error.code) == ("Failed", "UntrustedUrl")
    assert "its URL is not at https://arm.test" in verdict.text
    assert harness.posts() == []


@pytest.mark.parametrize(
    "operation", ["protected_items", "recovery_points", "jobs", "operation_status", "job"]
)
def test_a_read_whose_token_has_expired_goes_on_at_once_with_a_new_one(
    harness: AppHarness, operation: str
) -> None:
    fault(harness, match={"operation": operation}, kind="expire_token", times=3)
    verdict = restored(harness)
    assert (verdict.verdict, verdict.succeeded) == ("Completed", True)
    calls = [call for call in harness.calls() if call["operation"] == operation]
    refused = [call for call in calls if call["status"] == 401]
    assert refused
    for call in refused:
        following = calls[calls.index(call) + 1]
        assert (following["time"], following["query"]) == (call["time"], call["query"])


def test_a_restore_request_whose_token_has_expired_is_sent_again(harness: AppHarness) -> None:
    fault(harness, match=POST, kind="expire_token", times=2)
    assert restored(harness).verdict == "Completed"
    sent = [call for call in harness.calls() if call["operation"] == "restore"]
    assert [call["status"] for call in sent] == [401, 401, 202]


def test_a_token_that_expires_for_good_says_so_while_it_is_waited_for(
    harness: AppHarness,
) -> None:
    fault(harness, match=POINTS, kind="expire_token", times=None)
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(HOUR)
    waiting = harness.status(names.wait_id("restore-r1"))["waiting"]
    assert waiting["reason"].startswith("ExpiredAuthenticationToken: ")


TRANSFER, CREATE = "Transfer data from vault", "Create the restored virtual machine"
WARNED = {"outcome": "CompletedWithWarnings"}


def jobs(harness: AppHarness, **settings: Any) -> None:
    for name, value in settings.items():
        setattr(harness.simulator.state.jobs, name, value)


@pytest.mark.parametrize(
    ("kind", "failed_task"),
    [
        ("AlternateLocation", CREATE),
        ("AlternateLocation", TRANSFER),
        ("RestoreDisks", TRANSFER),
        ("OriginalLocation", "Update the virtual machine"),
        ("OriginalLocation", TRANSFER),
    ],
)
@pytest.mark.parametrize("outcome", ["CompletedWithWarnings", "Completed"])
def test_a_job_that_ends_with_a_failed_task_has_not_done_what_was_asked(
    harness: AppHarness, kind: str, failed_task: str, outcome: str
) -> None:
    jobs(harness, outcome=outcome, failed_task=failed_task)
    verdict = restored(harness, kind=kind)
    assert (verdict.verdict, verdict.succeeded) == (outcome, False)
    assert "NOT" in verdict.text
    assert f"Failed: '{failed_task}'." in verdict.text
    expected = "400238" if outcome == "CompletedWithWarnings" else "Completed"
    assert verdict.error.code == expected
    (finished,) = harness.sent("finished")
    assert finished["verdict"]["succeeded"] is False


def test_a_new_vm_that_is_there_makes_a_job_with_warnings_a_success(
    harness: AppHarness,
) -> None:
    jobs(harness, **WARNED)
    verdict = restored(harness, kind="AlternateLocation")
    assert (verdict.verdict, verdict.succeeded) == ("CompletedWithWarnings", True)
    assert [call["operation"] for call in harness.calls()].count("vm") == 1


def test_a_new_vm_that_is_not_there_is_none_whatever_the_tasks_say(
    harness: AppHarness,
) -> None:
    jobs(harness, **WARNED)
    code = "ResourceNotFound"
    fault(harness, match={"operation": "vm"}, kind="status", status=404, code=code)
    verdict = restored(harness, kind="AlternateLocation")
    assert (verdict.succeeded, "the VM was NOT created" in verdict.text) == (False, True)


@pytest.mark.parametrize("status", [403, 503])
def test_a_new_vm_that_cannot_be_looked_at_is_judged_by_the_tasks(
    harness: AppHarness, status: int
) -> None:
    jobs(harness, **WARNED)
    fault(harness, match={"operation": "vm"}, kind="status", status=status, times=None)
    assert restored(harness, kind="AlternateLocation").succeeded


def test_a_new_vm_of_which_nothing_tells_is_no_success(harness: AppHarness) -> None:
    jobs(harness, **WARNED)
    fault(harness, match={"operation": "vm"}, kind="status", status=403, times=None)
    fault(harness, kind="job_properties", properties={"tasksList": None}, times=None)
    verdict = restored(harness, kind="AlternateLocation")
    assert (verdict.succeeded, "could not be seen" in verdict.text) == (False, True)


@pytest.mark.parametrize("status", ["Invalid", "Finalizing", "Restoring", "Paused"])
def test_a_status_that_says_nothing_certain_is_followed(harness: AppHarness, status: str) -> None:
    fault(harness, kind="job_status", job_status=status, times=3)
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(60)
    watched = harness.status(names.watch_id("restore-r1"))
    assert (watched["phase"], watched["job"]["cancellable"]) == ("Transferring", False)
    assert status in watched["job"]["status"]
    harness.run_for(HOUR)
    assert harness.verdict("r1").verdict == "Completed"


def test_a_status_that_stays_invalid_ends_with_the_deadline(harness: AppHarness) -> None:
    fault(harness, kind="job_status", job_status="Invalid", times=None)
    harness.ask(request_for("RestoreDisks", "r1", deadline="PT3H"))
    harness.run_for(4 * HOUR)
    verdict = harness.verdict("r1")
    assert verdict.verdict == "DeadlinePassed"
    assert "Its last status is Invalid" in verdict.text


def test_a_status_in_americas_spelling_is_no_other(harness: AppHarness) -> None:
    fault(harness, kind="job_status", job_status="Canceled", times=None)
    assert restored(harness).verdict == "Cancelled"


def test_what_is_finalizing_is_not_shown_as_cancellable(harness: AppHarness) -> None:
    harness.ask(request_for("AlternateLocation", "r1"))
    shown = set()
    for _ in range(30):
        harness.run_for(60)
        watched = harness.status(names.watch_id("restore-r1"))
        shown.add((watched["phase"], (watched["job"] or {}).get("cancellable")))
    assert {("Transferring", True), ("Finalizing", False)} <= shown
    assert ("Finalizing", True) not in shown


BAG = {
    "Job Type": "Recover disks",
    "Target Storage Account Name": "stage",
    "Target resource group": "rg-new",
    "Config Blob Container Name": "vm1-daa19311",
    "Template Blob Uri": "https://stage.blob.core.windows.net/vm1-daa19311/t.json?sig=S3CRET",
}


def test_what_came_out_of_it_is_told_everywhere_with_the_next_command(
    harness: AppHarness,
) -> None:
    fault(harness, kind="job_properties", properties={"propertyBag": BAG}, times=None)
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(600)
    told = harness.status(names.watch_id("restore-r1"))["job"]["output"]
    assert (told["resourceGroup"], told["container"]) == ("rg-new", "vm1-daa19311")
    harness.run_for(HOUR)
    verdict = harness.verdict("r1")
    assert "--container-name vm1-daa19311 --name t.json" in verdict.text
    assert "az deployment group create --resource-group rg-new" in verdict.text
    assert verdict.output is not None
    assert verdict.output.template_uri == "https://stage.blob.core.windows.net/vm1-daa19311/t.json"
    (finished,) = harness.sent("finished")
    assert finished["verdict"]["output"] == encode(verdict.output)
    assert "S3CRET" not in str((told, verdict, harness.events.sent))


def test_a_policy_of_azures_is_named_and_nobody_is_sent_to_the_roles(
    harness: AppHarness,
) -> None:
    info = {"policyAssignmentDisplayName": "West Europe only"}
    fault(
        harness,
        match=POST,
        kind="status",
        status=403,
        code="RequestDisallowedByPolicy",
        error={"additionalInfo": [{"type": "PolicyViolation", "info": info}]},
    )
    verdict = restored(harness)
    assert verdict.verdict == "Failed"
    assert "It is the policy 'West Europe only'." in verdict.text
    assert "Backup Operator" not in verdict.text


def test_what_azure_recommends_is_kept(harness: AppHarness) -> None:
    advice = ["Retry after few hours"]
    fault(
        harness,
        match=POST,
        kind="status",
        status=400,
        code="SomethingNew",
        error={"additionalInfo": [{"info": {"recommendedAction": advice}}]},
    )
    verdict = restored(harness)
    assert verdict.error.code == "SomethingNew"
    assert "additionalInfo.info.recommendedAction: Retry after few hours" in verdict.error.details
    (finished,) = harness.sent("finished")
    assert list(verdict.error.details) == finished["verdict"]["error"]["details"]


def test_an_error_in_an_old_shape_is_read(harness: AppHarness) -> None:
    body = '{"Code":"X","Message":"y"}'
    fault(harness, match=POST, kind="status", status=400, body=body)
    verdict = restored(harness)
    assert (verdict.error.code, verdict.error.message) == ("X", "y.")


def test_the_page_of_a_proxy_is_told(harness: AppHarness) -> None:
    body = "<html><body>Blocked by your administrator</body></html>"
    fault(harness, match=POST, kind="status", status=403, body=body)
    assert "Blocked by your administrator" in restored(harness).text
