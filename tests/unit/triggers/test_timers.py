"""The reconciler's timer starts one orchestration, and none while that runs."""

from datetime import UTC, datetime, timedelta
from typing import Any, cast
from unittest.mock import patch

import azure.functions as func
import pytest

from restore.messages import names
from restore.messages.errors import AccessDenied
from restore.settings import Settings
from tests.fakes.durable import FakeDurableClient
from tests.fakes.log import lines
from triggers import health, timers

MIDNIGHT = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture(autouse=True)
def no_storage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_STORAGE", {})


def well() -> None:
    """The identity gets its token."""


def function(check: health.Check = well, **settings: Any) -> Any:
    """The registered function, as the host sees it."""
    blueprint = timers.blueprint(Settings(**settings), check)
    return blueprint._function_builders[-1].build(func.AuthLevel.FUNCTION)


async def tick(
    client: FakeDurableClient, at: datetime = MIDNIGHT, check: health.Check = well
) -> None:
    class Clock:
        @staticmethod
        def now(zone: Any) -> datetime:
            return at.astimezone(zone)

    code = function(check).get_user_function().__wrapped__
    with patch.object(timers, "datetime", Clock):
        await code(timer=None, client=cast("Any", client))


def test_its_period_is_a_setting() -> None:
    assert function().get_trigger().schedule == "0 */5 * * * *"
    assert function(restore_reconcile_s=30).get_trigger().schedule == "*/30 * * * * *"


async def test_it_starts_one_orchestration_under_one_id() -> None:
    client = FakeDurableClient()
    await tick(client)
    ((instance_id, (name, _)),) = client.started.items()
    assert (instance_id, name) == ("reconcile-v2", names.RECONCILE)


async def test_a_tick_while_it_runs_does_nothing() -> None:
    client = FakeDurableClient()
    client.refuses = "An Orchestration instance with the status Running already exists."
    await tick(client)
    assert client.started == {}


async def test_what_keeps_it_from_starting_is_not_hidden() -> None:
    client = FakeDurableClient()
    client.refuses = "the storage account is away"
    with pytest.raises(Exception, match="away"):
        await tick(client)


async def test_once_a_day_it_has_what_is_old_deleted() -> None:
    deleting = []
    for number in range(288):
        client = FakeDurableClient()
        at = MIDNIGHT + timedelta(seconds=300 * number, milliseconds=40)
        await tick(client, at)
        _, order = client.started["reconcile-v2"]
        deleting += [number] * bool(order.get("deletes"))
    assert deleting == [0]


async def test_what_keeps_the_app_from_its_work_is_told_and_keeps_the_tick_from_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def refused() -> None:
        raise AccessDenied("No identity.", code="NoToken")

    client = FakeDurableClient()
    await tick(client, check=refused)
    assert [*client.started] == ["reconcile-v2"]
    (line,) = lines(caplog, "health")
    assert (line["function"], line["status"]) == ("reconcile_restores", "failing")
    assert line["problems"] == ["No identity. (NoToken)"]


async def test_while_all_is_well_nothing_is_told(caplog: pytest.LogCaptureFixture) -> None:
    await tick(FakeDurableClient())
    assert lines(caplog, "health") == []
