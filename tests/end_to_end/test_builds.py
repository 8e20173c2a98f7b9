"""One build of the app after another on the same storage account, and two at the same time; on each
engine.

A build is what is deployed, in a folder of its own. The newer one says so at `/live`. OLDER_BUILD
names a folder with another older build, such as a checkout of an earlier commit.
"""

import os
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from devhost.azurite import Azurite
from tests.end_to_end.engines import EMBEDDED, REAL, on_devhost, why_not
from tests.end_to_end.harness import HostHarness, request_for
from tests.fakes import callers
from tools import package

JOB_S = 25.0
DECIDED = {"decision": "approve", "reason": "after the upgrade"}
QUIET = {"RESTORE_RECONCILE_S": "10"}
BOB = callers.headers("bob@example.com")
_LIVE = '{"status": "ok"}'
_NEWER = '{"status": "ok", "build": "newer"}'


@pytest.fixture(params=[EMBEDDED, REAL])
def engine(request: pytest.FixtureRequest) -> str:
    reason = why_not(request.param)
    if reason:
        pytest.skip(reason)
    return str(request.param)


@pytest.fixture
def account(azurite: Azurite) -> Iterator[Azurite]:
    """A storage account of its own."""
    assert azurite.ports, "where one Azurite runs, another can"
    with Azurite() as own:
        yield own


def deploy(folder: Path, *, newer: bool) -> Path:
    """Put a build where the one before it was, as a deployment does."""
    shutil.rmtree(folder, ignore_errors=True)
    elsewhere = os.environ.get("OLDER_BUILD")
    if elsewhere and not newer:
        shutil.copytree(elsewhere, folder, ignore=shutil.ignore_patterns(".*", "node_modules"))
        return folder
    package.copy_app(folder)
    if newer:
        path = folder / "triggers" / "health.py"
        text = path.read_text()
        assert text.count(_LIVE) == 1
        path.write_text(text.replace(_LIVE, _NEWER))
    return folder


def is_newer(harness: HostHarness) -> bool:
    return "build" in harness.call_again("GET", "live").body


@pytest.mark.slow
@pytest.mark.parametrize("to_newer", [True, False], ids=["an upgrade", "a rollback"])
def test_what_one_build_has_begun_another_ends_once(
    engine: str, account: Azurite, tmp_path: Path, to_newer: bool
) -> None:
    app = deploy(tmp_path / "app", newer=not to_newer)
    mark = uuid.uuid4().hex[:6]
    transfers, waits, queued = (f"{name}-{mark}" for name in ("transfers", "waits", "queued"))
    settings = QUIET | {"RESTORE_POLICY": ""}
    with on_devhost(account, tmp_path / "state", engine, settings, app_dir=app) as (harness, host):
        assert is_newer(harness) is not to_newer
        harness.make_queue()
        harness.vault("PUT", "state", {"jobs": {"duration_s": JOB_S}})
        harness.call("POST", "restores", request_for("OriginalLocation", waits, name="web-02"))
        harness.event("approval-requested", waits)
        harness.call("POST", "restores", request_for("RestoreDisks", transfers))
        harness.event("started", transfers)

        host.kill()
        harness.send(request_for("RestoreDisks", queued, name="db-01"))
        deploy(app, newer=to_newer)
        host.start()

        assert is_newer(harness) is to_newer
        approved = harness.call_again("POST", f"restores/{waits}/approval", DECIDED, BOB)
        assert approved.status == 200
        ended = {each: harness.finished(each)["verdict"] for each in (transfers, waits, queued)}
        assert ended == dict.fromkeys((transfers, waits, queued), "Completed")
        assert (len(harness.posts()), harness.poison()) == (3, 0)


@pytest.mark.slow
def test_two_apps_on_one_account_are_one_and_a_slot_would_take_what_is_meant_for_the_other(
    engine: str, account: Azurite, tmp_path: Path
) -> None:
    first, second = (uuid.uuid4().hex for _ in range(2))
    with on_devhost(account, tmp_path / "app", engine, QUIET) as (app, host):
        app.make_queue()
        app.send(request_for("RestoreDisks", first))
        app.event("accepted", first)
        slots = QUIET | {"SIMULATED_ARM_ENDPOINT": app.vault_url}
        with on_devhost(account, tmp_path / "slot", engine, slots) as (beside, _):
            slot = replace(app, base_url=beside.base_url, logs=beside.logs)  # the same events
            again = slot.call("POST", "restores", request_for("RestoreDisks", first))
            assert (again.body["requestId"], again.body["isNew"]) == (first, False)
            host.stop()
            slot.send(request_for("RestoreDisks", second))
            slot.event("started", second)
            assert slot.finished(second)["verdict"] == "Completed"
        host.start()
        assert app.finished(first)["verdict"] == "Completed"
        assert app.call("GET", f"restores/{second}").body["verdict"] == "Completed"
        assert (len(app.posts()), app.poison()) == (2, 0)


@pytest.mark.slow
def test_a_second_environment_with_an_account_of_its_own_shares_nothing(
    engine: str, account: Azurite, tmp_path: Path
) -> None:
    name = uuid.uuid4().hex
    with (
        Azurite() as another,
        on_devhost(account, tmp_path / "one", engine, QUIET) as (one, _),
        on_devhost(another, tmp_path / "two", engine, QUIET) as (two, _),
    ):
        one.send(request_for("RestoreDisks", name))
        assert one.finished(name)["verdict"] == "Completed"
        assert two.call("GET", f"restores/{name}").status == 404
        asked = two.call("POST", "restores", request_for("RestoreDisks", name))
        assert asked.body["isNew"] is True
        assert two.finished(name)["verdict"] == "Completed"
        assert (len(one.posts()), len(two.posts())) == (1, 1)
