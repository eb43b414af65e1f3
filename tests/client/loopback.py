"""A server on a socket that does what a test tells it to, byte for byte: also what no real server should."""

from __future__ import annotations

import json
import select
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

ANSWER: Final = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"
# A test that waits this long has failed.
PATIENCE: Final = 10.0


class Connection:
    """One connection of a client, as the server sees it."""

    def __init__(self, peer: Peer, sock: socket.socket) -> None:
        self.peer = self._peer = peer
        self._socket = sock
        self.body = b""

    def read(self) -> bool:
        """Read one request and count it; false where the client closed instead."""
        received = b""
        while b"\r\n\r\n" not in received:
            received += (more := self._socket.recv(65536))
            if not more:
                return False
        head, _, body = received.partition(b"\r\n\r\n")
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
        while len(body) < int(fields.get(b"content-length", b"0")):
            body += (more := self._socket.recv(65536))
            if not more:
                return False
        self.body = body
        self._peer.requests.append(head)
        self._peer.asked.release()
        return True

    def receive(self) -> bytes:
        """Return the next bytes as they are; none where the client has closed."""
        return self._socket.recv(65536)

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        try:
            self._socket.sendall(data)
        except OSError:
            self._peer.ended.set()
            raise

    def wait_for_end(self) -> None:
        """Wait until the client closes, and note that it did."""
        try:
            ended = not self._socket.recv(1)
        except ConnectionError:
            ended = True
        if ended:
            self._peer.ended.set()

    def wait_for_end_within(self, seconds: float) -> bool:
        """Wait so long for the client to close; note it, and tell whether it did."""
        ready, _, _ = select.select([self._socket], [], [], seconds)
        if ready:
            self.wait_for_end()
        return bool(ready)

    def wait_for_permission(self) -> None:
        """Wait until the test lets all connections go on."""
        self._peer.permission.wait(PATIENCE)

    def trickle(self, piece: bytes) -> None:
        """Send a piece again and again, twenty times a second, until the client has enough."""
        while not self._peer.permission.wait(0.05):
            self.send(piece)

    def reset(self) -> None:
        """Close without a goodbye."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()


def image_answer(url: str) -> bytes:
    """Return an answer whose image is at the URL."""
    body = json.dumps({"created": 1760335349, "data": [{"url": url}]}).encode()
    return b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(body) + body


def prompt(connection: Connection) -> str:
    """Return the prompt of the request that was read last."""
    return str(json.loads(connection.body)["prompt"])


Script = Callable[[Connection], None]


class Peer:
    """A server that follows a script on each connection.

    Attributes:
        url: Where it listens.
        requests: The heads of all requests read so far.
        connections: How many connections were accepted so far.
        asked: Released once for each request read.
        ended: Set when a client closed a connection while the script waited for that.
        permission: To be set by the test for scripts that wait for it.
    """

    def __init__(self, script: Script, *, tls: ssl.SSLContext | None = None) -> None:
        self._script = script
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.url = f"{'https' if tls else 'http'}://localhost:{self._listener.getsockname()[1]}/"
        self.requests: list[bytes] = []
        self.connections = 0
        self.asked = threading.Semaphore(0)
        self.ended = threading.Event()
        self.permission = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def wait_until_asked(self, times: int = 1) -> None:
        """Wait until so many more requests have been read."""
        for _ in range(times):
            assert self.asked.acquire(timeout=PATIENCE)

    def close(self) -> None:
        """Accept no more connections."""
        self.permission.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                sock, _ = self._listener.accept()
                self.connections += 1
                threading.Thread(target=self._follow, args=(sock,), daemon=True).start()

    def _follow(self, sock: socket.socket) -> None:
        with suppress(OSError):
            sock.settimeout(PATIENCE)
            with self._tls.wrap_socket(sock, server_side=True) if self._tls else sock as secured:
                self._script(Connection(self, secured))


@contextmanager
def peer(script: Script, *, tls: ssl.SSLContext | None = None) -> Iterator[Peer]:
    """Run a server that follows the script on each connection while the context lasts."""
    server = Peer(script, tls=tls)
    try:
        yield server
    finally:
        server.close()


def answers(connection: Connection) -> None:
    """Answer every request."""
    while connection.read():
        connection.send(ANSWER)


def answers_with(answer: bytes) -> Script:
    """Return a script that answers every request with these bytes."""

    def script(connection: Connection) -> None:
        while connection.read():
            connection.send(answer)

    return script


def answers_when_permitted(connection: Connection) -> None:
    """Answer every request once the test permits it."""
    while connection.read():
        connection.wait_for_permission()
        connection.send(ANSWER)


def says_nothing(connection: Connection) -> None:
    """Read a request and never answer."""
    connection.read()
    connection.wait_for_end()


def hangs_up(connection: Connection) -> None:
    """Read a request and close instead of answering."""
    connection.read()


def resets(connection: Connection) -> None:
    """Read a request and break the connection."""
    connection.read()
    connection.reset()


def answers_once(connection: Connection) -> None:
    """Answer the first request, and close instead of answering the second."""
    connection.read()
    connection.send(ANSWER)
    connection.read()


def stops_midway(connection: Connection) -> None:
    """Close in the middle of an answer."""
    connection.read()
    connection.send(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")


def stalls_midway(connection: Connection) -> None:
    """Stop sending in the middle of an answer, and keep the connection open."""
    connection.read()
    connection.send(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")
    connection.wait_for_end()


LONG_HALF: Final = b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n" + bytes(300_000)


def stalls_after_much(connection: Connection) -> None:
    """Stop sending in the middle of a long answer, and keep the connection open."""
    connection.read()
    connection.send(LONG_HALF)
    connection.wait_for_end()


def stops_after_much(connection: Connection) -> None:
    """Close in the middle of a long answer."""
    connection.read()
    connection.send(LONG_HALF)


def speaks_another_protocol(connection: Connection) -> None:
    """Answer with what is not HTTP."""
    connection.read()
    connection.send(b"220 mail.example ESMTP\r\n\r\n")


def replies(body: bytes, content_type: str = "application/json", status: str = "200 OK") -> Script:
    """Return a script that answers every request with this body."""
    head = f"HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\ncontent-length: {len(body)}\r\n\r\n"
    return answers_with(head.encode() + body)
