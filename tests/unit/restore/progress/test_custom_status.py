"""A custom status is what the extension takes, whatever was put in."""

import json
from typing import Any

import pytest

from devhost.engine.rendering import compact, status_too_large
from restore.progress.custom_status import STATUS_BYTES_MAX, fitted, utf16_bytes


def is_taken(status: dict[str, Any]) -> bool:
    """Whether the engine takes it, in the form in which the SDK hands it over."""
    return status_too_large(compact(json.dumps(status)) or "") is None


@pytest.mark.parametrize("char", ["x", "語", "𝕏", '"', "\\", "\x01", "\u2028", "\ud800"])
def test_a_status_of_any_letters_and_any_size_is_taken(char: str) -> None:
    for count in (1, 100, 2_600, 8_000, 100_000):
        status = fitted({"phase": "Starting", "recoveryPoint": {"why": char * count}})
        assert is_taken(status)
        assert status["phase"] == "Starting"


def test_a_status_is_counted_as_the_engine_counts_it() -> None:
    text = '{"a":"x"}'
    assert utf16_bytes({"a": "x"}) == 2 * len(text)
    assert utf16_bytes({"a": "𝕏"}) == 2 * len(text) + 2
    assert utf16_bytes({"a": "\u2028"}) == 2 * len(text) + 10  # it is written as an escape
    assert STATUS_BYTES_MAX < 17 * 1024


def test_the_points_that_were_passed_over_give_way_first() -> None:
    passed = [{"recoveryPoint": "p" * 512, "text": "older"} for _ in range(20)]
    status = {
        "phase": "Triggering",
        "recoveryPoint": {"id": "p" * 512, "why": "w" * 700, "passedOver": passed},
    }
    assert not is_taken(status)
    shown = fitted(status)
    assert shown["truncated"] == ["$.recoveryPoint.passedOver"]
    assert shown["recoveryPoint"]["why"] == "w" * 700
    assert 10 < len(shown["recoveryPoint"]["passedOver"]) < 20


def test_what_just_fits_stays_whole_and_one_letter_more_is_cut() -> None:
    def status(letters: int) -> dict[str, Any]:
        return {"phase": "Starting", "recoveryPoint": {"why": "x" * letters}}

    room = (16 * 1024 - utf16_bytes(status(0))) // 2
    assert fitted(status(room)) == status(room)
    assert fitted(status(room + 1))["truncated"] == ["$.recoveryPoint.why"]
