"""Which addresses a probe may be sent to: those that a rule names, and some that none can name.

A name is allowed by its own text, and so is each address that it leads to: it must lie in one of
the networks, whatever its name service says at that moment. Looking names up is the business of
who sends the probe (probes/).
"""

from collections.abc import Iterator
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

from restore.policy.rules import Policy, Probes, Rule
from restore.values.probe_urls import target_of

_Network = IPv4Network | IPv6Network
_Address = IPv4Address | IPv6Address

_LOOPBACK: tuple[_Network, ...] = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
_NEVER: tuple[_Network, ...] = (
    ip_network("0.0.0.0/8"),
    ip_network("168.63.129.16/32"),  # Azure's own services for VMs (the wire server)
    ip_network("169.254.0.0/16"),  # link-local: instance metadata and its tokens
    ip_network("192.0.0.0/24"),
    ip_network("224.0.0.0/3"),
    ip_network("::/128"),
    ip_network("64:ff9b::/96"),  # addresses that stand for IPv4 ones
    ip_network("64:ff9b:1::/48"),
    ip_network("2001::/32"),
    ip_network("2002::/16"),
    ip_network("fe80::/10"),
    ip_network("ff00::/8"),
)
"""No restored VM lives there, and what does must not be called on somebody's behalf."""


def forbidden(rule: Rule, url: str) -> str | None:
    """Say what a rule allows instead of a probe of this address; None if it allows it."""
    if rule.probes is None:
        return "no probe"
    return None if _is_named(rule.probes, url) else f"probes of {_shown(rule.probes)}"


def networks_for(policy: Policy, recovery_type: str, url: str) -> tuple[str, ...]:
    """Return the networks in which the policy allows this probe; none: it does not allow it."""
    return tuple(
        network
        for rule in policy.rules
        if rule.probes is not None
        and recovery_type in rule.recovery_types
        and _is_named(rule.probes, url)
        for network in rule.probes.networks
    )


def is_allowed(address: str, networks: tuple[str, ...]) -> bool:
    """Whether an address lies in one of these networks, and is none of those that are never
    called. A loopback address must be meant: only a network of such names it."""
    found = _address(address)
    if found is None or any(found in network for network in _NEVER):
        return False
    inside = [network for network in map(ip_network, networks) if found in network]
    if any(found in network for network in _LOOPBACK):
        return any(_is_loopback(network) for network in inside)
    return bool(inside)


def network_problems(probes: Probes) -> Iterator[tuple[int, str]]:
    """Say which entries are no networks, or are of those that are never called."""
    for index, text in enumerate(probes.networks):
        try:
            network = ip_network(text)
        except ValueError:
            yield index, "must be an IP address, or a network such as 10.2.0.0/16 or fd00:1::/64"
            continue
        if any(_is_within(network, never) for never in _NEVER):
            yield index, "is of no restored VM: such addresses are never called"


def _is_named(probes: Probes, url: str) -> bool:
    """Whether an address is allowed as far as its text says."""
    try:
        target = target_of(url)
    except ValueError:
        return False
    if target.port not in probes.ports:
        return False
    if _address(target.host) is None:
        return target.host in (name.lower() for name in probes.hosts)
    return is_allowed(target.host, probes.networks)


def _address(text: str) -> _Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _is_loopback(network: _Network) -> bool:
    return any(_is_within(network, loop) for loop in _LOOPBACK)


def _is_within(network: _Network, other: _Network) -> bool:
    return network.network_address in other and network.broadcast_address in other


def _shown(probes: Probes) -> str:
    places = ", ".join((*probes.hosts, *probes.networks)[:5])
    return f"{places} at port {', '.join(str(port) for port in probes.ports[:5])}"
