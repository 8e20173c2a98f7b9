"""What a function with a durable client gets is what the real extension hands out."""

import json
from pathlib import Path

from devhost.durable_payloads import client_binding

RECORDED = Path(__file__).parents[2] / "data" / "golden" / "client_binding.json"


def test_the_client_binding_is_the_recorded_one() -> None:
    ours = client_binding("http://127.0.0.1:7071", "http://127.0.0.1:17071", "golden7")
    wanted = json.loads(RECORDED.read_text("utf-8"))
    assert list(json.loads(ours).items()) == list(wanted.items())
