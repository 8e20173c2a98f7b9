"""docs/notifications.md says what is so: its examples can be used, its numbers are the code's."""

import json
import re
from pathlib import Path
from typing import get_args

import pytest

from notifications import posting
from restore.notify import notify_text, receiver_filter, receiver_state
from restore.notify.receivers import FIELDS, EventKind
from restore.settings import Settings
from restore.values.times import text_of
from storage import pending_notifications
from tests.unit.restore.notify.events import ALL

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "notifications.md").read_text()
EXAMPLE = (ROOT / "examples" / "notify.json").read_text()


def test_the_setting_that_it_shows_can_be_used() -> None:
    (shown,) = re.findall(r"^```json\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    read = notify_text.parse(shown)
    assert [each.kind for each in read.receivers] == ["teams", "pagerduty", "webhook", "eventGrid"]
    assert list(notify_text.for_tests(read)) == []


def test_the_example_is_right_with_the_settings_that_are_exported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    exported = dict(re.findall(r"^export (RESTORE_\w+)=(\S+)$", TEXT, re.MULTILINE))
    assert exported.pop("RESTORE_NOTIFY") == "examples/notify.json"
    simulated = {
        "AzureWebJobsStorage": "UseDevelopmentStorage=true",
        "SIMULATED_ARM_ENDPOINT": "http://127.0.0.1:7072",
    }
    settings = Settings.parse({"RESTORE_NOTIFY": EXAMPLE, **exported, **simulated})
    assert settings.problems == ()


def test_every_kind_of_receiver_and_every_event_is_told_of() -> None:
    rows = set(re.findall(r"^\| `(\w+)` \| ", TEXT, re.MULTILINE))
    assert set(FIELDS) <= rows
    _, _, table = TEXT.partition("| event | severity |")
    table, _, _ = table.partition("\n\n")
    told = {
        name: line.rpartition("|")[0].rpartition("|")[2].strip()
        for line in table.splitlines()
        for name in re.findall(r"`([a-z-]+)`", line.split("|")[1] if "|" in line else "")
    }
    assert set(told) == set(get_args(EventKind))
    for kind, severity in told.items():
        if ";" not in severity and ":" not in severity:
            assert receiver_filter.severity_of(ALL[kind]) == severity


def test_the_numbers_that_it_tells_are_those_of_the_code() -> None:
    assert posting.EXCHANGE_S_MAX == 15
    assert f"{pending_notifications.WAITING_MAX:,} waiting" in TEXT
    first, most = receiver_state.WAIT_S_FIRST, receiver_state.WAIT_S_MAX
    assert f"{first:g} s, {2 * first:g} s, {4 * first:g} s, … up to {most / 60:g} minutes" in TEXT
    assert f"up to {receiver_state.REFUSED_S_MAX / 60:g} minutes; the others go on" in TEXT
    assert text_of(receiver_state.ASKED_S_MAX) == "1 h"


def test_its_links_within_the_project_lead_to_files() -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)[)#]", TEXT) if "://" not in link]
    assert len(links) > 5
    assert [link for link in links if not (ROOT / "docs" / link).exists()] == []


def test_the_schema_is_named_by_the_example() -> None:
    named = json.loads(EXAMPLE)["$schema"]
    assert (ROOT / "examples" / named).resolve() == ROOT / "docs" / "notify.schema.json"
