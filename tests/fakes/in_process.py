"""Functions that run in the test's own process, where devhost has a worker process for them."""

from collections.abc import Mapping
from pathlib import Path

from devhost.language_worker import binding
from devhost.language_worker.functions import Function
from devhost.language_worker.loaded import LoadedFunction
from devhost.language_worker.messages import Result, Value


class InProcess:
    """A `FunctionWorker` without a process."""

    def __init__(self, app_dir: Path) -> None:
        self._app_dir = app_dir

    async def call(
        self,
        function: Function,
        value: Value,
        metadata: Mapping[str, Value],
        client: str | None = None,
    ) -> Result:
        """Run a function that the test has loaded."""
        assert isinstance(function, LoadedFunction)
        return await binding.run(function, value, metadata, client, app_dir=self._app_dir)
