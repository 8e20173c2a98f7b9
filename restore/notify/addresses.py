"""Where a notification may go: which URLs, and which addresses behind their names.

Somebody who can set a receiver, or its name's records, must not reach by the app what only the app
can reach: its own machine, its network, Azure's instance metadata. So a URL must be https at a host
that the setting names, and a name must lead to public addresses only. Resolving is not for here
(notifications/resolving.py).
"""

import re
from collections.abc import Collection, Iterator
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

from restore.values.arm_ids import lower_ascii
from restore.values.loopback import LOOPBACK_HOSTS

URL_CHARS_MAX = 4096
TOPIC_SUFFIXES = {
    "public": ".eventgrid.azure.net",
    "usgovernment": ".eventgrid.azure.us",
    "china": ".eventgrid.azure.cn",
}
"""Of Event Grid topics, by cloud (Microsoft Learn, "Compare Azure Government and global Azure")."""

_Address = IPv4Address | IPv6Address
_WIRE_SERVER = IPv4Address("168.63.129.16")
"""Azure's own, reachable from every machine in it, and public only by its number (Microsoft Learn,
"What is IP address 168.63.129.16?")."""
_NAT64 = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
_SITE_LOCAL = IPv6Network("fec0::/10")
# Printable ASCII but for what some reader of URLs takes for something else.
_ODD = re.compile(r"[^!-~]|[\\#<>\"{}|^`]")
_PORTS = {"https": 443, "http": 80}


def refusal(url: str, hosts: Collection[str] | None, admits_loopback: bool) -> str | None:
    """Say why nothing is sent to a URL; None if it may be. Its text is not repeated: it may be a
    secret. With `hosts` its host must be one of them."""
    parts = _split(url)
    if parts is None or not parts.hostname or "@" in parts.netloc:
        return "must be an https URL without a user name or a fragment"
    is_loopback = admits_loopback and parts.hostname in LOOPBACK_HOSTS
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback):
        return "must be https"
    if hosts is not None and authority(url) not in hosts:
        return "leads to a host that hosts does not name"
    return None


def authority(url: str) -> str:
    """Return the host of a URL that was checked, with its port where that is not 443."""
    parts = urlsplit(url)
    host = lower_ascii(parts.hostname or "")
    return host if parts.port in (None, 443) else f"{host}:{parts.port}"


def port(url: str) -> int:
    """Return the port of a URL that was checked."""
    parts = urlsplit(url)
    return parts.port or _PORTS[parts.scheme]


def topic_refusal(url: str, cloud: str | None, admits_loopback: bool) -> str | None:
    """Say why the app's token may not go to a URL; None if it is an Event Grid topic of the cloud,
    or of any where none is given."""
    host = lower_ascii(urlsplit(url).hostname or "")
    suffixes = tuple(TOPIC_SUFFIXES.values()) if cloud is None else (TOPIC_SUFFIXES[cloud],)
    is_topic = host.endswith(suffixes) and authority(url) == host
    if is_topic or (admits_loopback and host in LOOPBACK_HOSTS):
        return None
    return f"must be an Event Grid topic, at a host that ends in {' or '.join(suffixes)}"


def is_admitted(address: str, admits_loopback: bool) -> bool:
    """Whether a connection may be made to an address: it is public, in whatever form it comes."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if admits_loopback and found.is_loopback:
        return True
    return all(_is_public(each) for each in _forms(found))


def _split(url: str) -> SplitResult | None:
    if len(url) > URL_CHARS_MAX or _ODD.search(url):
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts


def _forms(found: _Address) -> Iterator[_Address]:
    """An address, and the IPv4 addresses that an IPv6 one stands for."""
    yield found
    if isinstance(found, IPv4Address):
        return
    inner = [found.ipv4_mapped, found.sixtofour, *(found.teredo or ())]
    if any(found in network for network in _NAT64):
        inner.append(IPv4Address(int(found) & 0xFFFFFFFF))
    yield from (each for each in inner if each is not None)


def _is_public(found: _Address) -> bool:
    if found == _WIRE_SERVER or (isinstance(found, IPv6Address) and found in _SITE_LOCAL):
        return False
    if isinstance(found, IPv6Address) and (found.ipv4_mapped or found in _NAT64[0]):
        return True  # what it stands for is judged
    return found.is_global and not (found.is_multicast or found.is_reserved)
