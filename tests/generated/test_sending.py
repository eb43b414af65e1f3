"""The client of the generated package sends what it was set to send, and keeps httpx's promises about closing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from types import TracebackType
from typing import Any, cast

import httpx
import pytest

from zai_image_api.client import AuthenticatedClient, Client
from zai_image_api.models import ImageGenerationResponse
from zai_image_api.operation import Operation
from zai_image_api.operations import IMAGES_GENERATE
from zai_image_api.resources import AsyncResources, Resources
from zai_image_api.types import UNSET, Options


class Recording(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Answers everything, and notes what it is asked and how it is closed."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self.left: list[tuple[object, ...]] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return httpx.Response(200, json={}, request=request)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return self.handle_request(request)

    def __exit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        self.left.append((kind, error, traceback))

    async def __aexit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        self.left.append((kind, error, traceback))


def call(**arguments: Any) -> tuple[Operation[Any], Mapping[str, Any], Options]:
    """Return what a method hands to whatever sends it."""
    calls: list[tuple[Operation[Any], Mapping[str, Any], Options]] = []
    Resources[object](lambda *given: calls.append(given)).images.generate("kitten", **arguments)
    return calls[0]


def test_every_setting_reaches_the_client_of_httpx() -> None:
    transport = Recording()
    settings = {"transport": transport, "params": {"trace": "1"}, "timeout": 7.0}
    sender = Client("https://a.example", headers={"X-Team": "art"}, httpx_args=settings)
    sender.send(*call())
    asyncio.run(sender.send_async(*call(timeout=3.0)))
    for request, seconds in zip(transport.requests, (7.0, 3.0), strict=True):
        assert str(request.url) == "https://a.example/paas/v4/images/generations?trace=1"
        assert (request.method, request.headers["x-team"]) == ("POST", "art")
        assert request.extensions["timeout"]["read"] == seconds


def test_a_client_of_httpx_is_made_once() -> None:
    client = Client("https://a.example")
    assert client.get_httpx_client() is client.get_httpx_client()
    assert client.get_async_httpx_client() is client.get_async_httpx_client()


def test_a_given_client_of_httpx_is_the_one_that_sends() -> None:
    transport = Recording()
    client = AuthenticatedClient("https://a.example", token="a-key")
    given, given_async = httpx.Client(transport=transport), httpx.AsyncClient(transport=transport)
    assert client.set_httpx_client(given).set_async_httpx_client(given_async) is client
    assert (client.get_httpx_client(), client.get_async_httpx_client()) == (given, given_async)
    client.send(*call())
    asyncio.run(client.send_async(*call()))
    assert [request.headers["authorization"] for request in transport.requests] == ["Bearer a-key"] * 2


def test_the_transport_learns_with_which_error_a_block_was_left() -> None:
    transport = Recording()
    client = Client("https://a.example", httpx_args={"transport": transport})
    error = LookupError("inside")

    async def leave() -> None:
        async with client:
            raise error

    with pytest.raises(LookupError), client:
        raise error
    with pytest.raises(LookupError):
        asyncio.run(leave())
    assert [(kind, value) for kind, value, _ in transport.left] == [(LookupError, error)] * 2
    assert all(traceback is not None for _, _, traceback in transport.left)
    assert client.get_httpx_client().is_closed
    assert client.get_async_httpx_client().is_closed


def test_slashes_at_the_end_of_an_address_make_no_difference() -> None:
    transport = Recording()
    for base in ("https://a.example/X", "https://a.example/X/"):
        Client(base, httpx_args={"transport": transport}).send(*call())
    assert {str(request.url) for request in transport.requests} == {f"https://a.example/X{IMAGES_GENERATE.path}"}


def test_a_method_hands_over_operation_arguments_and_options_and_judges_none_of_them() -> None:
    operation, arguments, options = call(size=(1280, 720), quality=7, timeout=7, extra_body="no mapping")
    assert operation is IMAGES_GENERATE
    given = {"prompt": "kitten", "model": "glm-image", "size": "1280x720", "quality": 7, "user_id": None}
    assert arguments == given
    assert options == Options(cast(Any, "no mapping"), 7)
    assert call()[2] == Options()


def test_an_awaited_method_returns_what_it_awaits() -> None:
    async def send(*call: object) -> object:
        return call

    operation, arguments, _ = asyncio.run(AsyncResources[Any](send).images.generate("kitten"))
    assert (operation, arguments["prompt"]) == (IMAGES_GENERATE, "kitten")


def test_a_request_holds_what_was_given_and_nothing_else() -> None:
    request = IMAGES_GENERATE.request(call(model="cogview-4-250304")[1], {"seed": 1})
    assert json.loads(request.content or b"") == {"model": "cogview-4-250304", "prompt": "kitten", "seed": 1}
    assert (request.method, request.target) == ("POST", "/paas/v4/images/generations")
    assert request.headers == {"Content-Type": "application/json"}


def test_what_a_client_sends_is_read_as_the_operation_promises() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"created": len(request.content)})

    transport = httpx.MockTransport(answer)
    client = Client("https://a.example", httpx_args={"transport": transport})
    for came in (client.send(*call()), asyncio.run(client.send_async(*call()))):
        assert came.parsed == ImageGenerationResponse.from_dict(
            {"created": len(IMAGES_GENERATE.request(call()[1]).content or b"")}
        )


def test_a_key_and_an_absent_value_are_shown_as_such() -> None:
    assert "token='***'" in repr(AuthenticatedClient("https://a.example", token="a-key"))
    assert (repr(UNSET), bool(UNSET)) == ("UNSET", False)
