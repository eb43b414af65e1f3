"""An image is stored whole or not at all, and only where it is one and comes from where its link says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from zai_image import DownloadError
from zai_image_conformance.client_suite.downloading import (
    GENERATING,
    LINK,
    PNG,
    Generate,
    encoded,
    fetched,
    hosting,
    streamed,
    transport,
)
from zai_image_conformance.client_suite.sending import Came

BY_GENERATING = pytest.mark.parametrize("generate", GENERATING.values(), ids=GENERATING)
OLD = b"the old image"
WHOLE = httpx.Response(200, content=PNG)
PIECE = 1024 * 1024
MOST = 64 * PIECE


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """A file that holds another image, in a folder of its own."""
    path = tmp_path / "kitten.png"
    path.write_bytes(OLD)
    return path


def assert_holds(target: Path, content: bytes) -> None:
    """The file holds this, and nothing is beside it."""
    assert target.read_bytes() == content
    assert list(target.parent.iterdir()) == [target]


def sent_on(address: str) -> httpx.Response:
    """The answer that redirects to an address."""
    return httpx.Response(302, headers={"Location": address})


def breaking() -> Iterator[bytes]:
    """Half an image, until the connection is lost."""
    yield PNG[:40]
    raise httpx.ReadError("reset")


def padded(size: int) -> httpx.Response:
    """A whole image of so many bytes."""

    def pieces() -> Iterator[bytes]:
        yield PNG[:-12]
        left = size - len(PNG)
        for _ in range(left // PIECE):
            yield bytes(PIECE)
        yield bytes(left % PIECE) + PNG[-12:]

    return streamed(pieces)


FAILURES: Mapping[str, tuple[Came, int]] = {
    "a dead link": (httpx.Response(404), 1),
    "a busy host": (httpx.Response(503), 3),
    "no answer": (httpx.ReadTimeout("slow"), 3),
    "no connection": (httpx.ConnectError("refused"), 3),
    "a connection that is lost": (streamed(breaking), 3),
    "half an image": (httpx.Response(200, content=PNG[:-8]), 3),
    "a page": (httpx.Response(200, html="<html>"), 1),
}
"""What comes of each request for an image, and how often it is asked for."""


@pytest.mark.parametrize("failure", FAILURES)
@BY_GENERATING
def test_an_image_that_fails_to_come_leaves_the_old_file_and_nothing_beside_it(
    generate: Generate, failure: str, target: Path
) -> None:
    came, asked = FAILURES[failure]
    server = hosting(came)
    with pytest.raises(DownloadError) as failed:
        generate(lambda image: image.save(target), transport=transport(server))
    assert failed.value.url == LINK
    assert len(fetched(server)) == asked
    assert_holds(target, OLD)


@pytest.mark.parametrize("failure", FAILURES)
@BY_GENERATING
def test_an_image_that_fails_to_come_is_not_downloaded_either(generate: Generate, failure: str) -> None:
    came, asked = FAILURES[failure]
    server = hosting(came)
    with pytest.raises(DownloadError):
        generate(lambda image: image.download(), transport=transport(server))
    assert len(fetched(server)) == asked


@pytest.mark.parametrize("fields", [{}, {"Content-Type": "image/png"}], ids=["unnamed", "image/png"])
@BY_GENERATING
def test_nothing_is_no_image_whatever_it_is_called(generate: Generate, fields: dict[str, str], target: Path) -> None:
    with pytest.raises(DownloadError):
        generate(lambda image: image.save(target), transport=transport(hosting(httpx.Response(200, headers=fields))))
    assert_holds(target, OLD)


PASSING: Mapping[str, Came] = {
    name: FAILURES[name][0] for name in ("a busy host", "no answer", "a connection that is lost", "half an image")
}


@pytest.mark.parametrize("failure", PASSING)
@BY_GENERATING
def test_after_trouble_that_passes_the_image_is_stored_whole(generate: Generate, failure: str, target: Path) -> None:
    server = hosting(PASSING[failure], WHOLE)
    assert generate(lambda image: image.save(target), transport=transport(server)) == target
    assert_holds(target, PNG)


@pytest.mark.parametrize("address", ["http://images.test/1.png", "ftp://images.test/1.png", "file:///etc/hostname"])
@BY_GENERATING
def test_a_redirect_to_another_scheme_is_not_followed(generate: Generate, address: str, target: Path) -> None:
    server = hosting(sent_on(address), WHOLE)
    with pytest.raises(DownloadError):
        generate(lambda image: image.save(target), transport=transport(server))
    assert len(fetched(server)) == 1
    assert_holds(target, OLD)


@BY_GENERATING
def test_a_redirect_on_the_same_scheme_is_followed(generate: Generate, target: Path) -> None:
    server = hosting(sent_on("https://elsewhere.test/1.png"), WHOLE)
    generate(lambda image: image.save(target), transport=transport(server))
    assert_holds(target, PNG)


@pytest.mark.parametrize("link", ["file:///etc/hostname", "ftp://images.test/1.png", "1.png", "", "https://"])
@BY_GENERATING
def test_a_link_that_is_no_address_on_the_web_is_not_followed(generate: Generate, link: str, target: Path) -> None:
    server = hosting(WHOLE, link=link)
    with pytest.raises(DownloadError):
        generate(lambda image: image.save(target), transport=transport(server))
    assert fetched(server) == []
    assert_holds(target, OLD)


@BY_GENERATING
def test_an_image_of_64_mebibytes_is_stored(generate: Generate, target: Path) -> None:
    generate(lambda image: image.save(target), transport=transport(hosting(padded(MOST))))
    assert target.stat().st_size == MOST
    # pytest keeps the folders of several runs.
    target.unlink()


@BY_GENERATING
def test_an_image_of_a_byte_more_is_refused(generate: Generate, target: Path) -> None:
    server = hosting(padded(MOST + 1))
    with pytest.raises(DownloadError):
        generate(lambda image: image.save(target), transport=transport(server))
    assert len(fetched(server)) == 1
    assert_holds(target, OLD)


@BY_GENERATING
def test_while_an_image_comes_its_file_is_the_old_one(generate: Generate, target: Path) -> None:
    found: list[bytes] = []

    def pieces() -> Iterator[bytes]:
        for piece in (PNG[:40], PNG[40:-8], PNG[-8:], b""):
            found.append(target.read_bytes())
            yield piece

    generate(lambda image: image.save(target), transport=transport(hosting(streamed(pieces))))
    assert found == [OLD] * 4
    assert_holds(target, PNG)


class Ended(BaseException):
    """The process is told to end."""


@BY_GENERATING
def test_a_process_that_ends_while_an_image_comes_leaves_the_old_file_and_nothing_beside_it(
    generate: Generate, target: Path
) -> None:
    def pieces() -> Iterator[bytes]:
        yield PNG[:40]
        raise Ended

    server = hosting(streamed(pieces))
    with pytest.raises(Ended):
        generate(lambda image: image.save(target), transport=transport(server))
    assert len(fetched(server)) == 1
    assert_holds(target, OLD)


@pytest.mark.parametrize("name", ["missing/kitten.png", "folder.png"])
@BY_GENERATING
def test_an_image_that_cannot_be_stored_is_told_as_such_and_leaves_nothing(
    generate: Generate, name: str, tmp_path: Path
) -> None:
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(DownloadError):
        generate(lambda image: image.save(tmp_path / name), transport=transport(hosting(WHOLE)))
    assert list(tmp_path.rglob("*")) == [tmp_path / "folder.png"]


@pytest.mark.parametrize(("kind", "suffix"), [("PNG", "png"), ("JPEG", "jpg"), ("WebP", "webp"), ("GIF", "gif")])
@BY_GENERATING
def test_without_a_suffix_the_own_kind_decides(generate: Generate, kind: str, suffix: str, tmp_path: Path) -> None:
    image = encoded(kind)
    server = hosting(httpx.Response(200, headers={"Content-Type": "image/png"}, content=image))
    stored: Any = generate(lambda image: image.save(tmp_path / "kitten"), transport=transport(server))
    assert stored == tmp_path / f"kitten.{suffix}"
    assert_holds(stored, image)
