"""The life of the worker process: it may exit in the middle of a call, and the host lives on.

Raise WorkerExits wherever the app's code is at work, before an effect or after it. Then every call
that the process has in hand fails as the host fails it (devhost/language_worker), and nothing that
the app had begun goes on.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from devhost.language_worker.failures import WorkerExited, WorkerFailure

EXIT_CODE = 137
"""Out of memory, or SIGKILL."""


class WorkerExits(BaseException):
    """The process ends here: nothing in the app catches it."""


class WorkerLife:
    """One worker process after the other, and the calls that each has in hand."""

    def __init__(self, exited: Callable[[], None]) -> None:
        self._exited = exited
        """Loses what else the process had in hand, and what it kept in memory."""
        self.number = 0
        """How many processes have exited."""
        self._calls: list[int] = []
        """Which process has which call, the latest last: calls overlap."""

    @contextmanager
    def calling(self) -> Iterator[None]:
        """Be a call in the worker's hands; raises WorkerExited when the process exits under it."""
        number = self.number
        self._calls.append(number)
        try:
            yield
        except WorkerExits:
            if self.number == number:
                self.number += 1
                self._exited()
        except WorkerFailure:
            if self.number == number:
                raise
        finally:
            self._calls.pop()
        if self.number != number:
            raise WorkerExited(EXIT_CODE)

    def go_on(self) -> None:
        """Go on with the latest call; raises WorkerExits when its process has exited meanwhile."""
        if self._calls and self._calls[-1] != self.number:
            raise WorkerExits
