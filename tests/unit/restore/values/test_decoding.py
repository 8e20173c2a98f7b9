"""Many threads may be the first to decode a struct: a worker starts into many activities at once.

The threads run in a process of their own, for what they would show otherwise is a segmentation
fault.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from restore.messages.model import Outcome
from restore.values import decoding
from restore.values.decoding import decode

ROOT = Path(__file__).parents[4]
SHIPPED = ("activities", "arm", "orchestrators", "probes", "restore", "storage", "triggers")

HAMMER = """
import faulthandler, sys, threading
import msgspec
from restore.values.decoding import decode

def family(number):
    leaf = msgspec.defstruct(f"Leaf{number}", [("x", int)])
    middle = msgspec.defstruct(f"Middle{number}", [("one", leaf), ("other", leaf | None)])
    return msgspec.defstruct(f"Top{number}", [("middle", middle), ("more", list[middle])])

def first(kind, start):
    start.wait()
    decode({"middle": {"one": {"x": 1}, "other": None}, "more": []}, kind)

faulthandler.dump_traceback_later(60, exit=True)
sys.setswitchinterval(1e-6)
for number in range(50):
    kind, start = family(number), threading.Barrier(6)
    threads = [threading.Thread(target=first, args=(kind, start)) for _ in range(6)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
print("alive")
"""


def test_threads_that_decode_a_struct_for_the_first_time_at_once_live() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", HAMMER], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stdout.strip()) == (0, "alive"), ran.stderr


def test_what_does_not_fit_is_refused_each_time() -> None:
    for _ in range(2):
        with pytest.raises(msgspec.ValidationError):
            decode({"kind": "never"}, Outcome)
    assert decode({"kind": "done", "value": 1}, Outcome) == Outcome.done(1)


def test_a_kind_is_worked_out_once_and_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is told of in the other process: each kind takes the lock, and only the first time."""
    entered: list[str] = []

    @contextmanager
    def alone() -> Iterator[None]:
        entered.append("alone")
        yield

    monkeypatch.setattr(decoding, "_alone", alone())
    kind = msgspec.defstruct("OfThisTest", [("x", int)])
    for number in range(3):
        assert decode({"x": number}, kind) == kind(x=number)
    assert entered == ["alone"]


@pytest.mark.parametrize("room", SHIPPED)
def test_nothing_is_converted_but_through_the_one_door(room: str) -> None:
    around = re.compile(r"msgspec\.convert|[^_]type=(?!dict)\w+\)|msgspec import .*\bconvert\b")
    found = [
        f"{path.name}: {line.strip()}"
        for path in sorted((ROOT / room).rglob("*.py"))
        if path.name != "decoding.py"
        for line in path.read_text().splitlines()
        if around.search(line) and ("convert" in line or "decode(" in line)
    ]
    assert found == []
