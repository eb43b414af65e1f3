"""An image's bytes are taken as they come, with no key, no more of them than an image has, and progress told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
import respx

from tests.client.streamed import Streamed
from tests.client.test_formats import IMAGES
from zai_image import AsyncZaiImage, DownloadError, ZaiImage, _downloads
from zai_image_api.document import SERVER_URL

ENDPOINT = f"{SERVER_URL}/paas/v4/images/generations"
LINK = "https://images.example/1.png"
KEY = "sk-very-secret"
PNG = IMAGES["PNG"]
CHUNKS = [PNG[:100], PNG[100:]]


Fetch = Callable[..., Any]


@pytest.fixture(params=["sync", "async"])
def fetch(request: pytest.FixtureRequest) -> Fetch:
    """Make an image and call one of its methods, sync or async; ``client`` holds settings of a client of httpx."""

    def fetch_sync(method: str, *arguments: Any, client: dict[str, Any] | None = None, **options: Any) -> Any:
        given = None if client is None else httpx.Client(**client)
        with ZaiImage(KEY, http_client=given) as zai:
            return getattr(zai.images.generate("kitten"), method)(*arguments, **options)

    def fetch_async(method: str, *arguments: Any, client: dict[str, Any] | None = None, **options: Any) -> Any:
        async def run() -> Any:
            given = None if client is None else httpx.AsyncClient(**client)
            async with AsyncZaiImage(KEY, http_client=given) as zai:
                return await getattr(await zai.images.generate("kitten"), method)(*arguments, **options)

        return asyncio.run(run())

    return fetch_sync if request.param == "sync" else fetch_async


@pytest.fixture(autouse=True)
def api() -> Iterator[None]:
    """The API, which makes an image with the same link each time."""
    with respx.mock:
        respx.post(ENDPOINT).respond(json={"created": 1760335349, "data": [{"url": LINK}]})
        yield


@pytest.mark.parametrize("method", ["save", "download"])
def test_progress_is_told_to_either_method(fetch: Fetch, method: str, tmp_path: Any) -> None:
    respx.get(LINK).respond(stream=Streamed(CHUNKS), headers={"content-length": str(len(PNG))})
    told: list[tuple[int, int | None]] = []
    target = [tmp_path / "kitten.png"] if method == "save" else []
    got = fetch(method, *target, progress=lambda *counts: told.append(counts))
    assert (got.read_bytes() if method == "save" else got) == PNG
    assert told == [(100, len(PNG)), (len(PNG), len(PNG))]


def test_a_body_that_is_too_large_is_not_read_to_its_end_and_its_connection_is_let_go(
    fetch: Fetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_downloads, "MAX_BYTES", 3)
    body = Streamed([b"ab"] * 9)
    respx.get(LINK).respond(stream=body)
    with pytest.raises(DownloadError, match="has over 3 bytes"):
        fetch("download")
    assert (body.taken, body.closed) == (2, True)


def test_an_answer_without_an_image_is_let_go_unread(fetch: Fetch) -> None:
    body = Streamed([b"gone"] * 9)
    respx.get(LINK).respond(404, stream=body)
    with pytest.raises(DownloadError, match="status 404"):
        fetch("download")
    assert (body.taken, body.closed) == (0, True)


def test_what_a_first_attempt_left_is_no_part_of_the_image(fetch: Fetch, pauses: list[float]) -> None:
    respx.get(LINK).mock(side_effect=[httpx.Response(200, content=PNG[:-8]), httpx.Response(200, content=PNG)])
    assert fetch("download") == PNG
    assert [0 <= pause <= 0.5 for pause in pauses] == [True]


def test_each_pause_is_drawn_for_its_attempt(
    fetch: Fetch, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("random.uniform", lambda least, greatest: greatest)
    route = respx.get(LINK).respond(503)
    with pytest.raises(DownloadError):
        fetch("download")
    assert (route.call_count, pauses) == (3, [0.5, 1.0])


def test_a_client_that_follows_redirects_and_has_a_password_does_neither_for_an_image(fetch: Fetch) -> None:
    route = respx.get(LINK).respond(302, headers={"location": "http://other.example/1.png"})
    elsewhere = respx.get("http://other.example/1.png").respond(content=PNG)
    with pytest.raises(DownloadError, match=r"is redirected from https to http$"):
        fetch("download", client={"follow_redirects": True, "auth": ("user", KEY)})
    assert not elsewhere.called
    assert "authorization" not in route.calls.last.request.headers


@pytest.mark.parametrize(("redirects", "arrives"), [(5, True), (6, False)])
def test_so_many_redirects_are_followed_and_no_more(fetch: Fetch, redirects: int, arrives: bool) -> None:
    for number in range(1, redirects + 1):
        target = f"https://images.example/{number + 1}.png"
        respx.get(f"https://images.example/{number}.png").respond(302, headers={"location": target})
    respx.get(f"https://images.example/{redirects + 1}.png").respond(content=PNG)
    if arrives:
        assert fetch("download") == PNG
    else:
        with pytest.raises(DownloadError, match=r"is redirected more than 5 times$"):
            fetch("download")
