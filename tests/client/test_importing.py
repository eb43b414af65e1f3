"""Importing the package is cheap: each name is loaded when it is asked for, and httpx when a client is made."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version

import pytest

import zai_image
from tests.client.loopback import answers_with, image_answer, peer

HEAVY = {"httpx", "attr", "pytest", "hypothesis", "starlette", "zai_image_conformance", "rich", "click", "inspect"}


def loaded(code: str, names: set[str]) -> set[str]:
    """Return which of the modules a fresh process has after running the code."""
    program = f"{code}\nimport sys; print(*sorted({names!r} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("name", [*zai_image.__all__, "__version__"])
def test_each_name_is_there_and_listed(name: str) -> None:
    assert getattr(zai_image, name) is vars(zai_image)[name]
    assert name in dir(zai_image)


def test_a_star_brings_all_names() -> None:
    assert loaded("from zai_image import *; sizes.check; ZaiImage; TimeoutError", {"zai_image._client"})


def test_the_package_tells_its_version_and_no_name_that_it_has_not() -> None:
    assert zai_image.__version__ == version("zai-image")
    with pytest.raises(AttributeError, match="module 'zai_image' has no attribute 'versions'"):
        zai_image.versions  # noqa: B018


@pytest.mark.unmutated
@pytest.mark.parametrize(
    ("code", "also"),
    [
        ("import zai_image", {"zai_image._client", "zai_image.sizes", "json"}),
        ("import zai_image; zai_image.sizes.check('glm-image', '1280x1280')", {"zai_image._client"}),
        ("from zai_image import ZaiImage, Image, APIError, Size", set()),
        ("import zai_image_api.operations, zai_image_api.resources, zai_image_api.models", {"zai_image"}),
    ],
)
def test_what_is_not_asked_for_is_not_loaded(code: str, also: set[str]) -> None:
    assert not loaded(code, HEAVY | also)


HTTPX2_ALONE = """
import asyncio, sys
sys.modules["httpx"] = None
from zai_image import AsyncZaiImage, ZaiImage

async def twin():
    async with AsyncZaiImage("a-key", base_url=sys.argv[1]) as zai:
        return (await zai.images.generate("kitten")).url

with ZaiImage("a-key", base_url=sys.argv[1]) as zai:
    print(zai.images.generate("kitten").url, asyncio.run(twin()))
"""


def test_an_application_that_has_httpx2_needs_no_httpx() -> None:
    link = "https://images.example/1.png"
    with peer(answers_with(image_answer(link))) as server:
        done = subprocess.run(
            [sys.executable, "-c", HTTPX2_ALONE, server.url], capture_output=True, text=True, check=True
        )
    assert done.stdout.split() == [link, link]
