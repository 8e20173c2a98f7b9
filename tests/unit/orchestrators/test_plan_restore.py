"""A plan looks at everything, asks Azure, and says so; it may stop at each step."""

import pytest

from activities import read_validation, start_validation
from restore.messages import names
from restore.messages.plan_io import MakePlan
from restore.plan.model import Plan
from restore.request import parsing
from tests.end_to_end.harness import request_for
from tests.fakes.app_harness import AppHarness
from tests.unit.orchestrators.journal import Journal, outcome, plant

VALIDATE = {"path": "validate"}


def order(source: str = "http", name: str = "web-01") -> MakePlan:
    fields = request_for("AlternateLocation", "r1", name=name)
    request = parsing.parse_request(fields, default_request_id="none")
    return MakePlan(request=request, source=source)


def plan(harness: AppHarness, wanted: MakePlan) -> Plan:
    made = outcome(harness, names.PLAN_RESTORE, wanted, 3600)
    assert made.kind == "done", made
    return Plan.from_json(made.value)


def test_a_plan_takes_its_steps_in_order_and_is_told_to_nobody_who_did_not_ask(
    harness: AppHarness, journal: Journal
) -> None:
    made = plan(harness, order())
    assert journal.calls == [
        names.FIND_PROTECTED_ITEM, names.PREFLIGHT_RESTORE, names.START_VALIDATION,
        names.READ_VALIDATION,
    ]  # fmt: skip
    assert made.allowed
    assert made.validated
    assert harness.events.sent == []
    assert journal.waits_s() == [pytest.approx(6, abs=1)]


def test_a_plan_that_came_by_the_queue_is_published(harness: AppHarness, journal: Journal) -> None:
    made = plan(harness, order("queue"))
    assert journal.calls[-1] == names.PUBLISH_EVENT
    (event,) = harness.events.sent
    assert event["type"].startswith("azure-vm-restore.plan")
    assert made.plan_hash is not None
    assert made.plan_hash in str(event["data"])


def test_a_vm_that_nobody_protects_is_a_plan_that_says_so(
    harness: AppHarness, journal: Journal
) -> None:
    made = plan(harness, order(name="nobody-knows"))
    assert not made.allowed
    assert not made.validated
    assert journal.calls == [names.FIND_PROTECTED_ITEM]
    assert [finding.severity for finding in made.findings] == ["blocking"]


def test_a_vm_without_a_point_that_fits_is_a_plan_that_names_its_item(
    harness: AppHarness, journal: Journal
) -> None:
    for vault in harness.simulator.state.vaults.values():
        for item in vault.items.values():
            item.points.clear()
    made = plan(harness, order())
    assert not made.allowed
    assert journal.calls == [names.FIND_PROTECTED_ITEM, names.PREFLIGHT_RESTORE]
    assert "web-01" in str(made.as_json())


def test_azure_that_does_not_answer_is_waited_for_five_minutes(
    harness: AppHarness, journal: Journal
) -> None:
    plant(harness, "status", VALIDATE, status=503, times=None)
    made = plan(harness, order())
    assert not made.validated
    assert 240 <= max(journal.waits_s()) <= 330
    assert names.READ_VALIDATION not in journal.calls


def test_what_may_not_be_read_stops_the_plan_with_its_reason(harness: AppHarness) -> None:
    plant(harness, "status", {"path": "backupProtectedItems"}, status=403, times=None)
    made = outcome(harness, names.PLAN_RESTORE, order(), 3600)
    assert "AccessDenied" in str(made.as_json()) or "Authorization" in str(made.as_json())


@pytest.mark.parametrize("source", ["http", "alert", "unknown"])
def test_only_what_came_by_the_queue_is_published(
    harness: AppHarness, journal: Journal, source: str
) -> None:
    plan(harness, order(source))
    assert names.PUBLISH_EVENT not in journal.calls


@pytest.mark.parametrize(("asked_s", "wait_s"), [(None, 5), (2, 5), (42, 42), (900, 300)])
def test_azures_findings_are_read_when_it_says_so_and_after_five_seconds_at_the_least(
    harness: AppHarness,
    journal: Journal,
    monkeypatch: pytest.MonkeyPatch,
    asked_s: float | None,
    wait_s: float,
) -> None:
    begun = {"operationId": "op", "retryAfterS": asked_s}
    monkeypatch.setattr(start_validation, "_start", lambda order: begun)
    monkeypatch.setattr(read_validation, "_read", lambda order: {"findings": []})
    assert plan(harness, order()).validated
    assert journal.waits_s() == [pytest.approx(wait_s + 0.5, abs=0.5)]


def test_a_validation_that_azure_does_not_name_is_not_waited_for(
    harness: AppHarness, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = {"operationId": None, "retryAfterS": None}
    monkeypatch.setattr(start_validation, "_start", lambda order: begun)
    made = plan(harness, order())
    assert not made.validated
    assert (journal.waits_s(), names.READ_VALIDATION in journal.calls) == ([], False)
