"""An image tells what it is: to Python, to notebooks, to Pillow."""

from __future__ import annotations

import asyncio
import inspect
import json
import re
import sys
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import zai_image
from tests.client.loopback import Connection, Peer, peer, replies
from tests.client.test_formats import FILES, SIZE
from zai_image import AsyncImage, AsyncZaiImage, DownloadError, Image, InvalidRequestError, ZaiImage

PNG = FILES["PNG"]
PROMPT = 'A "cute" <kitten>'


def makes(content: bytes, content_type: str = "image/png", **answer: Any) -> Callable[[Connection], None]:
    """Return a script that answers as the API does, and with this image to any other request."""

    def script(connection: Connection) -> None:
        while connection.read():
            peer_ = connection.peer
            if peer_.requests[-1].startswith(b"POST"):
                body = json.dumps({"created": 1760335349, "data": [{"url": f"{peer_.url}kitten"}], **answer}).encode()
                fields = f"x-request-id: r-7\r\ncontent-length: {len(body)}"
                connection.send(f"HTTP/1.1 200 OK\r\n{fields}\r\n\r\n".encode() + body)
            else:
                fields = f"content-type: {content_type}\r\ncontent-length: {len(content)}"
                connection.send(f"HTTP/1.1 200 OK\r\n{fields}\r\n\r\n".encode() + content)

    return script


Using = Callable[..., Any]


@pytest.fixture(params=["sync", "async"])
def using(request: pytest.FixtureRequest) -> Using:
    """Make an image with either client, call methods of it, and return what they return and the image."""

    def sync(url: str, *methods: str, **options: Any) -> tuple[Image, list[Any]]:
        with ZaiImage("a-key", base_url=url, max_retries=0) as zai:
            image = zai.images.generate(PROMPT, **{"model": "glm-image", **options})
            return image, [getattr(image, method)() for method in methods]

    def asynchronous(url: str, *methods: str, **options: Any) -> tuple[AsyncImage, list[Any]]:
        async def run() -> tuple[AsyncImage, list[Any]]:
            async with AsyncZaiImage("a-key", base_url=url, max_retries=0) as zai:
                image = await zai.images.generate(PROMPT, **{"model": "glm-image", **options})
                return image, [await getattr(image, method)() for method in methods]

        return asyncio.run(run())

    return sync if request.param == "sync" else asynchronous


@pytest.fixture
def server() -> Iterator[Peer]:
    with peer(makes(PNG)) as running:
        yield running


def test_an_image_tells_what_was_asked_for(using: Using, server: Peer) -> None:
    image, _ = using(server.url, size="1024x2048")
    assert (image.model, image.prompt, image.request_id) == ("glm-image", PROMPT, "r-7")
    assert (image.width, image.height, image.media_type, image.is_complete) == (1024, 2048, None, None)
    for size, sides in ((None, (1280, 1280)), ("16:9", (2048, 1152)), ((1056, 1568), (1056, 1568))):
        image, _ = using(server.url, size=size)
        assert (image.width, image.height) == sides
    image, _ = using(server.url, model="cogview-4-250304")
    assert (image.width, image.height) == (1024, 1024)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "AVIF", "TIFF"])
def test_a_downloaded_image_tells_what_it_is(kind: str, using: Using) -> None:
    with peer(makes(FILES[kind], "application/octet-stream")) as running:
        image, _ = using(running.url, "download")
    assert (image.width, image.height, image.media_type) == (*SIZE, f"image/{kind.lower()}")
    assert image.is_complete is True


def test_an_image_in_the_answer_tells_at_once_what_it_is(using: Using) -> None:
    with peer(makes(b"", data=[{"b64_json": b64encode(FILES["JPEG"]).decode()}])) as running:
        image, _ = using(running.url)
    assert (image.width, image.height, image.media_type, image.is_complete) == (*SIZE, "image/jpeg", True)


def test_the_server_may_name_the_request_in_the_body(using: Using) -> None:
    body = json.dumps({"request_id": "r-8", "data": [{"url": "https://images.example/1.png"}]}).encode()
    with peer(replies(body)) as running:
        image, _ = using(running.url)
    assert image.request_id == "r-8"


def test_an_image_of_an_earlier_answer_knows_no_request() -> None:
    with ZaiImage("a-key") as zai:
        image = zai.image_at("https://images.example/1.png")
    known = (image.model, image.prompt, image.request_id, image.width, image.height, image.media_type)
    assert known == (None,) * 6


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "BMP"])
def test_a_notebook_shows_an_image_and_keeps_it(kind: str) -> None:
    with peer(makes(FILES[kind])) as running, ZaiImage("a-key", base_url=running.url) as zai:
        image = zai.images.generate(PROMPT)
        shown = image._repr_mimebundle_(include=None, exclude=None)
    assert b64decode(shown.pop(f"image/{kind.lower()}")) == FILES[kind]
    assert shown == {"text/plain": repr(image)}


def test_a_notebook_shows_what_only_browsers_do_in_a_page() -> None:
    with peer(makes(FILES["AVIF"])) as running, ZaiImage("a-key", base_url=running.url) as zai:
        shown = zai.images.generate(PROMPT)._repr_mimebundle_()
    data = b64encode(FILES["AVIF"]).decode()
    text = "A &quot;cute&quot; &lt;kitten&gt;"
    assert shown["text/html"] == (
        f'<img src="data:image/avif;base64,{data}" alt="{text}" referrerpolicy="no-referrer">'
    )


def test_a_notebook_shows_words_where_the_image_cannot_be_had() -> None:
    with peer(makes(b"<html>", "text/html")) as running, ZaiImage("a-key", base_url=running.url) as zai:
        image = zai.images.generate(PROMPT)
        shown = image._repr_mimebundle_()
    assert shown["text/plain"] == repr(image)
    assert set(shown) <= {"text/plain", "text/html"}


def test_a_notebook_waits_for_no_asynchronous_image_and_shows_its_link(server: Peer) -> None:
    async def show() -> dict[str, str]:
        async with AsyncZaiImage("a-key", base_url=server.url) as zai:
            return (await zai.images.generate(PROMPT))._repr_mimebundle_()

    shown = asyncio.run(show())
    assert f'src="{server.url}kitten"' in shown["text/html"]
    assert len(server.requests) == 1


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "AVIF", "TIFF"])
def test_pillow_gets_an_image_decoded(kind: str, using: Using) -> None:
    with peer(makes(FILES[kind])) as running:
        _, (made,) = using(running.url, "to_pil")
    assert (made.size, made.format) == (SIZE, kind)
    assert made.getpixel((5, 5)) is not None


def test_what_pillow_cannot_decode_is_a_download_error(using: Using) -> None:
    # The checksum of the pixels is wrong.
    damaged = PNG[:60] + bytes([PNG[60] ^ 255]) + PNG[61:]
    with peer(makes(damaged)) as running, pytest.raises(DownloadError, match="cannot be decoded by Pillow"):
        using(running.url, "to_pil")


def test_without_pillow_the_extra_is_named(using: Using, server: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(InvalidRequestError, match=r"^to_pil needs Pillow: pip install 'zai-image\[pil\]'$"):
        using(server.url, "to_pil")
    assert all(request.startswith(b"POST") for request in server.requests)


def test_a_representation_is_short_whatever_the_link_holds() -> None:
    body = json.dumps({"data": [{"b64_json": b64encode(FILES["BMP"] * 100).decode()}]}).encode()
    with peer(replies(body)) as running, ZaiImage("a-key", base_url=running.url) as zai:
        assert len(repr(zai.images.generate(PROMPT))) < 1100


@pytest.mark.parametrize("kind", [ZaiImage, AsyncZaiImage])
def test_an_editor_shows_what_generate_takes_returns_and_raises(kind: type[ZaiImage | AsyncZaiImage]) -> None:
    generate = kind("a-key").images.generate
    told = inspect.getdoc(generate) or ""
    arguments, rest = told.partition("\nArgs:\n")[2].split("\nReturns:\n")
    taken = re.findall(r"^    (\w+): \S", arguments, flags=re.MULTILINE)
    assert taken == list(inspect.signature(generate).parameters)
    returned, raised = rest.split("\nRaises:\n")
    assert "The image" in returned
    names = re.findall(r"^    zai_image\.(\w+): \S", raised, flags=re.MULTILINE)
    assert names
    assert all(issubclass(getattr(zai_image, name), zai_image.ZaiImageError) for name in names)
