"""The words that a fuzzer puts together: of requests, policies and Azure's answers."""

import json
from collections.abc import Iterator
from typing import Any

from restore.messages.request import REQUEST_TYPES
from restore.policy.rules import Policy, Rule
from restore.request import validation
from tests.fuzz.decoders import DECODERS
from tests.fuzz.replies import read
from tests.fuzz.rubbish import TEMPTING

_CHARS_MAX = 60


def known() -> list[str]:
    """Return the words, each once: printable ASCII, as the fuzzer's dictionary has them."""
    found = {f'"{word}"' for word in _words()} | {json.dumps(word) for word in TEMPTING}
    return sorted(word for word in found if word.isascii() and len(word) <= _CHARS_MAX)


def _words() -> Iterator[str]:
    for kind in (*REQUEST_TYPES.values(), Policy, Rule):
        yield from validation.fields_of(kind)
    for name, decoder in DECODERS.items():
        for sample in decoder.samples():
            body = read(sample).body if name.startswith(("reply-", "error")) else sample
            yield from _in(json.loads(body) if body else None)


def _in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from _in(each)
    elif isinstance(value, dict):
        yield from value
        yield from _in(list(value.values()))
