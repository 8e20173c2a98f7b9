"""kill -9 of a real process with work in flight: the next one finishes all of it, each once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from devhost.engine.store import Store
from tests.contract.golden.running import load_app

ROOT = Path(__file__).parents[3]
COUNT = 20
RUN = """
import asyncio, sys
sys.path.insert(0, {root!r})
from devhost.engine.embedded import EmbeddedEngine
from devhost.worker import Worker
async def main():
    engine = EmbeddedEngine(Worker({app!r}, "scenarios_app.py"), {state!r})
    await engine.start()
    if "start" in sys.argv:
        for n in range({count}): engine.start_new("waves", None, f"job{{n}}")
        print("started", flush=True)
        await asyncio.sleep(60)
    while engine.query(statuses=["Pending", "Running"])[0]: await asyncio.sleep(0.01)
    await engine.stop()
asyncio.run(main())
"""


def test_twenty_instances_with_two_hundred_children_survive_a_kill(tmp_path: Path) -> None:
    app, state = load_app(tmp_path).app_dir, tmp_path / "state" / "engine.db"
    script = tmp_path / "run.py"
    text = RUN.format(root=str(ROOT), app=str(app), state=str(state), count=COUNT)
    script.write_text(text, "utf-8")
    _run_and_kill(script)
    assert _statuses(state) != {"Completed"}
    subprocess.run([sys.executable, str(script)], check=True, timeout=60, stderr=subprocess.DEVNULL)
    assert _statuses(state) == {"Completed"}
    store = Store(state)
    jobs = list(store.instances_from("", "job"))
    parents = [row for row in jobs if ":" not in row.instance_id]
    wave = '["slept","slept","slept","slept","slept"]'
    assert [row.output_text for row in parents] == [f"[{wave},{wave}]"] * COUNT
    assert len(jobs) == COUNT * 11
    store.close()


def _run_and_kill(script: Path) -> None:
    with subprocess.Popen(
        [sys.executable, str(script), "start"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"started\n"
        # The children of a wave sleep for a second and more, so this is in the midst of one.
        time.sleep(0.7)
        os.kill(process.pid, signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL


def _statuses(state: Path) -> set[str]:
    store = Store(state)
    found = {row.status for row in store.instances_from("")}
    store.close()
    return found
