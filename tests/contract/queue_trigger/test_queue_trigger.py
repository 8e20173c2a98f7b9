"""How a queue trigger takes, runs, retries and gives up messages.

Where a message stays hidden, its NextVisibleTime is asserted and not waited for. It is as far away
as the lease, the one thing in which our listener differs: 30 seconds in place of 10 minutes.
"""

import asyncio
from datetime import timedelta
from itertools import pairwise

import pytest
from azure.core.exceptions import ResourceNotFoundError

from tests.contract.queue_trigger.harness import MISSING, WAITING, Called, QueueHarness, eventually

KINDS = {
    **dict.fromkeys(("Id", "PopReceipt", "QueueTrigger"), "string"),
    **dict.fromkeys(("DequeueCount", "ExpirationTime", "InsertionTime", "NextVisibleTime"), "json"),
}
IN_BASE64 = {
    "aGk=": "hi",
    "": "",
    " a\tGk\r\n=": "hi",
    "aGl=": "hi",
    "/w==": "\ufffd",
    "77u/aGk=": "\ufeffhi",
    "aGk": None,
    "aGk==": None,
    "aGk=aGk=": None,
    "aG-k": None,
    "====": None,
    "not base64!": None,
}
"""The text of a message and what its function gets; None where it is poison unread."""
AS_SENT = ["", "aGk=", "not base64!", "<a b='c'>&amp;</a>", "\ufeffhi", "x" * 65536, "grüezi"]


def is_leased(harness: QueueHarness, call: Called) -> bool:
    """Whether the message was hidden for the lease when it was taken, give or take a poll."""
    return abs(call.next_visible - call.at - timedelta(seconds=harness.lease_s)) < timedelta(
        seconds=3
    )


async def test_a_message_is_taken_once_with_its_metadata_and_deleted(harness: QueueHarness) -> None:
    message_id = await harness.send("success", harness.wire("ok"))
    (call,) = await harness.called(message_id)
    assert (call.queue, call.body, call.attempt, call.kinds) == ("success", "ok", 1, KINDS)
    assert is_leased(harness, call)
    await harness.until_left("success", (0, []))
    assert len(harness.calls_of(message_id)) == 1


@pytest.mark.parametrize(("queue", "body"), [("failing", "fail"), ("dead", "die")])
async def test_a_function_that_fails_or_dies_is_tried_again_and_then_its_message_is_poison(
    harness: QueueHarness, queue: str, body: str
) -> None:
    message_id = await harness.send(queue, harness.wire(body))
    poison = await harness.poisoned(queue)
    calls = harness.calls_of(message_id)
    assert [call.attempt for call in calls] == [1, 2, 3]
    assert all(is_leased(harness, call) for call in calls)
    pauses_s = [(b.at - a.at).total_seconds() for a, b in pairwise(calls)]
    assert all(0.9 < pause_s < 4 for pause_s in pauses_s)
    assert (poison.content, poison.dequeue_count) == (harness.wire(body), 0)
    assert poison.id != message_id
    assert poison.expires_on - poison.inserted_on == timedelta(days=7)
    await harness.until_left(queue, (0, []))


async def test_a_message_is_hidden_while_its_function_runs(harness: QueueHarness) -> None:
    harness.let_go.clear()
    message_id = await harness.send("held", harness.wire("hold"))
    (call,) = await harness.called(message_id)
    assert await harness.left("held") == (1, [])
    assert is_leased(harness, call)
    harness.let_go.set()
    await harness.until_left("held", (0, []))


async def test_a_message_that_was_sent_for_later_is_left_alone(harness: QueueHarness) -> None:
    later = await harness.send("delayed", harness.wire("ok, later"), visibility_timeout=3600)
    now = await harness.send("delayed", harness.wire("ok, now"))
    await harness.called(now)
    await harness.until_left("delayed", (1, []))
    assert harness.calls_of(later) == []


async def test_no_more_run_at_once_than_host_json_allows(harness: QueueHarness) -> None:
    await _as_many_at_once(harness, 2)


async def test_a_new_batch_is_fetched_while_some_still_run(plain: QueueHarness) -> None:
    await _as_many_at_once(plain, 6)


async def _as_many_at_once(harness: QueueHarness, bound: int) -> None:
    options = harness.options
    await eventually(lambda: harness.in_line, lambda running: running == options.batch_size)
    for _ in range(options.batch_size - options.new_batch_threshold):
        harness.next_ones.release()
    await eventually(lambda: harness.in_line, lambda running: running == bound)
    await asyncio.sleep(1)  # five looks at the queue
    assert harness.in_line == bound
    for _ in range(WAITING):
        harness.next_ones.release()
    await harness.until_left("parallel", (0, []))
    assert [call.attempt for call in harness.calls if call.queue == "parallel"] == [1] * WAITING


async def test_a_message_that_was_taken_too_often_is_poison_unread(harness: QueueHarness) -> None:
    poison = await harness.poisoned("worn")
    assert (poison.content, poison.dequeue_count) == (harness.wire("ok, worn"), 0)
    assert [call for call in harness.calls if call.queue == "worn"] == []


async def test_on_a_poison_queue_no_number_of_attempts_is_too_many(harness: QueueHarness) -> None:
    calls = await eventually(
        lambda: [call for call in harness.calls if call.queue == "old-poison"], bool
    )
    assert [call.attempt for call in calls] == [harness.options.max_dequeue_count + 2]
    await harness.until_left("old-poison", (0, []))


async def test_what_fails_on_a_poison_queue_stays_there_hidden_for_the_lease(
    harness: QueueHarness,
) -> None:
    failing = await harness.send("sick-poison", harness.wire("fail"))
    await harness.send("sick-poison", "not base64!")
    (call,) = await harness.called(failing)
    assert is_leased(harness, call)
    await harness.until_left("sick-poison", (2, []))
    # As long as it would take for another attempt elsewhere.
    await asyncio.sleep(harness.options.visibility_timeout_s + 1)
    assert len([call for call in harness.calls if call.queue == "sick-poison"]) == 1
    assert await harness.left("sick-poison") == (2, [])
    with pytest.raises(ResourceNotFoundError):
        await harness.left("sick-poison-poison")


async def test_a_queue_that_is_made_later_is_found(harness: QueueHarness) -> None:
    with pytest.raises(ResourceNotFoundError):
        await harness.left(MISSING)
    message_id = await harness.send(MISSING, harness.wire("ok"))
    await harness.called(message_id)
    await harness.until_left(MISSING, (0, []))


@pytest.mark.parametrize("text", IN_BASE64)
async def test_base64_is_read_and_what_is_none_is_poison_unread(
    harness: QueueHarness, text: str
) -> None:
    message_id, body = await harness.send("texts", text), IN_BASE64[text]
    if body is None:
        assert (await harness.poisoned("texts")).content == text
        assert harness.calls_of(message_id) == []
    else:
        (call,) = await harness.called(message_id)
        assert call.body == body
    await harness.until_left("texts", (0, []))


@pytest.mark.parametrize("text", AS_SENT, ids=lambda text: repr(text[:12]))
async def test_without_an_encoding_every_text_arrives_as_sent(
    plain: QueueHarness, text: str
) -> None:
    (call,) = await plain.called(await plain.send("texts", text))
    assert call.body == text
    await plain.until_left("texts", (0, []))


async def test_poison_is_kept_as_it_was_sent_in_either_encoding(plain: QueueHarness) -> None:
    await plain.send("failing", "fail: grüezi")
    assert (await plain.poisoned("failing")).content == "fail: grüezi"
