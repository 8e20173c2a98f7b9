"""What is running here: an activity, since when, and what it is about. All its calls to Azure share
that: they end in its time, and are found by its request.

The host ends the worker process, and with it every call in flight, when one function runs for
longer than functionTimeout; nothing tells a worker how long that is but host.json and a setting.
So an activity stops in time by itself: what it has no time left for is "retry later".
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from math import inf
from time import monotonic
from typing import NamedTuple

from restore.messages.log_line import LogContext
from restore.values.undoing import undone_at_end


class _Activity(NamedTuple):
    begun: float
    about: LogContext


_here: ContextVar[_Activity | None] = ContextVar("activity", default=None)


@contextmanager
def activity(about: LogContext = LogContext()) -> Iterator[None]:
    """Here runs an activity until the block ends; in the threads that it awaits as well."""
    token = _here.set(_Activity(monotonic(), about))
    with undone_at_end(lambda: _here.reset(token)):
        yield


def left_s(allowed_s: float) -> float:
    """Return how many of the seconds that an activity may take are left to the one here."""
    here = _here.get()
    return inf if here is None else allowed_s - (monotonic() - here.begun)


def about() -> LogContext:
    """Return what the activity here is about; nothing outside of one."""
    here = _here.get()
    return LogContext() if here is None else here.about
