"""Both workers on one app that tells what it was given; Microsoft's where it is."""

from collections.abc import Iterator

import pytest

from tests import real_worker
from tests.contract.worker.caller import WorkerCaller, serving


@pytest.fixture(scope="session", params=real_worker.WORKERS)
def caller(request: pytest.FixtureRequest) -> Iterator[WorkerCaller]:
    """One of the workers, with two threads."""
    environ = {"PYTHON_THREADPOOL_THREAD_COUNT": "2"}
    with serving(real_worker.command(request.param), environ=environ) as serves:
        yield serves
