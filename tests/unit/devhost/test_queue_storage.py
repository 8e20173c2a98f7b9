"""Message texts on the wire, messages in an output, names of poison queues."""

import pytest

from devhost.language_worker.messages import Data, Json, Text, Value
from devhost.queue_storage import Queues, messages_of, poison_name
from devhost.starting import BadStart
from devhost.storage_account import connection_of, emulator_connection


def test_base64_goes_both_ways_and_refuses_the_rest() -> None:
    queues = Queues({}, is_base64=True)
    assert queues.encode(b'{"a": 1}') == "eyJhIjogMX0="
    assert queues.decode("eyJhIjogMX0=") == b'{"a": 1}'
    for text in ("{}", "abc", "not base64!"):
        with pytest.raises(ValueError, match="not Base64"):
            queues.decode(text)


def test_plain_texts_stay_as_they_are() -> None:
    queues = Queues({}, is_base64=False)
    assert queues.encode("é".encode()) == "é"
    assert queues.decode("eyJhIjogMX0=") == b"eyJhIjogMX0="


@pytest.mark.parametrize(
    ("value", "messages"),
    [
        (Text("text"), [b"text"]),
        (Data(b"\x00\x01"), [b"\x00\x01"]),
        (Text("7"), [b"7"]),
        (Json('["a", {"b": 1}]'), [b"a", b'{\n  "b": 1\n}']),
        (Text('{"b":1}'), [b'{\n  "b": 1\n}']),
    ],
)
def test_an_output_becomes_messages_as_dotnet_makes_them(
    value: Value, messages: list[bytes]
) -> None:
    assert messages_of(value) == messages


def test_a_poison_queue_or_an_overlong_name_has_no_poison_queue() -> None:
    assert poison_name("work") == "work-poison"
    assert poison_name("work-poison") is None
    assert poison_name("q" * 57) is None


def test_the_development_account_is_spelled_out() -> None:
    settings = {"AzureWebJobsStorage": "UseDevelopmentStorage=true"}
    assert connection_of("AzureWebJobsStorage", settings) == emulator_connection()
    assert connection_of("Storage", settings) == emulator_connection()
    lower = {name.lower(): text for name, text in settings.items()}
    assert connection_of("AzureWebJobsStorage", lower) == emulator_connection()
    with pytest.raises(BadStart, match="Other is not set"):
        connection_of("Other", settings)
