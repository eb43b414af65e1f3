"""A picture is stored whole or not at all."""

from __future__ import annotations

import asyncio
import stat
from pathlib import Path

import httpx
import pytest
import respx

from zai_image import AsyncZaiImage, DownloadError, Image, ZaiImage, _storing
from zai_image_api.document import SERVER_URL

ENDPOINT = f"{SERVER_URL}/paas/v4/images/generations"
LINK = "https://pictures.example/1.png"


def image(zai: ZaiImage, link: str = LINK) -> Image:
    respx.post(ENDPOINT).respond(json={"created": 1760335349, "data": [{"url": link}]})
    return zai.images.generate("kitten")


class Breaking(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that breaks off in the middle."""

    def __iter__(self):  # type: ignore[no-untyped-def]
        yield b"half a pic"
        raise httpx.ReadError("connection reset")

    async def __aiter__(self):  # type: ignore[no-untyped-def]
        yield b"half a pic"
        raise httpx.ReadError("connection reset")


FAILURES = {
    "a dead link": httpx.Response(404),
    "a redirect": httpx.Response(302, headers={"location": "file:///etc/passwd"}),
    "an empty body": httpx.Response(200, content=b""),
    "a connection that breaks": httpx.Response(200, stream=Breaking()),
}


@pytest.mark.parametrize("name", FAILURES)
@respx.mock
def test_a_failed_download_leaves_the_file_as_it_was(name: str, tmp_path: Path) -> None:
    target = tmp_path / "kitten.png"
    target.write_bytes(b"the old picture")
    respx.get(LINK).mock(return_value=FAILURES[name])
    with ZaiImage("a-key") as zai, pytest.raises(DownloadError) as failed:
        image(zai).save(target)
    assert failed.value.url == LINK
    assert target.read_bytes() == b"the old picture"
    assert list(tmp_path.iterdir()) == [target]


@respx.mock
def test_a_failed_async_download_leaves_nothing_behind(tmp_path: Path) -> None:
    async def save() -> None:
        async with AsyncZaiImage("a-key") as zai:
            await (await zai.images.generate("kitten")).save(tmp_path / "kitten.png")

    respx.post(ENDPOINT).respond(json={"created": 1760335349, "data": [{"url": LINK}]})
    respx.get(LINK).mock(return_value=httpx.Response(200, stream=Breaking()))
    with pytest.raises(DownloadError, match="connection reset"):
        asyncio.run(save())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("link", ["file:///etc/passwd", "ftp://a.example/1.png", "1.png", "", "javascript:alert(1)"])
@respx.mock
def test_a_link_that_is_not_http_is_not_followed(link: str) -> None:
    with ZaiImage("a-key") as zai, pytest.raises(DownloadError, match="not an http"):
        image(zai, link).download()


@pytest.mark.parametrize("link", ["http://[::1", "https://a.example:port/", "http://\x00/"])
@respx.mock
def test_a_link_that_is_no_address_is_a_download_error(link: str) -> None:
    with ZaiImage("a-key") as zai, pytest.raises(DownloadError):
        image(zai, link).download()


@respx.mock
def test_a_body_larger_than_any_picture_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_storing, "MAX_BYTES", 10)
    respx.get(LINK).respond(content=b"01234567890")
    with ZaiImage("a-key") as zai, pytest.raises(DownloadError, match="over 10 bytes"):
        image(zai).download()


@respx.mock
def test_a_saved_picture_has_the_mode_of_any_new_file(tmp_path: Path) -> None:
    respx.get(LINK).respond(content=b"a picture")
    (tmp_path / "other").touch()
    with ZaiImage("a-key") as zai:
        path = image(zai).save(str(tmp_path / "kitten.png"))
    assert path.read_bytes() == b"a picture"
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE((tmp_path / "other").stat().st_mode)


@respx.mock
def test_a_folder_that_is_not_there_is_a_download_error(tmp_path: Path) -> None:
    respx.get(LINK).respond(content=b"a picture")
    with ZaiImage("a-key") as zai, pytest.raises(DownloadError, match="could not be stored"):
        image(zai).save(tmp_path / "missing" / "kitten.png")


@respx.mock
def test_a_closed_client_is_told_apart_from_a_dead_link() -> None:
    with ZaiImage("a-key") as zai:
        made = image(zai)
    with pytest.raises(DownloadError, match="before leaving its `with` block"):
        made.download()
