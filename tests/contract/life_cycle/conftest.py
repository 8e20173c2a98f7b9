"""Every sentence of this folder is said twice: of the embedded engine and of the published one."""

import os
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio

from devhost.starting import BadStart
from tests.contract.life_cycle.harness import EngineHarness, embedded, published_life_cycle

_EXECUTABLE = os.environ.get("DURABLE_ENGINE", "")
_PUBLISHED = pytest.param(
    "durable-engine",
    marks=[
        pytest.mark.durable_engine,
        pytest.mark.skipif(not _EXECUTABLE, reason="DURABLE_ENGINE does not name the executable"),
    ],
)


@pytest_asyncio.fixture(scope="session", loop_scope="session", params=["embedded", _PUBLISHED])
async def harness(request: pytest.FixtureRequest) -> AsyncIterator[EngineHarness]:
    engine = embedded() if request.param == "embedded" else published_life_cycle(_EXECUTABLE)
    try:
        async with engine as bases, aiohttp.ClientSession() as session:
            yield EngineHarness(bases, session)
    except BadStart as error:
        pytest.skip(str(error))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "harness" in getattr(item, "fixturenames", ()) and "contract/life_cycle" in str(
            item.path
        ):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
            # The SDK's own notice, one per event nobody awaits.
            words = "ignore:Potential duplicate Task completion:UserWarning"
            item.add_marker(pytest.mark.filterwarnings(words))
