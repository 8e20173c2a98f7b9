"""The embedded engine does with the scenarios' app what the real engine was recorded doing."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from devhost.engine.rendering import parse_time
from tests.contract.golden.compare import differences
from tests.contract.golden.running import (
    DATA,
    GIVEN_SCENARIOS,
    OWN_SCENARIOS,
    SCENARIOS,
    Recording,
    load_app,
    recorded,
    run_scenario,
)
from tests.contract.golden.scripts import SCRIPTS

pytestmark = [
    # The SDK's own warnings: one codec advice per process, one line per event nobody awaits.
    pytest.mark.filterwarnings("ignore:azure.functions df_loads:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Potential duplicate Task completion:UserWarning"),
]


def test_all_recordings_are_here() -> None:
    assert len(GIVEN_SCENARIOS) == 33
    assert set(OWN_SCENARIOS) == set(SCRIPTS)


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_plays_as_it_was_recorded(name: str, tmp_path: Path) -> None:
    assert differences(recorded(name), run_scenario(name, tmp_path)) == []


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_recording_does_not_differ_from_itself(name: str) -> None:
    assert differences(recorded(name), recorded(name)) == []


def _event(kind: int, key: str, value: object) -> Callable[[Recording], None]:
    def plant(recording: Recording) -> None:
        calls = reversed(recording["orchestrator_calls"])
        events = [e for call in calls for e in call["context"]["history"]]
        next(e for e in events if e["EventType"] == kind)[key] = value

    return plant


def _action(key: str, value: object) -> Callable[[Recording], None]:
    def plant(recording: Recording) -> None:
        recording["orchestrator_calls"][0]["result"]["actions"][0][0][key] = value

    return plant


def _status(key: str, value: object) -> Callable[[Recording], None]:
    return lambda recording: recording["http"][-1]["response"].__setitem__(key, value)


def _reply(number: int, key: str, value: object) -> Callable[[Recording], None]:
    return lambda recording: recording["http"][number]["response"].__setitem__(key, value)


def _swap_events(recording: Recording) -> None:
    history = recording["orchestrator_calls"][-1]["context"]["history"]
    history[-1], history[-3] = history[-3], history[-1]


def _drop_call(recording: Recording) -> None:
    del recording["orchestrator_calls"][1]


def _in_failure(old: str, new: str) -> Callable[[Recording], None]:
    def plant(recording: Recording) -> None:
        text = json.dumps(recording)
        assert old in text
        changed = json.loads(text.replace(old, new))
        recording.clear()
        recording.update(changed)

    return plant


PLANTED: dict[str, tuple[str, Callable[[Recording], None]]] = {
    "an event's id": ("chain", _event(4, "EventId", 7)),
    "an event's name": ("chain", _event(4, "Name", "other")),
    "an event's result": ("chain", _event(5, "Result", '"other"')),
    "whose result it is": ("chain", _event(5, "TaskScheduledId", 3)),
    "IsPlayed": ("chain", _event(4, "IsPlayed", True)),
    "null for a number": ("chain", _event(0, "Generation", None)),
    "a zone's notation": ("timer", _event(10, "FireAt", "2030-01-01T00:00:00.5+00:00")),
    "a generation": ("parent", _event(0, "Generation", 1)),
    "the order of events": ("chain", _swap_events),
    "a call too few": ("chain", _drop_call),
    "an action's type": ("chain", _action("actionType", 1)),
    "an action's input": ("chain", _action("input", '"x"')),
    "the output": ("chain", _status("output", None)),
    "the custom status": ("poll_loop", _status("customStatus", {"poll": 3})),
    "a hang that ended": ("missing_activity", _status("runtimeStatus", "Failed")),
    "a parallel result": ("fan_out", _status("output", [0, 1, 3, 2])),
    "a parallel cause": ("waves", _event(7, "EventId", 5)),
    "an execution id's form": ("parent", _in_failure(":0", ":1")),
    "a blank in a failure's text": ("unhandled", _in_failure("failed:  V", "failed: V")),
    "what failed, deep inside": ("parent_catches", _in_failure("boom z", "boom y")),
    "a field of Details": ("catches", _in_failure("HResult", "Result")),
    "a reply on the way": ("restore_again_after_purge", _reply(3, "instancesDeleted", 2)),
    "how another instance ended": ("restore_watch_terminated", _reply(2, "output", "other")),
    "how often it spun": ("persistent_event", _status("output", 49)),
}


@pytest.mark.parametrize("what", PLANTED)
def test_a_planted_difference_is_found(what: str) -> None:
    name, plant = PLANTED[what]
    changed = recorded(name)
    plant(changed)
    assert differences(recorded(name), changed) != []


def _timers(recording: Recording) -> Iterator[tuple[float, float, float]]:
    """Asked-for wait, waited, and how early, in seconds, of every timer that fired."""
    for call in recording["orchestrator_calls"]:
        *_, turn = (e for e in call["context"]["history"] if e["EventType"] == 12)
        new = call["context"]["history"][call["context"]["history"].index(turn) :]
        for event in (e for e in new if e["EventType"] == 11):
            created, due, fired = (
                parse_time(text[:26].rstrip("Z") + "Z")
                for text in (event["Timestamp"], event["FireAt"], turn["Timestamp"])
            )
            yield tuple((b - a) / timedelta(seconds=1) for a, b in _spans(created, due, fired))


def _spans(created: Any, due: Any, fired: Any) -> list[tuple[Any, Any]]:
    return [(created, due), (created, fired), (fired, due)]


@pytest.mark.parametrize("name", GIVEN_SCENARIOS)
def test_timers_wait_whole_seconds_and_fire_early_as_recorded(name: str, tmp_path: Path) -> None:
    real, here = list(_timers(recorded(name))), list(_timers(run_scenario(name, tmp_path)))
    assert bool(real) == bool(here)
    for asked, waited, early in real + here:
        assert waited >= max(int(asked), 0)
        assert early > 0 or asked < 0.1
    # The recorder was a busy machine: what it took beyond the whole seconds was its own.
    assert all(waited < max(int(asked), 0) + 0.35 for asked, waited, _ in here)


def test_activities_answer_as_recorded(tmp_path: Path) -> None:
    worker = load_app(tmp_path)
    for call in json.loads((DATA / "activities.json").read_text("utf-8")):
        assert worker.run_activity(call["function"], call["input"]) == call["result"]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("missing_activity", "activity no_such_activity, which the app does not have"),
        ("cancel_pattern", "still awaits any of [event cancel], for ever"),
        ("signal_parent", "still awaits any of [event progress], for ever"),
        ("early_events", "a second event Go came while nobody waits for it"),
        ("again_keeps_event", "event Go came while nobody waits for it"),
        ("again_keeps_event", "continue_as_new drops event Go"),
    ],
)
def test_a_hang_or_a_loss_says_why_in_the_log(
    name: str, why: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "devhost")
    run_scenario(name, tmp_path)
    assert why in caplog.text


@pytest.mark.parametrize("name", ["chain", "waves", "cancel_pattern_quiet", "poll_loop", "again"])
def test_a_sound_scenario_warns_of_nothing(
    name: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "devhost")
    run_scenario(name, tmp_path)
    assert [item for item in caplog.records if item.name.startswith("devhost")] == []
