"""Nothing is sent to a host that the setting does not name, nor to an address not public."""

import pytest

from restore.notify import addresses

HOSTS = ("hooks.example.com", "other.example.com:8443")


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.example.com",
        "https://hooks.example.com/a?sig=secret",
        "https://hooks.example.com:443/a",
        "https://HOOKS.example.com/a",
        "https://other.example.com:8443/",
        "https://hooks.example.com/" + "a" * (4096 - 26),
    ],
)
def test_a_host_that_is_named_may_be_told(url: str) -> None:
    assert addresses.refusal(url, HOSTS, admits_loopback=False) is None


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/a",
        "https://evil.example/a",
        "https://hooks.example.com.evil.example/a",
        "https://hooks.example.com:8443/a",
        "https://other.example.com/a",
        "https://hooks.example.com@evil.example/a",
        "https://a:b@hooks.example.com/a",
        "https://evil.example\\@hooks.example.com/a",
        "https://evil.example#@hooks.example.com/a",
        "https://hooks.example.com\t.evil.example/",
        "https://hooks.example.com:99999/",
        "https://hooks.example.com:0443x/",
        "https://[::1/",
        "https:///a",
        "//hooks.example.com/a",
        "file:///etc/passwd",
        "ftp://hooks.example.com/",
        "https://hooks.example.com/" + "a" * (4096 - 25),
        "wss://hooks.example.com/",
        "https://hooks\u212a.example.com/",
        "",
    ],
)
def test_every_other_url_is_refused_and_not_repeated(url: str) -> None:
    refusal = addresses.refusal(url, HOSTS, admits_loopback=False)
    assert refusal is not None
    assert "evil" not in refusal
    assert addresses.refusal(url, HOSTS, admits_loopback=True) is not None


def test_plain_http_is_for_loopback_in_tests_only() -> None:
    url = "http://127.0.0.1:9000/a"
    assert addresses.refusal(url, ("127.0.0.1:9000",), admits_loopback=True) is None
    assert addresses.refusal(url, ("127.0.0.1:9000",), admits_loopback=False) == "must be https"


@pytest.mark.parametrize(
    "address",
    [
        "93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822", "::ffff:93.184.216.34",
        "168.63.129.17", "64:ff9b::a83f:8111",
    ],
)  # fmt: skip
def test_public_addresses_are_admitted(address: str) -> None:
    assert addresses.is_admitted(address, admits_loopback=False)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.1.2.3", "0.0.0.0", "10.0.0.4", "172.16.0.1", "192.168.1.1", "100.64.0.1",
        "169.254.169.254", "168.63.129.16", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1",
        "255.255.255.255", "192.0.0.1",
        "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:168.63.129.16",
        "64:ff9b::a00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::a00:1", "64:ff9b:1::5db8:d822",
        "2002:a00:1::", "2002:7f00:1::",
        "2001:0:a00:1::", "2001:db8::1", "not an address", "",
    ],
)  # fmt: skip
def test_all_other_addresses_are_not(address: str) -> None:
    assert not addresses.is_admitted(address, admits_loopback=False)


def test_a_test_admits_loopback_and_nothing_more() -> None:
    assert addresses.is_admitted("127.0.0.1", admits_loopback=True)
    assert addresses.is_admitted("::1", admits_loopback=True)
    for address in ("10.0.0.4", "169.254.169.254", "0.0.0.0", "::ffff:10.0.0.1"):
        assert not addresses.is_admitted(address, admits_loopback=True)


def test_the_apps_token_goes_to_a_topic_of_its_own_cloud_only() -> None:
    topic = "https://t.westeurope-1.eventgrid.azure.net/api/events"
    assert addresses.topic_refusal(topic, "public", admits_loopback=False) is None
    assert addresses.topic_refusal(topic, None, admits_loopback=False) is None
    for url, cloud in (
        (topic, "china"),
        ("https://eventgrid.azure.net.evil.example/", "public"),
        ("https://evileventgrid.azure.net/", "public"),
        ("https://t.eventgrid.azure.net:8443/", "public"),
        ("http://127.0.0.1:9000/", "public"),
    ):
        assert addresses.topic_refusal(url, cloud, admits_loopback=False) is not None
    assert addresses.topic_refusal("http://127.0.0.1:9000/", "public", admits_loopback=True) is None


@pytest.mark.parametrize(
    "url", ["https:///a", "https://a:b@hooks.example.com/a", "https://hooks.example.com/#a", ""]
)
def test_a_url_that_stands_in_the_setting_itself_must_be_whole(url: str) -> None:
    said = "must be an https URL without a user name or a fragment"
    assert addresses.refusal(url, None, admits_loopback=False) == said
    assert addresses.refusal("https://any.example/a", None, admits_loopback=False) is None


@pytest.mark.parametrize("scheme", ["ftp", "wss", "file"])
def test_no_other_scheme_leads_to_this_machine(scheme: str) -> None:
    url = f"{scheme}://127.0.0.1:9000/a"
    assert addresses.refusal(url, None, admits_loopback=True) == "must be https"


@pytest.mark.parametrize(
    ("url", "port"),
    [
        ("https://a.example/", 443),
        ("http://127.0.0.1/", 80),
        ("https://a.example:8443/", 8443),
        ("https://a.example:443/", 443),
    ],
)
def test_a_port_is_the_urls_or_its_schemes(url: str, port: int) -> None:
    assert addresses.port(url) == port


def test_a_test_admits_a_topic_on_loopback_and_nothing_else() -> None:
    for url in ("https://evil.example/", "https://10.0.0.4/"):
        assert addresses.topic_refusal(url, None, admits_loopback=True) is not None
