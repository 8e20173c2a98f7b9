"""The rules for alerts that this process judges by: its settings', unless `use` has put others in
place."""

from collections.abc import Iterator
from contextlib import contextmanager

from restore.alerts.runbook import Runbook
from restore.settings import Settings

_in_use: Runbook | None = None


def in_force(settings: Settings) -> Runbook:
    """Return the rules that count now. Raises SettingsWrong while any setting is wrong: no alert is
    judged by other rules than those that were set."""
    settings.require()
    runbook = _in_use or settings.restore_rules
    assert runbook is not None, "who judges has read them"
    return runbook


@contextmanager
def use(runbook: Runbook) -> Iterator[None]:
    """Judge by other rules until the block ends, for tests and simulation."""
    global _in_use
    before, _in_use = _in_use, runbook
    try:
        yield
    finally:
        _in_use = before
