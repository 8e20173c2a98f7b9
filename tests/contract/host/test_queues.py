"""Queue triggers of a real app on a real queue: delivery, retry, poison, outputs."""

import base64
import json

from azure.core.exceptions import ResourceNotFoundError
from azure.storage.queue import QueueClient

from tests.contract.host.conftest import Sample, eventually


def queue(sample: Sample, name: str = "sample-work") -> QueueClient:
    return QueueClient.from_connection_string(sample.connection, name)


def poisoned(sample: Sample) -> list[str]:
    with queue(sample, "sample-work-poison") as client:
        try:
            return [str(m.content) for m in client.peek_messages(max_messages=32)]
        except ResourceNotFoundError:
            return []


def base64_of(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def test_a_message_starts_the_work_once_and_is_deleted(sample: Sample) -> None:
    with queue(sample) as client:
        client.send_message(base64_of(json.dumps({"id": "m1", "name": "Bob"})))
        eventually(lambda: sample.status_of("m1") == "Completed")
        eventually(lambda: client.get_queue_properties().approximate_message_count == 0)
    assert [run["attempt"] for run in sample.runs_of("m1")] == [1]


def test_an_output_binding_puts_a_message_on_its_queue(sample: Sample) -> None:
    assert sample.call("POST", "/api/send", '{"id": "s1", "name": "Eve"}').status == 202
    eventually(lambda: sample.status_of("s1") == "Completed")


def test_a_message_that_keeps_failing_ends_in_the_poison_queue(sample: Sample) -> None:
    text = base64_of(json.dumps({"id": "p1", "fail": True}))
    with queue(sample) as client:
        client.send_message(text)
    eventually(lambda: text in poisoned(sample))
    assert [run["attempt"] for run in sample.runs_of("p1")] == [1, 2]


def test_a_message_that_is_not_base64_is_poison_at_once(sample: Sample) -> None:
    sample.call("POST", "/api/send", '{"id": "s2"}')
    eventually(lambda: sample.runs_of("s2"))
    with queue(sample) as client:
        client.send_message("{not base64}")
    eventually(lambda: "{not base64}" in poisoned(sample))
