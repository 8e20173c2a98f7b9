"""What was given up changes nothing any more, whenever it is collected.

That happens in a process of its own, for what it would show otherwise is a segmentation fault.
"""

import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from restore.values.undoing import undone_at_end

ROOT = Path(__file__).parents[4]
HAMMER = """
import gc
from arm import activity_scope
from triggers import log

class Pause:
    def __await__(self):
        yield

@log.entered
async def waits(req):
    await Pause()

async def acts():
    with activity_scope.activity():
        await Pause()

gc.set_threshold(50)
for number in range(50_000):
    given_up = [waits(req=None), acts()]
    for each in given_up:
        each.send(None)
    given_up.append(given_up)  # so that it is collected, some time
print("alive")
"""


def test_a_collection_at_any_moment_of_what_was_given_up_is_lived_through() -> None:
    ran = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", HAMMER],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (ran.returncode, ran.stdout.strip(), ran.stderr) == (0, "alive", "")


def test_it_is_undone_at_the_end_and_after_an_error() -> None:
    undone: list[str] = []
    with undone_at_end(lambda: undone.append("end")):
        assert undone == []
    for error in (ValueError, KeyboardInterrupt):
        with pytest.raises(error), undone_at_end(lambda: undone.append("error")):
            raise error
    assert undone == ["end", "error", "error"]


def test_in_a_coroutine_that_is_given_up_nothing_is_undone() -> None:
    undone: list[str] = []

    def waits() -> Generator[None, None, None]:
        with undone_at_end(lambda: undone.append("end")):
            yield

    given_up = waits()
    next(given_up)
    given_up.close()
    assert undone == []
