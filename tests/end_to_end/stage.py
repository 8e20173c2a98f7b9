"""What an end-to-end test may touch: the app's HTTP surface, its queues, and the simulated vault.

A Stage does not know what the app runs on. `requests_of` builds the requests that the tests send.
"""

import base64
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import requests
from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.storage.queue import QueueClient

SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000001"
VAULT = (
    f"{SUBSCRIPTION}/resourceGroups/rg-vault/providers/Microsoft.RecoveryServices/vaults/vault-west"
)


class Reply(NamedTuple):
    """An HTTP answer of the app."""

    status: int
    headers: Any
    body: Any


@dataclass
class Stage:
    """A running app, its storage account and the vault it talks to."""

    base_url: str
    storage: str
    vault_url: str
    events: list[dict[str, Any]] = field(default_factory=list)

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
            method, f"{self.base_url}/api/{path}", data=data, headers=headers, timeout=60
        )
        is_json = "json" in answer.headers.get("content-type", "")
        return Reply(answer.status_code, answer.headers, answer.json() if is_json else answer.text)

    def send(self, message: Any, encode: bool = False) -> None:
        """Put a message on the app's request queue."""
        text = message if isinstance(message, str) else json.dumps(message)
        if encode:
            text = base64.b64encode(text.encode()).decode()
        queue = self._queue("restore-requests")
        try:
            queue.create_queue()
        except ResourceExistsError:
            pass
        queue.send_message(text)

    def finished(self, request_id: str, within_s: float = 60) -> dict[str, Any]:
        """Wait until a restore has its verdict and return its view."""

        def look() -> dict[str, Any] | None:
            reply = self.call("GET", f"restores/{request_id}")
            has_verdict = reply.status == 200 and "verdict" in reply.body
            return reply.body if has_verdict else None

        view: dict[str, Any] = self.until(look, within_s, f"the verdict of {request_id}")
        return view

    def event(self, kind: str, request_id: str, within_s: float = 30) -> dict[str, Any]:
        """Wait for an event of one kind about one request (or queue message)."""

        def look() -> dict[str, Any] | None:
            self.drain()
            for event in self.events:
                named = (event["data"].get("requestId"), event["data"].get("messageId"))
                if event["type"] == f"azure-vm-restore.{kind}.v1" and request_id in named:
                    return event
            return None

        found: dict[str, Any] = self.until(look, within_s, f"the event {kind} of {request_id}")
        return found

    def drain(self) -> None:
        """Take what is on the event queue."""
        queue = self._queue("restore-events")
        try:
            for message in queue.receive_messages(messages_per_page=32, visibility_timeout=60):
                self.events.append(json.loads(base64.b64decode(message.content)))
                queue.delete_message(message)
        except ResourceNotFoundError:
            return

    def posts(self) -> list[dict[str, Any]]:
        """Return the restore POSTs that the vault has seen."""
        answer = requests.get(f"{self.vault_url}/simulator/requests", timeout=30).json()
        seen = answer["value"] if isinstance(answer, dict) else answer
        return [one for one in seen if one["method"] == "POST" and one["path"].endswith("/restore")]

    def poison(self) -> int:
        """Return how many messages are on the poison queue."""
        try:
            properties = self._queue("restore-requests-poison").get_queue_properties()
        except ResourceNotFoundError:
            return 0
        return int(properties.approximate_message_count or 0)

    def vault(self, method: str, path: str, body: Any) -> None:
        """Call the simulated vault's control surface."""
        answer = requests.request(
            method, f"{self.vault_url}/simulator/{path}", json=body, timeout=30
        )
        assert answer.ok, answer.text

    def until(self, look: Callable[[], Any], within_s: float, what: str) -> Any:
        """Look until there is something to see."""
        end = time.monotonic() + within_s
        while time.monotonic() < end:
            found = look()
            if found is not None:
                return found
            time.sleep(0.2)
        raise AssertionError(f"{what} did not come within {within_s:.0f} s")

    def _queue(self, name: str) -> QueueClient:
        return QueueClient.from_connection_string(self.storage, name)


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
