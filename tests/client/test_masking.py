"""The key is masked in the spellings that JSON and addresses have for it, in words, bodies and links of pictures."""

from __future__ import annotations

import asyncio
import json
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import respx

from zai_image import AsyncZaiImage, DownloadError, ZaiImage, ZaiImageError
from zai_image._masking import masked, masked_bytes
from zai_image_api.document import SERVER_URL

ENDPOINT = f"{SERVER_URL}/paas/v4/images/generations"
KEYS = ["sk-plain", "sk/with+some%20", 'sk-"quoted\\"/x', "sk-sk-sk"]
SPELLINGS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "JSON": lambda key: json.dumps(key)[1:-1],
    "JSON as PHP writes it": lambda key: json.dumps(key)[1:-1].replace("/", "\\/"),
    "a path": quote,
    "an address": lambda key: quote(key, safe=""),
}


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_key_is_masked_whole_wherever_it_stands_and_nothing_else_is(key: str, spelling: str) -> None:
    spelt = SPELLINGS[spelling](key)
    assert masked(f"no {spelt}, {spelt}", key) == "no ***, ***"
    assert masked_bytes(f"no {spelt}, {spelt}\xff".encode("latin-1"), key) == b"no ***, ***\xff"
    assert masked("no such thing", key) == "no such thing"


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("spelling", SPELLINGS)
@respx.mock
def test_a_body_that_repeats_the_key_is_shown_without_it(key: str, spelling: str) -> None:
    respx.post(ENDPOINT).respond(400, text=f"not {SPELLINGS[spelling](key)}")
    with ZaiImage(key) as zai, pytest.raises(ZaiImageError) as refused:
        zai.images.generate("kitten")
    assert vars(refused.value)["body"] == "not ***"


def _download(key: str) -> Any:
    with ZaiImage(key) as zai:
        image = zai.images.generate("kitten")
        assert "***" in repr(image)
        image.download()


def _download_async(key: str) -> Any:
    async def run() -> None:
        async with AsyncZaiImage(key) as zai:
            image = await zai.images.generate("kitten")
            assert "***" in repr(image)
            await image.download()

    asyncio.run(run())


@pytest.mark.parametrize("download", [_download, _download_async])
@pytest.mark.parametrize("came", [httpx.Response(404), httpx.UnsupportedProtocol("not {key}"), ValueError("not {key}")])
@respx.mock
def test_a_link_that_holds_the_key_is_told_without_it(
    download: Callable[[str], None], came: httpx.Response | Exception
) -> None:
    key = "sk/with+some"
    link = f"https://pictures.example/1.png?key={quote(key, safe='')}"
    respx.post(ENDPOINT).respond(json={"created": 1760335349, "data": [{"url": link}]})
    answer: Any = type(came)(str(came).format(key=key)) if isinstance(came, Exception) else came
    respx.get(url__startswith="https://pictures.example/").mock(
        **{"side_effect" if isinstance(came, Exception) else "return_value": answer}
    )
    with pytest.raises(DownloadError) as refused:
        download(key)
    error = refused.value
    assert error.url == "https://pictures.example/1.png?key=***"
    assert error.request == f"GET {error.url}"
    assert key not in f"{error} {error!r} {vars(error)}"
    printed = "".join(traceback.TracebackException.from_exception(error).format())
    assert quote(key, safe="") not in f"{error} {error!r} {vars(error)} {printed}"
    assert f"not {key}" not in printed
    assert "not ***" in str(error.__cause__ or "not ***")


def test_what_an_error_comes_from_is_told_where_it_does_not_show_the_key() -> None:
    came = httpx.UnsupportedProtocol("no such thing")

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            return httpx.Response(
                200, json={"created": 1760335349, "data": [{"url": "https://pictures.example/1.png"}]}
            )
        raise came

    with ZaiImage("sk-plain", transport=httpx.MockTransport(answer)) as zai, pytest.raises(DownloadError) as refused:
        zai.images.generate("kitten").download()
    assert str(refused.value.__cause__) == "httpx.UnsupportedProtocol: no such thing"


@respx.mock
def test_a_mistake_in_what_is_told_of_the_progress_is_a_download_error(tmp_path: Path) -> None:
    def progress(received: int, total: int | None) -> None:
        raise ValueError("a mistake")

    respx.post(ENDPOINT).respond(json={"created": 1760335349, "data": [{"url": "https://pictures.example/1.png"}]})
    respx.get("https://pictures.example/1.png").respond(content=b"\x89PNG")
    with ZaiImage("a-key") as zai, pytest.raises(DownloadError, match=r" could not be stored: a mistake$") as failed:
        zai.images.generate("kitten").save(tmp_path / "kitten.png", progress=progress)
    assert str(failed.value.__cause__) == "ValueError: a mistake"
    assert list(tmp_path.iterdir()) == []
