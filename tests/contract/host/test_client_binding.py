"""What a function with a durable client gets is what the real extension hands out."""

import json
from pathlib import Path

from devhost.durable_payloads import client_binding
from tests.contract.host.conftest import Sample, eventually

RECORDED = Path(__file__).parents[2] / "data" / "golden" / "client_binding.json"


def test_the_client_binding_is_the_recorded_one() -> None:
    ours = client_binding("http://127.0.0.1:7071", "http://127.0.0.1:17071", "golden7")
    wanted = json.loads(RECORDED.read_text("utf-8"))
    assert list(json.loads(ours).items()) == list(wanted.items())


def test_an_activity_may_have_a_durable_client_too(sample: Sample) -> None:
    started = sample.call("POST", "/api/orders/starts_other?id=starter-1", '"other-1"')
    assert started.status == 202
    eventually(lambda: sample.status_of("starter-1") == "Completed")
    output = sample.call("GET", "/api/orders/starter-1").json["output"]
    assert output == {"before": False, "after": True}
    eventually(lambda: sample.status_of("other-1") == "Running")
