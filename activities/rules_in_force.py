"""The rules for alerts that this process judges by: its settings', unless `use` has put others in
place."""

from collections.abc import Iterator
from contextlib import contextmanager

from restore.alerts.restore_rules import RestoreRules
from restore.settings import Settings

_in_use: RestoreRules | None = None


def in_force(settings: Settings) -> RestoreRules:
    """Return the rules that count now. Raises SettingsWrong while any setting is wrong: no alert is
    judged by other rules than those that were set."""
    settings.require()
    restore_rules = _in_use or settings.restore_rules
    assert restore_rules is not None, "who judges has read them"
    return restore_rules


@contextmanager
def use(restore_rules: RestoreRules) -> Iterator[None]:
    """Judge by other rules until the block ends, for tests and simulation."""
    global _in_use
    before, _in_use = _in_use, restore_rules
    try:
        yield
    finally:
        _in_use = before
