"""What is registered with the Functions host: each function with its trigger and its bindings."""

import inspect
import logging
from typing import Any

import pytest

from devhost.language_worker.loaded import LoadedFunction
from restore.messages import names
from tests.fakes.app_harness import worker, worker_with
from tests.fakes.log import lines
from triggers import openapi_operations
from triggers.openapi_operation import Operation

HOLD_CLIENTS = {
    names.FALL_BACK, names.PURGE_HISTORIES, names.RECONCILE_RESTORE, names.REVIVE_PLANS,
    "take_restore_request", "reconcile_restores", names.REVIVE_ALERTS, names.START_ALERTED,
    "take_alert_message", "take_poisoned_alert",
}  # fmt: skip
NEED_NO_ENGINE = {
    "list_rejections", "list_restores", "show_event_data", "show_health", "show_live",
    "show_openapi_document", "show_rejection", "list_alerts", "show_alert", "stop_alerts",
    "resume_alerts", "list_holds",
}  # fmt: skip


def of_kind(*kinds: str) -> list[LoadedFunction]:
    return [function for function in worker().functions if function.kind in kinds]


def test_whoever_starts_or_ends_orchestrations_holds_a_client_and_nobody_else() -> None:
    routes = {function.name for function in of_kind("httpTrigger")}
    holders = {function.name for function in worker().functions if [*function.clients]}
    assert holders == (routes - NEED_NO_ENGINE) | HOLD_CLIENTS


def test_the_routes_are_those_of_the_document() -> None:
    registered = sorted(
        (str(method).lower(), f"/{function.trigger['route']}")
        for function in of_kind("httpTrigger")
        for method in function.trigger["methods"]
    )
    assert registered == sorted((each.method, each.path) for each in openapi_operations.OPERATIONS)


def test_every_route_but_one_wants_a_function_key() -> None:
    levels = {each.name: str(each.trigger["authLevel"]).lower() for each in of_kind("httpTrigger")}
    assert levels.pop("show_live") == "anonymous"
    assert {*levels.values()} == {"function"}


def test_requests_come_from_the_apps_own_queue() -> None:
    taken = {each.name: each.trigger["queueName"] for each in of_kind("queueTrigger")}
    assert taken == {
        "take_restore_request": "restore-requests",
        "keep_poisoned_request": "restore-requests-poison",
        "take_alert_message": "restore-alerts",
        "take_poisoned_alert": "restore-alerts-poison",
    }
    assert {each.trigger["connection"] for each in of_kind("queueTrigger")} == {
        "AzureWebJobsStorage"
    }


def test_the_reconciler_has_a_timer() -> None:
    (timer,) = [function.trigger for function in of_kind("timerTrigger")]
    assert timer["schedule"] == "0 */5 * * * *"


def test_every_name_of_an_orchestrator_or_activity_is_registered() -> None:
    registered = {each.name for each in of_kind("activityTrigger", "orchestrationTrigger")}
    values: dict[str, Any] = {key: value for key, value in vars(names).items() if key.isupper()}
    assert registered == {value for key, value in values.items() if value == key.lower()}


@pytest.mark.parametrize(
    "operation", openapi_operations.OPERATIONS, ids=lambda each: str(each.name)
)
def test_what_a_route_may_refuse_fits_what_it_asks(operation: Operation) -> None:
    """What has an id may be unknown; what takes a body or a query, or does something, may be wrong;
    what reads the ledger may find no storage."""
    refusals = set(operation.refusals)
    takes = operation.asks is not None or any(
        each["in"] == "query" for each in operation.parameters
    )
    takes |= operation.method == "post"  # who does something reads each word of the query
    needs_storage = operation.path not in {"/health", "/live", "/openapi.json"}
    needs_storage = needs_storage and operation.method != "options"  # a handshake
    assert (404 in refusals) >= ("{id}" in operation.path)
    assert (400 in refusals) == takes
    assert (503 in refusals) == needs_storage
    assert refusals.isdisjoint({*operation.answers} - {503})
    assert refusals <= {400, 403, 404, 409, 413, 502, 503}
    assert len(refusals) == len(operation.refusals)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("RESTORE_POLICY", "{rules:[]}"),
        ("RESTORE_POLICY", "nowhere.json"),
        ("AZURE_CLOUD", "@Microsoft.KeyVault(SecretUri=https://x/secrets/s3cret)"),
        ("RESTORE_RECONCILE_S", "420"),
        ("AzureFunctionsJobHost__functionTimeout", "five minutes"),
        ("AzureWebJobsStorage", ""),
        ("AzureWebJobsStorage", "AccountName=a;AccountKey="),
    ],
)
def test_an_app_with_a_wrong_setting_has_all_functions_but_the_queues(
    name: str, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    wrong = {each.name for each in worker_with(**{name: text}).functions}
    queues = {each.name for each in of_kind("queueTrigger")}
    assert queues
    assert wrong == {each.name for each in worker().functions} - queues
    (line,) = [each for each in caplog.records if each.levelno == logging.CRITICAL]
    assert [each["event"] for each in lines(caplog)] == ["settings"]
    assert name in line.getMessage()
    assert "s3cret" not in caplog.text


def test_an_app_whose_settings_are_right_has_nothing_to_say(
    caplog: pytest.LogCaptureFixture,
) -> None:
    worker_with()
    assert caplog.records == []


@pytest.mark.parametrize("library", ["azure.core.pipeline.policies", "azure.identity", "urllib3"])
def test_a_library_is_quiet_though_the_root_logs_at_info(library: str) -> None:
    """Where a host's root logger is at INFO, azure.core tells each request and each reply."""
    root = logging.getLogger()
    before = root.level
    root.setLevel(logging.INFO)
    try:
        worker()
        assert not logging.getLogger(library).isEnabledFor(logging.INFO)
        assert logging.getLogger("activities").isEnabledFor(logging.INFO)
    finally:
        root.setLevel(before)


def test_whatever_is_triggered_takes_the_hosts_trace_along_but_for_probes() -> None:
    """What it writes to the log is found by that; probes come every few seconds."""
    kinds = ("httpTrigger", "queueTrigger", "timerTrigger")
    without = {
        each.name for each in of_kind(*kinds)
        if "context" not in inspect.signature(each.function).parameters
    }  # fmt: skip
    assert without == {"show_health", "show_live"}
