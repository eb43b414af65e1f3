"""A server that does to each prompt, and to its image, what a test says."""

from __future__ import annotations

import asyncio
import io
import json
import threading
import time
from collections.abc import Awaitable, Callable
from random import Random
from typing import Any, TypeAlias
from urllib.parse import quote, unquote

from attrs import define, field, frozen
from PIL import Image as Pillow

Receive: TypeAlias = Callable[[], Awaitable[dict[str, Any]]]
Send: TypeAlias = Callable[[dict[str, Any]], Awaitable[None]]


def _png() -> bytes:
    file = io.BytesIO()
    # Noise, which does not compress: half of it is still more than a transport may hold back.
    Pillow.frombytes("RGB", (256, 256), Random(0).randbytes(3 * 256 * 256)).save(file, "PNG")
    return file.getvalue()


PNG = _png()


@frozen
class Exchange:
    """One request: what it asks for, and how it is answered."""

    prompt: str
    origin: str
    receive: Receive
    send: Send

    async def answer(self, status: int, body: bytes, kind: str = "application/json") -> None:
        """Answer at once."""
        await self.begin(status, len(body), kind)
        await self.send({"type": "http.response.body", "body": body})

    async def begin(self, status: int, length: int, kind: str) -> None:
        """Answer with a status and headers."""
        headers = [(b"content-type", kind.encode()), (b"content-length", b"%d" % length)]
        await self.send({"type": "http.response.start", "status": status, "headers": headers})

    async def outlast(self) -> None:
        """Wait until the other side hangs up."""
        while (await self.receive())["type"] != "http.disconnect":
            pass


Behaviour: TypeAlias = Callable[[Exchange], Awaitable[None]]


async def made(exchange: Exchange) -> None:
    """Answer an order with the link of an image."""
    link = f"{exchange.origin}/images/{quote(exchange.prompt, safe='')}"
    await exchange.answer(200, json.dumps({"created": int(time.time()), "data": [{"url": link}]}).encode())


async def drawn(exchange: Exchange) -> None:
    """Answer an image's link with the image."""
    await exchange.answer(200, PNG, "image/png")


def refused(status: int, code: int, message: str) -> Behaviour:
    """Answer with an error."""

    async def refuse(exchange: Exchange) -> None:
        await exchange.answer(status, json.dumps({"code": code, "message": message}).encode())

    return refuse


def meeting(others: asyncio.Barrier) -> Behaviour:
    """Answer an order only when as many are under way as the barrier takes."""

    async def meet(exchange: Exchange) -> None:
        await others.wait()
        await made(exchange)

    return meet


@define
class Gate:
    """Holds what arrives until it is opened."""

    arrived: threading.Event = field(factory=threading.Event)
    left: threading.Event = field(factory=threading.Event)
    _open: asyncio.Event = field(factory=asyncio.Event)
    _loop: asyncio.AbstractEventLoop | None = None

    def open(self) -> None:
        """Wait until something has arrived, and let it through."""
        assert self.arrived.wait(30)
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._open.set)

    async def holding_the_order(self, exchange: Exchange) -> None:
        """Hold an order; it is answered when the gate opens."""
        self._loop = asyncio.get_running_loop()
        self.arrived.set()
        leaving = asyncio.create_task(exchange.outlast())
        opening = asyncio.create_task(self._open.wait())
        await asyncio.wait((leaving, opening), return_when=asyncio.FIRST_COMPLETED)
        if self._open.is_set():
            await made(exchange)
        else:
            self.left.set()
        for task in (leaving, opening):
            task.cancel()

    async def holding_half_the_image(self, exchange: Exchange) -> None:
        """Send half of an image and hold the rest for ever."""
        await exchange.begin(200, len(PNG), "image/png")
        await exchange.send({"type": "http.response.body", "body": PNG[: len(PNG) // 2], "more_body": True})
        self.arrived.set()
        await exchange.outlast()
        self.left.set()


@define
class Studio:
    """An ASGI application that makes images; what it does to single prompts can be set."""

    orders: dict[str, Behaviour] = field(factory=dict)
    """What to do to the order of a prompt; it is made where the prompt is not named."""
    images: dict[str, Behaviour] = field(factory=dict)
    """What to do to a fetch of a prompt's image; it is drawn where the prompt is not named."""
    asked: list[dict[str, Any]] = field(factory=list)
    """The bodies of all orders."""
    most_at_once: int = 0
    """How many orders were under way at the same time, at most."""
    _under_way: int = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Take one request."""
        origin = "http://{}:{}".format(*scope["server"])
        if scope["method"] == "GET":
            prompt = unquote(scope["raw_path"].decode().rpartition("/")[2])
            await self.images.get(prompt, drawn)(Exchange(prompt, origin, receive, send))
            return
        body = json.loads(await _body(receive))
        self.asked.append(body)
        self._under_way += 1
        self.most_at_once = max(self.most_at_once, self._under_way)
        try:
            await self.orders.get(body["prompt"], made)(Exchange(body["prompt"], origin, receive, send))
        finally:
            self._under_way -= 1


async def _body(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += bytes(message.get("body", b""))
        if not message.get("more_body"):
            return body
