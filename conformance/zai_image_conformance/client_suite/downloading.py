"""Generating an image and doing something with it, with either client, from a host of images that respx plays."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from io import BytesIO
from itertools import chain, repeat
from typing import Any, Protocol, TypeAlias

import httpx
import respx
from attrs import frozen
from PIL import Image as Pillow

from zai_image import AsyncZaiImage, ZaiImage
from zai_image_conformance.client_suite.sending import BASE, KEY, Came, answering

PROMPT = "A private kitten."
LINK = "https://images.test/1.png"

Use: TypeAlias = Callable[[Any], Any]
"""What is done with the image, and is awaited where the client is asynchronous: `lambda image: image.download()`."""


class Generate(Protocol):
    """Generates an image, with a client that has the given options, and returns what its use does."""

    def __call__(self, use: Use, /, **options: Any) -> Any:
        """Generate, and use."""


def by_client(use: Use, /, **options: Any) -> Any:
    """Generate with `ZaiImage`."""
    with ZaiImage(KEY, **{"base_url": BASE, **options}) as zai:
        return use(zai.images.generate(PROMPT))


def by_async_client(use: Use, /, **options: Any) -> Any:
    """Generate with `AsyncZaiImage`."""

    async def run() -> Any:
        async with AsyncZaiImage(KEY, **{"base_url": BASE, **options}) as zai:
            return await use(await zai.images.generate(PROMPT))

    return asyncio.run(run())


GENERATING: Mapping[str, Generate] = {"ZaiImage": by_client, "AsyncZaiImage": by_async_client}


def hosting(*answers: Came, link: str = LINK) -> respx.MockRouter:
    """Play the server, whose images have this link, and the hosts, which answer in this order; the last for ever."""
    server = respx.MockRouter(assert_all_called=False)
    server.post().mock(answering({"created": 4_000_000_000, "data": [{"url": link}]}))
    server.get().mock(side_effect=chain(answers, repeat(answers[-1])))
    return server


def transport(server: respx.MockRouter) -> httpx.MockTransport:
    """What carries the requests of either client there."""
    return httpx.MockTransport(server.handler)


def fetched(server: respx.MockRouter) -> list[httpx.Request]:
    """The requests for images, so far."""
    return [call.request for call in server.calls if call.request.method == "GET"]


@frozen
class Body(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that comes in pieces; what they are is found out when each is sent."""

    pieces: Callable[[], Iterator[bytes]]

    def __iter__(self) -> Iterator[bytes]:
        return self.pieces()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.pieces():
            yield piece


def streamed(pieces: Callable[[], Iterator[bytes]]) -> httpx.Response:
    """The answer with such a body."""
    return httpx.Response(200, headers={"Content-Type": "image/png"}, stream=Body(pieces))


def encoded(kind: str) -> bytes:
    """A whole image of this kind."""
    file = BytesIO()
    Pillow.radial_gradient("L").save(file, kind)
    return file.getvalue()


PNG = encoded("PNG")
