"""A host that is killed with what it started is one process to the outside: none tells of another's
end."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from devhost.children import kill_with_children, start_child

WITHIN_S = 10.0
SHORTLY_S = 0.5
CHILD = "import sys; print('up', flush=True); sys.stdin.read(); open(sys.argv[1], 'w').close()"
PARENT = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", *sys.argv[1:]], stdin=subprocess.PIPE)
child.wait()
"""


def kill_alone(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    process.wait()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lists a process's children")
@pytest.mark.parametrize(("kill", "tells"), [(kill_with_children, False), (kill_alone, True)])
def test_what_a_killed_process_started_tells_nobody_of_it(
    kill: Callable[["subprocess.Popen[bytes]"], None], tells: bool, tmp_path: Path
) -> None:
    """The child notes the end of its parent; that it would is shown by a kill of the parent
    alone."""
    up, note = tmp_path / "up", tmp_path / "note"
    with up.open("wb") as output:
        parent = start_child([sys.executable, "-c", PARENT, CHILD, str(note)], output=output)
    until = time.monotonic() + WITHIN_S
    while not up.read_bytes():
        assert time.monotonic() < until, "it has not started"
        time.sleep(0.01)
    kill(parent)
    until = time.monotonic() + (WITHIN_S if tells else SHORTLY_S)
    while not note.exists() and time.monotonic() < until:
        time.sleep(0.01)
    assert note.exists() is tells
