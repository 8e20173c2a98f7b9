"""The examples of docs/alerts.md, typed by a shell as they are printed, against a running app.

The app has the rules and the policy that `make run` has. Only its address is another one. The tests
come in the order of the document: the first ones use up what the rule restores in an hour.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from devhost.azurite import Azurite
from tests.end_to_end.engines import on_devhost
from tests.end_to_end.harness import END_S_MAX, HostHarness, vm
from tests.unit.test_alerts_docs import BLOCKS, FIRST, RESUME, SENT, STOP, STORM

ROOT = Path(__file__).resolve().parents[2]
PRINTED = "http://127.0.0.1:7071/api"


class Terminal(NamedTuple):
    """A shell beside a running app."""

    harness: HostHarness

    def type(self, block: str, *, age_s: int = 0) -> str:
        """Type the first lines and a block; return what is printed. Another age is another
        incident."""
        assert PRINTED in FIRST
        lines = FIRST.replace(PRINTED, f"{self.harness.base_url}/api")
        if age_s:
            fired = datetime.now(UTC) - timedelta(seconds=age_s)
            lines = re.sub(
                r"^NOW=.*$", f"NOW={fired:%Y-%m-%dT%H:%M:%SZ}", lines, flags=re.MULTILINE
            )
        done = subprocess.run(
            ["sh", "-e", "-c", lines + self._in_our_environment(block)],
            capture_output=True,
            check=True,
            cwd=ROOT,
            env=os.environ | {"AzureWebJobsStorage": self.harness.storage},
            text=True,
            timeout=60,
        )
        return done.stdout

    def decisions(self, alert_id: str) -> list[dict[str, Any]]:
        """Return what the rules make of an alert."""

        def look() -> list[dict[str, Any]] | None:
            shown = self.harness.call_again("GET", f"alerts/{alert_id}").body
            return shown["decisions"] if shown["state"] == "judged" else None

        found: list[dict[str, Any]] = self.harness.until(look, END_S_MAX, f"{alert_id} judged")
        return found

    @staticmethod
    def _in_our_environment(block: str) -> str:
        return re.sub(r"^\.venv/bin/python ", f"{sys.executable} ", block)


@pytest.fixture(scope="module")
def terminal(azurite: Azurite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    missing = [each for each in ("sh", "curl") if shutil.which(each) is None]
    if missing:
        pytest.skip(f"there is no {' and no '.join(missing)} here")
    assert azurite.ports, "where one Azurite runs, another can"
    settings = {"RESTORE_POLICY": "", "WEBSITE_AUTH_ENABLED": ""}
    with (
        Azurite() as storage,
        on_devhost(storage, tmp_path_factory.mktemp("docs"), environ=settings) as (harness, _),
    ):
        harness.make_queue("restore-alerts")
        yield Terminal(harness)


def test_each_example_ends_in_the_restore_that_it_promises(terminal: Terminal) -> None:
    for block in SENT:
        terminal.type(block)

    def all_judged() -> list[dict[str, Any]] | None:
        listed = terminal.harness.call_again("GET", "alerts").body["value"]
        judged = [each for each in listed if each["state"] == "judged"]
        return judged if len(judged) == len(SENT) else None

    lines = terminal.harness.until(all_judged, END_S_MAX, "the judgement of all examples")
    assert sorted(each["source"] for each in lines) == [
        "alertmanager", "azure-monitor", "datadog", "event-grid", "grafana", "pagerduty",
    ]  # fmt: skip
    for line in lines:
        (decision,) = terminal.decisions(line["id"])
        view = terminal.harness.finished(decision["requestId"])
        assert (view["verdict"], view["succeeded"]) == ("Completed", True), view["text"]
        is_deletion = line["source"] == "event-grid"
        assert view["recoveryType"] == ("AlternateLocation" if is_deletion else "RestoreDisks")
        assert view.get("verified") == (True if is_deletion else None)


def test_what_is_resolved_starts_none(terminal: Terminal) -> None:
    before = len(terminal.harness.posts())
    (fired,) = (each for each in SENT if "azureMonitorCommonAlertSchema" in each)
    answer = json.loads(terminal.type(fired.replace('"Fired"', '"Resolved"')))
    assert terminal.decisions(answer["alertId"])[0]["code"] == "AlertResolved"
    assert len(terminal.harness.posts()) == before


def test_the_handshakes_are_answered(terminal: Terminal) -> None:
    (block,) = (each for each in BLOCKS if each not in SENT)
    printed = terminal.type(block)
    assert '{"validationResponse":"512d38b6"}' in printed
    assert "HTTP/1.1 200" in printed
    assert "webhook-allowed-origin: eventgrid.azure.net" in printed.lower()


def test_a_storm_is_decided_about_as_it_is_printed(terminal: Terminal) -> None:
    for block in (each for each in SENT if "/db-01" in each or "/web-02" in each):
        answer = json.loads(terminal.type(block, age_s=30))
        assert terminal.decisions(answer["alertId"])[0]["outcome"] == "held"
    printed = terminal.type(STORM)
    held, approved, refused = _all_of(printed)
    assert [len(each["held"]) for each in held["value"]] == [2]
    (released,) = terminal.decisions(approved["alertId"])
    assert (released["outcome"], released["target"]) == ("restore", vm("db-01"))
    assert terminal.harness.finished(released["requestId"])["verdict"] == "Completed"
    (left,) = terminal.decisions(refused["alertId"])
    assert (left["code"], left["target"]) == ("HoldRefused", vm("web-02"))
    assert terminal.harness.call("GET", "holds").body["value"] == []


def test_the_switch_is_thrown_as_it_is_printed(terminal: Terminal) -> None:
    terminal.type(STOP)
    assert terminal.harness.call("GET", "health").body["checks"]["alerts"] == "stopped"
    answer = json.loads(terminal.type(SENT[0], age_s=60))
    assert terminal.decisions(answer["alertId"])[0]["code"] == "AlertsStopped"
    terminal.type(RESUME)
    assert terminal.harness.call("GET", "health").body["checks"]["alerts"] == "ok"


def _all_of(printed: str) -> list[Any]:
    """Return the answers that stand one after the other."""
    found, place = [], 0
    while place < len(printed.rstrip()):
        value, place = json.JSONDecoder().raw_decode(printed, place)
        found.append(value)
    return found
