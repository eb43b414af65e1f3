"""An image is whole exactly if its end is there, however its bytes come in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import BytesIO
from types import SimpleNamespace

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow

from zai_image import DownloadError, _storing
from zai_image._formats import HEAD, TAIL, kind_of
from zai_image._storing import Link, Receiver

EXPIRES = datetime(2026, 1, 1, tzinfo=UTC)
LINK = Link("https://images.example/1.png", EXPIRES, "a-key")


def encoded(kind: str) -> bytes:
    file = BytesIO()
    # Noise, since what compresses well is shorter than the end that is looked at.
    Pillow.effect_noise((96, 96), 90).convert("RGB").save(file, kind)
    return file.getvalue()


IMAGES = {kind: encoded(kind) for kind in ("PNG", "JPEG", "WebP", "GIF")}
SUFFIXES = {"PNG": ".png", "JPEG": ".jpg", "WebP": ".webp", "GIF": ".gif"}

kinds = pytest.mark.parametrize("kind", IMAGES)


def received(*chunks: bytes, told: list[tuple[int, int | None]] | None = None, **fields: str) -> tuple[str, bytes]:
    """Take the chunks as an image; return its suffix and what was stored."""
    file = BytesIO(b"what a first attempt left")
    answer = httpx.Response(200, headers={name.replace("_", "-"): value for name, value in fields.items()})
    progress = None if told is None else lambda count, total: told.append((count, total))
    receiver = Receiver(LINK, answer.headers, file, progress)
    for chunk in chunks:
        receiver.take(chunk)
    return receiver.finish(), file.getvalue()


@kinds
def test_an_image_may_come_in_chunks_of_any_size(kind: str) -> None:
    content = IMAGES[kind]
    assert len(content) > TAIL
    for size in (1, 3, HEAD - 1, HEAD, HEAD + 1, TAIL - 1, TAIL, TAIL + 1, len(content)):
        chunks = [content[start : start + size] for start in range(0, len(content), size)]
        assert received(*chunks) == (SUFFIXES[kind], content)


@pytest.mark.parametrize(
    ("kind", "content_type", "mark"),
    [
        ("PNG", "image/png", 8),
        ("JPEG", "image/jpeg", 3),
        ("JPEG", "image/jpg", 3),
        ("WebP", "image/webp", 12),
        ("GIF", "image/gif", 6),
    ],
)
def test_what_is_too_short_to_tell_its_kind_broke_off_where_the_kind_is_named(
    kind: str, content_type: str, mark: int
) -> None:
    for content in (IMAGES[kind], b"<html></html>"):
        for length in range(mark):
            with pytest.raises(DownloadError, match=f" broke off after {length} bytes$") as failed:
                received(content[:length], content_type=content_type)
            assert failed.value.transient
    with pytest.raises(DownloadError, match=" is not an image, though ") as refused:
        received(b"<html></html>"[:mark], content_type=content_type)
    assert not refused.value.transient
    with pytest.raises(DownloadError, match=f" broke off after {mark} bytes$"):
        received(IMAGES[kind][:mark], content_type=content_type)


@kinds
@pytest.mark.parametrize("content_type", ["image/png", "image/jpeg", "image/webp", "image/gif", "image/avif", ""])
def test_bytes_say_more_than_a_type(kind: str, content_type: str) -> None:
    assert received(IMAGES[kind], content_type=content_type) == (SUFFIXES[kind], IMAGES[kind])


@kinds
def test_an_image_that_lacks_its_last_bytes_broke_off(kind: str) -> None:
    content = IMAGES[kind]
    for length in {HEAD, 600, TAIL, len(content) - 40, len(content) - 1}:
        with pytest.raises(DownloadError, match=f" broke off after {length} bytes$") as failed:
            received(content[:length])
        assert failed.value.transient


@pytest.mark.parametrize(("kind", "behind"), [("PNG", b"x"), ("JPEG", b"\0x"), ("WebP", b"x"), ("GIF", b"\0")])
def test_a_little_may_stand_behind_the_end(kind: str, behind: bytes) -> None:
    for times in (1, 100):
        assert received(IMAGES[kind], behind * times) == (SUFFIXES[kind], IMAGES[kind] + behind * times)


def test_after_the_end_of_a_gif_only_zeros_may_follow() -> None:
    with pytest.raises(DownloadError, match="broke off"):
        received(IMAGES["GIF"] + b"X")


@given(st.binary(max_size=HEAD))
def test_what_begins_like_none_of_them_is_of_no_known_kind(head: bytes) -> None:
    begins = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a")
    known = head.startswith(begins) or (head.startswith(b"RIFF") and head[8:12] == b"WEBP")
    assert (kind_of(head) is not None) == known


@pytest.mark.parametrize(
    ("length", "fields", "total"),
    [
        ("given", {}, "known"),
        ("none", {}, "unknown"),
        ("given", {"content_encoding": "br"}, "unknown"),
        ("many", {}, "unknown"),
        ("9" * 15, {}, "known"),
        ("9" * 16, {}, "unknown"),
    ],
)
def test_progress_is_told_for_each_chunk_with_the_total_where_it_is_known(
    length: str, fields: dict[str, str], total: str
) -> None:
    content = IMAGES["PNG"]
    told: list[tuple[int, int | None]] = []
    if length != "none":
        fields = {**fields, "content_length": str(len(content)) if length == "given" else length}
    received(content[:100], content[100:], told=told, **fields)
    expected = (len(content) if length == "given" else int(length)) if total == "known" else None
    assert told == [(100, expected), (len(content), expected)]


def test_all_chunks_together_may_have_the_greatest_number_of_bytes_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    content = IMAGES["PNG"]
    monkeypatch.setattr(_storing, "MAX_BYTES", len(content))
    received(content[:100], content[100:])
    with pytest.raises(DownloadError, match=f" has over {len(content)} bytes: not an image of this API$") as failed:
        received(content[:100], content[100:] + b"x")
    assert not failed.value.transient


@pytest.mark.parametrize(
    ("content", "content_type", "told"),
    [
        (b"", "image/avif", "is not an image but image/avif"),
        (b"<html>", "Text/HTML ; charset=utf-8", "is not an image but text/html"),
        (b"\0", "", "is not an image but bytes of no known kind"),
        (b"<html></html>", "image/png", "is not an image, though it is said to be image/png"),
        (b"<html></html>", "Image/JPEG; q=1", "is not an image, though it is said to be image/jpeg"),
        (b"<html></html>", "image/jpg", "is not an image, though it is said to be image/jpg"),
        (b"<html></html>", "image/webp", "is not an image, though it is said to be image/webp"),
        (b"<html></html>", "image/gif", "is not an image, though it is said to be image/gif"),
    ],
)
def test_what_is_no_image_is_told_by_its_type(content: bytes, content_type: str, told: str) -> None:
    with pytest.raises(DownloadError) as failed:
        received(content, content_type=content_type)
    assert str(failed.value) == f"the image at {LINK.url} {told}"
    assert not failed.value.transient


def test_what_has_neither_type_nor_length_is_told_by_its_bytes() -> None:
    told: list[tuple[int, int | None]] = []
    with pytest.raises(DownloadError, match=r"is not an image but bytes of no known kind$"):
        received(b"?", told=told)
    assert told == [(1, None)]


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("file:///etc/passwd", "has a link that is not an http(s) address"),
        ("httpx://a.example/1.png", "has a link that is not an http(s) address"),
        ("", "has a link that is not an http(s) address"),
        ("https://", "has a link without a host"),
        ("HTTP:///1.png", "has a link without a host"),
    ],
)
def test_what_is_no_address_is_told_and_not_asked(url: str, problem: str) -> None:
    with httpx.Client() as client, pytest.raises(DownloadError) as failed:
        LINK.request(client, url)
    assert (str(failed.value), failed.value.url) == (f"the image at {LINK.url} {problem}", LINK.url)
    assert not failed.value.transient


@pytest.mark.parametrize("url", ["http://a.example/1.png", "HTTPS://a.example/1.png"])
def test_what_is_an_address_is_asked_without_a_key(url: str) -> None:
    with httpx.Client(headers={"Authorization": "Bearer a-key", "X-Team": "art"}) as client:
        request = LINK.request(client, url)
    assert (request.method, str(request.url)) == ("GET", url.lower())
    assert (request.headers.get("authorization"), request.headers["x-team"]) == (None, "art")


@pytest.mark.parametrize("late", [-1, 0, 1])
@pytest.mark.parametrize("status", [201, 204, 302, 399, 400, 403, 404, 408, 410, 425, 429, 499, 500, 503, 599, 600])
def test_a_link_that_is_refused_after_its_day_is_told_to_have_expired(
    monkeypatch: pytest.MonkeyPatch, status: int, late: int
) -> None:
    clock = SimpleNamespace(now=lambda zone: EXPIRES + timedelta(seconds=late))
    monkeypatch.setattr(_storing, "datetime", clock)
    with pytest.raises(DownloadError) as failed:
        LINK.receiver(httpx.Response(status), BytesIO(), None)
    passes = status in (408, 425, 429) or 500 <= status < 600
    if 400 <= status < 500 and late > 0 and not passes:
        told = f"is gone: its link expired on 2026-01-01 (status {status})"
    else:
        told = f"is {'gone' if status == 410 else 'not there'}: status {status}"
    assert str(failed.value) == f"the image at {LINK.url} {told}"
    assert failed.value.transient is passes


@pytest.mark.parametrize(
    ("content_type", "suffix"), [("image/avif", ".avif"), (" Image/AVIF ; q=1", ".avif"), ("image/x-unheard-of", "")]
)
def test_an_image_of_an_unknown_kind_has_the_suffix_of_its_type(content_type: str, suffix: str) -> None:
    assert received(b"?", content_type=content_type) == (suffix, b"?")
