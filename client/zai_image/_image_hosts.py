"""Tells which hosts an image may come from: a public API's link has no business with this machine or its neighbours."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final

from attrs import frozen

# Prefixes behind which an IPv6 address has an IPv4 address in its last four bytes: RFC 6052, 8215, 2765 and 4291.
_WITH_IPV4: Final = tuple(map(IPv6Network, ("64:ff9b::/96", "64:ff9b:1::/48", "::ffff:0:0:0/96", "::/96")))
_UNIQUE_LOCAL: Final = IPv6Network("fc00::/7")


@frozen
class ImageHosts:
    """The hosts that images may come from.

    Attributes:
        api: The host of the API.
        allowed: Hosts that were allowed by name.
    """

    api: str
    allowed: Sequence[str] = ()

    def refuses(self, host: str) -> bool:
        """Whether no image may come from a host, by its name alone: it names this machine or a link-local address."""
        return _is_local(host) and not self.allows_local(host)

    def refuses_address(self, host: str, address: str) -> bool:
        """Whether no image may come from a host that turned out to have this address."""
        return _is_local(address) and not self.allows_local(host)

    def allows_local(self, host: str) -> bool:
        """Whether a host may be this machine or have a link-local address."""
        names = {_plain(name) for name in (self.api, *self.allowed)}
        # An API that is on this machine itself has its images there, too.
        return _plain(host) in names or _is_local(self.api)


def _is_local(host: str) -> bool:
    """Whether a host is this machine or link-local, by its name or by an address in any spelling."""
    name = _plain(host)
    if name == "localhost" or name.endswith(".localhost"):
        return True
    address = _address(name)
    if isinstance(address, IPv6Address):
        address = _inner(address)
    if isinstance(address, IPv6Address):
        # No host of the internet, nor of an organization's network, has any other address.
        return not (address.is_global or address in _UNIQUE_LOCAL)
    return address is not None and (address.is_loopback or address.is_link_local or address.is_unspecified)


def _plain(host: str) -> str:
    return host.lower().strip("[]").rstrip(".")


def _address(name: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(name.partition("%")[0])
    except ValueError:
        pass
    try:
        # What resolvers take for an address: 127.1, 2130706433, 0x7f000001, 0177.0.0.1.
        return IPv4Address(socket.inet_aton(name))
    except (OSError, ValueError):
        return None


def _inner(address: IPv6Address) -> IPv4Address | IPv6Address:
    """Return the IPv4 address that an IPv6 address stands for; the address itself where it stands for none."""
    if address.is_loopback or address.is_unspecified:
        return address
    if any(address in network for network in _WITH_IPV4):
        return IPv4Address(address.packed[-4:])
    return address.ipv4_mapped or address.sixtofour or address
