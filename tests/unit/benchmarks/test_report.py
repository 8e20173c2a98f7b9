"""The report says what was measured, and plainly what was not."""

import json
from pathlib import Path
from typing import Any

from benchmarks import report
from benchmarks.calls import Effort
from benchmarks.engines import scaled_settings
from benchmarks.machine import Machine, engine_versions
from benchmarks.measures import Measures
from benchmarks.pairs import Pairs
from restore.settings import Settings

MACHINE = Machine("2026-11-23 07:00 UTC", 2, "Linux x86_64", {"Python": "3.11"}, 0.1, 1, 6, 0.6)


def side(name: str, engine_cpu_ms: float | None) -> Measures:
    nothing: dict[str, float | None] = {"host": 0.0, "engine": engine_cpu_ms, "storage": 0.0}
    return Measures(
        name=name,
        restores=1,
        seconds=10,
        took_s=9,
        efforts={"restore-a": Effort(turns=25)},
        ran={"read_job": 16},
        cpu_ms=nothing | {"turns": 61.0, "activities": 72.0},
        idle_cpu_ms=nothing,
        requests={"blob app": 19.0},
        requests_all={"blob app": 19.0, "queue trigger": 12.0},
        idle_requests={"queue trigger": 56.0},
        operations={},
        arm_requests=11,
        engine_restarts=0,
    )


def test_each_side_has_a_value_in_each_row_and_what_was_not_measured_has_a_dash() -> None:
    found = dict(report.rows([side("embedded engine", None), side("real engine", 881)]))
    assert found["orchestrator calls"] == ("25.00", "25.00")
    assert found["engine process"] == (report.NOTHING, "881")
    assert found["all (a minute)"] == ("56", "56")


def test_without_the_real_engine_it_says_so() -> None:
    (sentence,) = report.sentences([side("embedded engine", None)], None)
    assert sentence.startswith("Only the embedded engine was measured: DURABLE_ENGINE names no")


def test_differences_are_said_with_their_number() -> None:
    pairs = Pairs(10, 8, 7, {-1: 2, 0: 8}, ("restore-a",))
    text = " ".join(report.sentences([side("embedded engine", None)], pairs))
    assert "8 were polled equally often on both engines; of these, 7 are equal" in text
    assert "2 were polled -1 times" in text
    assert "different, were restore-a" in text


def test_all_numbers_are_kept_as_json(tmp_path: Path) -> None:
    path = tmp_path / "bench" / "engines.json"
    report.save(path, MACHINE, [side("embedded engine", None)], None)
    kept = json.loads(path.read_text())
    assert kept["sides"][0]["efforts"]["restore-a"]["turns"] == 25
    assert kept["machine"]["cores"] == 2
    assert "| engine process | – |" in path.with_suffix(".md").read_text()


def test_the_scaled_settings_are_settings_that_the_app_accepts() -> None:
    settings = Settings.parse({"AzureWebJobsStorage__accountName": "a"} | scaled_settings(200))
    assert settings.problems == ()
    poll_policy = settings.poll_policy()
    assert (poll_policy.poll_s_first, poll_policy.poll_s_min, poll_policy.poll_s_max) == (5, 10, 50)
    assert settings.restore_policy is not None
    assert settings.restore_policy.max_concurrent_restores == 201


def test_the_engines_versions_are_read_beside_it(tmp_path: Path) -> None:
    parts: dict[str, Any] = {"DurableTask.AzureStorage/2.9.0.0": {}, "Other/1.0": {}}
    (tmp_path / "durable-engine.deps.json").write_text(json.dumps({"libraries": parts}))
    assert engine_versions(tmp_path / "durable-engine") == {
        "DurableTask.AzureStorage (assembly)": "2.9.0.0"
    }
    assert engine_versions(tmp_path / "other") == {"durable-engine": "of unknown version"}
