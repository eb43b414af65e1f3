"""Which hosts an image may come from: no link of a public API leads to this machine or its link-local network."""

from __future__ import annotations

import socket
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, IPv6Network
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.client.downloading import KEY, PNG, WHOLE, Download
from tests.client.loopback import Connection, Peer, peer
from zai_image import AsyncZaiImage, DownloadError, InvalidRequestError, ZaiImage
from zai_image._image_hosts import ImageHosts

pytestmark = pytest.mark.slow

PUBLIC = "https://api.z.ai/api"
THIS_MACHINE = [
    *(
        "localhost",
        "LOCALHOST",
        "localhost.",
        "kitten.localhost",
        "127.0.0.1",
        "127.0.0.1.",
        "127.1",
        "127.255.255.254",
    ),
    *("2130706433", "0x7f000001", "0x7f.1", "0", "0.0.0.0", "[::1]", "[::]", "[0:0:0:0:0:0:0:1]"),
    *("[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[::127.0.0.1]"),
    *("169.254.169.254", "[fe80::1]", "2852039166", "0xa9fea9fe", "[::ffff:169.254.169.254]"),
]


@pytest.mark.parametrize("name", THIS_MACHINE)
@pytest.mark.parametrize("way", ["link", "redirect"])
def test_a_public_apis_link_to_this_machine_or_its_link_is_refused(name: str, way: str, download: Download) -> None:
    sent: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request.url.host)
        return httpx.Response(302, headers={"location": f"https://{name}/secret"})

    link = f"https://{name}/secret" if way == "link" else "https://images.example/1.png"
    with pytest.raises(DownloadError, match=r" is refused: .*allow_image_hosts=\[") as failed:
        download(link, client={"transport": httpx.MockTransport(answer)}, base_url=PUBLIC)
    assert (failed.value.transient, sent) == (False, [] if way == "link" else ["images.example"])


def resolving(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """Let every name have the address."""
    real = socket.getaddrinfo

    def getaddrinfo(name: Any, *arguments: Any, **options: Any) -> Any:
        return real(address, *arguments, **options)

    monkeypatch.setattr("socket.getaddrinfo", getaddrinfo)


@pytest.mark.parametrize("base_url", [PUBLIC, "https://gateway.example/zai", "https://192.0.2.1/zai"])
def test_a_name_that_turns_out_to_be_this_machine_is_refused_before_anything_is_sent(
    base_url: str, download: Download, host: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolving(monkeypatch, "127.0.0.1")
    port = host.url.rsplit(":")[-1]
    with pytest.raises(DownloadError, match=r" is refused: images\.example is ") as failed:
        download(f"http://images.example:{port}1.png", base_url=base_url)
    assert (failed.value.transient, failed.value.attempts, host.requests) == (False, 1, [])


@pytest.mark.parametrize(
    ("base_url", "allowed"),
    [
        (PUBLIC, ["images.example"]),
        (PUBLIC, ["other.example", "Images.Example."]),
        ("https://images.example/zai", []),
        ("http://127.0.0.1:1", []),
        ("http://localhost:1", []),
        ("http://[::1]:1", []),
    ],
)
def test_a_host_is_allowed_by_name_or_where_the_api_is_there_too(
    base_url: str, allowed: list[str], download: Download, host: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolving(monkeypatch, "127.0.0.1")
    port = host.url.rsplit(":")[-1]
    link = f"http://images.example:{port}1.png"
    assert download(link, base_url=base_url, allow_image_hosts=allowed) == PNG


@pytest.mark.parametrize("names", ["localhost", 7, [7], None])
def test_hosts_that_are_no_list_of_names_are_refused(names: Any) -> None:
    for kind in (ZaiImage, AsyncZaiImage):
        with pytest.raises(InvalidRequestError, match="allow_image_hosts must be a list of hosts"):
            kind(KEY, allow_image_hosts=names)


def test_behind_a_proxy_the_proxy_finds_the_host(download: Download, host: Peer) -> None:
    def forwards(connection: Connection) -> None:
        connection.read()
        connection.send(WHOLE)

    with peer(forwards) as proxy:
        address = proxy.url.replace("http://", "http://user:gateway-secret@")
        assert download("http://images.example/1.png?a=%2F", client={"proxy": address}, base_url=PUBLIC) == PNG
    assert host.requests == []
    assert proxy.requests[0].startswith(b"GET http://images.example/1.png?a=%2F HTTP/1.1")


# An hour ago, as the host says gone and as it says no more than no.


@pytest.mark.parametrize(
    "name",
    [
        "0177.0.0.1",
        "0177.1",
        "017700000001",
        "fe80::1%eth0",
        "::ffff:0:0",
        "::ffff:0:127.0.0.1",
        "2001:0:0:0:0:0:80ff:fffe",
    ],
)
def test_other_spellings_of_this_machine_are_known(name: str) -> None:
    assert ImageHosts("api.z.ai").refuses(name)


@pytest.mark.parametrize(
    "name",
    [
        *("images.example", "8.8.8.8", "10.0.0.1", "192.168.1.1", "api.z.ai", "128.0.0.1"),
        *("localhost.example", "notlocalhost", "127.0.0.1.example", "fd00:ec2::254", "170.254.0.1"),
    ],
)
def test_other_hosts_are_not_refused(name: str) -> None:
    assert not ImageHosts("api.z.ai").refuses(name)
    assert not ImageHosts("api.z.ai").refuses_address("images.example", name)


# How a resolver, or a translator of addresses on the way, reads an IPv4 address.
SPELLINGS: list[Callable[[IPv4Address], str]] = [
    str,
    lambda address: str(int(address)),
    lambda address: f"{int(address):#x}",
    lambda address: f"0{int(address):o}",
    lambda address: ".".join(f"{part:#o}".replace("o", "") for part in address.packed),
    lambda address: ".".join(f"{part:#X}" for part in address.packed),
    lambda address: f"{address.packed[0]}.{int.from_bytes(address.packed[1:])}",
    lambda address: f"{address.packed[0]}.{address.packed[1]}.{int.from_bytes(address.packed[2:])}",
    *(
        lambda address, prefix=prefix: str(IPv6Address(int(IPv6Address(prefix)) + int(address)))
        for prefix in ("::ffff:0:0", "64:ff9b::", "64:ff9b:1::", "::ffff:0:0:0")
    ),
    lambda address: str(IPv6Address(int(IPv6Address("2002::")) + (int(address) << 80))),
]


@pytest.mark.parametrize("spelling", SPELLINGS)
@given(st.ip_addresses(v=4))
def test_an_address_is_refused_in_each_spelling_or_in_none(
    spelling: Callable[[IPv4Address], str], address: IPv4Address
) -> None:
    local = address.is_loopback or address.is_link_local or address.is_unspecified
    assert ImageHosts("api.z.ai").refuses(spelling(address)) is local


@pytest.mark.parametrize("network", ["127.0.0.0/8", "169.254.0.0/16"])
@pytest.mark.parametrize("spelling", SPELLINGS)
@given(st.data())
def test_no_spelling_of_this_machine_or_its_link_passes(
    spelling: Callable[[IPv4Address], str], network: str, data: st.DataObject
) -> None:
    address = data.draw(st.ip_addresses(network=network).map(lambda drawn: IPv4Address(int(drawn))))
    assert ImageHosts("api.z.ai").refuses(spelling(address))


@given(st.ip_addresses(v=6))
def test_only_addresses_of_the_internet_of_an_own_network_or_with_ipv4_pass(address: IPv6Address) -> None:
    if not ImageHosts("api.z.ai").refuses(str(address)):
        networks = map(IPv6Network, ("fc00::/7", "::ffff:0:0/96", "64:ff9b:1::/48", "2002::/16"))
        assert address.is_global or any(address in network for network in networks)
