"""Whatever exception is raised, at whatever stage of an exchange: typed, the outcome right, and no second request."""

from __future__ import annotations

import asyncio
import builtins
import socket
import ssl
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any, Final

import anyio
import httpcore
import httpx
import httpx2
import pytest

from tests.client import loopback
from tests.client.loopback import Peer, peer
from zai_image import AsyncImage, AsyncZaiImage, Image, InvalidRequestError, ZaiImage, ZaiImageError

pytestmark = pytest.mark.slow

MODULES: Final[tuple[ModuleType, ...]] = (builtins, httpx, httpx2, httpcore, anyio, ssl, socket, asyncio)
NO_TLS: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Certificates take longer to read than all else here, and nothing here asks for them."""
ODD: Final = {
    ssl.SSLCertVerificationError: (1, "trouble"),
    UnicodeDecodeError: ("utf-8", b"\xff", 0, 1, "trouble"),
    UnicodeEncodeError: ("utf-8", "\ud800", 0, 1, "trouble"),
    UnicodeTranslateError: ("\ud800", 0, 1, "trouble"),
    asyncio.IncompleteReadError: (b"", 1),
    asyncio.LimitOverrunError: ("trouble", 1),
}
"""What exceptions are made of that take more than words."""


def exceptions() -> Iterator[Exception]:
    """Make one of each class of exception that these modules have."""
    kinds = {kind for module in MODULES for kind in vars(module).values() if isinstance(kind, type)}
    for kind in sorted(kinds, key=lambda kind: f"{kind.__module__}.{kind.__qualname__}"):
        if issubclass(kind, BaseExceptionGroup):
            yield ExceptionGroup("trouble", [httpcore.ConnectError("trouble"), ValueError("trouble")])
        elif issubclass(kind, httpx.HTTPStatusError | httpx2.HTTPStatusError):
            module: Any = httpx if issubclass(kind, httpx.HTTPStatusError) else httpx2
            request = module.Request("GET", "https://elsewhere.example")
            yield kind("trouble", request=request, response=module.Response(500, request=request))
        elif issubclass(kind, Exception) and not issubclass(
            # A generator that raises one of the first two has ended, by Python's own rules; the third is how the parts
            # of httpcore tell each other to take another connection, for as long as it is raised.
            kind,
            StopIteration | StopAsyncIteration | httpcore.ConnectionNotAvailable,
        ):
            try:
                yield kind(*ODD.get(kind, ("trouble",)))
            except TypeError:
                yield kind()


ANSWER: Final = loopback.image_answer("https://images.example/1.png")
HEAD: Final = ANSWER[: ANSWER.index(b"{")]


class Wire:
    """A network that raises at a stage: at connecting, behind what is written, or at a read."""

    def __init__(self, stage: str, error: Exception, server: Peer) -> None:
        self.stage = stage
        self.error = error
        self.server = server
        self.reads = 0

    def connecting(self) -> None:
        if self.stage == "connecting":
            raise self.error

    def written(self) -> None:
        if self.stage == "sending":
            self.server.wait_until_asked()
            raise self.error

    def read(self) -> None:
        self.reads += 1
        if (self.stage, self.reads) in (("waiting", 1), ("body", 2)):
            self.server.wait_until_asked()
            raise self.error

    def bytes_to_read(self, wanted: int) -> int:
        """Return how many bytes a read gets: the first one no more than the head."""
        return len(HEAD) if self.reads == 1 else wanted


class Backend(httpcore.SyncBackend):
    def __init__(self, wire: Wire) -> None:
        self.wire = wire

    def connect_tcp(self, *args: Any, **options: Any) -> Any:
        self.wire.connecting()
        stream = super().connect_tcp(*args, **options)
        read, write = stream.read, stream.write

        def reading(max_bytes: int, timeout: float | None = None) -> bytes:
            self.wire.read()
            return read(self.wire.bytes_to_read(max_bytes), timeout)

        def writing(buffer: bytes, timeout: float | None = None) -> None:
            write(buffer, timeout)
            if buffer.endswith(b"}"):
                self.wire.written()

        stream.read, stream.write = reading, writing  # type: ignore[method-assign]
        return stream


class AsyncBackend(httpcore.AnyIOBackend):
    def __init__(self, wire: Wire) -> None:
        self.wire = wire

    async def connect_tcp(self, *args: Any, **options: Any) -> Any:
        self.wire.connecting()
        stream = await super().connect_tcp(*args, **options)
        read, write = stream.read, stream.write

        async def reading(max_bytes: int, timeout: float | None = None) -> bytes:
            self.wire.read()
            return await read(self.wire.bytes_to_read(max_bytes), timeout)

        async def writing(buffer: bytes, timeout: float | None = None) -> None:
            await write(buffer, timeout)
            if buffer.endswith(b"}"):
                await asyncio.to_thread(self.wire.written)

        stream.read, stream.write = reading, writing  # type: ignore[method-assign]
        return stream


STAGES: Final = ("request hook", "connecting", "sending", "waiting", "body", "response hook")


def bare_outcome(wire: Wire) -> object:
    """Send over the transport itself, as without a client of the caller's."""
    transport = httpx.HTTPTransport(verify=NO_TLS)
    transport._pool._network_backend = Backend(wire)
    with ZaiImage("a-key", base_url=wire.server.url, transport=transport) as zai:
        try:
            return zai.images.generate("kitten")
        except Exception as error:
            return error


def bare_async_outcome(wire: Wire) -> object:
    async def run() -> object:
        transport = httpx.AsyncHTTPTransport(verify=NO_TLS)
        transport._pool._network_backend = AsyncBackend(wire)
        async with AsyncZaiImage("a-key", base_url=wire.server.url, transport=transport) as zai:
            try:
                return await zai.images.generate("kitten")
            except Exception as error:
                return error

    return asyncio.run(run())


def sync_outcome(wire: Wire) -> object:
    def hook(of: str) -> Callable[[Any], None]:
        def raising(_: Any) -> None:
            if wire.stage == of:
                raise wire.error

        return raising

    hooks = {"request": [hook("request hook")], "response": [hook("response hook")]}
    transport = httpx.HTTPTransport(verify=NO_TLS)
    transport._pool._network_backend = Backend(wire)
    with httpx.Client(transport=transport, event_hooks=hooks) as http_client:
        try:
            return ZaiImage("a-key", base_url=wire.server.url, http_client=http_client).images.generate("kitten")
        except Exception as error:
            return error


def async_outcome(wire: Wire) -> object:
    def hook(of: str) -> Callable[[Any], Any]:
        async def raising(_: Any) -> None:
            if wire.stage == of:
                raise wire.error

        return raising

    async def run() -> object:
        hooks = {"request": [hook("request hook")], "response": [hook("response hook")]}
        transport = httpx.AsyncHTTPTransport(verify=NO_TLS)
        transport._pool._network_backend = AsyncBackend(wire)
        async with httpx.AsyncClient(transport=transport, event_hooks=hooks) as http_client:
            try:
                zai = AsyncZaiImage("a-key", base_url=wire.server.url, http_client=http_client)
                return await zai.images.generate("kitten")
            except Exception as error:
                return error

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("outcome_of", "stage"),
    [
        *((outcome_of, stage) for outcome_of in (sync_outcome, async_outcome) for stage in STAGES),
        # Without a client there are no hooks.
        *((outcome_of, stage) for outcome_of in (bare_outcome, bare_async_outcome) for stage in STAGES[1:-1]),
    ],
)
def test_each_exception_at_each_stage_is_typed_with_the_outcome_right_and_no_second_request(
    stage: str, outcome_of: Callable[[Wire], object], pauses: list[float]
) -> None:
    walked = 0
    with peer(loopback.answers_with(ANSWER)) as server:
        for error in exceptions():
            before = len(server.requests)
            outcome = outcome_of(Wire(stage, error, server))
            arrived = len(server.requests) - before
            shown = f"{stage}: {error!r} became {outcome!r}, {arrived} arrived"
            walked += 1
            if stage in ("request hook", "connecting"):
                assert arrived == 0, shown
                assert isinstance(outcome, ZaiImageError), shown
                assert not outcome.outcome_unknown, shown
                assert outcome.attempts == (3 if not isinstance(outcome, InvalidRequestError) else 1), shown
                continue
            assert arrived == 1, shown
            if isinstance(outcome, Image | AsyncImage):
                # httpcore goes on to the answer after this one, since servers may answer before they have read all.
                assert (stage, type(error)) == ("sending", httpcore.WriteError), shown
                continue
            assert isinstance(outcome, ZaiImageError), shown
            assert outcome.outcome_unknown, shown
            assert outcome.attempts == 1, shown
            answered = stage in ("body", "response hook")
            assert getattr(outcome, "status", None) == (200 if answered else None), shown
            if stage == "response hook":
                assert "images.example/1.png" in getattr(outcome, "body", ""), shown
    assert walked > 150


@pytest.mark.parametrize("raised", [KeyboardInterrupt, SystemExit, asyncio.CancelledError])
@pytest.mark.parametrize("stage", STAGES)
def test_interrupts_and_cancellation_pass_at_each_stage(stage: str, raised: type[BaseException]) -> None:
    with peer(loopback.answers_with(ANSWER)) as server:
        error: Any = raised()
        with pytest.raises(raised):
            sync_outcome(Wire(stage, error, server))
