"""Someone who calls Azure Backup in a test, in process or over HTTP, and knows its paths."""

import http.client
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

from devhost.clock import VirtualClock
from simulated_azure import seed
from simulated_azure.simulator import Simulator
from simulated_azure.wire import Reply

VERSION = "2026-07-01"
HEADERS = {"Authorization": "Bearer a-token", "Content-Type": "application/json"}

Send = Callable[..., Reply]


def send_over_http(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes | None = None,
    timeout: float | None = 10,
) -> Reply:
    """One exchange with nothing between the test and the bytes."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=timeout)
    try:
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request(method, target, body, dict(headers))
        response = connection.getresponse()
        return Reply(response.status, dict(response.getheaders()), response.read())
    finally:
        connection.close()


@dataclass
class Caller:
    """Sends what a client would, and lets time pass."""

    send: Send
    base: str
    simulator: Simulator
    clock: VirtualClock
    version: str = VERSION
    headers: dict[str, str] = field(default_factory=lambda: dict(HEADERS))

    def get(self, path: str, **query: str) -> Reply:
        """GET a path with the api-version, or an absolute URL just as it is."""
        if path.startswith("http"):
            return self.send("GET", path, self.headers)
        return self.send("GET", self.url(path, **query), self.headers)

    def post(self, path: str, body: object = None, **query: str) -> Reply:
        """POST JSON, or nothing."""
        content = None if body is None else json.dumps(body).encode()
        return self.send("POST", self.url(path, **query), self.headers, content)

    def url(self, path: str, **query: str) -> str:
        """The absolute URL of a path, with `filter` and the like turned into `$filter`."""
        asked = {"api-version": self.version}
        asked |= {f"${name}" if name == "filter" else name: text for name, text in query.items()}
        text = "&".join(f"{quote(name)}={quote(value)}" for name, value in asked.items())
        return f"{self.base}{path}?{text}"

    def control(self, method: str, path: str, body: object = None) -> Any:
        """Use the control surface and return its JSON."""
        content = None if body is None else json.dumps(body).encode()
        reply = self.send(method, f"{self.base}/simulator{path}", {}, content)
        assert reply.status < 300, reply.body
        return reply.json()

    def item(self, name: str = "web-01") -> str:
        """The path of a VM's protected item."""
        short = f"iaasvmcontainerv2;rg-app;{name}"
        return (
            f"{seed.VAULT_ID}/backupFabrics/Azure/protectionContainers/IaasVMContainer;{short}"
            f"/protectedItems/VM;{short}"
        )

    def points(self, name: str = "web-01") -> list[dict[str, Any]]:
        """A VM's recovery points."""
        return list(value(self.get(f"{self.item(name)}/recoveryPoints")))

    def point(self, name: str = "web-01", index: int = 0) -> str:
        """The path of one of a VM's recovery points, the newest by default."""
        return f"{self.item(name)}/recoveryPoints/{self.points(name)[index]['name']}"

    def restore(self, body: dict[str, Any], name: str = "web-01") -> Reply:
        """POST a restore of the point that the body names."""
        point = body["properties"]["recoveryPointId"]
        return self.post(f"{self.item(name)}/recoveryPoints/{point}/restore", body)

    def disks_body(self, name: str = "web-01", index: int = 0, **changes: Any) -> dict[str, Any]:
        """A RestoreDisks body; a change to None leaves the property out."""
        properties = {
            "objectType": "IaasVMRestoreRequest",
            "recoveryPointId": self.points(name)[index]["name"],
            "recoveryType": "RestoreDisks",
            "sourceResourceId": seed.vm_id(name),
            "region": seed.REGION,
            "storageAccountId": seed.STAGING_ID,
            "targetResourceGroupId": seed.TARGET_GROUP,
            "createNewCloudService": False,
            "originalStorageAccountOption": False,
        } | changes
        kept = {name: value for name, value in properties.items() if value is not None}
        return {"properties": kept}

    def original_body(self, name: str = "web-01", **changes: Any) -> dict[str, Any]:
        """An OriginalLocation body."""
        fixed: dict[str, Any] = {"recoveryType": "OriginalLocation", "targetResourceGroupId": None}
        return self.disks_body(name, **(fixed | changes))

    def alternate_body(
        self, name: str = "web-01", target: str = "web-01-new", **changes: Any
    ) -> dict[str, Any]:
        """An AlternateLocation body."""
        targets: dict[str, Any] = {
            "recoveryType": "AlternateLocation",
            "targetVirtualMachineId": seed.target_vm_id(target),
            "virtualNetworkId": seed.NETWORK_ID,
            "subnetId": seed.SUBNET_ID,
        }
        return self.disks_body(name, **(targets | changes))

    def start(self, body: dict[str, Any], name: str = "web-01") -> str:
        """Start a restore and return its job's path once the operation has succeeded."""
        reply = self.restore(body, name)
        assert reply.status == 202, reply.body
        self.clock.advance(self.simulator.state.jobs.operation_s)
        status = document(self.get(reply.headers["Azure-AsyncOperation"]))
        return f"{seed.VAULT_ID}/backupJobs/{status['properties']['jobId']}"

    def job(self, path: str) -> dict[str, Any]:
        """A job's properties."""
        return dict(document(self.get(path))["properties"])


def document(reply: Reply) -> dict[str, Any]:
    """The JSON object in a reply that went well."""
    assert reply.status == 200, (reply.status, reply.body)
    found = reply.json()
    assert isinstance(found, dict)
    return found


def value(reply: Reply) -> list[dict[str, Any]]:
    """The entries in a list's reply."""
    return list(document(reply)["value"])


def error(reply: Reply) -> tuple[int, str]:
    """Status and code of an error in ARM's shape."""
    found = reply.json()
    assert isinstance(found, dict)
    assert set(found["error"]) >= {"code", "message"}
    return reply.status, str(found["error"]["code"])
