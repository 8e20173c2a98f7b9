"""What the app writes on each engine: every phase once, in the trace of the call."""

import json
import uuid
from typing import Any

import pytest

from restore.messages.log_line import MARK
from tests.end_to_end.harness import HostHarness, request_for

TRACE = f"00-{uuid.uuid4().hex}-00f067aa0ba902b7-01"


def lines(harness: HostHarness, request_id: str) -> list[dict[str, Any]]:
    """What was written of one request, as far as the host keeps a log."""
    if not harness.logs:
        pytest.skip("this host keeps its log elsewhere")
    told = []
    for text in harness.logs[0].read_text(errors="replace").splitlines():
        _, found, rest = text.partition(f'{{"{MARK}":')
        if found and (line := json.loads(found + rest)).get("requestId") == request_id:
            told.append(line)
    return told


def test_a_restore_is_told_once_from_the_call_to_the_verdict(harness: HostHarness) -> None:
    request_id = f"log-{uuid.uuid4().hex[:6]}"
    fields = request_for("RestoreDisks", request_id)
    harness.call("POST", "restores", fields, {"traceparent": TRACE})
    verdict = harness.finished(request_id)
    told = lines(harness, request_id)
    phases = [line["phase"] for line in told if line["event"] == "phase"]
    assert len(phases) == len(set(phases)), "a replay writes nothing"
    assert phases[:4] == ["Accepted", "FindingItem", "ChoosingPoint", "Triggering"]
    (ended,) = [line for line in told if line["event"] == "verdict"]
    assert (ended["verdict"], ended["job"]) == (verdict["verdict"], verdict["job"]["id"])
    calls = [line for line in told if line["event"] == "arm-call"]
    assert len(calls) > 5
    assert {line["traceparent"] for line in calls} == {TRACE}
