"""Right servers and links that are reached in other ways: with a private authority, or through a proxy alone."""

from __future__ import annotations

import selectors
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.conformance.altered import KEY
from tests.conformance.foreign_servers import _Handler, _KeepingAlive, answer
from zai_image_conformance.model import Verdict
from zai_image_conformance.suite.runner import judge

pytestmark = pytest.mark.score

AWAY = "images.test"
"""A host that only the proxy knows."""
MEASURED = "SIZE-OTHERS-DEFAULT"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, Path]:
    """A server's certificate, and the file of whom to trust for it."""
    folder = tmp_path_factory.mktemp("authority")
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-keyout", "key.pem", "-out", "trusted.pem", "-days", "1", "-subj", "/CN=localhost"),
            *("-addext", f"subjectAltName=DNS:localhost,DNS:{AWAY},IP:127.0.0.1"),
        ],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "trusted.pem", folder / "key.pem")
    return context, folder / "trusted.pem"


@contextmanager
def serving(handler: type[_Handler], tls: ssl.SSLContext | None = None, **attributes: object) -> Iterator[int]:
    """Serve on a port of this machine."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        vars(server).update(attributes)
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


class _Proxy(_Handler):
    """Knows the way to the host of the images, in the clear and as a tunnel, for those who have its password."""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if self.headers.get("Proxy-Authorization") is None or parts.hostname != AWAY:
            self.send_error(407)
            return
        came = answer(f"http://{AWAY}", "GET", parts.path, {}, b"")
        self.send_response(came.status)
        self.send_header("Content-Type", came.headers["Content-Type"])
        self.send_body(came.body)

    def do_CONNECT(self) -> None:
        if self.headers.get("Proxy-Authorization") is None or self.path != f"{AWAY}:443":
            self.send_error(407)
            return
        with socket.create_connection(("127.0.0.1", vars(self.server)["tunnel"])) as other:
            self.send_response(200)
            self.end_headers()
            _relay(self.connection, other)


def _relay(one: socket.socket, other: socket.socket) -> None:
    with selectors.DefaultSelector() as selector:
        selector.register(one, selectors.EVENT_READ, other)
        selector.register(other, selectors.EVENT_READ, one)
        while True:
            for key, _ in selector.select():
                part = key.fileobj.recv(65536)  # type: ignore[union-attr]
                if not part:
                    return
                key.data.sendall(part)


def judged(url: str) -> Verdict:
    return judge(f"{url}/api", api_key=KEY, models=["cogview-4-250304"], requirements=[MEASURED, "ANSWER-URL"])


def test_a_server_with_a_private_authority_passes_where_the_environment_trusts_it_and_is_told_else(
    authority: tuple[ssl.SSLContext, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    context, trusted = authority
    with serving(_KeepingAlive, context) as port:
        verdict = judged(f"https://localhost:{port}")
        assert verdict.exit_code == 2
        assert "certificate verify failed" in str(verdict.problem)
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
        # Its links are plain, as the server does not know of its certificate; they are followed as they are.
        verdict = judged(f"https://localhost:{port}")
    assert verdict.problem is None
    assert {outcome.result for outcome in verdict.outcomes if outcome.requirement == "ANSWER-URL"} == {"pass"}


@pytest.mark.parametrize(
    ("scheme", "through_proxy"), [("http", True), ("https", True), ("http", False)], ids=["http", "https", "past it"]
)
def test_a_link_that_only_the_environments_proxy_reaches_is_followed_while_the_server_is_reached_directly(
    scheme: str, through_proxy: bool, authority: tuple[ssl.SSLContext, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    context, trusted = authority
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    with (
        serving(_KeepingAlive, context) as tunnel,
        serving(_Proxy, tunnel=tunnel) as proxy,
        serving(_KeepingAlive, images=f"{scheme}://{AWAY}") as port,
    ):
        for name in ("http_proxy", "https_proxy"):
            monkeypatch.setenv(name, f"http://user:pass%20word@127.0.0.1:{proxy}")
        monkeypatch.setenv("no_proxy", "" if through_proxy else AWAY)
        verdict = judged(f"http://127.0.0.1:{port}")
    assert verdict.problem is None
    assert verdict.failures == ()
    assert {exchange.image.fault == "" for exchange in verdict.exchanges if exchange.image} == {through_proxy}


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1", "https://127.0.0.1:1"])
def test_a_proxy_of_another_kind_is_told(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", proxy)
    verdict = judged("http://server.test")
    assert verdict.exit_code == 2
    assert "is not supported; use one with http://" in str(verdict.problem)
