"""What surrounds the app in a harness: plans of people, names of calls, quick times."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import import_module
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

_WORDS = (
    "restore", "cancel", "backupJobs", "backupOperations", "operationsStatus", "operationResults",
    "recoveryPoints", "backupProtectedItems", "backupStatus", "virtualMachines", "vaults",
)  # fmt: skip


@dataclass(eq=False)
class Planned:
    """Something outside that happens once, whatever becomes of the process."""

    moment: datetime
    action: Callable[[], object]
    is_done: bool = False

    def __call__(self) -> None:
        """Let it happen, if it has not."""
        if not self.is_done:
            self.is_done = True
            self.action()


def resource_of(url: str) -> str:
    """Return what a URL leads to, without names and ids: its last segment that is ARM's word."""
    segments = urlsplit(url).path.split("/")
    return next((each for each in reversed(segments) if each in _WORDS), "other")


def quick_times() -> AbstractContextManager[Any]:
    """Read times quickly and remember them: the SDK parses all of a history in each turn, which is
    half of what a simulation costs. That nothing else changes is seen where histories are replayed
    without this (tests/simulation/replaying.py)."""
    return patch.object(_history(), "dt_parse", _parse())


@cache
def _parse() -> Callable[[str], datetime]:
    usual: Callable[[str], datetime] = _history().dt_parse
    zone = usual("2026-11-23T03:00:00Z").tzinfo

    @cache
    def parse(text: str) -> datetime:
        if not text.endswith("Z"):
            return usual(text)
        return datetime.fromisoformat(text[:-1]).replace(tzinfo=zone)

    return parse


def _history() -> Any:
    return import_module("azure.durable_functions.models.history.HistoryEvent")
