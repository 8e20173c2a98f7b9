"""The log alone tells the story of a restore: its phases, its job, its verdict, and why."""

import json
from typing import Any

import msgspec
import pytest

from restore.messages.log_events import EVENTS
from restore.messages.log_line import MARK, SCHEMA, LogContext
from tests.fakes.app_harness import AppHarness
from tests.simulation.log_scenarios import SCENARIOS, Row, recorded

ANYONES = {field.encode_name for field in msgspec.structs.fields(LogContext)}


class Story:
    """What the lines tell of one request, and of nothing but the lines."""

    def __init__(self, rows: list[Row], request_id: str) -> None:
        all_lines: list[dict[str, Any]] = [json.loads(row.message) for row in rows if ours(row)]
        self.lines = [line for line in all_lines if line.get("requestId") == request_id]

    def of(self, event: str) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["event"] == event]

    @property
    def phases(self) -> list[str]:
        return [line["phase"] for line in self.of("phase")]

    @property
    def verdict(self) -> dict[str, Any]:
        told = {json.dumps(self._without_writer(line)) for line in self.of("verdict")}
        (only,) = told
        verdict: dict[str, Any] = json.loads(only)
        return verdict

    @property
    def jobs(self) -> set[str]:
        return {line["job"] for line in self.lines if "job" in line}

    def _without_writer(self, line: dict[str, Any]) -> dict[str, Any]:
        """Who closes a restore again says the same, but for who, and which try, it is."""
        varies = {"function", "instanceId", "attempt", "phase"}
        return {name: line[name] for name in line if name not in varies}


class Truth:
    """The phases that the orchestrations showed, turn by turn; each shows again where it is."""

    def __init__(self, harness: AppHarness) -> None:
        self.phases: list[str] = []
        self._shown: dict[str, str] = {}
        harness.on_turn = self._on_turn

    def _on_turn(self, name: str, context: dict[str, Any], answer: dict[str, Any]) -> None:
        phase, instance = (answer.get("customStatus") or {}).get("phase"), context["instanceId"]
        if name not in ("restore_vm", "watch_job") or not instance.startswith("restore-r1"):
            return
        if phase not in (None, self._shown.get(instance)):
            self._shown[instance] = phase
            if name == "restore_vm" or phase != "Starting":  # its parent has shown that
                self.phases.append(phase)


def ours(row: Row) -> bool:
    return row.message.startswith(f'{{"{MARK}":{SCHEMA},"event":"')


_SEVERAL = ("begun_elsewhere", "fell_back")
"""Whose story is not that of the one request r1: it is adopted, or sent in two attempts."""


@pytest.fixture(scope="module", params=[name for name in SCENARIOS if name not in _SEVERAL])
def run(request: pytest.FixtureRequest) -> tuple[AppHarness, Truth, list[Row]]:
    harness = AppHarness()
    truth = Truth(harness)
    with harness.open(), recorded(harness) as rows:
        SCENARIOS[request.param](harness)
    return harness, truth, rows


def test_the_lines_tell_phases_job_and_verdict(
    run: tuple[AppHarness, Truth, list[Row]],
) -> None:
    harness, truth, rows = run
    story, verdict = Story(rows, "r1"), harness.verdict("r1")
    assert story.phases == truth.phases
    held = harness.ledger.read("r1")
    assert held is not None
    told = story.verdict
    assert (told["verdict"], told["succeeded"]) == (verdict.verdict, verdict.succeeded)
    assert told.get("job") == verdict.job_id
    assert told.get("code") == (verdict.error.code if verdict.error else None)
    assert verdict.text.startswith(told["text"].removesuffix("…"))
    assert story.jobs == ({held.entry.job_id} - {None}), "no line names another job"
    posted = [call for call in story.of("arm-call") if call["path"].endswith("/restore")]
    assert any(call.get("httpStatus") == 202 for call in posted) == bool(story.of("sent"))
    assert bool(story.of("sent") or story.of("adopted")) == bool(harness.posts())


def test_every_line_has_the_fields_of_its_kind_and_no_others(
    run: tuple[AppHarness, Truth, list[Row]],
) -> None:
    _, _, rows = run
    for row in rows:
        assert ours(row) or "azure.functions" in row.message, row.message
        if ours(row):
            line = json.loads(row.message)
            known = ANYONES | set(EVENTS[line["event"]].fields) | {MARK, "event", "truncated"}
            assert set(line) <= known, line


def test_no_line_has_a_secret(run: tuple[AppHarness, Truth, list[Row]]) -> None:
    _, _, rows = run
    for row in rows:
        assert "canary" not in row.message
        assert "sig=" not in row.message
