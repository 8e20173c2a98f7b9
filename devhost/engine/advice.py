"""Warnings about what the real engine would do to an app in silence, each said once per execution.

Only the saying is here; what there is to say is found in turn.py.
"""

import logging

from devhost.engine.store import Instance
from devhost.engine.turn import Turn

_log = logging.getLogger(__name__)
EVENTS_MAX = 500


class Advice:
    """Remembers what was said, per instance, as long as the instance is unfinished."""

    def __init__(self) -> None:
        self._said: dict[str, set[str]] = {}

    def on_turn(self, instance: Instance, events_before: int, turn: Turn) -> None:
        """Say what is new about this turn."""
        said = self._said.setdefault(instance.instance_id, set())
        texts = list(turn.warnings)
        if events_before > EVENTS_MAX:
            texts.append(
                f"its history has more than {EVENTS_MAX} events: every turn replays them all, so "
                "use continue_as_new or children"
            )
        for text in texts:
            if text not in said:
                said.add(text)
                _log.warning("%s (%s): %s", instance.instance_id, instance.name, text)
        if turn.completion is not None:
            del self._said[instance.instance_id]
