"""An image is stored whole or not at all, and fetched from nowhere it should not be."""

from __future__ import annotations

import asyncio
import re
import stat
from collections.abc import AsyncIterator, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx
from PIL import Image as Pillow

from zai_image import AsyncZaiImage, DownloadError, Image, ZaiImage
from zai_image_api.document import SERVER_URL

ENDPOINT = f"{SERVER_URL}/paas/v4/images/generations"
LINK = "https://images.example/1.png"
KEY = "sk-very-secret"


def encoded(kind: str) -> bytes:
    file = BytesIO()
    Pillow.radial_gradient("L").save(file, kind)
    return file.getvalue()


PNG = encoded("PNG")


@pytest.fixture(params=["sync", "async"])
def save(request: pytest.FixtureRequest) -> Any:
    """Make an image with the given link and save it, with either client; returns the path."""

    def save_sync(target: Path, link: str = LINK, created: int = 1760335349, **options: Any) -> Path:
        respx.post(ENDPOINT).respond(json={"created": created, "data": [{"url": link}]})
        with ZaiImage(KEY, **options) as zai:
            return zai.images.generate("kitten").save(target)

    def save_async(target: Path, link: str = LINK, created: int = 1760335349, **options: Any) -> Path:
        async def run() -> Path:
            async with AsyncZaiImage(KEY, **options) as zai:
                return await (await zai.images.generate("kitten")).save(target)

        respx.post(ENDPOINT).respond(json={"created": created, "data": [{"url": link}]})
        return asyncio.run(run())

    return save_sync if request.param == "sync" else save_async


class Breaking(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that breaks off in the middle."""

    def __iter__(self) -> Iterator[bytes]:
        yield PNG[:40]
        raise httpx.ReadError("connection reset")

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield PNG[:40]
        raise httpx.ReadError("connection reset")


# What the host answers, how often it is asked with two retries, and what is told.
FAILURES = {
    "a dead link": (httpx.Response(404), 1, "status 404"),
    "a busy host": (httpx.Response(503), 3, "status 503"),
    "a redirect to a file": (httpx.Response(302, headers={"location": "file:///etc/passwd"}), 1, "https to file"),
    "a redirect to plain http": (httpx.Response(302, headers={"location": "http://a.example/"}), 1, "https to http"),
    "a redirect in a circle": (httpx.Response(302, headers={"location": LINK}), 6, "more than 5 times"),
    "an empty body": (httpx.Response(200, content=b""), 1, "not an image"),
    "a page": (httpx.Response(200, html="<html>"), 1, "not an image but text/html"),
    "a page that says it is an image": (
        httpx.Response(200, content=b"<html></html>", headers={"content-type": "image/png"}),
        1,
        "not an image, though it is said to be image/png",
    ),
    "an image that broke off at once": (
        httpx.Response(200, content=b"", headers={"content-type": "image/png"}),
        3,
        "broke off after 0 bytes",
    ),
    "a redirect to a name that is none": (
        httpx.Response(302, headers={"location": "https://xn--a.example/"}),
        1,
        "could not be fetched",
    ),
    "a redirect to what is no address": (
        httpx.Response(302, headers={"location": "https://[::1"}),
        1,
        "not be fetched",
    ),
    "a connection that breaks": (httpx.Response(200, stream=Breaking()), 3, "connection reset"),
    "half a PNG": (httpx.Response(200, content=PNG[:-8]), 3, f"broke off after {len(PNG) - 8} bytes"),
    "half a JPEG": (httpx.Response(200, content=encoded("JPEG")[:-5]), 3, "broke off"),
    "half a WebP": (httpx.Response(200, content=encoded("WebP")[:-5]), 3, "broke off"),
    "half a GIF": (httpx.Response(200, content=encoded("GIF")[:400]), 3, "broke off"),
    "an encoding that lies": (
        httpx.Response(200, headers={"content-encoding": "gzip"}, stream=httpx.ByteStream(PNG)),
        1,
        "could not be fetched",
    ),
}


@pytest.mark.parametrize("name", FAILURES)
@respx.mock
def test_a_failed_download_is_told_and_leaves_the_file_as_it_was(name: str, save: Any, tmp_path: Path) -> None:
    response, asked, told = FAILURES[name]
    target = tmp_path / "kitten.png"
    target.write_bytes(b"the old image")
    route = respx.get(LINK).mock(return_value=response)
    with pytest.raises(DownloadError, match=told) as failed:
        save(target)
    assert failed.value.url == LINK
    assert failed.value.request == f"GET {LINK}"
    assert failed.value.attempts == (3 if failed.value.transient else 1)
    assert route.call_count == asked
    assert target.read_bytes() == b"the old image"
    assert list(tmp_path.iterdir()) == [target]


@respx.mock
def test_without_retries_an_image_is_asked_for_once(save: Any, tmp_path: Path) -> None:
    route = respx.get(LINK).respond(503)
    with pytest.raises(DownloadError):
        save(tmp_path / "kitten.png", max_retries=0)
    assert route.call_count == 1


@pytest.mark.parametrize("link", ["file:///etc/passwd", "ftp://a.example/1.png", "1.png", "", "javascript:alert(1)"])
@respx.mock
def test_a_link_that_is_not_http_is_not_followed(link: str, save: Any, tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match="not an http"):
        save(tmp_path / "kitten.png", link)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("link", ["http://[::1", "https://a.example:port/", "http://\x00/", "https://"])
@respx.mock
def test_a_link_that_is_no_address_is_a_download_error(link: str, save: Any, tmp_path: Path) -> None:
    with pytest.raises(DownloadError):
        save(tmp_path / "kitten.png", link)


@pytest.mark.parametrize(
    ("link", "twins"),
    [
        ("http://a.example/\ud800", 2),
        ("http://xn--a.invalid/", 2),
        ("http://\u2100/", 2),
        # What blocking sockets refuse by themselves, event loops ask the network for.
        ("http://a..b/", 1),
        (f"http://{'a' * 64}/", 1),
    ],
)
def test_a_link_to_a_name_that_no_host_can_have_is_a_download_error(link: str, twins: int) -> None:
    def download() -> bytes:
        with ZaiImage(KEY, max_retries=0) as zai:
            return zai.image_at(link).download()

    async def download_async() -> bytes:
        async with AsyncZaiImage(KEY, max_retries=0) as zai:
            return await zai.image_at(link).download()

    def run_async() -> bytes:
        return asyncio.run(download_async())

    for downloading in (download, run_async)[:twins]:
        with pytest.raises(DownloadError, match=" could not be fetched: ") as failed:
            downloading()
        assert not failed.value.transient


@respx.mock
def test_an_expired_link_is_told_as_such(save: Any, tmp_path: Path) -> None:
    respx.get(LINK).respond(403)
    with pytest.raises(DownloadError, match="its link expired on 2023-12-14"):
        save(tmp_path / "kitten.png", created=1_700_000_000)
    with pytest.raises(DownloadError, match="status 403") as failed:
        save(tmp_path / "kitten.png", created=4_000_000_000)
    assert "expired" not in str(failed.value)


@pytest.mark.parametrize(
    ("content", "content_type", "name"),
    [
        (PNG, "application/octet-stream", "kitten.png"),
        (encoded("JPEG"), "image/png", "kitten.jpg"),
        (encoded("WebP"), "", "kitten.webp"),
        (encoded("GIF"), "image/gif", "kitten.gif"),
        (b"an image of another kind", "image/ief", "kitten.ief"),
        (b"an image of no known kind", "image/../../x", "kitten"),
    ],
)
@respx.mock
def test_the_content_decides_the_suffix(
    content: bytes, content_type: str, name: str, save: Any, tmp_path: Path
) -> None:
    respx.get(LINK).respond(content=content, headers={"content-type": content_type})
    assert save(tmp_path / "kitten") == tmp_path / name
    assert (tmp_path / name).read_bytes() == content
    assert save(tmp_path / "kitten.image") == tmp_path / "kitten.image"


@respx.mock
def test_a_saved_image_has_the_mode_of_any_new_file(save: Any, tmp_path: Path) -> None:
    respx.get(LINK).respond(content=PNG)
    (tmp_path / "other").touch()
    path = save(tmp_path / "kitten.png")
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE((tmp_path / "other").stat().st_mode)


@respx.mock
def test_a_folder_that_is_not_there_is_a_download_error(save: Any, tmp_path: Path) -> None:
    respx.get(LINK).respond(content=PNG)
    with pytest.raises(DownloadError, match="could not be stored"):
        save(tmp_path / "missing" / "kitten.png")


@pytest.mark.parametrize("name", ["", ".", "/", "a\0b", "\ud800.png", "n" * 256, "kitten.png/x", "missing/kitten.png"])
@respx.mock
def test_a_name_that_no_file_can_have_is_told_before_anything_is_fetched(
    name: str, save: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    route = respx.get(LINK).respond(content=PNG)
    monkeypatch.chdir(tmp_path)
    Path("kitten.png").touch()
    with pytest.raises(DownloadError, match=r" could not be stored: ") as failed:
        save(Path(name))
    assert (failed.value.transient, failed.value.attempts, route.called) == (False, 0, False)
    assert [path.name for path in tmp_path.iterdir()] == ["kitten.png"]


@pytest.mark.parametrize("name", ["n" * 240 + ".png", "n" * 251 + ".png", "\u00e9" * 125 + ".png"])
@respx.mock
def test_a_name_may_be_as_long_as_the_file_system_lets_it(name: str, save: Any, tmp_path: Path) -> None:
    respx.get(LINK).respond(content=PNG)
    assert save(tmp_path / name).read_bytes() == PNG
    assert [path.name for path in tmp_path.iterdir()] == [name]


@respx.mock
def test_while_it_comes_an_image_is_hidden_beside_its_target(save: Any, tmp_path: Path) -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.extend(path.name for path in tmp_path.iterdir())
        return httpx.Response(200, content=PNG)

    respx.get(LINK).mock(side_effect=answer)
    save(tmp_path / "kitten.png")
    save(tmp_path / "kitten.png")
    first, second = (name for name in seen if name != "kitten.png")
    assert re.fullmatch(r"\.[0-9a-f]{8,}\.part", first)
    assert first != second


@respx.mock
def test_progress_is_told_in_bytes() -> None:
    respx.post(ENDPOINT).respond(json={"created": 1760335349, "data": [{"url": LINK}]})
    respx.get(LINK).respond(content=PNG)
    told: list[tuple[int, int | None]] = []
    with ZaiImage(KEY) as zai:
        zai.images.generate("kitten").download(progress=lambda received, total: told.append((received, total)))
    assert told[-1] == (len(PNG), len(PNG))


@respx.mock
def test_a_closed_client_is_told_apart_from_a_dead_link() -> None:
    respx.post(ENDPOINT).respond(json={"created": 1760335349, "data": [{"url": LINK}]})
    with ZaiImage(KEY) as zai:
        made: Image = zai.images.generate("kitten")
    with pytest.raises(DownloadError, match="before the client is closed"):
        made.download()
