"""What an end-to-end test may touch: the app's HTTP surface, its queues, and the simulated vault.

A HostHarness does not know what the app runs on. `request_for` builds the requests that the tests
send.
"""

import base64
import json
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import requests
from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.storage.blob import BlobClient
from azure.storage.queue import QueueClient

SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000001"
VAULT = (
    f"{SUBSCRIPTION}/resourceGroups/rg-vault/providers/Microsoft.RecoveryServices/vaults/vault-west"
)

CALL_S_MAX = 60
DOWN_S_MAX = 180
END_S_MAX = 180
"""Generous: machines are slow at times, and only a failure waits so long."""
LOOK_S = 0.3
TAIL_LINES = 40


class Reply(NamedTuple):
    """An HTTP answer of the app."""

    status: int
    headers: Any
    body: Any


@dataclass
class HostHarness:
    """A running app, its storage account and the vault it talks to. Threads may share it."""

    base_url: str
    storage: str
    vault_url: str
    logs: Sequence[Path] = ()
    """What a wait that fails shows the ends of: the host's log, and the engine's."""
    events: list[dict[str, Any]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _drained: float = 0.0

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: dict[str, str] | None = None,
        raw: bytes | None = None,
    ) -> Reply:
        """Call the app's HTTP surface."""
        data = raw if raw is not None else (None if body is None else json.dumps(body).encode())
        answer = requests.request(
            method, f"{self.base_url}/api/{path}", data=data, headers=headers, timeout=CALL_S_MAX
        )
        is_json = "json" in answer.headers.get("content-type", "")
        return Reply(answer.status_code, answer.headers, answer.json() if is_json else answer.text)

    def call_again(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> Reply:
        """Call until there is an answer, as one does whose host may be down for a moment."""

        def look() -> Reply | None:
            try:
                reply = self.call(method, path, body, headers)
            except requests.RequestException:
                return None
            return reply if reply.status < 500 else None

        answered: Reply = self.until(look, DOWN_S_MAX, f"an answer to {method} {path}")
        return answered

    def send(
        self, message: Any, encode: bool = False, queue_name: str = "restore-requests"
    ) -> None:
        """Put a message on the app's request queue."""
        text = message if isinstance(message, str) else json.dumps(message)
        if encode:
            text = base64.b64encode(text.encode()).decode()
        self.make_queue(queue_name)
        self._queue(queue_name).send_message(text)

    def make_queue(self, name: str = "restore-requests") -> None:
        """Make a queue, as the deployment does."""
        try:
            self._queue(name).create_queue()
        except ResourceExistsError:
            pass

    def finished(self, request_id: str, within_s: float = END_S_MAX) -> dict[str, Any]:
        """Wait until a restore is announced as finished and is at rest; return its view."""
        self.event("finished", request_id, within_s)

        def look() -> dict[str, Any] | None:
            reply = self.call_again("GET", f"restores/{request_id}")
            is_over = reply.status == 200 and "verdict" in reply.body
            return reply.body if is_over and reply.body["runtimeStatus"] == "Completed" else None

        view: dict[str, Any] = self.until(
            look, END_S_MAX, f"rest after the verdict of {request_id}"
        )
        return view

    def event(self, kind: str, request_id: str, within_s: float = END_S_MAX) -> dict[str, Any]:
        """Wait for an event of one kind about one request (or queue message)."""

        def look() -> dict[str, Any] | None:
            self.drain()
            for event in tuple(self.events):
                named = (event["data"].get("requestId"), event["data"].get("messageId"))
                if event["type"] == f"azure-vm-restore.{kind}.v1" and request_id in named:
                    return event
            return None

        def seen() -> str:
            return f"The restore itself: {self.glimpse(request_id)}"

        found: dict[str, Any] = self.until(
            look, within_s, f"the event {kind} of {request_id}", seen
        )
        return found

    def drain(self) -> None:
        """Take what is on the event queue; of many who ask at once, one looks."""
        with self._lock:
            if time.monotonic() - self._drained < LOOK_S:
                return
            queue = self._queue("restore-events")
            try:
                for message in queue.receive_messages(messages_per_page=32, visibility_timeout=60):
                    self.events.append(json.loads(base64.b64decode(message.content)))
                    queue.delete_message(message)
            except ResourceNotFoundError:
                pass
            self._drained = time.monotonic()

    def ledger(self, name: str) -> dict[str, Any] | None:
        """Read one document of the ledger's container, such as `restores/{id}`; None if absent."""
        blob = BlobClient.from_connection_string(self.storage, "restore-ledger", name)
        try:
            found: dict[str, Any] = json.loads(blob.download_blob().readall())
        except ResourceNotFoundError:
            return None
        return found

    def seen(self) -> list[dict[str, Any]]:
        """Return every request that the vault has seen."""
        answer = requests.get(f"{self.vault_url}/simulator/requests", timeout=30).json()
        return list(answer)

    def posts(self) -> list[dict[str, Any]]:
        """Return the restore POSTs that the vault has seen."""
        asked = f"{self.vault_url}/simulator/requests?method=POST&path=/restore$"
        return list(requests.get(asked, timeout=30).json())

    def poison(self, mark: str = "") -> int:
        """Return how many messages with this mark the host has given up."""
        listed = self.call_again("GET", "rejections?kind=poisoned&top=200").body["value"]
        kept = [self.call_again("GET", f"rejections/{line['id']}").body for line in listed]
        queue = self._queue("restore-requests-poison")
        try:
            waiting = [str(message.content) for message in queue.peek_messages(32)]
        except ResourceNotFoundError:
            waiting = []
        texts = [*(each["original"] for each in kept), *waiting]
        return sum(mark in text for text in texts)

    def vault(self, method: str, path: str, body: Any) -> None:
        """Call the simulated vault's control surface."""
        answer = requests.request(
            method, f"{self.vault_url}/simulator/{path}", json=body, timeout=30
        )
        assert answer.ok, answer.text

    def until(
        self,
        look: Callable[[], Any],
        within_s: float,
        what: str,
        seen: Callable[[], str] | None = None,
    ) -> Any:
        """Look until there is something to see; what was seen instead is in the failure."""
        end = time.monotonic() + within_s
        while True:
            found = look()
            if found is not None:
                return found
            if time.monotonic() > end:
                break
            time.sleep(LOOK_S)
        tails = [f"--- the end of {path.name}\n{_tail(path)}" for path in self.logs]
        said = [
            f"{what} did not come within {within_s:.0f} s.",
            *([seen()] if seen else []),
            *tails,
        ]
        raise AssertionError("\n".join(said))

    def glimpse(self, request_id: str) -> str:
        """Say how a restore is shown now, for the text of a failure."""
        try:
            reply = self.call("GET", f"restores/{request_id}")
        except requests.RequestException as error:
            return f"the host does not answer ({type(error).__name__})"
        return f"HTTP {reply.status} {json.dumps(reply.body)}"

    def _queue(self, name: str) -> QueueClient:
        return QueueClient.from_connection_string(self.storage, name)


def _tail(path: Path) -> str:
    if not path.is_file():
        return "(there is none)"
    return "\n".join(path.read_text(errors="replace").splitlines()[-TAIL_LINES:])


def vm(name: str = "web-01", group: str = "rg-app") -> str:
    """Return the id of one of the simulated VMs."""
    kind = "providers/Microsoft.Compute/virtualMachines"
    return f"{SUBSCRIPTION}/resourceGroups/{group}/{kind}/{name}"


def request_for(kind: str, request_id: str, name: str = "web-01", **more: Any) -> dict[str, Any]:
    """Return a valid request of one recovery type."""
    group = f"{SUBSCRIPTION}/resourceGroups/rg-restored"
    network = f"{group}/providers/Microsoft.Network/virtualNetworks/vnet-restored"
    staging = f"{SUBSCRIPTION}/resourceGroups/rg-vault/providers/Microsoft.Storage"
    fields: dict[str, Any] = {
        "requestId": request_id,
        "recoveryType": kind,
        "sourceResourceId": vm(name),
        "vaultId": VAULT,
        "storageAccountId": f"{staging}/storageAccounts/stagingwest",
    }
    if kind == "OriginalLocation":
        fields["confirm"] = name
    else:
        fields["targetResourceGroupId"] = group
    if kind == "AlternateLocation":
        fields |= {
            "targetVirtualMachineId": f"{group}/providers/Microsoft.Compute/virtualMachines/"
            f"{request_id}",
            "virtualNetworkId": network,
            "subnetId": f"{network}/subnets/default",
        }
    return fields | more
