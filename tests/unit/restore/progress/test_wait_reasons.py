"""Why something waits is told in words, by a code of a table that the docs have too."""

import ast
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from restore.messages.errors import NotYet, to_failure
from restore.messages.model import Failure
from restore.progress import wait_reasons

UNTIL = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
ROOT = Path(__file__).parents[4]


@pytest.mark.parametrize(
    ("category", "code", "told"),
    [
        ("Throttled", "TooManyRequests", "Throttled"),
        ("ServiceUnavailable", "Unreachable", "ServiceUnavailable"),
        ("ReplyLost", "ReplyLost", "ReplyLost"),
        ("AccessDenied", "AuthorizationFailed", "AccessDenied"),
        ("ServiceUnavailable", wait_reasons.UNFORESEEN, wait_reasons.UNFORESEEN),
        ("InvalidRequest", "InvalidApiVersionParameter", "ServiceUnavailable"),
        ("NotYet", "ItemLocked", "ItemLocked"),
        ("Throttled", "429", "Throttled"),
        ("Throttled", "Aaa", "Throttled"),
    ],
)
def test_the_code_is_one_of_the_table_whatever_azure_calls_it(
    category: str, code: str, told: str
) -> None:
    why = wait_reasons.why(Failure(code=code, message="Said.", category=category), UNTIL, 3)
    assert (why.code, why.attempt) == (told, 3)


def test_azures_own_words_follow_ours() -> None:
    failure = Failure(code="AuthorizationFailed", message="No x/read.", category="AccessDenied")
    reason = wait_reasons.why(failure, UNTIL, 1).reason
    assert reason.startswith("The app's identity lacks a right. Grant it")
    assert reason.endswith("AuthorizationFailed: No x/read.")


@pytest.mark.parametrize(
    ("category", "code", "before"),
    [
        ("Throttled", "TooManyRequests", "Azure asks to slow down. "),
        ("AccessDenied", "AuthorizationFailed", f"{wait_reasons.WRONG['AccessDenied']} "),
        ("ServiceUnavailable", "ServerBusy", ""),  # the message of a known code says it
        ("ServiceUnavailable", "Odd", f"{wait_reasons.WRONG['ServiceUnavailable']} "),
        ("InvalidRequest", "ServerBusy", ""),
        ("NotYet", "NoSlot", None),
    ],
)
def test_our_words_come_first_where_azures_do_not_say_it(
    category: str, code: str, before: str | None
) -> None:
    failure = Failure(code=code, message="Said.", category=category)
    expected = "Said." if before is None else f"{before}{code}: Said."
    assert wait_reasons.why(failure, UNTIL, 1).reason == expected


@pytest.mark.parametrize("letters", [999, 1_000, 1_001])
def test_a_reason_is_cut_only_where_it_is_too_long(letters: int) -> None:
    failure = Failure(code="NoSlot", message="m" * letters, category="NotYet")
    reason = wait_reasons.why(failure, UNTIL, 1).reason
    assert reason == ("m" * letters if letters <= 1_000 else "m" * 999 + "…")


def test_what_is_no_fault_is_not_waited_for_longer_than_asked() -> None:
    assert wait_reasons.is_no_fault(None)
    assert wait_reasons.is_no_fault(to_failure(NotYet("Others come first.", code="NoSlot")))
    for category in ("Throttled", "AccessDenied"):
        assert not wait_reasons.is_no_fault(Failure(code="X", message="", category=category))


def _codes_of_what_is_no_fault() -> Iterator[str]:
    """The code of every NotYet in the app."""
    for room in ("activities", "orchestrators", "restore", "storage"):
        for path in (ROOT / room).glob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and ast.unparse(node.func) == "NotYet":
                    yield from (ast.literal_eval(k.value) for k in node.keywords if k.arg == "code")


@pytest.mark.parametrize("code", sorted({*wait_reasons.WRONG, *_codes_of_what_is_no_fault()}))
def test_the_docs_say_what_each_code_means(code: str) -> None:
    assert f"| `{code}` |" in (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")


def test_what_is_no_fault_is_found_in_the_code() -> None:
    assert {"NoSlot", "ItemLocked", "LostRace"} < set(_codes_of_what_is_no_fault())
