"""A worker process with an app in it, and calls of its functions as the host makes them."""

import asyncio
import json
import os
import threading
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from devhost.gate import Gate
from devhost.language_worker.failures import WorkerFailure
from devhost.language_worker.functions import Function
from devhost.language_worker.keeper import LanguageWorker
from devhost.language_worker.messages import HttpRequest, Json, Result, Text, Value

ROOT = Path(__file__).parents[3]
APP = ROOT / "tests" / "data" / "apps" / "bindings"
CALL_S_MAX = 30.0
CLIENT = json.dumps(
    {
        "taskHubName": "hub",
        "creationUrls": {},
        "managementUrls": {
            "id": "INSTANCEID",
            "statusQueryGetUri": "http://hub.test/instances/INSTANCEID?code=system-key",
        },
        "baseUrl": "http://hub.test",
        "requiredQueryStringParameters": "code=system-key",
        "rpcBaseUrl": "http://hub.test:17071/durabletask/",
    }
)
"""What the extension hands to a durableClient binding (facts: durable protocol 6.1)."""
_T = TypeVar("_T")


class WorkerCaller:
    """One worker; calls wait for their answer."""

    def __init__(self, worker: LanguageWorker, loop: asyncio.AbstractEventLoop) -> None:
        self.worker, self._loop = worker, loop
        self.functions = {item.name: item for item in worker.functions}

    def call(self, name: str, value: Value, metadata: Mapping[str, Value] | None = None) -> Result:
        """Call a function. Raises WorkerFailure."""
        return self.run(self.functions[name], value, metadata)

    def run(
        self, function: Function, value: Value, metadata: Mapping[str, Value] | None = None
    ) -> Result:
        """Call what may be a function of the app. Raises WorkerFailure."""
        return self._wait(self.worker.call(function, value, metadata or {}, CLIENT))

    def http(self, name: str, body: bytes = b"", **query: str) -> Value | None:
        """Call an HTTP function; what it answers."""
        asked = HttpRequest("POST", f"http://app.test/api/{name}", {}, query, {}, body)
        return self.call(name, asked).value

    def activity(self, name: str, given: Any = None) -> Any:
        """Call an activity with a value, as an orchestrator does; what it answers."""
        answer = self.call(name, Text(json.dumps(given))).value
        assert isinstance(answer, Json)
        return json.loads(answer.value)

    def activities(self, name: str, given: Sequence[Any]) -> list[Any]:
        """Call an activity several times at once."""

        with ThreadPoolExecutor(len(given)) as threads:
            return list(threads.map(lambda item: self.activity(name, item), given))

    def failure(self, name: str, given: Value) -> WorkerFailure:
        """Call a function that fails."""
        try:
            result = self.call(name, given)
        except WorkerFailure as failure:
            return failure
        raise AssertionError(f"{name} answered {result}")

    def _wait(self, running: Coroutine[Any, Any, _T]) -> _T:
        return asyncio.run_coroutine_threadsafe(running, self._loop).result(CALL_S_MAX)


@contextmanager
def serving(
    command: Sequence[str],
    app_dir: Path = APP,
    environ: Mapping[str, str] | None = None,
    timeout_s: float | None = None,
) -> Iterator[WorkerCaller]:
    """A worker that has loaded an app. Raises BadStart when it does not."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    given = {**os.environ, "PYTHONPATH": str(ROOT), **(environ or {})}
    worker = LanguageWorker(command, app_dir, given, Gate(), timeout_s=timeout_s)
    try:
        asyncio.run_coroutine_threadsafe(worker.start(), loop).result()
        yield WorkerCaller(worker, loop)
    finally:
        asyncio.run_coroutine_threadsafe(worker.stop(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
