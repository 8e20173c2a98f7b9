"""The app's storage account is found in the host's settings, in each of their forms."""

import socket
import time
from collections.abc import Collection
from typing import Any

import pytest
from azure.storage.blob import ExponentialRetry
from azure.storage.queue import TextBase64EncodePolicy

from arm import connection as arm_connection
from restore.messages.errors import ServiceUnavailable
from restore.setting_conflicts import STORAGE_S
from storage import connection, queues
from storage.documents import BlobDocuments
from storage.ledger import Ledger
from tests.fakes.storage import MemoryDocuments, MemoryEvents

SETTING = "AzureWebJobsStorage"


class Service:
    """A client of one service, which keeps what it was made with."""

    def __init__(self, address: str, credential: Any = None, **times: Any) -> None:
        self.address, self.credential, self.times = address, credential, times

    @classmethod
    def from_connection_string(cls, text: str, **times: Any) -> "Service":
        """Make one from a connection string."""
        return cls(text, None, **times)


@pytest.fixture
def credential(monkeypatch: pytest.MonkeyPatch) -> object:
    mark = object()
    monkeypatch.setattr(arm_connection, "credential", lambda: mark)
    return mark


def service(kind: str = "blob") -> Service:
    made: Service = connection.client(Service, kind, {"read_timeout": 3})
    assert made.times == {"read_timeout": 3}
    return made


def test_development_storage_is_azurite_on_its_own_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SETTING, "UseDevelopmentStorage=true")
    parts = dict(part.split("=", 1) for part in service().address.strip(";").split(";"))
    assert parts["AccountName"] == "devstoreaccount1"
    assert parts["BlobEndpoint"] == "http://127.0.0.1:10000/devstoreaccount1"
    assert parts["QueueEndpoint"] == "http://127.0.0.1:10001/devstoreaccount1"
    assert parts["TableEndpoint"] == "http://127.0.0.1:10002/devstoreaccount1"
    assert parts["DefaultEndpointsProtocol"] == "http"


def test_an_account_name_is_enough_with_an_identity(
    monkeypatch: pytest.MonkeyPatch, credential: object
) -> None:
    monkeypatch.setenv(f"{SETTING}__accountName", "acc")
    made = service("queue")
    assert made.address == "https://acc.queue.core.windows.net"
    assert made.credential is credential


def test_a_service_uri_goes_before_the_account_name(
    monkeypatch: pytest.MonkeyPatch, credential: object
) -> None:
    monkeypatch.setenv(f"{SETTING}__accountName", "acc")
    monkeypatch.setenv(f"{SETTING}__blobServiceUri", "https://acc.blob.core.chinacloudapi.cn")
    assert service().address == "https://acc.blob.core.chinacloudapi.cn"
    assert service().credential is credential
    assert service("queue").address == "https://acc.queue.core.windows.net"


@pytest.mark.parametrize("url", ["", "https://restore.example/ops/v1"])
def test_events_lead_to_the_public_address_of_the_setting(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv(SETTING, "UseDevelopmentStorage=true")
    monkeypatch.setenv("RESTORE_PUBLIC_URL", url)
    connection._real.cache_clear()
    assert connection.events()._address == (url or "/api")
    connection._real.cache_clear()


def test_what_is_in_use_is_what_is_asked_and_afterwards_what_was_before() -> None:
    outer, inner = Ledger(MemoryDocuments()), Ledger(MemoryDocuments())
    made: list[Collection[str]] = []
    with connection.use(outer, MemoryEvents()):
        with connection.use(inner, MemoryEvents(), made.append):
            assert connection.ledger() is inner
            connection.make_queues(("q",))
        assert connection.ledger() is outer
        connection.make_queues(("p",))
    assert made == [("q",)]


def test_an_event_waits_for_storage_for_four_seconds_at_most_and_is_tried_once() -> None:
    """A restore does not wait for its events; what is not sent then is sent later."""
    assert connection.EVENT_S_MAX == 4
    assert connection.ONE_SHORT_TRY["retry_total"] == 0


def test_the_ledger_is_waited_for_well_within_an_activitys_time() -> None:
    times = connection._TIMEOUTS
    one_s = times["connection_timeout"] + times["read_timeout"]
    retry = ExponentialRetry(**times)
    before_each = (
        retry.initial_backoff + retry.increment_base**count + retry.random_jitter_range
        for count in range(1, retry.total_retries + 1)
    )
    assert (1 + retry.total_retries) * one_s + sum(before_each) == 87 <= STORAGE_S


def test_whoever_asks_while_storage_refuses_is_told_so_within_a_quarter_of_a_minute(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and nobody listens
        blob = f"BlobEndpoint=http://127.0.0.1:{taken.getsockname()[1]}/acc"
        monkeypatch.setenv(SETTING, f"AccountName=acc;AccountKey=c2VjcmV0;{blob}")
        pauses: list[float] = []
        monkeypatch.setattr(time, "sleep", pauses.append)
        with pytest.raises(ServiceUnavailable):
            Ledger(BlobDocuments(connection._container())).read("r1")
    assert len(pauses) == 2
    assert sum(pauses) < 15


@pytest.mark.parametrize(
    ("notify", "told"), [("", False), ('{"receivers": []}', False), ("x.json", True)]
)
def test_notifications_are_kept_only_where_somebody_is_told(
    monkeypatch: pytest.MonkeyPatch, notify: str, told: bool
) -> None:
    monkeypatch.setenv(SETTING, "UseDevelopmentStorage=true")
    monkeypatch.setenv("RESTORE_NOTIFY", notify)
    connection._real.cache_clear()
    assert (connection.pending_notifications() is not None) is told
    connection._real.cache_clear()


@pytest.mark.parametrize("is_base64", [True, False])
def test_only_our_own_trigger_reads_messages_as_they_are(
    monkeypatch: pytest.MonkeyPatch, is_base64: bool
) -> None:
    monkeypatch.setenv(SETTING, "UseDevelopmentStorage=true")
    queue = connection._queue("q", is_base64=is_base64)
    policy = queue._message_encode_policy
    assert isinstance(policy, TextBase64EncodePolicy) is is_base64


def test_messages_for_others_are_in_base64_and_wakes_for_ourselves_are_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(SETTING, "UseDevelopmentStorage=true")
    monkeypatch.setenv("RESTORE_NOTIFY", "x.json")
    connection._real.cache_clear()
    events: Any = connection.events()._queue
    pending_notifications = connection.pending_notifications()
    assert pending_notifications is not None
    wakes: Any = pending_notifications._wakes
    found = {each.queue_name: each._message_encode_policy for each in (events._queue, wakes._queue)}
    assert {name: isinstance(policy, TextBase64EncodePolicy) for name, policy in found.items()} == {
        "restore-events": True, "restore-notifications": False,
    }  # fmt: skip
    connection._real.cache_clear()


def test_the_account_that_is_asked_for_missing_queues_is_the_apps_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(SETTING, "UseDevelopmentStorage=true")
    asked: list[Any] = []
    monkeypatch.setattr(
        queues, "make_missing", lambda service, names: asked.append((service.account_name, names))
    )
    connection._real.cache_clear()
    connection.make_queues(("q",))
    assert asked == [("devstoreaccount1", ("q",))]
    connection._real.cache_clear()
