"""Plays the Functions Python worker: loads a v2-model app unchanged and runs its functions.

The app is imported once and indexed once, with the checks that Microsoft's worker makes
(language_worker/signature.py). How a function is run is in language_worker/binding.py; here an
engine in the same process runs orchestrators and activities, one after the other.
"""

import asyncio
import importlib.util
import inspect
import json
import os
import re
import sys
from collections.abc import Coroutine
from pathlib import Path
from types import ModuleType
from typing import Any

import azure.functions as func

from devhost.language_worker.binding import Invocation
from devhost.language_worker.failures import WorkerFailure
from devhost.language_worker.functions import Registered
from devhost.language_worker.loaded import LoadedFunction
from devhost.language_worker.messages import Json, Text
from devhost.language_worker.signature import Misbound

_SCRIPT = re.compile(r"[a-zA-Z0-9_][a-zA-Z0-9_-]*\.py")


class AppError(Exception):
    """The app cannot be loaded: the real worker would refuse it too."""


class Worker(Registered[LoadedFunction]):
    """One loaded app; safe to call from many threads."""

    def __init__(self, app_dir: str | Path, script: str | None = None) -> None:
        self.app_dir = Path(app_dir).resolve()
        self._script = script or os.environ.get("PYTHON_SCRIPT_FILE_NAME", "function_app.py")
        self.loop: asyncio.AbstractEventLoop | None = None
        """Where async functions run, when not on a loop of their own each."""
        super().__init__(_index(_import(self.app_dir, self._script)))

    def run_orchestrator(self, name: str, context_json: str) -> str:
        """Replay an orchestrator on a context and return the SDK's answer as JSON text."""
        return self._run(self.orchestrators[name.lower()], context_json)

    def run_activity(self, name: str, input_text: str, client: str | None = None) -> str:
        """Run an activity on the JSON text of its input and return the JSON text it answers.
        `client` is the binding of a durable client, for those that take one."""
        return self._run(self.activities[name.lower()], input_text, client)

    def _run(self, item: LoadedFunction, text: str, client: str | None = None) -> str:
        try:
            invocation = Invocation(item, Text(text), {}, client)
            returned = invocation.call()
            if item.is_async:
                returned = self._await(returned)
            answer = invocation.result(returned).value
        except Exception as error:
            raise WorkerFailure.of(error, self.app_dir) from error
        assert isinstance(answer, Json), "orchestrators and activities answer JSON"
        return answer.value

    def _await(self, result: Coroutine[Any, Any, Any]) -> Any:
        if self.loop is None:
            return asyncio.run(result)
        return asyncio.run_coroutine_threadsafe(result, self.loop).result()


def _import(app_dir: Path, script: str) -> ModuleType:
    path = app_dir / script
    if not _SCRIPT.fullmatch(script):
        raise AppError(f"{script!r} is not a possible name of the app's first file")
    if not path.is_file():
        raise AppError(f"{app_dir} has no {script}")
    if str(app_dir) not in sys.path:
        sys.path.append(str(app_dir))  # packages come first, as in Azure
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def _index(module: ModuleType) -> list[LoadedFunction]:
    # By name: an app with two names counts twice, and is refused.
    apps = [item for item in vars(module).values() if isinstance(item, func.FunctionRegister)]
    if len(apps) != 1:
        raise AppError(f"{module.__name__} must define exactly one function app, not {len(apps)}")
    # The name table lives on the app, so a second call would refuse every name: index once.
    return [_load(function) for function in apps[0].get_functions()]


def _load(function: Any) -> LoadedFunction:
    name: str = function.get_function_name()
    bindings: list[dict[str, Any]] = [json.loads(raw) for raw in function.get_raw_bindings()]
    trigger_name = function.get_trigger().name
    trigger = next(b for b in bindings if b["name"] == trigger_name)
    code = function.get_user_function()
    loaded = LoadedFunction(name, trigger, bindings, code, inspect.iscoroutinefunction(code))
    try:
        assert loaded.signature is not None
    except Misbound as error:
        raise AppError(f"{name} {error}") from error
    return loaded
