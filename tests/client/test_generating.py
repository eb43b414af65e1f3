"""Generating pictures against the embedded server, over real HTTP, sync and async."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from PIL import Image as Pillow

from zai_image import AsyncZaiImage, ZaiImage
from zai_image_conformance.server import RunningServer

PROMPT = "A cute little kitten."


def test_a_picture_of_the_size_asked_for_is_saved(server: RunningServer, tmp_path: Path) -> None:
    with ZaiImage(server.api_key, base_url=server.url) as zai:
        path = zai.images.generate(PROMPT, model="glm-image", size="1728x960").save(tmp_path / "kitten.png")
    assert path == tmp_path / "kitten.png"
    with Pillow.open(path) as picture:
        assert (picture.format, picture.size) == ("PNG", (1728, 960))


def test_the_async_twin_does_the_same(server: RunningServer, tmp_path: Path) -> None:
    async def draw() -> tuple[Path, bytes]:
        async with AsyncZaiImage(server.api_key, base_url=server.url) as zai:
            image = await zai.images.generate(PROMPT, model="glm-image", size="1728x960")
            return await image.save(tmp_path / "kitten.png"), await image.download()

    path, content = asyncio.run(draw())
    assert path.read_bytes() == content
    with Pillow.open(path) as picture:
        assert (picture.format, picture.size) == ("PNG", (1728, 960))


def test_the_answer_is_told_in_python_s_terms(server: RunningServer) -> None:
    with ZaiImage(server.api_key, base_url=server.url) as zai:
        image = zai.images.generate(PROMPT)
        content = image.download()
    assert image.url.startswith("http://127.0.0.1:")
    assert image.created is not None
    assert abs(datetime.now(UTC) - image.created) < timedelta(minutes=1)
    assert image.expires == image.created + timedelta(days=30)
    assert [(item.role, item.level) for item in image.content_filter] == [("user", 3)]
    with Pillow.open(BytesIO(content)) as picture:
        assert picture.size == (1280, 1280)


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        ({}, {}),
        ({"size": (1024, 768)}, {"size": "1024x768"}),
        ({"size": "16:9"}, {"size": "1280x720"}),
        ({"quality": "hd"}, {"quality": "hd"}),
        ({"user_id": "user-1"}, {"user_id": "user-1"}),
        ({"extra_body": {"watermark_enabled": False}}, {"watermark_enabled": False}),
    ],
)
def test_the_request_holds_what_the_caller_gave_and_nothing_else(
    server: RunningServer, asked: dict[str, object], sent: dict[str, object]
) -> None:
    with ZaiImage(server.api_key, base_url=server.url) as zai:
        zai.images.generate(PROMPT, model="cogview-4-250304", **asked)  # type: ignore[arg-type]
    (request,) = server.requests
    assert json.loads(request.body) == {"model": "cogview-4-250304", "prompt": PROMPT, **sent}


def test_an_image_is_downloaded_by_the_url_of_an_earlier_answer_without_another_order(server: RunningServer) -> None:
    with ZaiImage(server.api_key, base_url=server.url) as zai:
        image = zai.images.generate(PROMPT)
        again = zai.image_at(image.url, created=image.created)
        assert (again.url, again.created, again.expires) == (image.url, image.created, image.expires)
        content = again.download()

    async def draw() -> bytes:
        async with AsyncZaiImage(server.api_key, base_url=server.url) as zai:
            return await zai.image_at(image.url).download()

    assert asyncio.run(draw()) == content
    assert [request.method for request in server.requests] == ["POST", "GET", "GET"]


def test_a_base_url_with_the_version_in_it_is_understood(server: RunningServer) -> None:
    with ZaiImage(server.api_key, base_url=f"{server.url}/paas/v4/") as zai:
        assert zai.images.generate(PROMPT).url


def test_key_and_server_come_from_the_environment(server: RunningServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZAI_API_KEY", server.api_key)
    monkeypatch.setenv("ZAI_BASE_URL", server.url)
    with ZaiImage() as zai:
        assert zai.images.generate(PROMPT).url


def test_the_key_goes_to_the_api_and_not_to_the_picture_s_host(server: RunningServer) -> None:
    with ZaiImage(server.api_key, base_url=server.url) as zai:
        zai.images.generate(PROMPT).download()
    asked, fetched = server.requests
    assert "authorization" in asked.headers
    assert "authorization" not in fetched.headers


def test_a_client_given_by_the_caller_is_used_and_left_open(server: RunningServer) -> None:
    seen: list[str] = []
    with httpx.Client(event_hooks={"request": [lambda request: seen.append(request.method)]}) as http_client:
        with ZaiImage(server.api_key, base_url=server.url, http_client=http_client) as zai:
            zai.images.generate(PROMPT).download()
        assert not http_client.is_closed
    # The image's host has no business with what the hooks do.
    assert seen == ["POST"]
