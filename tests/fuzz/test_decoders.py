"""Whatever is sent to us is read, or refused with its reasons; nothing else happens."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz import policies, requests
from tests.fuzz.amounts import count, drawn
from tests.fuzz.decoders import DECODERS
from tests.fuzz.replies import CALLS, read, samples, written
from tests.fuzz.rubbish import RUBBISH, TEMPTING, damages, json_text

_HEADERS = st.dictionaries(
    st.sampled_from(
        ("Retry-After", "Date", "Azure-AsyncOperation", "Location", "x-ms-request-id", "X-Odd")
    ),
    st.sampled_from([value for value in TEMPTING if isinstance(value, str)])
    | st.sampled_from(("Mon, 23 Nov 2026 03:00:00 GMT", "Mon, 99 Nov 0000 99:00:00 -9999", "1e9"))
    | st.text(st.characters(codec="latin-1"), max_size=20),
    max_size=3,
)
_STATUSES = st.sampled_from((200, 200, 200, 200, 200, 201, 202, 204, 302, 400, 404, 409, 429, 500))


def _sample_bodies(name: str) -> list[Any]:
    found = [read(text).body for text in samples(name)]
    return [json.loads(body) for body in found if body]


def _replies(name: str) -> st.SearchStrategy[bytes]:
    """Draw replies: what the vault says to such a call, damaged; rubbish; no JSON at all."""
    whole = st.sampled_from(_sample_bodies(name) or [{}])
    damaged = st.lists(damages(), max_size=4).flatmap(
        lambda done: whole.map(lambda body: _all_done(body, done))
    )
    bodies = st.one_of(
        damaged.map(lambda body: json_text(body).encode()),
        RUBBISH.map(lambda body: json_text({"value": [body], "properties": body}).encode()),
        st.binary(max_size=60),
    )
    return st.builds(written, _STATUSES, _HEADERS, bodies)


def _all_done(body: Any, done: list[Any]) -> Any:
    for one in done:
        body = one.done_to(body)
    return body


@drawn("a request", slice_=150, share=12)
@given(requests.BODIES)
def test_a_body_is_a_request_or_is_refused_with_its_reasons(body: bytes) -> None:
    count("a request")
    DECODERS["request"].give(body)
    DECODERS["json"].give(body)
    DECODERS["query"].give(body)


@drawn("a rejection", slice_=60, share=5)
@given(requests.BODIES)
def test_a_message_that_is_refused_fits_into_its_event(body: bytes) -> None:
    count("a rejection")
    DECODERS["rejection"].give(body)


@drawn("a policy", slice_=120, share=7)
@given(policies.TEXTS)
def test_a_text_is_a_policy_that_can_judge_or_is_refused_with_its_reasons(text: bytes) -> None:
    count("a policy")
    DECODERS["policy"].give(text)


@drawn("a decision", slice_=40, share=4)
@given(requests.written(requests.DECISIONS))
def test_a_body_is_a_decision_or_is_refused_with_its_reasons(body: bytes) -> None:
    count("a decision")
    DECODERS["decision"].give(body)
    DECODERS["hold decision"].give(body)
    DECODERS["switch"].give(body)


@drawn("a refusal of Azure's", slice_=60, share=6)
@given(_replies("cancel"))
def test_any_refusal_of_azure_s_becomes_one_of_our_errors(reply: bytes) -> None:
    count("a refusal of Azure's")
    DECODERS["error"].give(reply)


@pytest.mark.parametrize("name", CALLS)
def test_any_answer_of_azure_s_is_read_or_becomes_one_of_our_errors(name: str) -> None:
    @drawn(f"an answer: {name}", slice_=40, share=3)
    @given(_replies(name))
    def each(reply: bytes) -> None:
        count(f"an answer: {name}")
        DECODERS[f"reply-{name}"].give(reply)

    each()


@pytest.mark.parametrize("name", DECODERS)
def test_what_a_decoder_begins_with_is_not_all_refused(name: str) -> None:
    decoder = DECODERS[name]
    assert any(decoder.give(text) for text in decoder.samples())
