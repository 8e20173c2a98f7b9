"""Continuation tokens lead where they were made for."""

import pytest

from devhost.durable_paging import id_of, token_of


@pytest.mark.parametrize("name", ["a", "a#b", "a^b", "^2", "a/b?c\\d", "é✓", "restore-1~watch"])
def test_a_token_gives_its_id_back_with_or_without_its_blank(name: str) -> None:
    assert id_of(token_of(name)) == name
    assert id_of(token_of(name).strip()) == name


def test_a_token_is_written_as_it_was_recorded() -> None:
    assert token_of("a#b") == "YV4yYg== "


def test_there_is_no_token_behind_the_last_page() -> None:
    assert token_of("") == ""
    assert id_of("") == ""


@pytest.mark.parametrize("token", ["garbage", "=", "é", "a", "YQ=", "YQ==YQ=="])
def test_what_is_no_token_is_not_refused(token: str) -> None:
    assert isinstance(id_of(token), str)
