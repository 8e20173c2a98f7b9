"""An alert where a restore request belongs is told by its sender's name, in one sentence."""

import base64
import json
from typing import Any

import pytest

from restore.settings import Settings
from tests import alert_samples as samples
from tests.end_to_end.harness import request_for
from tests.fakes.app_harness import AppHarness
from tests.fakes.front_door import FrontDoor
from tests.unit.restore.alerts.test_recognising import SHAPES


@pytest.fixture
def door(harness: AppHarness) -> FrontDoor:
    settings = Settings(website_auth_enabled=True, restore_rules=samples.restore_rules())
    return FrontDoor(harness, settings)


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("encoded", [False, True])
@pytest.mark.parametrize("listed", [False, True])
def test_every_shape_is_answered_by_name(
    name: str, encoded: bool, listed: bool, harness: AppHarness, door: FrontDoor
) -> None:
    shape = SHAPES[name][0]
    body = json.dumps([shape] if listed else shape).encode()
    door.take(base64.b64encode(body) if encoded else body)
    (told,) = harness.sent("rejected")
    (problem,) = told["problems"]
    assert problem["path"] == "$"
    assert "and is no restore request: alerts belong on the queue restore-alerts" in str(problem)


def test_the_mapping_that_reads_it_is_named(door: FrontDoor) -> None:
    reply = door.ask(samples.datadog())
    assert (reply.status, reply.body["code"]) == (400, "InvalidRequest")
    assert "is an alert of 'datadog', a mapping of RESTORE_RULES" in reply.body["detail"]


@pytest.mark.parametrize("field", ["sourceResourceId", "recoveryType"])
def test_a_request_that_a_mapping_would_read_is_told_its_own_faults(
    field: str, harness: AppHarness
) -> None:
    (mapping,) = (each for each in samples.RULES["mappings"] if each["name"] == "datadog")
    rules = samples.restore_rules(mappings=[mapping | {"has": [f"/{field}"]}])
    door = FrontDoor(harness, Settings(restore_rules=rules))
    fields: dict[str, Any] = request_for("RestoreDisks", "r1")
    reply = door.ask({field: fields[field]})
    assert "mapping" not in reply.body["detail"]
