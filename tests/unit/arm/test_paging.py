"""A list is read to its end, and one that has none is given up at its bounds."""

from datetime import timedelta
from typing import Any

import pytest

from arm import paging
from restore.messages import errors
from tests.unit.arm.fakes import ENDPOINT, NOW

PATH = "/subscriptions/s/things?api-version=1"


def link(number: int) -> str:
    return f"{ENDPOINT}{PATH}&$skipToken={number}"


def walk() -> paging.Walk:
    return paging.Walk(PATH, ENDPOINT, "read the list", NOW)


def refused(one: paging.Walk, page: dict[str, Any], after_s: float = 0) -> errors.RestoreError:
    with pytest.raises(errors.RestoreError) as caught:
        one.following(page, NOW + timedelta(seconds=after_s))
    assert caught.value.doing == "read the list"
    return caught.value


@pytest.mark.parametrize("page", [{}, {"value": []}, {"nextLink": ""}, {"nextLink": None}])
def test_without_a_link_it_was_the_last_page(page: dict[str, Any]) -> None:
    assert walk().following(page, NOW) is None


def test_so_many_entries_a_list_may_have() -> None:
    one = walk()
    half = paging.ITEMS_MAX // 2
    assert one.following({"value": [0] * half, "nextLink": link(1)}, NOW) == link(1)
    assert one.following({"value": "odd", "nextLink": link(2)}, NOW) == link(2)
    assert one.following({"value": [0] * half}, NOW) is None
    error = refused(one, {"value": [0]})
    assert error.code == "ListTooLong"
    assert "more than 50000 entries" in error.message


def test_so_long_a_list_may_take() -> None:
    page = {"nextLink": link(1)}
    assert walk().following(page, NOW + timedelta(seconds=180)) == link(1)
    assert refused(walk(), page, 180.001).code == "ListTooSlow"
    assert walk().following({}, NOW + timedelta(seconds=999)) is None


def test_so_many_pages_a_list_may_have() -> None:
    one = walk()
    for number in range(1, paging.PAGES_MAX):
        assert one.following({"nextLink": link(number)}, NOW) == link(number)
    error = refused(one, {"nextLink": link(999)})
    assert error.code == "EndlessList"
    assert f"page {paging.PAGES_MAX} leads nowhere new" in error.message


@pytest.mark.parametrize("again", [f"{ENDPOINT}{PATH}", 7])
def test_a_page_that_leads_back_or_to_no_url_ends_the_list(again: object) -> None:
    assert refused(walk(), {"nextLink": again}).code == "EndlessList"


def test_a_page_elsewhere_is_not_followed() -> None:
    error = refused(walk(), {"nextLink": "https://evil.test/x"})
    assert error.code == "UntrustedUrl"
    assert "evil.test" not in error.message
