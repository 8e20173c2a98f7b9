"""The address of a probe: what one is, and what it names."""

import re

import pytest

from restore.values.probe_urls import PATTERN, target_of


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://Web.Corp.test/a%20b", ("https", "web.corp.test", 443, "/a%20b")),
        ("http://web", ("http", "web", 80, "/")),
        ("http://[fd00::1]:8080/health", ("http", "fd00::1", 8080, "/health")),
        ("tcp://10.2.0.4:1", ("tcp", "10.2.0.4", 1, "/")),
        ("tcp://10.2.0.4:65535", ("tcp", "10.2.0.4", 65_535, "/")),
    ],
)
def test_an_address_names_scheme_host_port_and_path(url: str, target: tuple[object, ...]) -> None:
    assert re.search(PATTERN, url)
    assert target_of(url) == target


@pytest.mark.parametrize(
    "url",
    [
        "tcp://10.2.0.4:0",
        "http://10.2.0.4:0/",
        "https://web:0",
        "tcp://web:65536",
        "http://web:99999/",
    ],
)
def test_a_port_that_is_none_is_refused(url: str) -> None:
    assert re.search(PATTERN, url)
    with pytest.raises(ValueError, match="Port out of range"):
        target_of(url)
