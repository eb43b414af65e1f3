"""What only a socket can do to a client: half answers, lies about length, silence, and connections that go away."""

from __future__ import annotations

import asyncio
import gzip
import socket
import threading
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Final

import httpx
import pytest

import zai_image
from zai_image import AsyncZaiImage, ZaiImage, ZaiImageError
from zai_image_conformance.server import RunningServer

ANSWER = b'{"created": 1760335349, "data": [{"url": "https://images.example/1.png"}]}'
# Long enough for a busy machine to answer, short enough not to wait for in a test of silence.
TIMEOUT = 0.3


class RawServer:
    """Answers every connection with the same bytes, whatever it is asked, and then closes or keeps silent."""

    def __init__(self, answer: bytes | None) -> None:
        self.requests = 0
        self.gone = threading.Event()
        """Set when a client has closed its end of a connection."""
        self._answer = answer
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}/api"

    def close(self) -> None:
        # Closing alone does not wake a thread that waits in accept().
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                self._answer_one(connection)

    def _answer_one(self, connection: socket.socket) -> None:
        connection.settimeout(10)
        asked = b""
        while b"}" not in asked:
            received = connection.recv(65536)
            if not received:
                return
            asked += received
        self.requests += 1
        if self._answer is not None:
            connection.sendall(self._answer)
            return
        if connection.recv(1) == b"":
            self.gone.set()


@contextmanager
def serving(answer: bytes | None) -> Iterator[RawServer]:
    server = RawServer(answer)
    try:
        yield server
    finally:
        server.close()


def ask(url: str, **options: Any) -> object:
    with ZaiImage("a-key", base_url=url, **options) as zai:
        try:
            return zai.images.generate("kitten")
        except ZaiImageError as error:
            return error


def ask_async(url: str, **options: Any) -> object:
    async def run() -> object:
        async with AsyncZaiImage("a-key", base_url=url, **options) as zai:
            try:
                return await zai.images.generate("kitten")
            except ZaiImageError as error:
                return error

    return asyncio.run(run())


def ask_with_client(url: str) -> object:
    with httpx.Client() as given:
        return ask(url, http_client=given)


def ask_with_client_async(url: str) -> object:
    async def run() -> object:
        async with httpx.AsyncClient() as given:
            try:
                return await AsyncZaiImage("a-key", base_url=url, http_client=given).images.generate("kitten")
            except ZaiImageError as error:
                return error

    return asyncio.run(run())


asking = pytest.mark.parametrize("asking", [ask, ask_async])


def head(*fields: str, status: str = "200 OK") -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *fields, "", ""]).encode("latin-1")


def whole(body: bytes, *fields: str, status: str = "200 OK") -> bytes:
    return head(*fields, f"Content-Length: {len(body)}", status=status) + body


def chunked(*chunks: bytes, trailers: str = "") -> bytes:
    parts = b"".join(b"%x;a=b\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
    return head("Transfer-Encoding: chunked") + parts + f"0\r\n{trailers}\r\n".encode()


def bare_deflate(content: bytes) -> bytes:
    engine = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return engine.compress(content) + engine.flush()


AN_IMAGE: Final = zai_image._any_image.AnyImage
PACKED: Final = gzip.compress(ANSWER)
ANSWERS: dict[str, tuple[bytes, type[object]]] = {
    "gzip and then something else": (whole(PACKED + b"more", "Content-Encoding: gzip"), AN_IMAGE),
    "gzip in two members": (
        whole(gzip.compress(ANSWER[:9]) + gzip.compress(ANSWER[9:]), "Content-Encoding: gzip"),
        AN_IMAGE,
    ),
    "gzip, said twice": (
        whole(PACKED, "Content-Encoding: gzip", "Content-Encoding: gzip"),
        zai_image.InvalidResponseError,
    ),
    "gzip with a wrong sum": (whole(PACKED[:-8] + bytes(8), "Content-Encoding: gzip"), zai_image.InvalidResponseError),
    "gzip without its end": (whole(PACKED[:-8], "Content-Encoding: gzip"), AN_IMAGE),
    "gzip beside identity": (whole(PACKED, "Content-Encoding: identity, gzip"), AN_IMAGE),
    "deflate": (whole(zlib.compress(ANSWER), "Content-Encoding: deflate"), AN_IMAGE),
    "deflate without its wrapper": (whole(bare_deflate(ANSWER), "Content-Encoding: deflate"), AN_IMAGE),
    "an encoding that was not asked for": (whole(b"\x0b", "Content-Encoding: br"), zai_image.InvalidResponseError),
    "such an encoding of an error": (
        whole(b"{}", "Content-Encoding: br", status="401 No"),
        zai_image.AuthenticationError,
    ),
    "a flood of 100": (b"HTTP/1.1 100 Continue\r\n\r\n" * 99 + whole(ANSWER), AN_IMAGE),
    "an early hint": (head("Link: </x>", status="103 Early Hints") + whole(ANSWER), AN_IMAGE),
    "chunks and trailers": (chunked(ANSWER[:9], ANSWER[9:], trailers="X-Log-Id: 7\r\n"), AN_IMAGE),
    "a chunk of no length": (head("Transfer-Encoding: chunked") + b"zz\r\n", zai_image.ConnectionError),
    "two lengths": (head("Content-Length: 5") + whole(ANSWER), zai_image.InvalidResponseError),
    "two lengths in one head": (whole(ANSWER, "Content-Length: 5"), zai_image.ConnectionError),
    "a length and chunks": (
        head("Transfer-Encoding: chunked", "Content-Length: 5") + chunked(ANSWER).partition(b"\r\n\r\n")[2],
        AN_IMAGE,
    ),
    "a negative length": (head("Content-Length: -1") + ANSWER, zai_image.ConnectionError),
    "a field without a name": (whole(ANSWER, ": 7"), zai_image.ConnectionError),
    "a field over two lines": (whole(ANSWER, "X-A: 1\r\n 2"), AN_IMAGE),
    "a field without end": (whole(ANSWER, "X-A: " + "a" * 200_000), zai_image.ConnectionError),
    "thousands of fields": (whole(ANSWER, *(f"X-{number}: 1" for number in range(3000))), AN_IMAGE),
    "cookies": (whole(ANSWER, "Set-Cookie: a=b; Path=/", "Set-Cookie: \u00ff=\u00fe"), AN_IMAGE),
    "a status that is none": (whole(ANSWER, status="999 What"), zai_image.APIError),
    "no reason": (whole(ANSWER, status="200"), AN_IMAGE),
    "no content": (head(status="204 No Content"), zai_image.InvalidResponseError),
    "not modified": (head(status="304 Not Modified"), zai_image.InvalidResponseError),
    "HTTP/1.0": (b"HTTP/1.0 200 OK\r\n\r\n" + ANSWER, AN_IMAGE),
    "HTTP/0.9": (ANSWER, zai_image.ConnectionError),
    "a redirect to elsewhere": (
        whole(b"", "Location: http://127.0.0.1:1/", status="303 Go"),
        zai_image.InvalidResponseError,
    ),
    "a redirect to no address": (
        whole(b"", "Location: http://[bad", status="302 Go"),
        zai_image.InvalidResponseError,
    ),
    "a question who asks": (
        whole(b"{}", "WWW-Authenticate: Digest realm=x, nonce=y", status="401 Who"),
        zai_image.AuthenticationError,
    ),
    "no byte": (b"", zai_image.ConnectionError),
    "bytes that are not HTTP": (b"SSH-2.0-OpenSSH_9.2\r\n", zai_image.ConnectionError),
    "half a status line": (b"HTTP/1.1 20", zai_image.ConnectionError),
    "a length that is too long": (head("Content-Length: 500") + ANSWER, AN_IMAGE),
    "a length that is too short": (head("Content-Length: 20") + ANSWER, zai_image.InvalidResponseError),
    "a length that is none": (head("Content-Length: many") + ANSWER, zai_image.ConnectionError),
    "chunks that break off": (
        head("Transfer-Encoding: chunked") + b"%x\r\n" % len(ANSWER) + ANSWER[:9],
        zai_image.ConnectionError,
    ),
    "gzip that is none": (
        head("Content-Encoding: gzip", f"Content-Length: {len(ANSWER)}") + ANSWER,
        zai_image.InvalidResponseError,
    ),
    "a switch of protocols": (head("Upgrade: h2c", status="101 Switching Protocols"), ZaiImageError),
    "an early hint and then silence": (head(status="103 Early Hints"), zai_image.ConnectionError),
    "a redirect to itself": (head("Location: /", "Content-Length: 0", status="307 Go"), zai_image.InvalidResponseError),
    "no length, so that the end says it": (head() + ANSWER, AN_IMAGE),
}


@pytest.mark.parametrize("asking", [ask, ask_async, ask_with_client, ask_with_client_async])
@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_that_lies_or_breaks_off_is_a_documented_error_and_is_not_asked_for_again(
    asking: Callable[..., object], name: str
) -> None:
    answer, kind = ANSWERS[name]
    with serving(answer) as server:
        outcome = asking(server.url)
    assert isinstance(outcome, kind), repr(outcome)
    assert server.requests == 1


@asking
def test_a_read_time_out_sends_one_request_and_says_that_the_outcome_is_unknown(asking: Callable[..., object]) -> None:
    with serving(None) as server:
        outcome = asking(server.url, timeout=TIMEOUT)
        assert server.gone.wait(10)
    assert isinstance(outcome, zai_image.TimeoutError)
    assert outcome.outcome_unknown
    assert "whether an image was made, and charged for, is not known" in str(outcome)
    assert server.requests == 1


@asking
def test_a_port_that_nobody_listens_on_is_tried_again_and_costs_nothing(
    asking: Callable[..., object], pauses: list[float]
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        outcome = asking(f"http://127.0.0.1:{unused.getsockname()[1]}/api")
    assert isinstance(outcome, zai_image.ConnectionError)
    assert not outcome.outcome_unknown
    assert len(pauses) == 2


def test_a_call_s_own_time_out_wins_over_the_client_s() -> None:
    with (
        serving(None) as server,
        ZaiImage("a-key", base_url=server.url, timeout=60) as zai,
        pytest.raises(zai_image.TimeoutError),
    ):
        zai.images.generate("kitten", timeout=TIMEOUT)


def test_cancelling_an_asynchronous_call_closes_its_connection() -> None:
    async def cancel(server: RawServer) -> None:
        async with AsyncZaiImage("a-key", base_url=server.url) as zai:
            call = asyncio.create_task(zai.images.generate("kitten"))
            async with asyncio.timeout(10):
                while not server.requests:
                    await asyncio.sleep(0)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
            assert await asyncio.to_thread(server.gone.wait, 10)

    with serving(None) as server:
        asyncio.run(cancel(server))


def test_a_client_is_shared_between_threads(server: RunningServer) -> None:
    with ZaiImage(server.api_key, base_url=server.url) as zai, ThreadPoolExecutor(8) as threads:
        images = list(threads.map(zai.images.generate, [f"kitten {number}" for number in range(40)]))
    assert len({image.url for image in images}) == 40


def test_a_client_is_shared_between_tasks(server: RunningServer) -> None:
    async def ask_all() -> list[zai_image.AsyncImage]:
        async with AsyncZaiImage(server.api_key, base_url=server.url) as zai:
            return await asyncio.gather(*(zai.images.generate(f"kitten {number}") for number in range(40)))

    assert len({image.url for image in asyncio.run(ask_all())}) == 40


def test_a_client_that_asked_nothing_closes_like_any_other() -> None:
    zai = ZaiImage("a-key")
    zai.close()
    zai.close()
