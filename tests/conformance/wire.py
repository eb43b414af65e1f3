"""A client without manners or mercy: sends bytes over a socket, and tells what came back and how it ended."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal, TypeAlias
from urllib.parse import urlsplit

from attrs import frozen

from zai_image_conformance.server import RunningServer
from zai_image_conformance.server.paths import BASE_PATH, ENDPOINT_PATH

Ending: TypeAlias = Literal["whole", "closed", "reset", "silent"]
FIELDS: Mapping[str, str] = {"model": "glm-image", "prompt": "A cute little kitten."}
_ENDLESS = 30.0
"""Seconds after which a test fails instead of waiting on."""


@frozen
class Seen:
    """What a socket saw of an answer."""

    status: int
    """0 where not even a status came."""
    headers: Mapping[str, str]
    body: bytes
    ending: Ending
    """How it ended: all of the body came, or else why no more came."""

    @property
    def document(self) -> Any:
        return json.loads(self.body)


def request(method: str, url: str, headers: Mapping[str, str], body: bytes = b"") -> bytes:
    parts = urlsplit(url)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    lines = [
        f"{method} {path} HTTP/1.1",
        f"Host: {parts.netloc}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def image_request(server: RunningServer, *faults: str, **fields: Any) -> bytes:
    """A request that asks for some faults."""
    headers = {"Authorization": f"Bearer {server.api_key}", "Content-Type": "application/json"}
    if faults:
        headers["X-Fault"] = ", ".join(faults)
    return request(
        "POST", server.url.removesuffix(BASE_PATH) + ENDPOINT_PATH, headers, json.dumps({**FIELDS, **fields}).encode()
    )


def wait_until(happened: Callable[[], bool]) -> None:
    """Wait for what a server does in its own time, and fail where it does not."""
    end = time.monotonic() + _ENDLESS
    while not happened():
        assert time.monotonic() < end, "it has not happened"
        time.sleep(0.001)


@contextmanager
def connected(url: str) -> Iterator[socket.socket]:
    """Connect to the server of a URL."""
    parts = urlsplit(url)
    assert parts.hostname is not None
    with socket.create_connection((parts.hostname, parts.port or 80), timeout=_ENDLESS) as connection:
        yield connection


def answer(connection: socket.socket, *, patience: float = _ENDLESS) -> Seen:
    """Read one answer, up to its end or until nothing has come for so many seconds."""
    connection.settimeout(patience)
    received = bytearray()
    ending: Ending = "whole"
    while not _whole(received):
        try:
            part = connection.recv(65536)
        except TimeoutError:
            ending = "silent"
            break
        except ConnectionResetError:
            ending = "reset"
            break
        if not part:
            ending = "closed"
            break
        received += part
    head, _, body = bytes(received).partition(b"\r\n\r\n")
    if not head:
        return Seen(0, {}, b"", ending)
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    return Seen(int(first.split()[1]), {name.lower(): value for name, value in headers.items()}, body, ending)


def ask(server: RunningServer, *faults: str, patience: float = _ENDLESS, **fields: Any) -> Seen:
    """Request an image on a connection of its own."""
    with connected(server.url) as connection:
        connection.sendall(image_request(server, *faults, **fields))
        return answer(connection, patience=patience)


def fetch(link: str, *faults: str, patience: float = _ENDLESS) -> Seen:
    """Fetch an image on a connection of its own."""
    with connected(link) as connection:
        connection.sendall(request("GET", link, {"X-Fault": ", ".join(faults)} if faults else {}))
        return answer(connection, patience=patience)


def good(seen: Seen) -> dict[str, Any]:
    """The document of an answer that is as it should be but for its JSON."""
    assert (seen.status, seen.ending, seen.headers["content-type"]) == (200, "whole", "application/json")
    document = seen.document
    assert isinstance(document, dict)
    return document


def refused(seen: Seen, status: int, code: int) -> None:
    assert (seen.status, seen.ending, seen.headers["content-type"]) == (status, "whole", "application/json")
    assert (seen.document["code"], type(seen.document["message"])) == (code, str)


def _whole(received: bytearray) -> bool:
    head, separator, body = received.partition(b"\r\n\r\n")
    if not separator:
        return False
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return len(body) >= int(value)
    return False
