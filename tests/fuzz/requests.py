"""Requests and queue bodies: from right, over nearly right, to bytes that are no text at all."""

import base64
from typing import Any

from hypothesis import strategies as st

from restore.messages.request import REQUEST_TYPES
from restore.policy.decisions import Decision
from restore.request import validation
from tests.end_to_end.harness import request_for
from tests.fuzz import shapes
from tests.fuzz.rubbish import RUBBISH, Damage, damages, json_text

KINDS = tuple(REQUEST_TYPES)
_ALL_FIELDS = sorted(
    {name for kind in REQUEST_TYPES.values() for name in validation.fields_of(kind)}
)


def _all_done(whole: Any, done: list[Damage]) -> Any:
    for one in done:
        whole = one.done_to(whole)
    return whole


def _drawn_of(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    return shapes.fields(REQUEST_TYPES[kind]).map(lambda drawn: {"recoveryType": kind} | drawn)


def _with_some_of(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    """A request that the simulated vault can serve, with a few other fields of the contract."""
    known = validation.fields_of(REQUEST_TYPES[kind])
    names = st.lists(st.sampled_from(sorted(known)), unique=True, max_size=2)
    changes = names.flatmap(
        lambda chosen: st.fixed_dictionaries({name: shapes.of(known[name].type) for name in chosen})
    )
    return changes.map(lambda drawn: request_for(kind, "r1") | drawn)


SOUND = st.sampled_from(KINDS).map(lambda kind: request_for(kind, "r1"))
NEARLY_SOUND = st.sampled_from(KINDS).flatmap(_with_some_of)
SHAPED = st.sampled_from(KINDS).flatmap(_drawn_of)
DAMAGED = st.builds(
    _all_done,
    SOUND | NEARLY_SOUND | SHAPED,
    st.lists(damages(), min_size=1, max_size=3),
)
OBJECTS = st.one_of(
    NEARLY_SOUND,
    SHAPED,
    DAMAGED,
    st.dictionaries(st.sampled_from(_ALL_FIELDS) | st.text(max_size=20), RUBBISH, max_size=5),
    RUBBISH,
)
DECISIONS = shapes.fields(Decision) | st.builds(
    _all_done,
    shapes.fields(Decision),
    st.lists(damages(), min_size=1, max_size=2),
)


def _plain(text: str) -> bytes:
    return text.encode(errors="surrogatepass")


_WRITINGS = (
    _plain,
    _plain,
    lambda text: base64.b64encode(_plain(text)),
    lambda text: base64.encodebytes(_plain(text)),
    lambda text: base64.urlsafe_b64encode(_plain(text)),
    lambda text: base64.b64encode(base64.b64encode(_plain(text))),
    lambda text: base64.b64encode(_plain(text))[:-1],
    lambda text: b"\xef\xbb\xbf" + _plain(text),
    lambda text: text.encode("utf-16", errors="surrogatepass"),
    lambda text: text.encode("latin-1", errors="replace"),
    lambda text: _plain(text)[: len(text) // 2],
    lambda text: _plain(text) * 2,
    lambda text: b"\x00" + _plain(text),
    lambda text: _plain(text).replace(b'"', b"'"),
    lambda text: _plain(text).replace(b"{", b'{"requestId": "twice",', 1),
    lambda text: _plain(text) + b" " * 70_000,
    lambda text: _plain(text).replace(b'":', b'": ' + b"[" * 2_000, 1),
)
_HOPELESS = (b"[" * 60_000, b'{"a":' * 10_000, b"9" * 60_000, b'"' + b"\\ud800" * 3_000 + b'"')


def written(values: st.SearchStrategy[Any]) -> st.SearchStrategy[bytes]:
    """Draw bodies: JSON as it should be sent, as it should not, and what is no JSON."""
    return st.one_of(
        st.builds(lambda write, value: write(json_text(value)), st.sampled_from(_WRITINGS), values),
        values.map(lambda value: _plain(json_text(value))),
        st.binary(max_size=200),
        st.sampled_from(_HOPELESS),
    )


BODIES = written(OBJECTS)
