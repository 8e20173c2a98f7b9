"""Every sentence of this folder is said twice: of our listener and of the published trigger."""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
import pytest_asyncio

from devhost.azurite import Azurite
from devhost.starting import BadStart
from tests.contract.queue_trigger.harness import OURS, PUBLISHED, QueueHarness, harness_on

EXECUTABLE = os.environ.get("DURABLE_ENGINE", "")
BOTH = [
    OURS,
    pytest.param(
        PUBLISHED,
        marks=[
            pytest.mark.durable_engine,
            pytest.mark.skipif(
                not EXECUTABLE, reason="DURABLE_ENGINE does not name the executable"
            ),
        ],
    ),
]


@pytest.fixture(scope="session")
def azurite() -> Iterator[Azurite]:
    emulator = Azurite()
    try:
        emulator.start()
    except BadStart as error:
        pytest.skip(str(error))
    yield emulator
    emulator.stop()


@pytest_asyncio.fixture(scope="session", loop_scope="session", params=BOTH)
async def harness(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[QueueHarness]:
    """Messages in Base64, two at once."""
    with Azurite() as azurite:
        async with _staged(request, azurite, tmp_path_factory.mktemp("queues")) as it:
            yield it


@pytest_asyncio.fixture(scope="session", loop_scope="session", params=BOTH)
async def plain(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[QueueHarness]:
    """Messages as they are, up to six at once."""
    with Azurite() as azurite:
        folder = tmp_path_factory.mktemp("queues")
        more = {"messageEncoding": "none", "batchSize": "4", "newBatchThreshold": "2"}
        async with _staged(request, azurite, folder, **more) as it:
            yield it


def _staged(
    request: pytest.FixtureRequest, azurite: Azurite, folder: Path, **host_json: str
) -> AbstractAsyncContextManager[QueueHarness]:
    return harness_on(request.param, EXECUTABLE, azurite.connection_string, folder, **host_json)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        is_staged = {"harness", "plain"} & set(getattr(item, "fixturenames", ()))
        if is_staged and "contract/queue_trigger" in str(item.path):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
