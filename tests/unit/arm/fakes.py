"""A transport that follows a script and remembers what it was sent, and shorthands around it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from arm.authorized_request import AuthorizedRequest
from arm.backup import Backup
from arm.client import Client
from arm.transport import Reply, Timeout
from restore.messages.model import ProtectedItem

ENDPOINT = "https://management.azure.com"
NOW = datetime(2026, 7, 26, 15, 16, 5, tzinfo=UTC)
SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
VAULT = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-contoso-backup"
    "/providers/Microsoft.RecoveryServices/vaults/vault-contoso"
)
CONTAINER = "IaasVMContainer;iaasvmcontainerv2;rg(1);web-01"
ITEM_NAME = "VM;iaasvmcontainerv2;rg(1);web-01"
VM = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg(1)/providers/Microsoft.Compute/virtualMachines/web-01"  # noqa: E501
ITEM = ProtectedItem(
    id=f"{VAULT}/backupFabrics/Azure/protectionContainers/{CONTAINER}/protectedItems/{ITEM_NAME}",
    vault_id=VAULT,
    container_name=CONTAINER,
    name=ITEM_NAME,
    source_resource_id=VM,
    region="westeurope",
    protection_state="Protected",
)


class Sent(NamedTuple):
    """One request as the transport got it."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None
    timeout: Timeout


class Script:
    """Answers one request after the other from its script; an exception in it is raised."""

    def __init__(self, *steps: Reply | Exception) -> None:
        self.steps = list(steps)
        self.sent: list[Sent] = []

    def __call__(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        timeout: Timeout,
        /,
    ) -> Reply:
        self.sent.append(Sent(method, url, headers, body, timeout))
        assert self.steps, f"no answer was prepared for {method} {url}"
        step = self.steps.pop(0)
        if isinstance(step, Exception):
            raise step
        return step

    @property
    def urls(self) -> list[str]:
        """The requests' URLs in order."""
        return [sent.url for sent in self.sent]


def reply(status: int, body: Any = None, headers: Mapping[str, str] | None = None) -> Reply:
    """A reply with a JSON body, or with none."""
    content = b"" if body is None else json.dumps(body).encode()
    return Reply(status, {"Date": "Sun, 26 Jul 2026 15:16:05 GMT", **(headers or {})}, content)


def refusal(status: int, code: str, message: str = "No.", **headers: str) -> Reply:
    """A reply in ARM's error shape."""
    return reply(status, {"error": {"code": code, "message": message}}, headers)


def client(script: Script, sleeps: list[float] | None = None) -> Client:
    """A client on this script, which notes its pauses instead of waiting."""
    noted = [] if sleeps is None else sleeps
    authorized = AuthorizedRequest(ENDPOINT, lambda: "secret-token", script, now=lambda: NOW)
    return Client(authorized, sleep=noted.append)


def backup(script: Script) -> Backup:
    """Azure Backup on this script."""
    return Backup(client(script), "2025-02-01")
