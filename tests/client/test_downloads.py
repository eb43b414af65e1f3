"""The request for an image is made from nothing but its link; what it meets on its way is told and bounded."""

from __future__ import annotations

import asyncio
import gzip
import ssl
import subprocess
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import httpx2
import pytest

from tests.client.downloading import KEY, PNG, WHOLE, Download, head, redirects_to, replying
from tests.client.loopback import PATIENCE, Connection, Peer, peer, says_nothing
from zai_image import AsyncZaiImage, DownloadError, ZaiImage

pytestmark = pytest.mark.slow

SECRET = "gateway-secret"


def sign(request: httpx.Request) -> httpx.Request:
    request.headers["x-signature"] = SECRET
    request.url = request.url.copy_merge_params({"token": SECRET})
    return request


OWN: dict[str, dict[str, Any]] = {
    **{
        name: {"headers": {name: SECRET}}
        for name in (
            *("Authorization", "api-key", "x-api-key", "cf-aig-authorization", "Ocp-Apim-Subscription-Key"),
            *("Proxy-Authorization", "Cookie", "Referer", "User-Agent", "Accept", "Accept-Encoding", "X-Anything"),
        )
    },
    "a cookie": {"cookies": {"session": SECRET}},
    "a login": {"auth": ("user", SECRET)},
    "an authentication of its own": {"auth": sign},
    "a parameter": {"params": {"api-version": SECRET}},
    "a base URL": {"base_url": f"http://user:{SECRET}@127.0.0.1:1/{SECRET}/", "params": {"a": SECRET}},
    "a hook": {"event_hooks": {"request": [sign]}},
    "redirects": {"follow_redirects": True, "headers": {"X-Key": SECRET}},
}


@pytest.mark.parametrize("own", OWN.values(), ids=OWN)
def test_nothing_of_the_callers_client_reaches_the_host_of_an_image(
    own: dict[str, Any], download: Download, host: Peer
) -> None:
    def answers(connection: Connection) -> None:
        connection.read()
        connection.send(redirects_to(f"{host.url}there.png?Signature=abc%2Fdef"))

    with peer(answers) as first:
        link = f"{first.url}here.png?Expires=60&Signature=abc%2Fdef"
        assert download(link, client=own) == PNG
    for server, target in ((first, b"here.png?Expires=60&"), (host, b"there.png?")):
        asked = server.requests[-1]
        assert SECRET.encode() not in asked
        lines = asked.split(b"\r\n")
        assert lines[0] == b"GET /" + target + b"Signature=abc%2Fdef HTTP/1.1"
        names = sorted(line.partition(b":")[0].lower() for line in lines[1:])
        assert names == [b"accept", b"accept-encoding", b"host", b"user-agent"]


def test_no_netrc_is_read(download: Download, host: Peer, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".netrc").write_text(
        f"machine localhost login user password {SECRET}\ndefault login u password {SECRET}\n"
    )
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    assert download(host.url, client={}) == PNG
    assert b"authorization" not in host.requests[-1].lower()


def test_the_clients_hooks_see_no_image_and_its_cookies_stay_its_own() -> None:
    seen: list[str] = []
    answer = head("200 OK", "set-cookie: tracking=1; Path=/", f"content-length: {len(PNG)}") + PNG
    with (
        peer(replying(answer)) as server,
        httpx.Client(
            event_hooks={
                "request": [lambda request: seen.append("request")],
                "response": [httpx.Response.raise_for_status],
            },
            cookies={"session": "1"},
        ) as given,
    ):
        image = ZaiImage(KEY, base_url="http://127.0.0.1:1", http_client=given).image_at(server.url)
        assert image.download() == PNG
        assert seen == []
        assert dict(given.cookies) == {"session": "1"}
        assert [*given.event_hooks["request"], *given.event_hooks["response"]]


QUERIES = [
    "Signature=abc%2Fdef%2f%20+&empty=&flag&a=1&a=2",
    "x=%7E~!*'();:@&=+$,/?[]|^`{}\\\"<>",
    "%zz=%&&==",
    "",
]


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("way", ["link", "redirect"])
def test_the_path_and_the_query_of_a_link_go_out_byte_for_byte(
    query: str, way: str, download: Download, host: Peer
) -> None:
    link = f"{host.url}a%2Fb/../c;d=1/%7Ekitten.png?{query}#fragment"
    if way == "link":
        assert download(link) == PNG
    else:
        with peer(replying(redirects_to(link))) as first:
            assert download(first.url) == PNG
    assert host.requests[-1].split(b"\r\n")[0] == f"GET /a%2Fb/../c;d=1/%7Ekitten.png?{query} HTTP/1.1".encode()


def test_what_no_request_can_hold_is_escaped(download: Download, host: Peer) -> None:
    assert download(f"{host.url}a kitten.png?n=caf\u00e9&x=\u201d") == PNG
    assert host.requests[-1].startswith(b"GET /a%20kitten.png?n=caf%C3%A9&x=%E2%80%9D HTTP/1.1")


@pytest.mark.parametrize("location", ["there.png", "/there.png", "?there.png", "../there.png", "//{host}/there.png"])
def test_a_redirect_may_be_relative(location: str, download: Download) -> None:
    def script(connection: Connection) -> None:
        while connection.read():
            is_first = len(server.requests) == 1
            connection.send(redirects_to(location.format(host=server.url.split("/")[2])) if is_first else WHOLE)

    with peer(script) as server:
        assert download(f"{server.url}here/kitten.png?key=1") == PNG
    assert b"there.png" in server.requests[-1].split(b"\r\n")[0]


@pytest.mark.parametrize(
    ("location", "told"),
    [
        ("file:///etc/passwd", "is redirected from http to file"),
        ("ftp://localhost/1.png", "is redirected from http to ftp"),
        ("data:image/png;base64,AAAA", "is redirected from http to data"),
        ("http://", "has a link without a host"),
        ("http://[::1", "could not be fetched"),
        ("http://localhost:99999/", "to a port that no host has"),
        ("http://xn--a.example/", "could not be fetched"),
    ],
)
def test_a_redirect_to_what_is_no_image_on_the_web_is_refused(location: str, told: str, download: Download) -> None:
    with peer(replying(redirects_to(location))) as server, pytest.raises(DownloadError, match=told) as failed:
        download(server.url)
    assert (failed.value.transient, failed.value.attempts, len(server.requests)) == (False, 1, 1)


@pytest.mark.parametrize(
    "link", ["http://localhost:99999/", "http://localhost:0/", "https://[fe80::1%25eth0", "http://a b/"]
)
def test_a_link_to_no_address_is_a_download_error(link: str, download: Download) -> None:
    with pytest.raises(DownloadError):
        download(link, max_retries=0)


@pytest.mark.parametrize("status", ["408 Slow", "425 Early", "429 Busy", "500 Oops", "503 Busy", "599 Odd"])
@pytest.mark.parametrize("late", [timedelta(days=-31), timedelta(0)])
def test_trouble_of_a_host_passes_however_old_the_link_is(status: str, late: timedelta, pauses: list[float]) -> None:
    answers = replying(head(status, "content-length: 0"), WHOLE)
    with peer(answers) as server, ZaiImage(KEY, base_url=server.url) as zai:
        assert zai.image_at(server.url, created=datetime.now(UTC) + late).download() == PNG
    assert len(pauses) == 1


@pytest.mark.parametrize(
    ("status", "created", "told"),
    [
        ("410 Gone", timedelta(0), "is gone: status 410"),
        ("410 Gone", None, "is gone: status 410"),
        ("410 Gone", timedelta(days=-31), "is gone: its link expired on "),
        ("403 No", timedelta(days=-31), "is gone: its link expired on "),
        ("404 No", timedelta(days=-29), "is not there: status 404"),
        ("403 No", None, "is not there: status 403"),
    ],
)
def test_a_link_has_expired_only_where_the_host_says_gone_or_the_time_is_over(
    status: str, created: timedelta | None, told: str
) -> None:
    with peer(replying(head(status, "content-length: 0"))) as server, ZaiImage(KEY, base_url=server.url) as zai:
        image = zai.image_at(server.url, created=None if created is None else datetime.now(UTC) + created)
        with pytest.raises(DownloadError, match=told) as failed:
            image.download()
    assert (failed.value.transient, len(server.requests)) == (False, 1)


@pytest.mark.parametrize(
    ("field", "seconds"),
    [
        *(("Retry-After: 3", 3.0), ("Retry-After: 3.0", 3.0), ("Retry-After: 2.5", 2.5), ("Retry-After: 0", 0.0)),
        *(("Retry-After: 29.052", 29.052), ("retry-after-ms: 2500", 2.5), ("RETRY-AFTER:  7 ", 7.0)),
    ],
)
@pytest.mark.parametrize("status", ["503 Slow Down", "429 Too Many Requests"])
def test_a_host_says_when_to_ask_again(
    status: str, field: str, seconds: float, download: Download, pauses: list[float]
) -> None:
    with peer(replying(head(status, field, "content-length: 0"), WHOLE)) as server:
        assert download(server.url) == PNG
    assert pauses == [seconds]


def test_a_host_may_say_so_with_a_date(download: Download, pauses: list[float]) -> None:
    date = (datetime.now(UTC) + timedelta(seconds=40)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    with peer(replying(head("503 Busy", f"Retry-After: {date}", "content-length: 0"), WHOLE)) as server:
        assert download(server.url) == PNG
    assert 30 < pauses[0] <= 40


def test_a_longer_wait_is_the_callers_decision(download: Download, pauses: list[float]) -> None:
    answer = head("503 Busy", "Retry-After: 3600", "content-length: 0")
    with peer(replying(answer)) as server, pytest.raises(DownloadError) as failed:
        download(server.url)
    assert (failed.value.retry_after, failed.value.transient, pauses) == (3600.0, True, [])


def packed(encodings: str, content: bytes) -> bytes:
    return head("200 OK", f"content-encoding: {encodings}", f"content-length: {len(content)}") + content


@pytest.mark.parametrize(
    "answer",
    [packed("gzip", gzip.compress(PNG)), packed("deflate", zlib.compress(PNG)), packed("identity", PNG)],
)
def test_one_encoding_is_undone_though_none_was_asked_for(answer: bytes, download: Download) -> None:
    with peer(replying(answer)) as server:
        assert download(server.url) == PNG
    assert b"accept-encoding: identity" in server.requests[0].lower()


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (packed("gzip, gzip", gzip.compress(gzip.compress(PNG))), "its encoding 'gzip, gzip'"),
        (packed("gzip, deflate", b""), "its encoding"),
        (packed("br", PNG), "its encoding 'br'"),
        (packed("gzip", PNG), "damaged"),
        (packed("gzip", gzip.compress(bytes(70 * 2**20))), "has over 67108864 bytes"),
    ],
)
def test_other_encodings_and_bombs_are_refused(answer: bytes, told: str, download: Download) -> None:
    with peer(replying(answer)) as server, pytest.raises(DownloadError, match=told) as failed:
        download(server.url)
    assert (failed.value.transient, len(server.requests)) == (False, 1)


def test_a_compressed_image_may_break_off_too(download: Download) -> None:
    half = gzip.compress(PNG)[:-20]
    with (
        peer(replying(packed("gzip", half))) as server,
        pytest.raises(DownloadError, match="broke off after") as failed,
    ):
        download(server.url, max_retries=0)
    assert failed.value.transient


def trickles(connection: Connection) -> None:
    connection.read()
    connection.send(head("200 OK", "content-type: image/png", "content-length: 1000000"))
    connection.trickle(b"\x89")


def trickles_a_head(connection: Connection) -> None:
    connection.read()
    connection.send(b"HTTP/1.1 200 OK\r\n")
    connection.trickle(b"x-more: 1\r\n")


@pytest.mark.parametrize("script", [trickles, trickles_a_head])
def test_a_download_ends_with_its_deadline_whatever_trickles(
    script: Callable[[Connection], None], download: Download
) -> None:
    with peer(script) as server, pytest.raises(DownloadError, match=r"within the deadline of 0\.4 s") as failed:
        download(server.url, deadline=0.4)
    assert (failed.value.transient, failed.value.attempts) == (False, 1)


def test_a_host_that_says_nothing_is_waited_for_as_long_as_the_client_waits(download: Download) -> None:
    with peer(says_nothing) as server, pytest.raises(DownloadError, match="could not be fetched") as failed:
        download(server.url, timeout=0.2, max_retries=0)
    assert failed.value.transient
    assert "ReadTimeout" in str(failed.value.__cause__)
    # Our side hung up; the host would have gone on for longer.
    assert server.ended.wait(PATIENCE)


@pytest.mark.parametrize("own", [{}, {"headers": {"X-Key": SECRET}, "cookies": {"a": SECRET}, "params": {"b": SECRET}}])
def test_a_client_of_httpx2_downloads_as_bare(own: dict[str, Any], host: Peer) -> None:
    link = f"{host.url}1.png?Signature=abc%2Fdef"
    with httpx2.Client(**own) as given, ZaiImage(KEY, base_url="http://127.0.0.1:1", http_client=given) as zai:
        assert zai.image_at(link).download() == PNG

    async def run() -> bytes:
        async with httpx2.AsyncClient(**own) as given:
            zai = AsyncZaiImage(KEY, base_url="http://127.0.0.1:1", http_client=given)
            return await zai.image_at(link).download()

    assert asyncio.run(run()) == PNG
    for request in host.requests:
        assert request.startswith(b"GET /1.png?Signature=abc%2Fdef HTTP/1.1")
        assert SECRET.encode() not in request


@pytest.fixture
def secured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A server's side of TLS for localhost, whose certificate is trusted."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-keyout", str(key), "-out", str(certificate), "-days", "1", "-subj", "/CN=localhost"),
            *("-addext", "subjectAltName=DNS:localhost"),
        ],
        check=True,
        capture_output=True,
    )
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def test_a_redirect_from_http_to_https_is_followed_and_the_other_way_refused(
    secured: ssl.SSLContext, download: Download, host: Peer
) -> None:
    with peer(replying(WHOLE), tls=secured) as safe, peer(replying(redirects_to(f"{safe.url}1.png?a=%2F"))) as open_:
        assert download(open_.url) == PNG
        assert safe.requests[0].startswith(b"GET /1.png?a=%2F HTTP/1.1")
    with peer(replying(redirects_to(f"{host.url}1.png")), tls=secured) as safe:
        with pytest.raises(DownloadError, match="is redirected from https to http") as failed:
            download(safe.url)
        assert (failed.value.transient, len(safe.requests), host.requests) == (False, 1, [])
