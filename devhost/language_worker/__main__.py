"""`python -m devhost.language_worker DIR SOCKET`: our own worker process; the host starts it.

One loop for async functions and one thread pool for all others, as Azure's Python worker has.
"""

import os
import platform
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from devhost.app_loading import load_app
from devhost.language_worker import binding
from devhost.language_worker.messages import Call, Result
from devhost.language_worker.serving import serve
from devhost.worker import Worker


class OwnApp:
    """An app whose functions this process runs."""

    worker = f"devhost's own worker (Python {platform.python_version()})"

    def __init__(self, loaded: Worker) -> None:
        self.functions = loaded.functions
        self._by_name = {item.name: item for item in loaded.functions}
        self._app_dir = loaded.app_dir
        self._pool = ThreadPoolExecutor(_thread_count(), "function")

    async def run(self, call: Call) -> Result:
        return await binding.run(
            self._by_name[call.function],
            call.value,
            call.metadata,
            call.client,
            app_dir=self._app_dir,
            pool=self._pool,
        )


async def load(app_dir: Path) -> OwnApp:
    """Load the app. Raises BadStart."""
    return OwnApp(load_app(app_dir))


def _thread_count() -> int | None:
    """None for the pool's own default, `min(32, cores + 4)`."""
    try:
        given = int(os.environ.get("PYTHON_THREADPOOL_THREAD_COUNT", ""))
    except ValueError:
        return None
    return given if given >= 1 else None


if __name__ == "__main__":
    serve(sys.argv[1:], load)
