"""Looking at recovery points over HTTP: the short orchestration's answer, told and tidied up."""

import json
from typing import Any, cast

import azure.functions as func

from restore.messages.model import Failure, Outcome
from restore.values.decoding import encode
from tests.unit.restore.samples import VM
from triggers import points


class _Status:
    """An instance that is over."""

    def __init__(self, runtime_status: str, output: Any) -> None:
        self.runtime_status = type("RuntimeStatus", (), {"value": runtime_status})
        self.output = output


class OneLook:
    """A durable client whose every instance is over at once."""

    def __init__(self, runtime_status: str, output: Any = None) -> None:
        self._status = _Status(runtime_status, output)
        self.started: list[str] = []
        self.purged: list[str] = []

    async def start_new(self, name: str, instance_id: str, client_input: Any) -> str:
        """Start an instance."""
        del name, client_input
        self.started.append(instance_id)
        return instance_id

    async def get_status(self, instance_id: str) -> _Status:
        """Return an instance's status."""
        del instance_id
        return self._status

    async def purge_instance_history(self, instance_id: str) -> None:
        """Purge an instance."""
        self.purged.append(instance_id)


async def look(client: OneLook, **params: str) -> tuple[int, Any]:
    request = func.HttpRequest("GET", "/x", params={"sourceResourceId": VM} | params, body=b"")
    reply = await points.show(request, cast("Any", client))
    return reply.status_code, json.loads(reply.get_body())


async def test_what_was_read_is_shown_and_the_instance_purged() -> None:
    client = OneLook("Completed", encode(Outcome.done({"total": 3})))
    assert await look(client, code="key") == (200, {"total": 3})
    assert client.purged == client.started


async def test_a_failure_is_told_with_its_place() -> None:
    failure = Failure(code="VaultNotFound", message="No such vault.", category="NotFound")
    status, body = await look(OneLook("Completed", encode(Outcome.failed(failure))))
    assert (status, body["code"]) == (404, "VaultNotFound")
    assert body["problems"] == [{"path": "$.vaultId", "message": "No such vault."}]


async def test_a_look_that_broke_is_not_called_slow() -> None:
    status, body = await look(OneLook("Failed", "Orchestrator function failed: at line 3"))
    assert (status, body["code"]) == (503, "LookFailed")
    assert "line 3" not in json.dumps(body)


async def test_a_query_that_is_wrong_starts_nothing() -> None:
    client = OneLook("Completed")
    status, body = await look(client, vaultId="x", when="now", azure="x")
    assert status == 400
    assert {problem["path"] for problem in body["problems"]} == {"$.vaultId", "$.when", "$.azure"}
    assert client.started == []
