"""A plan looks at everything, asks Azure, and says so; it may stop at each step."""

from typing import Any

import pytest

from arm.preflight import Preflight
from restore.messages import names
from restore.messages.plan_io import MakePlan
from restore.plan.model import Plan
from restore.request import parsing
from tests.end_to_end.stage import request_for
from tests.fakes.laboratory import Laboratory
from tests.unit.orchestrators.journal import Journal, outcome, plant

VALIDATE = {"path": "validate"}


def order(source: str = "http", name: str = "web-01") -> MakePlan:
    fields = request_for("AlternateLocation", "r1", name=name)
    request = parsing.parse_request(fields, default_request_id="none")
    return MakePlan(request=request, source=source)


def plan(laboratory: Laboratory, wanted: MakePlan) -> Plan:
    made = outcome(laboratory, names.PLAN_RESTORE, wanted, 3600)
    assert made.kind == "done", made
    return Plan.from_json(made.value)


def test_a_plan_takes_its_steps_in_order_and_is_told_to_nobody_who_did_not_ask(
    laboratory: Laboratory, journal: Journal
) -> None:
    made = plan(laboratory, order())
    assert journal.calls == [
        names.FIND_PROTECTED_ITEM, names.PREFLIGHT_RESTORE, names.START_VALIDATION,
        names.READ_VALIDATION,
    ]  # fmt: skip
    assert made.allowed
    assert made.validated
    assert laboratory.events.sent == []
    assert journal.waits_s() == [pytest.approx(6, abs=1)]


def test_a_plan_that_came_by_the_queue_is_published(
    laboratory: Laboratory, journal: Journal
) -> None:
    made = plan(laboratory, order("queue"))
    assert journal.calls[-1] == names.PUBLISH_EVENT
    (event,) = laboratory.events.sent
    assert event["type"].startswith("azure-vm-restore.plan")
    assert made.plan_hash is not None
    assert made.plan_hash in str(event["data"])


def test_a_vm_that_nobody_protects_is_a_plan_that_says_so(
    laboratory: Laboratory, journal: Journal
) -> None:
    made = plan(laboratory, order(name="nobody-knows"))
    assert not made.allowed
    assert not made.validated
    assert journal.calls == [names.FIND_PROTECTED_ITEM]
    assert [finding.severity for finding in made.findings] == ["blocking"]


def test_a_vm_without_a_point_that_fits_is_a_plan_that_names_its_item(
    laboratory: Laboratory, journal: Journal
) -> None:
    for vault in laboratory.simulator.state.vaults.values():
        for item in vault.items.values():
            item.points.clear()
    made = plan(laboratory, order())
    assert not made.allowed
    assert journal.calls == [names.FIND_PROTECTED_ITEM, names.PREFLIGHT_RESTORE]
    assert "web-01" in str(made.as_json())


def test_azure_that_does_not_answer_is_waited_for_a_quarter_of_an_hour(
    laboratory: Laboratory, journal: Journal
) -> None:
    plant(laboratory, "status", VALIDATE, status=503, times=None)
    made = plan(laboratory, order())
    assert not made.validated
    assert 800 <= max(journal.waits_s()) <= 901
    assert names.READ_VALIDATION not in journal.calls


def test_azure_that_is_still_validating_is_asked_again_after_ten_seconds(
    laboratory: Laboratory, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = []

    def read(*_: Any) -> tuple[()] | None:
        looks.append(1)
        return None if len(looks) < 3 else ()

    monkeypatch.setattr(Preflight, "read_validation", read)
    made = plan(laboratory, order())
    assert journal.calls.count(names.READ_VALIDATION) == 3
    first_s, second_s, third_s = journal.waits_s()
    assert first_s < second_s < third_s
    assert 9 <= second_s - first_s <= 12
    assert 9 <= third_s - second_s <= 12
    assert made.validated


def test_what_may_not_be_read_stops_the_plan_with_its_reason(laboratory: Laboratory) -> None:
    plant(laboratory, "status", {"path": "backupProtectedItems"}, status=403, times=None)
    made = outcome(laboratory, names.PLAN_RESTORE, order(), 3600)
    assert "AccessDenied" in str(made.as_json()) or "Authorization" in str(made.as_json())
