"""Microsoft's own worker, where it is: tools/worker.sh makes it an environment."""

import os
from pathlib import Path

import pytest

from devhost.cli.worker_option import OWN, SETTING
from devhost.workers import OWN_WORKER, real_worker

OWN_ID, REAL_ID = "own-worker", "real-worker"
_MADE = Path(__file__).parents[1] / ".cache" / "worker" / "bin" / "python"


def python() -> str | None:
    """The Python that has it; None where there is none."""
    chosen = os.environ.get(SETTING, OWN)
    if chosen != OWN:
        return chosen
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


WORKERS = [OWN_ID, pytest.param(REAL_ID, marks=pytest.mark.real_worker)]
"""For a test that says the same of both."""
