"""A document that is too large loses what it is told to, in that order, and says so."""

from typing import Any

import pytest

from restore.values.truncation import compact, truncated, utf8_bytes

WIDE = ("x", '"', "é", "語", "𝕏", "\ud800")


def fit(document: dict[str, Any], bytes_max: int, *gives_way: str) -> dict[str, Any]:
    found = truncated(document, bytes_max, gives_way)
    assert utf8_bytes(found) <= bytes_max
    return found


def test_what_fits_is_the_same_object_without_a_mark() -> None:
    document = {"id": "r1", "list": [1, 2]}
    assert truncated(document, utf8_bytes(document), ("list",)) is document


def test_a_list_loses_its_last_entries_and_no_more_than_it_must() -> None:
    document = {"id": "r1", "list": list(range(1000, 2000))}
    found = fit(document, 2000, "list")
    kept = found["list"]
    assert kept == document["list"][: len(kept)]
    assert found["truncated"] == ["$.list"]
    assert utf8_bytes(found | {"list": document["list"][: len(kept) + 1]}) > 2000


def test_a_tuple_is_cut_like_a_list() -> None:
    assert fit({"list": ("x" * 50,) * 9}, 100, "list")["list"] == ("x" * 50,)


def test_a_text_loses_its_end_visibly() -> None:
    found = fit({"id": "r1", "text": "語" * 1000}, 500, "text")
    assert found["text"].rstrip("…") == "語" * (len(found["text"]) - 1)
    assert found["truncated"] == ["$.text"]
    assert 497 <= utf8_bytes(found) <= 500


def test_an_object_goes_whole_for_half_of_it_would_read_like_another() -> None:
    request = {"recoveryType": "RestoreDisks", "zones": ["1"] * 500}
    found = fit({"id": "r1", "inner": {"request": request, "n": 1, "z": 2}}, 300, "inner.request")
    assert found == {"id": "r1", "inner": {"n": 1, "z": 2}, "truncated": ["$.inner.request"]}


def test_what_comes_later_in_the_table_stays_while_that_is_enough() -> None:
    document = {"first": ["x" * 100] * 10, "second": ["y" * 100] * 10}
    found = fit(document, 1500, "first", "second")
    assert found["second"] == document["second"]
    assert 0 < len(found["first"]) < 10
    found = fit(document, 600, "first", "second")
    assert (found["first"], found["truncated"]) == ([], ["$.first", "$.second"])


def test_a_path_that_leads_nowhere_cuts_nothing() -> None:
    document = {"text": None, "list": [{"a": 1}], "more": "x" * 100}
    found = fit(document, 120, "text", "list.a", "none.at.all", "more")
    assert found["truncated"] == ["$.more"]


def test_what_was_cut_before_stays_named() -> None:
    found = fit({"a": ["x" * 50] * 9, "truncated": ["$.b"]}, 200, "a")
    assert found["truncated"] == ["$.b", "$.a"]


@pytest.mark.parametrize("char", WIDE)
@pytest.mark.parametrize("bytes_max", [100, 1000, 20_000])
def test_whatever_is_put_in_what_comes_out_fits(char: str, bytes_max: int) -> None:
    long = char * 3_000
    document = {"id": "r" * 20, "text": long, "deep": {"list": [[long] * 9] * 9, "map": {}}}
    for number in range(50):
        document["deep"][f"name-{number}"] = long  # type: ignore[index]
    found = fit(document, bytes_max)
    assert found["truncated"] == ["$"]
    assert found == truncated(document, bytes_max, ())


def test_short_values_stay_whole_beside_one_that_is_far_too_long() -> None:
    found = fit({"id": "r" * 128, "text": "x" * 100_000}, 4500)
    assert found["id"] == "r" * 128
    assert found["text"] == "x" * 2047 + "…"


def test_a_document_is_counted_as_it_is_sent() -> None:
    assert compact({"a": "é\n𝕏"}) == '{"a":"é\\n𝕏"}'
    assert utf8_bytes({"a": "é\n𝕏"}) == len('{"a":"é\\n𝕏"}'.encode())


@pytest.mark.parametrize(("bytes_max", "limit"), [(60, 2), (36, 1)])
def test_what_may_not_give_way_is_shortened_by_halves_down_to_one(
    bytes_max: int, limit: int
) -> None:
    document = {"a": ["x" * 50] * 50, "b": "y" * 50, "c": 1}
    found = fit(document, bytes_max)
    assert len(found["a"]) == limit
    assert len(found["a"][0]) == limit


@pytest.mark.parametrize("entries", [1, 2, 9])
def test_what_fits_exactly_is_not_cut(entries: int) -> None:
    document = {"id": "r1", "list": ["x" * 9] * entries, "text": "y" * 99}
    kept = {"id": "r1", "list": ["x" * 9] * entries, "truncated": ["$.text"], "text": "yyy…"}
    assert truncated(document, utf8_bytes(kept), ("text", "list")) == kept
    assert truncated(document, utf8_bytes(document), ("text", "list")) is document
    shorter = truncated(document, utf8_bytes(kept) - 1, ("text", "list"))
    assert shorter["text"] == "yy…"


def test_what_was_cut_before_is_named_before_what_is_cut_now() -> None:
    document = {"list": ["x" * 50] * 3, "truncated": ["$.x"]}
    cut = {"list": ["x" * 50] * 2, "truncated": ["$.x", "$.list"]}
    assert truncated(document, utf8_bytes(cut), ("list",)) == cut


def test_every_text_is_cut_to_a_limit_in_the_end() -> None:
    document = {"a": "x" * 100, "b": ["y" * 100] * 100}
    bound = {"a": "x" * 15 + "…", "b": ["y" * 15 + "…"] * 16, "truncated": ["$"]}
    assert truncated(document, utf8_bytes(bound), ()) == bound
    exact = {"a": "x" * 16, "b": ["y" * 17]}
    cut = {"a": "x" * 16, "b": ["y" * 15 + "…"], "truncated": ["$"]}
    smaller = truncated(exact | {"c": "z" * 99}, utf8_bytes(cut | {"c": "z" * 15 + "…"}), ())
    assert smaller == cut | {"c": "z" * 15 + "…"}
