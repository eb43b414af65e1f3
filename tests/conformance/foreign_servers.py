"""Right servers that have nothing of Starlette and uvicorn: Python's own http.server in several ways, and werkzeug."""

from __future__ import annotations

import gzip
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

from attrs import frozen
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from tests.conformance.altered import KEY, Answer
from zai_image_api.sizes import Size
from zai_image_conformance.server import requests
from zai_image_conformance.server.placeholder import draw
from zai_image_conformance.server.refusals import Refusal
from zai_image_conformance.server.requests import Accepted

PATH = "/api/paas/v4/images/generations"


def answer(origin: str, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
    """Decide like the documented endpoint; links name the size, so that nothing must be remembered."""
    if path.startswith("/drawn/"):
        return Answer(200, {"Content-Type": "image/png"}, _drawn(path.removeprefix("/drawn/")))
    if method != "POST" or path != PATH:
        return Answer(404, {"Content-Type": "text/html"}, b"<h1>Not here</h1>")
    if headers.get("Authorization") != f"Bearer {KEY}":
        return _json(401, {"code": 1002, "message": "wrong key"})
    ordered = requests.read(headers.get("Content-Type", ""), body)
    if isinstance(ordered, Refusal):
        return _json(400, ordered.body())
    return _json(200, {"created": int(time.time()), "data": [{"url": f"{origin}/drawn/{ordered.size}"}]})


def _json(status: int, document: object) -> Answer:
    return Answer(status, {"Content-Type": "application/json"}, json.dumps(document).encode())


@cache
def _drawn(size: str) -> bytes:
    width, height = map(int, size.split("x"))
    return draw(Accepted(prompt="", model="", quality="", size=Size(width, height)))


class _Handler(BaseHTTPRequestHandler):
    """Knows GET and POST alone: http.server answers any other method with 501 and a page."""

    # Head and body are written apart; waiting for the acknowledgement of the head takes seconds in all.
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        images = getattr(self.server, "images", f"http://{self.headers['Host']}")
        came = answer(images, self.command, self.path, dict(self.headers.items()), body)
        self.send_response(came.status)
        for name, value in came.headers.items():
            self.send_header(name, value)
        self.send_body(came.body)

    do_GET = do_POST

    def send_body(self, body: bytes) -> None:
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Keep the tests' output clean."""


class _Http10(_Handler):
    """Without a length: the end of the connection is the end of the answer."""

    protocol_version = "HTTP/1.0"

    def send_body(self, body: bytes) -> None:
        self.end_headers()
        self.wfile.write(body)


class _KeepingAlive(_Handler):
    protocol_version = "HTTP/1.1"


class _Closing(_Handler):
    protocol_version = "HTTP/1.1"

    def send_body(self, body: bytes) -> None:
        self.send_header("Connection", "close")
        super().send_body(body)


class _Chunking(_Handler):
    protocol_version = "HTTP/1.1"

    def send_body(self, body: bytes) -> None:
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for start in range(0, len(body), 1000):
            part = body[start : start + 1000]
            self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
        self.wfile.write(b"0\r\n\r\n")


class _Trailing(_Chunking):
    """Says of each chunk more than its length, and more of the answer behind the last."""

    def send_body(self, body: bytes) -> None:
        self.send_header("Transfer-Encoding", "chunked")
        self.send_header("Trailer", "X-Checked")
        self.end_headers()
        self.wfile.write(b"%X;part=1\r\n%s\r\n0\r\nX-Checked: yes\r\n\r\n" % (len(body), body))


class _Announcing(_KeepingAlive):
    """Sends interim responses before each answer."""

    def send_response(self, code: int, message: str | None = None) -> None:
        self.wfile.write(b"HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n")
        super().send_response(code, message)


class _Compressing(_KeepingAlive):
    """Compresses each answer in two pieces."""

    def send_body(self, body: bytes) -> None:
        self.send_header("Content-Encoding", "gzip")
        super().send_body(gzip.compress(body[:10]) + gzip.compress(body[10:]))


class _HangingUp(_KeepingAlive):
    """Says that it keeps the connection and closes it, as a server does whose patience just ended."""

    def send_body(self, body: bytes) -> None:
        super().send_body(body)
        self.close_connection = True


class _Trickling(_KeepingAlive):
    """Answers byte by byte, images in small pieces, each with a packet of its own."""

    def send_body(self, body: bytes) -> None:
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        piece = 1 if len(body) < 1000 else 1000
        for start in range(0, len(body), piece):
            self.wfile.write(body[start : start + piece])


class _Slow(_KeepingAlive):
    """Thinks for a second about the first image."""

    def send_body(self, body: bytes) -> None:
        thought = vars(self.server).setdefault("thought", threading.Event())
        if b'"url"' in body and not thought.is_set():
            thought.set()
            time.sleep(1)
        super().send_body(body)


class _ImagesElsewhere(ThreadingHTTPServer):
    """Sends requests to one port and images from another, under another name of the host."""

    def __enter__(self) -> Self:
        self._other = ForeignServer("images", _http_server(_KeepingAlive)).listening()
        self.images = self._other.__enter__().replace("127.0.0.1", "localhost")
        return self

    def server_close(self) -> None:
        super().server_close()
        self._other.__exit__(None, None, None)


@Request.application
def _werkzeug(request: Request) -> Response:
    came = answer(
        request.host_url.rstrip("/"), request.method, request.path, dict(request.headers.items()), request.get_data()
    )
    return Response(came.body, came.status, came.headers)


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *arguments: object) -> None:
        """Keep the tests' output clean."""


@frozen
class ForeignServer:
    """A server to put on a socket."""

    name: str
    make: Callable[[], ThreadingHTTPServer]

    @contextmanager
    def listening(self) -> Iterator[str]:
        """Serve from a thread while the context lasts; yields the origin."""
        with self.make() as server:
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            try:
                yield f"http://127.0.0.1:{server.server_address[1]}"
            finally:
                server.shutdown()
                thread.join()


def _http_server(handler: type[_Handler]) -> Callable[[], ThreadingHTTPServer]:
    return lambda: ThreadingHTTPServer(("127.0.0.1", 0), handler)


FOREIGN_SERVERS = [
    ForeignServer("http.server, HTTP/1.0 and no length", _http_server(_Http10)),
    ForeignServer("http.server, keep-alive", _http_server(_KeepingAlive)),
    ForeignServer("http.server, closing each connection", _http_server(_Closing)),
    ForeignServer("http.server, chunked", _http_server(_Chunking)),
    ForeignServer("http.server, chunked, with extensions and trailers", _http_server(_Trailing)),
    ForeignServer("http.server, interim responses", _http_server(_Announcing)),
    ForeignServer("http.server, gzip in two pieces", _http_server(_Compressing)),
    ForeignServer("http.server, hanging up after each answer", _http_server(_HangingUp)),
    ForeignServer("http.server, in small pieces", _http_server(_Trickling)),
    ForeignServer("http.server, slow", _http_server(_Slow)),
    ForeignServer(
        "http.server, images on another port and host", lambda: _ImagesElsewhere(("127.0.0.1", 0), _KeepingAlive)
    ),
    ForeignServer(
        "werkzeug",
        lambda: make_server("127.0.0.1", 0, _werkzeug, threaded=True, request_handler=_Quiet),  # type: ignore[return-value, arg-type]
    ),
]
