"""Talking to the app as anybody would: its HTTP surface and its queues. And asking the simulated
vault what it saw. Nothing here looks behind either.
"""

import base64
import json
from typing import Any, Protocol

import requests
from azure.core.exceptions import ResourceNotFoundError
from azure.storage.queue import QueueClient

from devhost.cli.send import make
from devhost.demo.asked import Asked
from restore.messages import names

_TIMEOUT_S = 10
_EVENTS_MAX = 32


class NotTaken(Exception):
    """The app did not take a request; str() says why, one line for each problem."""


class App(Protocol):
    """What the demo needs of the app and of the vault."""

    def send(self, asked: Asked) -> str:
        """Hand a request in; says how that went in a few words. Raises NotTaken."""

    def view(self, request_id: str) -> dict[str, Any] | None:
        """One restore as it stands; None while the app does not know it or does not answer."""

    def events(self) -> list[dict[str, Any]]:
        """The events published so far, oldest first."""

    def calls(self) -> list[dict[str, Any]]:
        """Every ARM request that the vault has seen."""

    def protected_vms(self) -> list[str]:
        """The ids of the VMs that the vault knows."""


class RunningApp:
    """The app and the vault of a demo's environment."""

    def __init__(self, url: str, storage: str, vault_url: str) -> None:
        self._url, self._storage, self._vault_url = url, storage, vault_url
        self._session = requests.Session()

    def send(self, asked: Asked) -> str:
        if asked.way == "queue":
            queue = self._queue(names.RESTORE_REQUESTS)
            make(queue)
            queue.send_message(json.dumps(asked.request))
            return f"a message on the queue {names.RESTORE_REQUESTS}"
        # The app would wait for its checks before it answers; here they are to be watched.
        answer = self._session.post(
            f"{self._url}/api/restores",
            json=asked.request,
            headers={"Prefer": "respond-async"},
            timeout=_TIMEOUT_S,
        )
        if answer.status_code not in (200, 202):
            raise NotTaken(problem_text(answer.status_code, _json(answer)))
        return f"POST /api/restores (answered {answer.status_code})"

    def view(self, request_id: str) -> dict[str, Any] | None:
        try:
            answer = self._session.get(f"{self._url}/api/restores/{request_id}", timeout=_TIMEOUT_S)
        except requests.RequestException:
            return None
        return _json(answer) if answer.status_code == 200 else None

    def events(self) -> list[dict[str, Any]]:
        try:
            # Looked at and left there: the queue belongs to whoever listens to it.
            messages = self._queue(names.RESTORE_EVENTS).peek_messages(_EVENTS_MAX)
        except ResourceNotFoundError:
            return []
        found = [json.loads(base64.b64decode(message.content)) for message in messages]
        return sorted(found, key=lambda event: str(event["time"]))

    def calls(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._simulator("requests")
        return found

    def protected_vms(self) -> list[str]:
        state = self._simulator("state")
        vaults = state["vaults"].values()
        return [item["vm_id"] for vault in vaults for item in vault["items"].values()]

    def _simulator(self, what: str) -> Any:
        answer = self._session.get(f"{self._vault_url}/simulator/{what}", timeout=_TIMEOUT_S)
        answer.raise_for_status()
        return answer.json()

    def _queue(self, name: str) -> QueueClient:
        return QueueClient.from_connection_string(
            self._storage, name, connection_timeout=2, read_timeout=_TIMEOUT_S, retry_total=1
        )


def problem_text(status: int, body: dict[str, Any]) -> str:
    """A problem+json in a few lines, each of its problems with its path."""
    title = body.get("detail") or body.get("title") or "it did not say why"
    problems = [f"  {each['path']}  {each['message']}" for each in body.get("problems", [])]
    return "\n".join([f"The app did not take the request (HTTP {status}): {title}", *problems])


def _json(answer: requests.Response) -> dict[str, Any]:
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
