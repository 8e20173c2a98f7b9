"""What runs many seeds outlives its processes, and never waits for one that is gone."""

import os
import signal
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

from tests.simulation.many_seeds import spread


class _Doubling:
    """Doubles a number; a process dies of it, once or always."""

    def __init__(self, folder: Path, *, always: bool) -> None:
        self._seen, self._always = folder / "seen", always

    def __call__(self, number: int) -> int:
        if number == 13 and (self._always or not self._seen.exists()):
            self._seen.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return 2 * number


def test_what_a_process_had_in_hand_is_done_again(tmp_path: Path) -> None:
    deaths: list[None] = []
    done = spread(_Doubling(tmp_path, always=False), range(40), 2, lambda: deaths.append(None))
    assert list(done) == [2 * number for number in range(40)]
    assert len(deaths) == 1


def test_what_kills_each_process_ends_the_run(tmp_path: Path) -> None:
    done = spread(_Doubling(tmp_path, always=True), range(40), 2, lambda: None)
    with pytest.raises(BrokenProcessPool):
        list(done)
