"""Gateways get what they need with requests of the API, and no other host does."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable
from typing import Any

import httpx
import httpx2
import pytest

from tests.client import loopback
from tests.client.loopback import Connection, Peer, peer
from tests.client.test_formats import IMAGES
from zai_image import AsyncZaiImage, InvalidRequestError, ZaiImage, ZaiImageError

PNG = b"HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncontent-length: %d\r\n\r\n" % len(IMAGES["PNG"]) + IMAGES["PNG"]
SECRET = "gateway-secret"


def ordering(images: Peer) -> Callable[[Connection], None]:
    """Return a script of an API whose images are at the other host."""
    return loopback.answers_with(loopback.image_answer(f"{images.url}1.png?Signature=a%2Fb"))


def generate(url: str, call: dict[str, Any], options: dict[str, Any]) -> bytes:
    with ZaiImage("a-key", base_url=url, **options) as zai:
        content = zai.images.generate("kitten", **call).download()
    for given in options.keys() & {"http_client", "transport"}:
        options[given].close()
    return content


def generate_async(url: str, call: dict[str, Any], options: dict[str, Any]) -> bytes:
    async def run() -> bytes:
        async with AsyncZaiImage("a-key", base_url=url, **options) as zai:
            content = await (await zai.images.generate("kitten", **call)).download()
        for given in options.keys() & {"http_client", "transport"}:
            await options[given].aclose()
        return content

    return asyncio.run(run())


twins = pytest.mark.parametrize("twin", [generate, generate_async])


def heads(twin: Callable[..., bytes], call: dict[str, Any], **options: Any) -> tuple[bytes, bytes]:
    """Return the heads of the request of the API and of that for the image."""
    with peer(loopback.answers_with(PNG)) as images, peer(ordering(images)) as api:
        assert twin(api.url, call, options) == IMAGES["PNG"]
        return api.requests[-1], images.requests[-1]


@twins
def test_default_headers_and_query_go_to_the_api_alone(twin: Callable[..., bytes]) -> None:
    api, images = heads(
        twin,
        {},
        default_headers={"api-key": SECRET, "Cookie": "a=b", "user-agent": "ours/1"},
        default_query={"api-version": "2024-10-21", "a b": "\u00e9&="},
    )
    line, *fields = api.split(b"\r\n")
    assert line == b"POST /paas/v4/images/generations?api-version=2024-10-21&a%20b=%C3%A9%26%3D HTTP/1.1"
    assert {b"api-key: gateway-secret", b"Cookie: a=b", b"user-agent: ours/1", b"Authorization: Bearer a-key"} <= {
        *fields
    }
    assert images.startswith(b"GET /1.png?Signature=a%2Fb HTTP/1.1")
    assert not any(word in images.lower() for word in (b"secret", b"cookie", b"ours", b"a-key", b"api-version"))


@twins
def test_headers_of_a_call_win_over_the_default_ones_and_both_over_ours(twin: Callable[..., bytes]) -> None:
    api, _ = heads(
        twin,
        {"extra_headers": {"X-Team": "art", "accept-encoding": "identity"}},
        default_headers={"x-team": "all", "authorization": "Basic abc"},
    )
    fields = sorted(line.lower() for line in api.split(b"\r\n")[1:])
    assert [field for field in fields if field.startswith((b"x-team", b"authorization", b"accept-encoding"))] == [
        b"accept-encoding: identity",
        b"authorization: basic abc",
        b"x-team: art",
    ]


@pytest.mark.parametrize("library", [httpx, httpx2])
@pytest.mark.parametrize("given", ["http_client", "transport"])
@twins
def test_clients_and_transports_of_httpx_and_of_httpx2_are_taken(
    twin: Callable[..., bytes], given: str, library: Any
) -> None:
    kind = ("" if twin is generate else "Async") + ("Client" if given == "http_client" else "HTTPTransport")
    api, images = heads(twin, {}, **{given: getattr(library, kind)()})
    assert b"Authorization: Bearer a-key" in api
    assert b"a-key" not in images


@pytest.mark.parametrize("library", [httpx, httpx2])
@twins
def test_what_a_given_client_adds_goes_to_the_api_alone(twin: Callable[..., bytes], library: Any) -> None:
    kind = library.Client if twin is generate else library.AsyncClient
    api, images = heads(
        twin, {}, http_client=kind(headers={"api-key": SECRET}, cookies={"a": SECRET}, params={"sig": SECRET})
    )
    assert api.count(SECRET.encode()) == 3
    assert SECRET.encode() not in images
    assert images.startswith(b"GET /1.png?Signature=a%2Fb HTTP/1.1")


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"http_client": 7}, "http_client must be an httpx.Client or httpx2.Client, not builtins.int"),
        (
            {"http_client": httpx.AsyncClient},
            "http_client must be an httpx.Client or httpx2.Client, not builtins.type",
        ),
        (
            {"transport": httpx.AsyncHTTPTransport(verify=False)},
            "transport must be an httpx.BaseTransport or httpx2.BaseTransport, not httpx.AsyncHTTPTransport",
        ),
    ],
)
def test_what_cannot_carry_requests_is_refused(options: Any, problem: str) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        ZaiImage("a-key", **options)
    assert str(refused.value) == problem


def test_other_options_send_over_the_same_connections() -> None:
    with peer(loopback.answers_with(loopback.image_answer("https://images.example/1.png"))) as server:
        with ZaiImage("a-key", base_url=server.url, default_headers={"x-team": "art"}) as zai:
            other = zai.with_options(api_key="another-key", max_retries=0, default_query={"a": "b"})
            zai.images.generate("kitten")
            other.images.generate("kitten")
            other.close()
            zai.images.generate("kitten")
        with pytest.raises(InvalidRequestError, match="the client is closed"):
            other.images.generate("kitten")
    assert [b"Bearer another-key" in head for head in server.requests] == [False, True, False]
    assert [b"?a=b" in head for head in server.requests] == [False, True, False]
    assert all(b"x-team: art" in head for head in server.requests)
    assert server.connections == 1


def test_other_options_of_the_asynchronous_twin_are_its_own() -> None:
    async def run(url: str) -> None:
        async with AsyncZaiImage("a-key", base_url=url) as zai:
            await zai.with_options(api_key="another-key").images.generate("kitten")
            await zai.images.generate("kitten")

    with peer(loopback.answers_with(loopback.image_answer("https://images.example/1.png"))) as server:
        asyncio.run(run(server.url))
    assert [b"Bearer another-key" in head for head in server.requests] == [True, False]
    assert server.connections == 1


def secret() -> str:
    return "-".join(["gateway", "secret"])


@pytest.mark.unmutated
@pytest.mark.parametrize("kind", [ZaiImage, AsyncZaiImage])
@pytest.mark.parametrize(
    "wrong",
    [{"max_retries": -1}, {"timeout": 0}, {"deadline": 0}, {"base_url": "a"}, {"transport": 7}, {"http_client": 7}],
)
def test_no_locals_of_a_constructor_s_frames_show_a_secret(kind: Any, wrong: dict[str, Any]) -> None:
    def construct() -> None:
        kind(secret(), default_headers={"a": secret()}, default_query={"b": secret()}, **wrong)

    def change() -> None:
        client = kind("a-key")
        options = {name: value for name, value in wrong.items() if name not in ("transport", "http_client")}
        client.with_options(api_key=secret(), default_headers={"a": secret()}, **options, unknown=1)

    for act in (construct, change):
        with pytest.raises(ZaiImageError) as refused:
            act()
        shown = "".join(traceback.TracebackException.from_exception(refused.value, capture_locals=True).format())
        assert secret() not in shown
