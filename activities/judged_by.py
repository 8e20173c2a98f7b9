"""What this process judges by: its settings', unless `use` has put another in place."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

from restore.settings import Settings

T = TypeVar("T")


class JudgedBy(Generic[T]):
    """One document of the settings, which is read of them by `of`."""

    def __init__(self, of: Callable[[Settings], T | None]) -> None:
        self._of = of
        self._in_use: T | None = None

    def in_force(self, settings: Settings) -> T:
        """Return what counts now. Raises SettingsWrong while any setting is wrong: nothing is
        judged by another document than the one that was set, nor sent at another pace."""
        settings.require()
        found = self._in_use or self._of(settings)
        assert found is not None, "who judges has read it"
        return found

    @contextmanager
    def use(self, document: T) -> Iterator[None]:
        """Judge by another one until the block ends, for tests and simulation."""
        before, self._in_use = self._in_use, document
        try:
            yield
        finally:
            self._in_use = before
