"""What the host gives up is put aside by the running app, listed, and put back at most once."""

import json
import uuid
from typing import Any

from tests.end_to_end.harness import HostHarness, request_for

POISON = "restore-requests-poison"


def kept(harness: HostHarness, mark: str, kind: str = "poisoned") -> dict[str, Any]:
    """Wait until a message with this mark is put aside; return what is kept."""

    def look() -> dict[str, Any] | None:
        for line in harness.call("GET", f"rejections?kind={kind}&top=200").body["value"]:
            body: dict[str, Any] = harness.call("GET", f"rejections/{line['id']}").body
            if mark in body["original"]:
                return body
        return None

    found: dict[str, Any] = harness.until(look, 60, f"the {kind} message {mark}")
    return found


def test_a_poisoned_message_is_put_aside_and_told(harness: HostHarness) -> None:
    mark = uuid.uuid4().hex
    text = json.dumps(request_for("RestoreDisks", f"p-{mark}"))
    harness.send(text, queue_name=POISON)
    body = kept(harness, mark)
    assert (body["requestId"], body["original"]) == (f"p-{mark}", text)
    event = harness.event("poisoned", body["messageId"])
    assert event["data"]["keptAt"] == f"/api/rejections/{body['id']}"
    assert harness.call("GET", f"restores/p-{mark}").status == 404


def test_what_is_rejected_is_listed_beside_it(harness: HostHarness) -> None:
    mark = uuid.uuid4().hex
    harness.send(f"restore {mark} please")
    body = kept(harness, mark, "rejected")
    assert body["problems"]


def test_a_poisoned_message_is_put_back_once(harness: HostHarness) -> None:
    request_id = f"b-{uuid.uuid4().hex}"
    harness.send(json.dumps(request_for("RestoreDisks", request_id)), queue_name=POISON)
    place = f"rejections/{kept(harness, request_id)['id']}"
    first = harness.call("POST", f"{place}/put-back", headers={"Prefer": "respond-async"})
    assert (first.status, first.body["requestId"], first.body["isNew"]) == (202, request_id, True)
    assert first.headers["location"] == f"/api/restores/{request_id}"
    assert harness.finished(request_id)["verdict"] == "Completed"
    again = harness.call("POST", f"{place}/put-back")
    assert (again.status, again.body["isNew"]) == (200, False)
    assert harness.call("GET", place).body["putBack"]["requestId"] == request_id


def test_equal_messages_without_an_id_are_one_restore(harness: HostHarness) -> None:
    fields = request_for("RestoreDisks", "unused")
    del fields["requestId"]
    fields["deadline"] = f"PT{23 * 3600 + uuid.uuid4().int % 3600}S"  # no other run says the same
    for _ in range(3):
        harness.send(fields)

    def look() -> list[dict[str, Any]] | None:
        harness.drain()
        data = [event["data"] for event in harness.events if "duplicate" in event["type"]]
        return data if len(data) >= 2 else None

    told = harness.until(look, 60, "two duplicates")
    (request_id,) = {each["requestId"] for each in told}
    view = harness.finished(request_id)
    assert sorted(view["duplicates"]) == sorted(each["messageId"] for each in told)
