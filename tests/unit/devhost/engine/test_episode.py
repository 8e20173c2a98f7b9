"""The body of a turn holds the history and the input as they are, half a character included."""

import json
from typing import Any

import pytest

from devhost.engine.episode import Episode
from devhost.engine.store import Instance

ROW = Instance(
    instance_id="x",
    execution_id="e",
    name="greet",
    status="Running",
    input_text=None,
    output_text=None,
    custom_status_text=None,
    created=0,
    updated=0,
    generation=None,
    starts=1,
    parent=None,
)


def event(kind: int, **more: Any) -> dict[str, Any]:
    return {"EventType": kind, "EventId": -1, "IsPlayed": False} | more


@pytest.mark.parametrize(
    "text", ["grüezi", "\U0001f600", "\ud83d", "\u2028\x7f\0", '"\\'], ids=ascii
)
def test_a_turn_is_told_its_whole_history_and_its_input(text: str) -> None:
    told = json.dumps(text)
    started = event(0, Input=told, ParentInstance=None, Tags=None)
    done = event(5, Result=told)
    episode = Episode(ROW, [event(12), started], [done], [], "e")
    body = json.loads(episode.context_json())
    assert body["history"] == [event(12), started, done]
    assert (body["input"], body["instanceId"]) == (text, "x")
