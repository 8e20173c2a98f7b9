"""Small apps on the embedded engine with a virtual clock."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from devhost.clock import VirtualClock
from devhost.engine.dispatcher import Core
from devhost.engine.store import Store
from devhost.engine.virtual import VirtualDriver
from devhost.worker import Worker

HEAD = """
import json
from datetime import datetime, timedelta, timezone
import azure.functions as func, azure.durable_functions as df
app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)
def orch(function): return app.orchestration_trigger(context_name="context")(function)
def act(function): return app.activity_trigger(input_name="p")(function)
def after(context, seconds): return context.current_utc_datetime + timedelta(seconds=seconds)
CALLS = []
@act
def echo(p):
    CALLS.append(p)
    return p
@act
def boom(p): raise ValueError("boom " + str(p))
@orch
def waits(context): return (yield context.wait_for_external_event("Go"))
@orch
def sleeper(context):
    yield context.create_timer(after(context, context.get_input()))
    return "slept"
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            # The SDK's own warnings: one codec advice per process, one per event nobody awaits.
            for words in (
                "ignore:azure.functions df_loads:DeprecationWarning",
                "ignore:Potential duplicate Task completion:UserWarning",
            ):
                item.add_marker(pytest.mark.filterwarnings(words))


@pytest.fixture
def worker_for(tmp_path: Path) -> Callable[[str], Worker]:
    """Load an app: the head above and what the test adds to it."""

    def load(source: str = "") -> Worker:
        (tmp_path / "small_app.py").write_text(HEAD + textwrap.dedent(source), "utf-8")
        return Worker(tmp_path, "small_app.py")

    return load


@pytest.fixture
def engine_for(worker_for: Callable[[str], Worker]) -> Callable[[str], VirtualDriver]:
    """An engine over an app, with nothing in it and the clock at the start of 2030."""

    def build(source: str = "") -> VirtualDriver:
        worker = worker_for(source)
        return VirtualDriver(Core(Store(), worker), worker, VirtualClock())

    return build
