"""Whatever a transport of the caller returns: the error is typed, the outcome unknown, and nothing is sent again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx
import pytest

from zai_image import AsyncImage, AsyncZaiImage, Image, ZaiImage, ZaiImageError

BODY = b'{"data": [{"url": "https://images.example/1.png"}]}'
KEY = "sk-0123456789abcdefghij"


class Stream(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body of these parts, whatever they are."""

    def __init__(self, *parts: Any, closing: Exception | None = None) -> None:
        self._parts = parts
        self._closing = closing

    def __iter__(self) -> Iterator[bytes]:
        yield from self._parts

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self._parts:
            yield part

    def close(self) -> None:
        if self._closing is not None:
            raise self._closing

    async def aclose(self) -> None:
        self.close()


def raising() -> Any:
    raise RuntimeError(f"no wire for {KEY}")


def response(status: Any = 200, **given: Any) -> Callable[[], Any]:
    return lambda: httpx.Response(status, **given)


ODD: dict[str, tuple[Callable[[], Any], bool]] = {
    "nothing": (lambda: None, False),
    "a text": (lambda: "x", False),
    "an object": (object, False),
    "an error with the key": (raising, False),
    "no body": (response(), False),
    "a body at once": (response(content=BODY), True),
    "a body in parts": (lambda: httpx.Response(200, stream=Stream(b"", BODY[:5], BODY[5:], b"")), True),
    "a body of a bytearray": (lambda: httpx.Response(200, stream=Stream(bytearray(BODY))), True),
    "a body of text": (lambda: httpx.Response(200, stream=Stream("abc")), False),
    "a body of nothing": (lambda: httpx.Response(200, stream=Stream(None)), False),
    "a body that cannot be closed": (lambda: httpx.Response(200, stream=Stream(BODY, closing=OSError("busy"))), True),
    "a body that is not packed": (
        lambda: httpx.Response(200, headers={"content-encoding": "gzip"}, stream=Stream(BODY)),
        False,
    ),
    "a status of nothing": (response(None, content=BODY), False),
    "a status in words": (response("200", content=BODY), False),
    "fields of bytes": (response(headers=[(b"\xff", b"\xff"), (b"x-request-id", b"\0")], content=BODY), True),
}


class Transport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    def __init__(self, give: Callable[[], Any]) -> None:
        self.give = give
        self.requests = 0

    def handle_request(self, request: httpx.Request) -> Any:
        self.requests += 1
        return self.give()

    async def handle_async_request(self, request: httpx.Request) -> Any:
        return self.handle_request(request)


def outcome(transport: Transport, given: str) -> object:
    options: Any = {given: transport if given == "transport" else httpx.Client(transport=transport)}
    try:
        return ZaiImage(KEY, base_url="http://api.example", **options).images.generate("kitten")
    except Exception as error:
        return error


def outcome_async(transport: Transport, given: str) -> object:
    async def run() -> object:
        options: Any = {given: transport if given == "transport" else httpx.AsyncClient(transport=transport)}
        try:
            return await AsyncZaiImage(KEY, base_url="http://api.example", **options).images.generate("kitten")
        except Exception as error:
            return error

    return asyncio.run(run())


@pytest.mark.parametrize("given", ["transport", "http_client"])
@pytest.mark.parametrize("outcome_of", [outcome, outcome_async])
@pytest.mark.parametrize("name", ODD)
def test_whatever_a_transport_returns_is_an_image_or_a_typed_error_and_no_reason_to_send_again(
    name: str, outcome_of: Callable[..., object], given: str
) -> None:
    give, is_image = ODD[name]
    transport = Transport(give)
    came = outcome_of(transport, given)
    assert transport.requests == 1
    if is_image:
        assert isinstance(came, Image | AsyncImage), repr(came)
    else:
        assert isinstance(came, ZaiImageError), repr(came)
        assert came.outcome_unknown
        assert KEY not in f"{came} {vars(came)} {came.__cause__}"
