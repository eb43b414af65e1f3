"""Puts the endpoint on a socket: in a thread for tests and `--local`, or in the foreground for `serve`."""

from __future__ import annotations

import asyncio
import ipaddress
import secrets
import socket
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Protocol

import uvicorn
from attrs import field, frozen
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from zai_image_conformance.server.app import application, usable_key
from zai_image_conformance.server.faults import TRANSPORT, Switchboard, SwitchedFault
from zai_image_conformance.server.paths import BASE_PATH
from zai_image_conformance.server.recording import RecordedRequest, Recording
from zai_image_conformance.server.start_page import StartPage

_BACKLOG = 2048
_GRACE = 1
"""Seconds that answers under way get to finish when the server ends."""
_READ_AT_ONCE = 16_384
"""Bytes taken from a connection before others get their turn: asyncio's 256 KiB of tiny chunks take a second."""
_HEAD_LIMIT = 65_536
"""Bytes that a request's line and header fields may have."""
_SILENCE = 60.0
"""Seconds after which a connection is closed on which no request is being answered and none has come whole."""


class Validator(Protocol):
    """An ASGI application that validates the requests it passes on, and reports on them."""

    report_path: str
    """Where the report can be had with GET."""

    @property
    def exit_code(self) -> int:
        """What the server ends with."""

    def text(self) -> str:
        """The report for people."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one ASGI connection."""


class ValidatorFactory(Protocol):
    """Makes a validator around an application."""

    def __call__(self, application: ASGIApp, /, *, api_key: str) -> Validator:
        """Wrap the application, whose key no report may show."""


@frozen
class RunningServer:
    """An embedded server that listens."""

    url: str
    """Where to point a client: ends in `/api`."""
    api_key: str = field(repr=False)
    """The key it accepts."""
    _recording: Recording = field(repr=False, alias="recording")
    _faults: Switchboard = field(repr=False, alias="faults")

    @property
    def requests(self) -> tuple[RecordedRequest, ...]:
        """What it was asked so far, oldest first, credentials removed."""
        return self._recording.requests

    def fault(self, name: str, *, times: int | None = None) -> SwitchedFault:
        """Let something go wrong.

        Args:
            name: A fault that `zai-image serve --list-faults` lists, with its value where it takes one: `latency=0.2`.
            times: For how many requests, or downloads of images, it is at work; None means until it is switched off.

        Returns:
            The fault, which can be switched off, or used as a context manager.

        Raises:
            FaultError: There is no such fault.
        """
        return self._faults.switch_on(name, times=times)

    def reset(self) -> None:
        """Switch off every fault, and forget the requests so far."""
        self._faults.clear()
        self._recording.forget()


class _Protocol(H11Protocol):
    """uvicorn's protocol, which closes silent connections, and lets the application reach each: faults break it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        # A copy of its own: the state that it is given is every connection's.
        self.app_state = {**self.app_state, TRANSPORT: transport}
        # uvloop, which uvicorn takes where it is installed, reads less at once and has no such attribute.
        with suppress(AttributeError):
            transport.max_size = _READ_AT_ONCE  # type: ignore[attr-defined]
        super().connection_made(transport)
        self._patience = self.loop.call_later(_SILENCE, self._look_again, self.cycle)

    def connection_lost(self, exc: Exception | None) -> None:
        # Or connections that are over would be kept until then.
        self._patience.cancel()
        super().connection_lost(exc)

    def _look_again(self, before: object) -> None:
        """Close the connection where no request came whole since, and none is being answered."""
        waiting = self.cycle is None or self.cycle.response_complete or self.cycle.more_body
        if waiting and self.cycle is before:
            self.transport.close()
        else:
            self._patience = self.loop.call_later(_SILENCE, self._look_again, self.cycle)


class _Server(uvicorn.Server):
    """uvicorn's server, which says when it accepts connections and ends with 0 on a signal."""

    def __init__(self, asgi: ASGIApp, on_start: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                asgi,
                http=_Protocol,
                ws="none",
                h11_max_incomplete_event_size=_HEAD_LIMIT,
                lifespan="off",
                log_level="critical",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=_GRACE,
            )
        )
        self._on_start = on_start

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_start()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        # uvicorn's own would raise the signal again once it has ended cleanly.
        self.force_exit = self.should_exit
        self.should_exit = True


@contextmanager
def listening(asgi: ASGIApp, *, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serve any ASGI application from a thread of its own while the context lasts.

    Args:
        asgi: The application.
        host: The address to listen on.
        port: The port; 0 takes any that is free.

    Yields:
        The origin, such as `http://127.0.0.1:40123`. Connections are accepted from then on.

    Raises:
        OSError: The address cannot be listened on.
    """
    listener = _listen(host, port)
    origin = _origin(listener)
    started = threading.Event()
    server = _Server(asgi, started.set)

    def run() -> None:
        try:
            server.run(sockets=[listener])
        finally:
            started.set()

    thread = threading.Thread(target=run, name="zai-image embedded server", daemon=True)
    thread.start()
    try:
        started.wait()
        yield origin
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


@contextmanager
def running(
    *, host: str = "127.0.0.1", port: int = 0, api_key: str | None = None, faults: Iterable[str] = ()
) -> Iterator[RunningServer]:
    """Run the embedded server in this process while the context lasts.

    Args:
        host: The address to listen on.
        port: The port; 0 takes any that is free.
        api_key: The key to accept; None makes a random one, found in `RunningServer.api_key`.
        faults: What is to go wrong from the start, such as `latency=0.2`.

    Yields:
        The server, ready for connections.

    Raises:
        FaultError: There is no such fault.
        OSError: The address cannot be listened on.
        ValueError: The key cannot be sent in a header.
    """
    key = api_key if api_key is not None else _new_key()
    recording, switchboard = Recording(), Switchboard(faults)
    endpoint = application(api_key=key, faults=switchboard, recording=recording)
    with listening(StartPage(endpoint, recording, key), host=host, port=port) as origin:
        yield RunningServer(url=origin + BASE_PATH, api_key=key, recording=recording, faults=switchboard)


def serve(
    *,
    host: str,
    port: int,
    api_key: str | None = None,
    faults: Iterable[str] = (),
    validator: ValidatorFactory | None = None,
) -> int:
    """Run the embedded server in the foreground until Ctrl-C or SIGTERM, for `zai-image serve`.

    The first line on standard output is `listening on http://HOST:PORT/api`. All else goes to standard error, but the
    validator's report, which follows on standard output at the end.

    Args:
        host: The address to listen on.
        port: The port; 0 takes any that is free.
        api_key: The key to accept; None makes a random one and tells it on standard error.
        faults: What is to go wrong, such as `latency=0.2`.
        validator: Makes what validates the clients' requests and reports at the end; None validates none.

    Returns:
        The exit code: 0 when it was ended, 2 when it could not listen or the key is of no use. With a validator, 1 when
        a client broke a promise, and 2 also when there was nothing to judge.

    Raises:
        FaultError: There is no such fault.
    """
    recording, switchboard = Recording(), Switchboard(faults)
    if api_key is not None and not usable_key(api_key):
        _tell("the API key cannot be sent in a header: it must be of printable characters, without spaces")
        return 2
    try:
        listener = _listen(host, port)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        _tell(f"cannot listen on {host} port {port}: {reason}; choose another with --host or --port")
        return 2
    _allow_many_connections()
    key = api_key if api_key is not None else _new_key()
    origin = _origin(listener)
    endpoint = application(api_key=key, faults=switchboard, recording=recording)
    judge = None if validator is None else validator(endpoint, api_key=key)

    def announce() -> None:
        print(f"listening on {origin}{BASE_PATH}", flush=True)
        if api_key is None:
            _tell(f"no key was given, so this one is random: {key}")
        address = listener.getsockname()[0]
        if not ipaddress.ip_address(address).is_loopback:
            _tell(f"{address} can be reached from other machines; use 127.0.0.1 to keep it to this one")
        if judge is not None:
            _tell(f"clients are judged; the report so far is at {origin}{judge.report_path}")
        _tell(f"a page to look at the rules and to try them: {origin}/")

    with listener:
        _Server(StartPage(judge or endpoint, recording, key), announce).run(sockets=[listener])
    if judge is None:
        return 0
    print(judge.text(), flush=True)
    return judge.exit_code


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol by name: asyncio turns off Nagle's delay (40 ms an answer) only for sockets that say TCP.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if sys.platform != "win32":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except BaseException:
        listener.close()
        raise
    return listener


def _allow_many_connections() -> None:
    """Let this process open as many files as it may: each client that connects and stays silent holds one."""
    if sys.platform != "win32":
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        # macOS names no limit, and takes none.
        with suppress(ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _origin(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _new_key() -> str:
    return "zai-local-" + secrets.token_urlsafe(24)


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
