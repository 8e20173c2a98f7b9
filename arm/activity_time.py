"""The time of one activity, which all its calls to Azure share.

The host ends the worker process, and with it every call in flight, when one function runs for
longer than functionTimeout; nothing tells a worker how long that is but host.json and a setting.
So an activity stops in time by itself: what it has no time left for is "retry later".
"""

from collections.abc import Iterator
from contextlib import contextmanager
from math import inf
from threading import local
from time import monotonic


class _Here(local):
    begun: float | None = None


_here = _Here()


@contextmanager
def activity() -> Iterator[None]:
    """This thread runs an activity until the block ends."""
    before, _here.begun = _here.begun, monotonic()
    try:
        yield
    finally:
        _here.begun = before


def left_s(allowed_s: float) -> float:
    """Return how many of the seconds that an activity may take are left to this thread's."""
    return inf if _here.begun is None else allowed_s - (monotonic() - _here.begun)
