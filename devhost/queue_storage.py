"""Storage queues as the Functions host uses them: message texts, poison names, output bindings.

Base64 or plain is decided by host.json and done here; the storage client is left to pass texts.
When a message is taken, renewed and given up is decided by queue_listener.py.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from devhost.language_worker.messages import Data, Json, Text, Value
from devhost.starting import BadStart, with_settings
from devhost.storage_account import connection_of

if TYPE_CHECKING:
    from azure.storage.queue.aio import QueueClient

_POISON = "-poison"
_NAME_LENGTH_MAX = 63
_BLANKS = str.maketrans("", "", " \t\r\n")
"""Which .NET passes over in Base64."""
_CLIENT: dict[str, Any] = {
    "connection_timeout": 5,
    "read_timeout": 20,
    # The client's own waits 15 s before its first retry: nothing for a laptop.
    "retry_total": 1,
    "initial_backoff": 1,
    "increment_base": 1,
    "random_jitter_range": 0,
}


class Queues:
    """The queues of one app's storage accounts; one client per queue."""

    def __init__(self, settings: Mapping[str, str], *, is_base64: bool) -> None:
        self._settings = settings
        self.is_base64 = is_base64
        self._clients: dict[tuple[str, str], QueueClient] = {}

    def client(self, connection: str, name: str) -> "QueueClient":
        """The client of a queue; nothing is sent before it is used."""
        from azure.storage.queue.aio import QueueClient

        key = (connection, name)
        if key not in self._clients:
            text = connection_of(connection, self._settings)
            try:
                made = QueueClient.from_connection_string(text, name, **_CLIENT)
            except ValueError as error:
                raise BadStart(f"{connection} holds no usable connection string.") from error
            self._clients[key] = made
        return self._clients[key]

    def of_binding(self, binding: Mapping[str, Any]) -> "QueueClient":
        """The client of the queue that a trigger or output binding names."""
        name = with_settings(str(binding["queueName"]), self._settings)
        return self.client(str(binding.get("connection") or "AzureWebJobsStorage"), name)

    async def send(self, binding: Mapping[str, Any], value: Value) -> None:
        """Put what a function left in an output binding on its queue, made if missing."""
        client = self.of_binding(binding)
        for message in messages_of(value):
            await send_text(client, self.encode(message))

    def encode(self, body: bytes) -> str:
        """A message's text on the wire."""
        return base64.b64encode(body).decode() if self.is_base64 else body.decode()

    def decode(self, text: str) -> bytes:
        """The body in a message's text; ValueError when it cannot be read."""
        if not self.is_base64:
            return text.encode()
        try:
            return base64.b64decode(text.translate(_BLANKS), validate=True)
        except binascii.Error as error:
            raise ValueError("not Base64") from error

    async def close(self) -> None:
        for client in self._clients.values():
            await client.close()


async def create(client: "QueueClient") -> None:
    """Create a queue; one that is there is no error."""
    from azure.core.exceptions import ResourceExistsError

    try:
        await client.create_queue()
    except ResourceExistsError:
        pass


async def send_text(client: "QueueClient", text: str) -> None:
    """Send a message as it is, after creating the queue if it is missing."""
    from azure.core.exceptions import ResourceNotFoundError

    try:
        await client.send_message(text)
    except ResourceNotFoundError:
        await create(client)
        await client.send_message(text)


def poison_name(name: str) -> str | None:
    """The queue for messages that never worked; None where there can be none."""
    poison = name + _POISON
    return None if name.endswith(_POISON) or len(poison) > _NAME_LENGTH_MAX else poison


def messages_of(value: Value) -> list[bytes]:
    """The messages in an output: one per element of a JSON array, objects re-rendered indented."""
    if isinstance(value, Data):
        return [value.value]
    assert isinstance(value, Text | Json), "a queue takes texts and bytes"
    text = value.value
    try:
        document = json.loads(text)
    except ValueError:
        return [text.encode()]
    if isinstance(document, list):
        return [_element(item) for item in document]
    return [_element(document)] if isinstance(document, dict) else [text.encode()]


def first_line(error: Exception) -> str:
    """The part of a storage error that a person reads."""
    return str(error).strip().partition("\n")[0]


def _element(item: Any) -> bytes:
    return (item if isinstance(item, str) else json.dumps(item, indent=2)).encode()
