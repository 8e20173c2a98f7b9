"""Microsoft's own worker, where it is: tools/worker.sh makes it an environment."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from devhost.cli.worker_option import OWN, SETTING
from devhost.gate import Gate
from devhost.language_worker.keeper import LanguageWorker
from devhost.workers import OWN_WORKER, real_worker

OWN_ID, REAL_ID = "own-worker", "real-worker"
_ROOT = Path(__file__).parents[1]
_MADE = _ROOT / ".cache" / "worker" / "bin" / "python"


def is_chosen() -> bool:
    """Whether all hosts of this run are on it (`make test WORKER=real`)."""
    return (os.environ.get(SETTING) or OWN) != OWN


def python() -> str | None:
    """The Python that has it; None where there is none."""
    if is_chosen():
        return os.environ[SETTING]
    return str(_MADE) if _MADE.exists() else None


def why_not() -> str | None:
    """Why nothing can run on it here; None when it can."""
    return None if python() else "there is no Python 3.13 with Microsoft's worker (make worker)"


def command(worker: str) -> tuple[str, ...]:
    """The command line of one of the two; skips the test where that worker is not."""
    if worker == OWN_ID:
        return OWN_WORKER
    found = python()
    if found is None:
        pytest.skip(str(why_not()))
    return real_worker(found)


@asynccontextmanager
async def running(app_dir: Path, script: str) -> AsyncIterator[LanguageWorker]:
    """The worker with an app in it. Raises BadStart."""
    environ = {**os.environ, "PYTHONPATH": str(_ROOT), "PYTHON_SCRIPT_FILE_NAME": script}
    worker = LanguageWorker(command(REAL_ID), app_dir, environ, Gate())
    await worker.start()
    try:
        yield worker
    finally:
        await worker.stop()


WORKERS = [OWN_ID, pytest.param(REAL_ID, marks=pytest.mark.real_worker)]
"""For a test that says the same of both."""
