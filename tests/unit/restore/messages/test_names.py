"""Ids are pure functions of a request, fit for Azure, and never clash."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restore.messages import names
from restore.messages.request import RestoreDisks

_REQUEST_ID = st.from_regex(r"\A[A-Za-z0-9._:-]{1,128}\Z")


def _request(request_id: str, **fields: object) -> RestoreDisks:
    return RestoreDisks(request_id=request_id, source_resource_id="/vm", **fields)  # type: ignore[arg-type]


def test_a_short_request_id_can_be_read_in_the_instance_id() -> None:
    assert names.instance_id("alert-17") == "restore-alert-17"
    assert names.watch_id("restore-alert-17") == "restore-alert-17~watch"


@settings(max_examples=40)
@given(_REQUEST_ID)
def test_instance_ids_fit_into_a_hundred_safe_characters(request_id: str) -> None:
    child = names.watch_id(names.instance_id(request_id))
    assert len(child) <= 100
    assert re.fullmatch(r"[A-Za-z0-9._:~-]+", child)


@settings(max_examples=40)
@given(_REQUEST_ID, _REQUEST_ID)
def test_two_requests_never_share_an_instance(one: str, other: str) -> None:
    assert (names.instance_id(one) == names.instance_id(other)) == (one == other)


def test_long_request_ids_that_begin_alike_have_different_instances() -> None:
    assert names.instance_id("x" * 127 + "a") != names.instance_id("x" * 127 + "b")


def test_the_request_hash_ignores_the_request_id_and_nothing_else() -> None:
    assert names.request_hash(_request("a")) == names.request_hash(_request("b"))
    assert names.request_hash(_request("a")) != names.request_hash(_request("a", region="westus"))


def test_only_the_os_disk_is_another_wish_than_all_disks() -> None:
    os_disk = _request("a", restore_disk_lun_list=())
    assert names.request_hash(os_disk) != names.request_hash(_request("a"))


@pytest.mark.parametrize("text", ["", "..", "../items/x", "a/b", "a b", "é", "a\x00", "x" * 129])
def test_what_could_be_no_request_id_is_told_from_one(text: str) -> None:
    assert not names.is_request_id(text)
    assert names.is_request_id("alert:2026-11.23_x")


def test_no_name_is_written_twice() -> None:
    source = Path(names.__file__).read_text(encoding="utf-8")
    constants = re.findall(r"^([A-Z_]+) = ", source, re.MULTILINE)
    assert len(constants) == len(set(constants))


def test_the_attempts_at_a_request_are_numbered_from_two_to_nine() -> None:
    assert [names.attempt_id("r", number) for number in (2, 9)] == ["r~2", "r~9"]
    for number in (1, 10):
        with pytest.raises(AssertionError):
            names.attempt_id("r", number)


def test_a_long_request_id_is_cut_to_its_beginning_and_a_hash() -> None:
    longest = "x" * (90 - len("restore-"))
    assert names.instance_id(longest) == f"restore-{longest}"
    for longer in (longest + "x", "x" * 128):
        begin, _, digits = names.instance_id(longer).partition("~")
        assert begin == "restore-" + "x" * 40
        assert len(digits) == 40


def test_each_child_of_a_revived_restore_has_an_id_of_its_own() -> None:
    assert names.watch_id("i") == "i~watch"
    assert names.wait_id("i") == "i~wait"
    assert names.verification_id("i") == "i~verify"
    assert names.child_ids("i", 0) == ("i~watch", "i~wait", "i~verify")
    assert names.child_ids("i", 2) == ("i~watch-2", "i~wait-2", "i~verify-2")
    assert names.cancel_id("i") == "i~cancel"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("r1:started", True), ("r1~2:fall-back", True), ("x" * 160 + ":a", True),
        ("x" * 161 + ":a", False), ("r1~1:started", False), ("r1", False), ("r1:Started", False),
        ("r1:started/", False),
    ],
)  # fmt: skip
def test_an_event_is_named_by_its_restore_and_its_kind(text: str, expected: bool) -> None:
    assert names.is_event_id(text) is expected
