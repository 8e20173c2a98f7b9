"""What runs many seeds never waits for a process that is gone."""

import os
import signal
from concurrent.futures.process import BrokenProcessPool

import pytest

from tests.simulation.many_seeds import spread


def _doubled(number: int) -> int:
    return 2 * number


def _doubled_or_dead(number: int) -> int:
    if number == 13:
        os.kill(os.getpid(), signal.SIGKILL)
    return 2 * number


def test_work_is_done_in_order() -> None:
    assert list(spread(_doubled, range(40), 2)) == [2 * number for number in range(40)]


def test_what_kills_a_process_ends_the_run() -> None:
    with pytest.raises(BrokenProcessPool):
        list(spread(_doubled_or_dead, range(40), 2))
