"""Whether the app can do its work is answered within its time, whatever is wrong."""

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from restore.messages.errors import AccessDenied, ServiceUnavailable, SettingsWrong
from restore.notify.receivers import Notify, Receiver
from restore.settings import Settings
from tests.fakes.log import lines
from triggers import health, notifications

NAMES = ("blob", "queue", "table", "identity")


def well() -> None:
    """A check that finds nothing."""


def raising(error: Exception) -> health.Check:
    def check() -> None:
        raise error

    return check


RIGHT = Settings()
TOLD = Notify(receivers=(Receiver(name="a", kind="webhook", url="https://hooks.example.com"),))


def app(settings: Settings = RIGHT, /, **checks: health.Check) -> health.Health:
    return health.Health(settings, dict.fromkeys(NAMES, well) | checks)


async def show(asked: health.Health) -> tuple[int, Any]:
    reply = await asked.show()
    return reply.status_code, json.loads(reply.get_body())


@pytest.fixture
def hanging(monkeypatch: pytest.MonkeyPatch) -> Iterator[health.Check]:
    """A check that hears nothing until the test is over."""
    monkeypatch.setattr(health, "CHECK_S_MAX", 0.2)
    over = threading.Event()

    def check() -> None:
        over.wait(30)

    yield check
    over.set()


async def test_an_app_that_reaches_all_that_it_needs_is_well() -> None:
    status, body = await show(app())
    assert (status, body["status"], body["problems"]) == (200, "ok", [])
    assert body["checks"] == dict.fromkeys(("settings", *NAMES), "ok")
    assert body["arm"] == "https://management.azure.com"
    assert body["backupApiVersion"] == Settings().backup_api_version


@pytest.mark.parametrize("name", NAMES)
async def test_each_thing_that_does_not_answer_is_a_problem(name: str) -> None:
    away = raising(ServiceUnavailable("Nobody answers.", code="ServerBusy"))
    status, body = await show(app(**{name: away}))
    assert (status, body["status"]) == (503, "failing")
    assert body["problems"] == ["Nobody answers. (ServerBusy)"]
    assert {key for key, code in body["checks"].items() if code != "ok"} == {name}


@pytest.mark.parametrize("word", ["stopped", "unknown"])
async def test_alerts_that_may_restore_nothing_are_told_and_no_problem(word: str) -> None:
    status, body = await show(app(alerts=lambda: word))
    assert (status, body["status"], body["problems"]) == (200, "ok", [])
    assert body["checks"]["alerts"] == word


async def test_all_problems_are_told_at_once() -> None:
    status, body = await show(
        app(
            Settings(problems=("RESTORE_KEEP_D must be a whole number.",)),
            blob=raising(ServiceUnavailable("No blobs.", code="A")),
            identity=raising(AccessDenied("No token.", code="NoToken")),
        )
    )
    assert status == 503
    assert body["problems"] == [
        "RESTORE_KEEP_D must be a whole number.", "No blobs. (A)", "No token. (NoToken)",
    ]  # fmt: skip
    assert "arm" not in body


async def test_a_wrong_setting_is_told_once_though_it_keeps_all_checks_from_looking() -> None:
    wrong = raising(SettingsWrong("AzureWebJobsStorage names no storage account."))
    settings = Settings(problems=("AzureWebJobsStorage names no storage account.",))
    _, body = await show(app(settings, blob=wrong, queue=wrong, table=wrong))
    assert body["problems"] == [*settings.problems]
    assert body["checks"]["blob"] == "SettingsWrong"


async def test_what_nobody_foresaw_is_no_500_either(caplog: pytest.LogCaptureFixture) -> None:
    status, body = await show(app(table=raising(RuntimeError("no route; AccountKey=s3cret"))))
    assert (status, body["checks"]["table"]) == (503, "RuntimeError")
    assert "s3cret" not in json.dumps(body) + caplog.text
    fault, failing = lines(caplog)
    assert (fault["event"], fault["exception"]) == ("fault", "RuntimeError")
    assert fault["text"].startswith("no route")
    assert (failing["event"], failing["status"]) == ("health", "failing")
    assert failing["problems"] == body["problems"]


async def test_what_is_silent_has_a_time_of_its_own_and_delays_no_other(
    hanging: health.Check,
) -> None:
    began = time.monotonic()
    status, body = await show(app(blob=hanging, queue=hanging, table=hanging))
    assert time.monotonic() - began < 2
    assert status == 503
    assert [*body["checks"].values()] == ["ok", "NoAnswer", "NoAnswer", "NoAnswer", "ok"]
    assert body["problems"][0] == (
        "The storage account's blob service gave no answer within 0.2 s."
    )


def test_of_a_look_that_hangs_there_is_one_however_many_ask(hanging: health.Check) -> None:
    looks: list[int] = []

    def check() -> None:
        looks.append(1)
        hanging()

    asked = app(blob=check)
    for _ in range(3):
        assert asyncio.run(show(asked))[0] == 503
    assert len(looks) == 1


def test_notifications_are_looked_at_beside_all_else_and_once(
    hanging: health.Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[int] = []

    def troubles(settings: Settings) -> list[Any]:
        looks.append(1)
        hanging()
        return []

    monkeypatch.setattr(notifications, "troubles", troubles)
    monkeypatch.setattr(health, "CHECK_S_MAX", 1.0)
    receiver = Receiver(name="a", kind="webhook", url="https://hooks.example.com")
    asked = app(Settings(restore_notify=Notify(receivers=(receiver,))), blob=hanging)
    for _ in range(2):
        began = time.monotonic()
        status, body = asyncio.run(show(asked))
        assert time.monotonic() - began < 1.8, "not one after the other"
        assert (status, body["checks"]["blob"]) == (503, "NoAnswer")
        assert body["notifications"] == [notifications.SILENT]
    assert len(looks) == 1


async def test_once_it_answers_again_the_app_is_well_again() -> None:
    errors: list[Exception] = [ServiceUnavailable("Away.", code="A")]

    def check() -> None:
        if errors:
            raise errors.pop()

    asked = app(blob=check)
    assert (await show(asked))[0] == 503
    assert (await show(asked))[0] == 200


def test_whoever_asks_whether_it_lives_learns_nothing_else() -> None:
    reply = health.live()
    assert (reply.status_code, json.loads(reply.get_body())) == (200, {"status": "ok"})


@pytest.mark.parametrize(
    ("fields", "asked"),
    [
        ({}, False),
        ({"restore_notify": None}, False),
        ({"restore_notify": Notify(receivers=())}, False),
        ({"restore_notify": TOLD}, True),
        ({"restore_notify": TOLD, "problems": ("X is wrong.",)}, False),
        ({"restore_notify": None, "problems": ("X is wrong.",)}, False),
    ],
)
async def test_receivers_are_looked_at_where_there_are_some_and_settings_are_right(
    monkeypatch: pytest.MonkeyPatch, fields: dict[str, Any], asked: bool
) -> None:
    monkeypatch.setattr(notifications, "troubles", lambda settings: [])
    _, body = await show(app(Settings(**fields)))
    assert ("notifications" in body) is asked


def test_a_check_leaves_time_to_answer_within_five_seconds() -> None:
    """A prober waits no longer; what is not known by then is told as unknown."""
    assert health.CHECK_S_MAX == 5 - 1.5


@pytest.mark.parametrize(("is_set", "word"), [(True, "stopped"), (False, "ok")])
async def test_a_setting_that_stops_alerts_is_told_in_their_check(
    monkeypatch: pytest.MonkeyPatch, is_set: bool, word: str
) -> None:
    monkeypatch.setattr(health, "_STORAGE", dict.fromkeys(("blob", "alerts"), well))
    _, body = await show(health.of_app(Settings(restore_alerts_stopped=is_set), well))
    fine = dict.fromkeys(("settings", "blob", "identity"), "ok")
    assert body["checks"] == fine | {"alerts": word}


async def test_a_look_that_hangs_keeps_no_process_from_its_end() -> None:
    daemons: list[bool] = []

    def check() -> None:
        daemons.append(threading.current_thread().daemon)

    await show(app(blob=check))
    assert daemons == [True]
