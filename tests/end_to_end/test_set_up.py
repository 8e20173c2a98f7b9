"""An app that is set up wrongly, or whose storage is away, says so; on each engine.

Two hosts: one whose storage can be taken away, under a prefix of its own; and one that is started
again with settings that are wrong, and once more with ones that are right.
"""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from benchmarks.switched_storage import Mode, SwitchedStorage
from devhost.starting import BadStart
from devhost.testing import HostProcess
from tests.end_to_end.engines import EMBEDDED, POLICY, REAL, on_devhost, why_not
from tests.end_to_end.harness import HostHarness, request_for, vm
from tests.fakes import callers

ANSWER_S_MAX = 5.0
PREFIX = "ops/v1"
ADDRESS = "https://restore.example.com/vm/ops/v1"
OF_PREFIX = {
    "AzureFunctionsJobHost__extensions__http__routePrefix": PREFIX,
    "RESTORE_PUBLIC_URL": ADDRESS,
    "RESTORE_RECONCILE_S": "5",
}
GUARDED = POLICY["rules"][0] | {"sources": [vm("web-02")]}
RIGHT = {
    "RESTORE_KEEP_D": "",
    "RESTORE_POLICY": json.dumps(
        POLICY | {"rules": [GUARDED, POLICY["rules"][1]], "approvalWithin": "PT10M"}
    ),
}
LOST_QUOTES = {"RESTORE_KEEP_D": "for ever", "RESTORE_POLICY": "{rules:[]}"}
BOB = callers.headers("bob@example.com")


@dataclass
class Asked:
    """An answer, and how long it took."""

    status: int
    body: Any
    took_s: float


@dataclass
class Stage:
    """A running app, its storage's switch, and the host to start again."""

    harness: HostHarness
    host: HostProcess
    storage: SwitchedStorage

    def ask(self, method: str, path: str, prefix: str = "api") -> Asked:
        """Ask the app, and take the time."""
        began = time.monotonic()
        url = f"{self.harness.base_url}/{prefix}/{path}"
        answer = requests.request(method, url, timeout=60)
        took_s = time.monotonic() - began
        body = answer.json() if answer.content else None
        return Asked(answer.status_code, body, took_s)


@pytest.fixture(scope="module", params=[EMBEDDED, REAL])
def engine(request: pytest.FixtureRequest) -> str:
    reason = why_not(request.param)
    if reason:
        pytest.skip(reason)
    return str(request.param)


def on_stage(stack: ExitStack, engine: str, folder: Path, settings: Mapping[str, str]) -> Stage:
    try:
        storage = stack.enter_context(SwitchedStorage())
    except BadStart as error:
        pytest.skip(str(error))
    run = on_devhost(storage, folder, engine, settings)
    harness, host = stack.enter_context(run)
    return Stage(harness, host, storage)


@pytest.fixture(scope="module")
def stage(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """An app under another prefix, whose storage account is new and can be taken away."""
    with ExitStack() as stack:
        yield on_stage(stack, engine, tmp_path_factory.mktemp("prefix"), OF_PREFIX)


def test_a_new_account_without_the_queue_is_told_and_gets_one(stage: Stage) -> None:
    """The trigger is silent about a queue that is missing, and no document makes it."""
    first = stage.ask("GET", "health", PREFIX)
    if first.status == 503:  # unless the reconciler was quicker
        assert first.body["checks"]["queue"] == "QueueNotFound"
        assert "no queue restore-requests" in first.body["problems"][0]

    def look() -> Asked | None:
        seen = stage.ask("GET", "health", PREFIX)
        return seen if seen.status == 200 else None

    well: Asked = stage.harness.until(look, 30, "a queue")
    assert set(well.body["checks"].values()) == {"ok"}


def test_what_is_asked_under_another_prefix_is_found_there(stage: Stage) -> None:
    url = f"{stage.harness.base_url}/{PREFIX}/restores"
    request = request_for("RestoreDisks", "under-a-prefix")
    asked = requests.post(url, json=request, timeout=60)
    assert asked.status_code == 202
    place = asked.headers["Location"]
    assert place == f"/{PREFIX}/restores/under-a-prefix"
    assert requests.get(f"{stage.harness.base_url}{place}", timeout=60).status_code == 200
    assert requests.get(f"{stage.harness.base_url}/api/restores/x", timeout=60).status_code == 404


def test_an_event_leads_to_the_public_address(stage: Stage) -> None:
    stage.harness.send(request_for("RestoreDisks", "told", name="web-02"))
    event = stage.harness.event("accepted", "told")
    assert event["data"]["restoreAt"] == f"{ADDRESS}/restores/told"
    path = urlsplit(event["data"]["restoreAt"]).path.removeprefix("/vm")
    found = requests.get(f"{stage.harness.base_url}{path}", timeout=60)
    assert found.json()["requestId"] == "told"


@pytest.mark.parametrize("mode", [Mode.REFUSING, Mode.SILENT, Mode.DENIED])
def test_while_storage_is_away_health_says_so_in_time(
    stage: Stage, engine: str, mode: Mode
) -> None:
    services = ["blob", "queue", "table"]
    if mode is Mode.DENIED and engine == REAL:
        services.remove("queue")  # the published trigger ends its process when its queue denies it
    stage.storage.switch(mode, services)
    try:
        told = stage.ask("GET", "health", PREFIX)
        head = stage.ask("HEAD", "health", PREFIX)
        live = stage.ask("HEAD", "live", PREFIX)
    finally:
        stage.storage.switch(Mode.OPEN)
    assert max(told.took_s, head.took_s, live.took_s) < ANSWER_S_MAX
    assert (told.status, head.status, head.body) == (503, 503, None)
    away = [*services, "alerts"]  # the switch for alerts is a blob
    assert [name for name, code in told.body["checks"].items() if code != "ok"] == away
    assert len(told.body["problems"]) == len(services)
    assert live.status == 200


def test_one_service_that_denies_is_named_alone_with_its_role(stage: Stage) -> None:
    stage.storage.switch(Mode.DENIED, ["table"])
    try:
        told = stage.ask("GET", "health", PREFIX)
    finally:
        stage.storage.switch(Mode.OPEN)
    (problem,) = told.body["problems"]
    assert "Storage Table Data Contributor" in problem
    assert told.body["checks"]["table"] == "AuthorizationPermissionMismatch"


@pytest.mark.slow
def test_a_setting_that_is_wrong_stops_what_is_new_and_nothing_that_runs(
    engine: str, tmp_path: Path
) -> None:
    with ExitStack() as stack:
        stage = on_stage(stack, engine, tmp_path, RIGHT)
        harness = stage.harness
        harness.make_queue()
        harness.vault("PUT", "state", {"jobs": {"duration_s": 40}})
        harness.call("POST", "restores", request_for("RestoreDisks", "waits", name="web-02"))
        harness.event("approval-requested", "waits")
        harness.call("POST", "restores", request_for("RestoreDisks", "runs"))
        harness.event("started", "runs")
        stage.host.start_with(LOST_QUOTES)

        told = stage.ask("GET", "health")
        assert told.status == 503
        assert [each.split(" ")[0] for each in told.body["problems"]] == [*LOST_QUOTES]
        refused = harness.call("POST", "restores", request_for("RestoreDisks", "new"))
        assert (refused.status, refused.body["code"]) == (503, "SettingsWrong")
        assert len(refused.body["problems"]) == 2
        harness.send(request_for("RestoreDisks", "message"))
        decision = {"decision": "approve", "reason": "to see"}
        assert harness.call("POST", "restores/waits/approval", decision, BOB).status == 200
        assert harness.finished("runs")["verdict"] == "Completed"

        def why() -> Any:
            waiting = harness.call("GET", "restores/waits").body.get("waiting") or {}
            return waiting["reason"] if waiting.get("code") == "SettingsWrong" else None

        assert "RESTORE_POLICY" in harness.until(why, 60, "the reason to wait")
        assert harness.call("GET", "restores/message").status == 404
        assert (len(harness.posts()), harness.poison()) == (1, 0)

        harness.vault("PUT", "state", {"jobs": {"duration_s": 2}})
        stage.host.start_with(RIGHT)
        assert harness.finished("message")["verdict"] == "Completed"
        assert harness.finished("waits")["verdict"] == "Completed"
        assert (len(harness.posts()), harness.poison()) == (3, 0)
