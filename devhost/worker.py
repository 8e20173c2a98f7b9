"""Plays the Functions Python worker: loads a v2-model app unchanged and runs its functions.

The app is imported once and indexed once, with the checks the real worker makes. Orchestrators
and activities go through the real SDK's own converters, and an exception leaves here in the
worker's text form. How the other triggers' values are bound is in language_worker/binding.py.
"""

import asyncio
import importlib.util
import inspect
import json
import os
import re
import sys
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import azure.functions as func
from azure.functions.meta import Datum

from devhost.language_worker.failures import WorkerFailure
from devhost.language_worker.functions import Function, Registered

_BINDING_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9]{0,127}|\$return")
_FUNCTION_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9_-]{0,127}")


class AppError(Exception):
    """The app cannot be loaded: the real worker would refuse it too."""


@dataclass(frozen=True)
class LoadedFunction(Function):
    """One function of the app and its code."""

    function: Callable[..., Any]
    is_async: bool


class Worker(Registered[LoadedFunction]):
    """One loaded app; safe to call from many threads."""

    def __init__(self, app_dir: str | Path, script: str | None = None) -> None:
        self.app_dir = Path(app_dir).resolve()
        self._script = script or os.environ.get("PYTHON_SCRIPT_FILE_NAME", "function_app.py")
        self.loop: asyncio.AbstractEventLoop | None = None
        """The one loop for async functions; set by the worker process before anything runs."""
        super().__init__(_index(_import(self.app_dir, self._script)))

    def run_orchestrator(self, name: str, context_json: str) -> str:
        """Replay an orchestrator on a context and return the SDK's answer as JSON text."""
        return self._run(self.orchestrators[name.lower()], context_json)

    def run_activity(self, name: str, input_text: str, client: str | None = None) -> str:
        """Run an activity on the JSON text of its input and return the JSON text it answers.
        `client` is the binding of a durable client, for those that take one."""
        return self._run(self.activities[name.lower()], input_text, client)

    def _run(self, item: LoadedFunction, text: str, client: str | None = None) -> str:
        converter: Any = _converters().get(item.kind)
        try:
            value = converter.decode(Datum(text, "string"), trigger_metadata=None)
            arguments = {item.trigger["name"]: value} | dict.fromkeys(item.clients, client)
            result = item.function(**arguments)
            if item.is_async:
                result = self._await(result)
            return str(converter.encode(result, expected_type=None).value)
        except Exception as error:
            raise WorkerFailure.of(error) from error

    def _await(self, result: Coroutine[Any, Any, Any]) -> Any:
        if self.loop is None:
            return asyncio.run(result)
        return asyncio.run_coroutine_threadsafe(result, self.loop).result()


def _converters() -> Any:
    registry: Callable[[], Any] = func.get_binding_registry
    return registry()


def _import(app_dir: Path, script: str) -> ModuleType:
    path = app_dir / script
    if not path.is_file():
        raise AppError(f"{app_dir} has no {script}")
    if str(app_dir) not in sys.path:
        sys.path.insert(0, str(app_dir))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def _index(module: ModuleType) -> list[LoadedFunction]:
    apps = {id(v): v for v in vars(module).values() if isinstance(v, func.FunctionRegister)}
    if len(apps) != 1:
        raise AppError(f"{module.__name__} must define exactly one function app, not {len(apps)}")
    (app,) = apps.values()
    # The name table lives on the app, so a second call would refuse every name: index once.
    return [_load(function) for function in app.get_functions()]


def _load(function: Any) -> LoadedFunction:
    name: str = function.get_function_name()
    bindings: list[dict[str, Any]] = [json.loads(raw) for raw in function.get_raw_bindings()]
    trigger_name = function.get_trigger().name
    trigger = next(b for b in bindings if b["name"] == trigger_name)
    code = function.get_user_function()
    _check_names(name, bindings)
    _check_parameters(name, code, bindings)
    return LoadedFunction(name, trigger, bindings, code, inspect.iscoroutinefunction(code))


def _check_names(name: str, bindings: list[dict[str, Any]]) -> None:
    if not _FUNCTION_NAME.fullmatch(name) or name.lower() == "host":
        raise AppError(f"{name!r} is not a possible function name")
    for binding in bindings:
        if not _BINDING_NAME.fullmatch(binding["name"]):
            raise AppError(f"binding {binding['name']!r} of {name}: letters and digits only")


def _check_parameters(name: str, code: Callable[..., Any], bindings: list[dict[str, Any]]) -> None:
    parameters = set(inspect.signature(code).parameters)
    wanted = {binding["name"] for binding in bindings} - {"$return"}
    if "context" not in wanted:
        parameters.discard("context")
    if parameters != wanted:
        raise AppError(
            f"{name} takes the parameters {sorted(parameters)} but binds {sorted(wanted)}"
        )
