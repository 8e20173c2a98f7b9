"""Azure quotes secrets: in every text of its answers by which nothing is decided, a form in turn.

Names and ids stay, for they say what a thing is; so do codes, and the statuses at which work ends.
"""

import json
from collections.abc import Callable, Iterator
from itertools import cycle
from typing import Any

from simulated_azure.wire import Reply
from tests.fakes.secrets import SECRETS
from tests.simulation.scenario import Scenario

_TEXTS = frozenset(
    {
        "dynamicErrorMessage",
        "errorString",
        "errorTitle",
        "friendlyName",
        "message",
        "protectionState",
        "recommendations",
        "recoveryPointType",
        "taskId",
        "threatStatus",
    }
)


class Quoting:
    """Sends on, and plants secrets into what comes back."""

    def __init__(self, scenario: Scenario, send: Callable[..., Reply]) -> None:
        self._send = send
        forms = [machine.quotes for machine in scenario.machines if machine.quotes]
        self._forms = cycle(forms) if forms else None

    def __call__(self, *request: Any) -> Reply:
        """Send one request."""
        reply = self._send(*request)
        if self._forms is None:
            return reply
        try:
            told = json.loads(reply.body)
        except ValueError:  # it is malformed, or empty
            return reply
        return reply._replace(body=json.dumps(_planted(told, self._forms)).encode())


def _planted(value: Any, forms: Iterator[str], key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _planted(each, forms, name) for name, each in value.items()}
    if isinstance(value, list):
        return [_planted(each, forms, key) for each in value]
    is_running = key == "status" and value == "InProgress"
    if isinstance(value, str) and (key in _TEXTS or is_running):
        return f"{value} {SECRETS[next(forms)].text}"
    return value
