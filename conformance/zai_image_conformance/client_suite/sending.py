"""Every way there is to send a request with the packages, and the outcome, against a server that respx plays."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Callable, Mapping
from itertools import repeat
from typing import Any, Protocol, TypeAlias
from urllib.parse import urlsplit

import httpx
import respx
from attrs import frozen

from zai_image import AsyncZaiImage, UnknownModelWarning, ZaiImage
from zai_image_api.client import AuthenticatedClient
from zai_image_api.resources import AsyncResources, Resources
from zai_image_conformance.schema import PATH
from zai_image_conformance.suite.request_rules import Finding, Heard, findings

KEY = "the-key-of-the-client-suite"
BASE = "http://server.test/api"
ANSWER: Mapping[str, Any] = {"created": 1760335349, "data": [{"url": "https://images.test/1.png"}]}


@frozen
class Attempt:
    """One call, from the outside."""

    sent: tuple[httpx.Request, ...]
    """What reached the server."""
    outcome: Any
    """What was returned or raised."""
    warnings: tuple[Warning, ...]
    """What the caller was warned of."""

    @property
    def findings(self) -> list[Finding]:
        """What the requests show of each promise that binds a client."""
        return [finding for request in self.sent for finding in findings(_heard(request), PATH)]


Came: TypeAlias = httpx.Response | httpx.RequestError
"""What comes of each request: the server's answer, or what the layers below raise."""
Way: TypeAlias = Callable[[Mapping[str, Any], Came], Attempt]
"""Takes the arguments of `images.generate`, and what comes of it."""


class ClientWay(Protocol):
    """A way that takes the options of a client too."""

    def __call__(self, arguments: Mapping[str, Any], came: Came, /, **options: Any) -> Attempt:
        """Ask with a client that has these options."""


def by_client(arguments: Mapping[str, Any], came: Came, /, **options: Any) -> Attempt:
    """Ask with `ZaiImage`."""

    def ask(server: respx.MockRouter) -> Any:
        with ZaiImage(KEY, base_url=BASE, transport=httpx.MockTransport(server.handler), **options) as zai:
            return zai.images.generate(**arguments)

    return _attempt(ask, came)


def by_async_client(arguments: Mapping[str, Any], came: Came, /, **options: Any) -> Attempt:
    """Ask with `AsyncZaiImage`."""

    async def ask(server: respx.MockRouter) -> Any:
        transport = httpx.MockTransport(server.async_handler)
        async with AsyncZaiImage(KEY, base_url=BASE, transport=transport, **options) as zai:
            return await zai.images.generate(**arguments)

    return _attempt(lambda server: asyncio.run(ask(server)), came)


def by_resource(arguments: Mapping[str, Any], came: Came) -> Attempt:
    """Ask with the generated resource alone."""
    return _attempt(lambda server: Resources[Any](_sender(server).send).images.generate(**arguments), came)


def by_async_resource(arguments: Mapping[str, Any], came: Came) -> Attempt:
    """Ask with the generated asynchronous resource alone."""

    async def ask(server: respx.MockRouter) -> Any:
        return await AsyncResources[Any](_sender(server).send_async).images.generate(**arguments)

    return _attempt(lambda server: asyncio.run(ask(server)), came)


CLIENTS: Mapping[str, ClientWay] = {"ZaiImage": by_client, "AsyncZaiImage": by_async_client}
"""What refuses a wrong request before it is sent."""
GENERATED: Mapping[str, Way] = {"Resources": by_resource, "AsyncResources": by_async_resource}
"""What sends whatever it is told to."""


def answering(document: object, status: int = 200) -> httpx.Response:
    """Make the answer that holds a JSON value."""
    return httpx.Response(status, json=document)


def _attempt(ask: Callable[[respx.MockRouter], Any], came: Came) -> Attempt:
    server = respx.MockRouter(assert_all_called=False)
    server.route().mock(side_effect=repeat(came))
    outcome: Any
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", UnknownModelWarning)
        try:
            outcome = ask(server)
        except Exception as error:
            outcome = error
    sent = tuple(call.request for call in server.calls)
    return Attempt(sent, outcome, tuple(warning.message for warning in told if isinstance(warning.message, Warning)))


def _sender(server: respx.MockRouter) -> AuthenticatedClient:
    sender = AuthenticatedClient(BASE, token=KEY)
    sender.set_httpx_client(httpx.Client(transport=httpx.MockTransport(server.handler)))
    return sender.set_async_httpx_client(httpx.AsyncClient(transport=httpx.MockTransport(server.async_handler)))


def _heard(request: httpx.Request) -> Heard:
    path = urlsplit(str(request.url)).path.removeprefix(urlsplit(BASE).path)
    return Heard(request.method, path, request.headers, request.content)
