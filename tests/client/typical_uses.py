"""Typical uses of the library, for `mypy --strict`: the right ones pass, and each wrong one is caught.

A wrong use carries `type: ignore` with the error it must give; mypy reports an ignore that nothing needs, so a wrong
use that passed would fail. Nothing here is executed.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import assert_type

import httpx

from zai_image import APIError, AsyncImage, AsyncZaiImage, Image, InvalidRequestError, Size, ZaiImage, sizes


def right(zai: ZaiImage) -> None:
    image = zai.images.generate("kitten")
    assert_type(image, Image)
    assert_type(image.url, str)
    assert_type(image.created, datetime | None)
    assert_type(image.expires, datetime | None)
    assert_type(image.save("kitten.png"), Path)
    assert_type(image.save(Path("kitten.png"), progress=lambda received, total: None), Path)
    assert_type(image.download(), bytes)
    for item in image.content_filter:
        if item.role and item.level:
            print(item.role.upper(), item.level + 1)
    zai.images.generate("kitten", model="glm-image", size="1280x1280", quality="hd", user_id="user-1")
    zai.images.generate("kitten", model="a-model-to-come", size=(1280, 1280), timeout=30)
    zai.images.generate("kitten", size=Size(1280, 1280), timeout=httpx.Timeout(30, connect=5))
    zai.images.generate("kitten", size=None, quality=None, extra_body={"seed": 7}, timeout=None)
    ZaiImage("key", base_url="https://a.example", timeout=30, max_retries=0, retry_unknown_outcome=True)
    ZaiImage(transport=httpx.HTTPTransport(), validate=False)
    ZaiImage(http_client=httpx.Client())


async def right_async(zai: AsyncZaiImage) -> None:
    image = await zai.images.generate("kitten", size="16:9")
    assert_type(image, AsyncImage)
    assert_type(await image.save("kitten"), Path)
    assert_type(await image.download(), bytes)
    AsyncZaiImage(transport=httpx.AsyncHTTPTransport())
    AsyncZaiImage(http_client=httpx.AsyncClient())


def right_sizes(error: InvalidRequestError) -> None:
    assert_type(sizes.nearest("glm-image", 1000, 1000), Size)
    assert_type(sizes.for_aspect("glm-image", "16:9"), Size)
    assert_type(sizes.default("glm-image").width, int)
    assert_type(error.nearest, Size | None)
    for violation in sizes.check("glm-image", "1000x1000"):
        assert_type(violation.message, str)


def right_codes(error: APIError) -> None:
    assert_type(error.code, int | str | None)


def wrong(zai: ZaiImage) -> None:
    zai.images.generate()  # type: ignore[call-arg]
    zai.images.generate("kitten", "glm-image")  # type: ignore[call-arg]
    zai.images.generate(7)  # type: ignore[arg-type]
    zai.images.generate("kitten", model=None)  # type: ignore[arg-type]
    zai.images.generate("kitten", size=1280)  # type: ignore[arg-type]
    zai.images.generate("kitten", size=(1280, 1280, 3))  # type: ignore[arg-type]
    zai.images.generate("kitten", quality=1)  # type: ignore[arg-type]
    zai.images.generate("kitten", seed=7)  # type: ignore[call-arg]
    zai.images.generate("kitten", timeout="30")  # type: ignore[arg-type]
    zai.images.generate("kitten").url = ""  # type: ignore[misc]
    zai.images.generate("kitten").save()  # type: ignore[call-arg]
    zai.images.generate("kitten").save(b"kitten.png")  # type: ignore[arg-type]
    ZaiImage(key="key")  # type: ignore[call-arg]
    ZaiImage("key", "https://a.example")  # type: ignore[call-arg]
    ZaiImage(max_retries="2")  # type: ignore[arg-type]
    ZaiImage(transport=httpx.AsyncHTTPTransport())  # type: ignore[arg-type]
    ZaiImage(http_client=httpx.AsyncClient())  # type: ignore[arg-type]
    sizes.nearest("glm-image", "1000x1000")  # type: ignore[call-arg, arg-type]


async def wrong_async(zai: AsyncZaiImage) -> None:
    zai.images.generate("kitten")  # type: ignore[unused-coroutine]
    zai.images.generate("kitten").save("kitten.png")  # type: ignore[attr-defined]
    image = await zai.images.generate("kitten")
    image.save("kitten.png")  # type: ignore[unused-coroutine]
    AsyncZaiImage(http_client=httpx.Client())  # type: ignore[arg-type]
