"""A probe goes where a rule says, and never to what serves the machine that sends it."""

import pytest

from restore.policy import probe_rules
from restore.policy.rules import Policy, Probes, Rule
from tests.unit.restore.policy.policy_cases import only

INSIDE = Probes(networks=("10.2.0.0/16", "fd00:1::/64"), ports=(22, 443), hosts=("Web.corp.test",))


def rule(probes: Probes | None) -> Rule:
    return only(probes=probes).rules[0]


@pytest.mark.parametrize(
    "url",
    [
        "tcp://10.2.3.4:22",
        "https://10.2.3.4/health",
        "https://10.2.3.4:443/",
        "tcp://[fd00:1::5]:22",
        "https://WEB.corp.test/health",
        "tcp://[::ffff:10.2.3.4]:22",
    ],
)
def test_a_probe_of_what_a_rule_names_is_allowed(url: str) -> None:
    assert probe_rules.forbidden(rule(INSIDE), url) is None


@pytest.mark.parametrize(
    "url",
    [
        "tcp://10.3.0.1:22",
        "tcp://10.2.3.4:23",
        "http://10.2.3.4/",
        "tcp://10.2.3.4:70000",
        "tcp://10.2.3.4:0",
        "https://corp.test/",
        "https://evil.web.corp.test/",
        "https://167903236/",
        "https://0x0a.2.3.4/",
        "https://010.2.3.4/",
        "tcp://[fd00:2::5]:22",
        "tcp://[::ffff:10.3.3.4]:22",
    ],
)
def test_every_other_probe_is_refused_with_what_would_be_allowed(url: str) -> None:
    said = "probes of Web.corp.test, 10.2.0.0/16, fd00:1::/64 at port 22, 443"
    assert probe_rules.forbidden(rule(INSIDE), url) == said


def test_without_probes_a_rule_allows_none() -> None:
    assert probe_rules.forbidden(rule(None), "tcp://10.2.3.4:22") == "no probe"


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254", "168.63.129.16", "0.0.0.0", "224.0.0.1", "255.255.255.255", "fe80::1",
        "fe80::1%eth0", "::", "ff02::1", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::a9fe:a9fe", "2002:a9fe:a9fe::1", "2001:0:a9fe:a9fe::1", "127.0.0.1", "::1",
        "::ffff:127.0.0.1", "no address",
    ],
)  # fmt: skip
def test_what_no_restored_machine_has_is_never_called(address: str) -> None:
    assert not probe_rules.is_allowed(address, ("0.0.0.0/0", "::/0"))


def test_a_loopback_address_is_called_where_it_is_meant() -> None:
    assert probe_rules.is_allowed("127.0.0.1", ("10.0.0.0/8", "127.0.0.1"))
    assert probe_rules.is_allowed("::1", ("::1/128",))
    assert not probe_rules.is_allowed("127.0.0.2", ("127.0.0.1",))


@pytest.mark.parametrize("address", ["10.2.0.1", "8.8.8.8", "fd00::1", "192.168.1.1"])
def test_private_addresses_are_called_like_others(address: str) -> None:
    assert probe_rules.is_allowed(address, ("0.0.0.0/0", "::/0"))


def test_the_networks_of_a_probe_are_those_of_all_rules_that_allow_it() -> None:
    other = Probes(networks=("10.9.0.0/16",), ports=(443,), hosts=("web.corp.test",))
    policy = Policy(
        rules=(
            *only(probes=INSIDE, recovery_types=("AlternateLocation",)).rules,
            *only(probes=other).rules,
            *only().rules,
        )
    )
    url = "https://web.corp.test/"
    new = probe_rules.networks_for(policy, "AlternateLocation", url)
    assert new == ("10.2.0.0/16", "fd00:1::/64", "10.9.0.0/16")
    assert probe_rules.networks_for(policy, "OriginalLocation", url) == ("10.9.0.0/16",)
    assert probe_rules.networks_for(policy, "AlternateLocation", "tcp://10.9.0.1:22") == ()


def test_a_refusal_names_the_first_five_places_and_ports() -> None:
    many = Probes(
        networks=tuple(f"10.{number}.0.0/16" for number in range(4)),
        hosts=("a.test", "b.test"),
        ports=(1, 2, 3, 4, 5, 6),
    )
    said = "probes of a.test, b.test, 10.0.0.0/16, 10.1.0.0/16, 10.2.0.0/16 at port 1, 2, 3, 4, 5"
    assert probe_rules.forbidden(rule(many), "tcp://192.0.2.1:22") == said
