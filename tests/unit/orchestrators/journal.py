"""What an orchestration did, as its engine saw it: activities called, statuses shown, waits."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

from restore.messages.model import Outcome
from simulated_azure.faults import Fault
from tests.fakes.app_harness import START, AppHarness


class Journal:
    """Listens to one harness, from now on."""

    def __init__(self, harness: AppHarness) -> None:
        self.calls: list[str] = []
        """The activities that were called, in order."""
        self.statuses: dict[str, list[dict[str, Any]]] = {}
        """What each orchestrator showed, in order, each once."""
        self.timers: list[datetime] = []
        """When each timer that was created was to fire."""
        self._harness = harness
        harness.at_boundary = self._at
        harness.on_turn = self._on_turn

    def phases(self, orchestrator: str) -> list[str]:
        """Return the phases that were shown, each time it changed."""
        shown = [status.get("phase") for status in self.statuses.get(orchestrator, [])]
        return [str(new) for old, new in zip([None, *shown], shown, strict=False) if old != new]

    def waits_s(self) -> list[float]:
        """Return after how many seconds from the beginning each timer was to fire."""
        return [round((due - START).total_seconds(), 1) for due in self.timers]

    def _at(self, where: str) -> None:
        name, _, what = where.partition(": ")
        if what == "begun":
            self.calls.append(name)

    def _on_turn(self, name: str, context: dict[str, Any], answer: dict[str, Any]) -> None:
        del context
        shown = answer.get("customStatus")
        known = self.statuses.setdefault(name, [])
        if shown is not None and (not known or known[-1] != shown):
            known.append(shown)
        for due in [due for turn in answer["actions"] for action in turn for due in _due(action)]:
            if due not in self.timers:
                self.timers.append(due)


def _due(action: dict[str, Any]) -> Iterator[datetime]:
    """When an action's timers fire; one that waits for the first of several holds several."""
    if "fireAt" in action:
        yield datetime.fromisoformat(action["fireAt"])
    for inner in action.get("compoundActions", ()):
        yield from _due(inner)


def plant(harness: AppHarness, kind: str, match: dict[str, str], **more: Any) -> None:
    """Let calls to the simulated Azure go wrong."""
    planned = msgspec.convert({"kind": kind, "match": match, **more}, Fault)
    harness.simulator.faults.add([planned])


def run(harness: AppHarness, orchestrator: str, order: Any, seconds: float) -> Any:
    """Run an orchestration and return its output; it must have completed by then."""
    text = json.dumps(json.dumps(order.as_json()))
    harness.driver.client.start_new(orchestrator, text, "it")
    harness.run_for(seconds)
    row = harness.driver.client.get("it")
    assert row is not None, "it was started"
    assert row.runtime_status == "Completed", row
    return json.loads(row.output_text or "null")


def outcome(harness: AppHarness, orchestrator: str, order: Any, seconds: float) -> Outcome:
    """Run an orchestration that answers with an Outcome."""
    return Outcome.from_json(run(harness, orchestrator, order, seconds))
