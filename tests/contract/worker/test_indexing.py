"""Which functions a worker finds in an app, how it describes them, and which apps it refuses."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from devhost.language_worker.functions import Function
from devhost.starting import BadStart
from tests.contract.worker.caller import APP, ROOT, WorkerCaller, serving
from tests.real_worker import OWN_ID, REAL_ID, WORKERS, command

HEAD = """
from __future__ import annotations
import typing
from typing import Any, Dict, Generic, List, Optional, TypeVar, Union
import azure.durable_functions as df
import azure.functions as func
app = df.DFApp()
T = TypeVar("T")
class Box(Generic[T]): pass
activity = app.activity_trigger(input_name="p")
route = app.route(route="r")
puts = app.queue_output(arg_name="out", queue_name="q", connection="C")
timer = app.timer_trigger(arg_name="t", schedule="0 0 * * * *")
queue = app.queue_trigger(arg_name="m", queue_name="q", connection="C")
"""
TAKEN = {
    "an unannotated parameter": "@activity\ndef f(p): ...",
    "a class": "@activity\ndef f(p: dict) -> list: ...",
    "anything": "@activity\ndef f(p: Any) -> Any: ...",
    "typing's generics": "@activity\ndef f(p: Dict[str, int]) -> None: ...",
    "a generic class": "@activity\ndef f(p: Box[int]): ...",
    "a union as a result": "@activity\ndef f(p) -> str | None: ...",
    "a context": "@activity\ndef f(p, context: func.Context): ...",
    "an unannotated context": "@activity\ndef f(p, context): ...",
    "text for a message": "@queue\ndef f(m: str): ...",
    "bytes for a timer": "@timer\ndef f(t: bytes): ...",
    "text over HTTP": "@route\ndef f(req: func.HttpRequest) -> str: ...",
    "an output": "@route\n@puts\ndef f(req, out: func.Out[str]) -> str: ...",
    "an output of a list": "@route\n@puts\ndef f(req, out: func.Out[List[str]]) -> str: ...",
    "an unannotated output": "@route\n@puts\ndef f(req, out): ...",
}
REFUSED = {
    "no app": "app = None",
    "two apps": "other = df.DFApp()",
    "two names for one app": "other = app",
    "a missing module": "import no_such_module",
    "a syntax error": "def broken(:",
    "an exception": "raise ValueError('not today')",
    "another parameter": "@activity\ndef f(q): ...",
    "a parameter too many": "@activity\ndef f(p, q): ...",
    "a parameter too few": "@puts\n@activity\ndef f(p): ...",
    "a builtin's generics": "@activity\ndef f(p: dict[str, int]): ...",
    "a union": "@activity\ndef f(p: str | None): ...",
    "an optional": "@activity\ndef f(p: Optional[str]): ...",
    "a tuple of something": "@activity\ndef f(p: typing.Tuple[int, int]): ...",
    "a text for a type": "@activity\ndef f(p: 'nowhere'): ...",
    "another context": "@activity\ndef f(p, context: str): ...",
    "a number for a message": "@queue\ndef f(m: int): ...",
    "anything for a timer": "@timer\ndef f(t: Any): ...",
    "text for a request": "@route\ndef f(req: dict): ...",
    "a dictionary over HTTP": "@route\ndef f(req) -> dict: ...",
    "a union over HTTP": "@route\ndef f(req) -> Optional[func.HttpResponse]: ...",
    "an output that is none": "@route\n@puts\ndef f(req, out: str): ...",
    "an output of a number": "@route\n@puts\ndef f(req, out: func.Out[int]): ...",
    "an output for an input": "@activity\ndef f(p: func.Out[str]): ...",
    "one name twice": "@activity\ndef f(p): ...\n@activity\ndef f(p): ...",
    "no functions": "",
}


APP_SETTINGS = {"SIMULATED_ARM_ENDPOINT": "http://127.0.0.1:7072"}


def described(caller: WorkerCaller) -> list[Function]:
    return caller.worker.functions


@pytest.mark.real_worker
@pytest.mark.parametrize("app_dir", [ROOT, APP], ids=["this app", "all bindings"])
def test_microsofts_worker_describes_the_functions_as_ours_does(app_dir: Path) -> None:
    with (
        serving(command(REAL_ID), app_dir, APP_SETTINGS) as real,
        serving(command(OWN_ID), app_dir, APP_SETTINGS) as own,
    ):
        assert described(real) == described(own)


def test_every_binding_of_this_app_is_among_those_compared() -> None:
    with serving(command(OWN_ID), ROOT, APP_SETTINGS) as app, serving(command(OWN_ID)) as compared:
        assert kinds(app) <= kinds(compared)


def kinds(caller: WorkerCaller) -> set[tuple[str, str, bool]]:
    """Type and direction of each binding, and whether it is that of an async function."""
    return {
        (str(binding["type"]), str(binding.get("direction", "IN")), "$" in binding["name"])
        for function in caller.worker.functions
        for binding in function.bindings
    }


@pytest.fixture(scope="session", params=WORKERS)
def refusals(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str | None]:
    """The reason of each refusal, by the name of the app."""
    *python, package = command(request.param)
    folder = tmp_path_factory.mktemp("apps")
    scripts = {name: f"app{number}.py" for number, name in enumerate(TAKEN | REFUSED)}
    for name, source in (TAKEN | REFUSED).items():
        (folder / scripts[name]).write_text(HEAD + source)
    called = [*python, "tests.contract.worker.refusals", package, str(folder), *scripts.values()]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    said = subprocess.run(called, env=environ, check=True, capture_output=True, text=True).stdout
    reasons = json.loads(said)
    return {name: reasons[script] for name, script in scripts.items()}


@pytest.mark.parametrize("name", TAKEN)
def test_an_app_is_loaded_with(refusals: dict[str, str | None], name: str) -> None:
    assert refusals[name] is None


@pytest.mark.parametrize("name", REFUSED)
def test_an_app_is_refused_in_one_sentence_with(refusals: dict[str, str | None], name: str) -> None:
    reason = refusals[name]
    assert reason is not None
    assert reason.startswith("The app cannot be loaded: ") or name == "no functions"
    assert "\n" not in reason


@pytest.mark.parametrize("worker", WORKERS)
def test_a_refused_app_is_refused_to_the_host(worker: str, tmp_path: Path) -> None:
    (tmp_path / "function_app.py").write_text("import json\nimport no_such_module\n")
    told = r"No module named 'no_such_module' \(function_app\.py line 2\)\.$"
    with pytest.raises(BadStart, match=told), serving(command(worker), tmp_path):
        pass


@pytest.mark.parametrize("worker", WORKERS)
def test_a_folder_without_an_app_is_refused(worker: str, tmp_path: Path) -> None:
    with pytest.raises(BadStart, match="has no function"), serving(command(worker), tmp_path):
        pass
