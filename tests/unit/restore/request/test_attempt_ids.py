"""An attempt's id is the app's own: it is decoded, stored and told of, and nobody may send one."""

import msgspec
import pytest

from restore.messages import names
from restore.messages.request import RestoreRequest
from restore.values.decoding import decode
from tests.unit.restore.samples import DISKS, parsed, problems_of

SAYS = "must be 1 to 128 of A-Z a-z 0-9 . _ : - and not only dots"


@pytest.mark.parametrize("request_id", ["r~2", "~2", "r~", "r~1", "r~22"])
def test_nobody_may_send_an_attempts_id(request_id: str) -> None:
    assert problems_of(DISKS | {"requestId": request_id}) == {"$.requestId": SAYS}
    assert problems_of({k: v for k, v in DISKS.items() if k != "requestId"}, request_id) == {
        "$.requestId": SAYS
    }


def test_the_app_reads_its_own_attempts_and_no_other_id() -> None:
    request = parsed(DISKS).as_json()
    assert decode(request | {"requestId": "r~2"}, RestoreRequest).request_id == "r~2"
    for wrong in ("r~1", "r~", "~2", "..~2", "r~2~2", "r~10"):
        with pytest.raises(msgspec.ValidationError):
            decode(request | {"requestId": wrong}, RestoreRequest)
        assert not names.is_request_id(wrong)


def test_an_attempt_has_a_place_an_orchestration_and_events_of_its_own() -> None:
    attempt_id = names.attempt_id("r", 2)
    assert names.is_attempt(attempt_id)
    assert not names.is_attempt("r")
    assert names.entry_name(attempt_id) == "attempts/r~2"
    assert names.entry_name("r") == "restores/r"
    assert names.is_event_id(f"{attempt_id}:fallback")
    assert not names.is_event_id("r~x:fallback")
    long = "r" * 128
    ids = {names.instance_id(each) for each in (long, f"{long}~2", f"{long}~3")}
    assert len(ids) == 3
