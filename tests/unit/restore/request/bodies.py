"""A request as it is sent, and the one problem that a body has."""

import base64
import json

import pytest

from restore.messages.errors import InvalidRequest
from restore.request import parsing
from tests.unit.restore.samples import DISKS

TEXT = json.dumps(DISKS, indent=1)
BYTES = TEXT.encode()


def b64(content: bytes) -> bytes:
    return base64.b64encode(content)


def refusal(body: bytes) -> str:
    """The one problem of a body."""
    with pytest.raises(InvalidRequest) as caught:
        parsing.parse_text(body, default_request_id="d")
    (problem,) = caught.value.problems
    assert problem.path == "$"
    return problem.message
