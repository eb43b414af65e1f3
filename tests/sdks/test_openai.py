"""OpenAI's SDK, pointed at the embedded server, understands it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import openai
import pytest
from openai import AsyncOpenAI, OpenAI

from tests.sdks.conftest import RefusedOrder, every_refusal
from zai_image_conformance.server import RunningServer

_ERRORS = {
    400: openai.BadRequestError,
    401: openai.AuthenticationError,
    404: openai.NotFoundError,
    429: openai.RateLimitError,
    500: openai.InternalServerError,
}
_ORDER = {"model": "glm-image", "prompt": "A cute little kitten."}


@pytest.fixture
def client(server: RunningServer) -> Iterator[OpenAI]:
    with OpenAI(api_key=server.api_key, base_url=f"{server.url}/paas/v4", max_retries=0) as client:
        yield client


def test_an_image_comes_back(client: OpenAI) -> None:
    answer = client.images.generate(**_ORDER, size="1728x960", quality="hd", extra_body={"user_id": "somebody"})
    assert isinstance(answer.created, int)
    (image,) = answer.data
    fetched = httpx.get(image.url, timeout=60, trust_env=False)
    assert (fetched.status_code, fetched.headers["content-type"]) == (200, "image/png")


def test_its_asynchronous_client_gets_an_image_too(server: RunningServer) -> None:
    async def ordered() -> Any:
        async with AsyncOpenAI(api_key=server.api_key, base_url=f"{server.url}/paas/v4", max_retries=0) as client:
            return await client.images.generate(**_ORDER)

    assert asyncio.run(ordered()).data[0].url.startswith("http://127.0.0.1:")


@every_refusal()
def test_a_refusal_arrives_as_its_own_error(client: OpenAI, refused: RefusedOrder) -> None:
    if refused.key is not None:
        client = client.with_options(api_key=refused.key)
    headers = None if refused.fault is None else {"X-Fault": refused.fault}
    fields = dict(refused.fields)
    # OpenAI's method has no such parameter.
    more = {"user_id": fields.pop("user_id")} if "user_id" in fields else None
    with pytest.raises(_ERRORS[refused.status]) as raised:
        client.images.generate(**{**_ORDER, **fields}, extra_headers=headers, extra_body=more)
    assert raised.type is _ERRORS[refused.status]
    assert raised.value.status_code == refused.status
    assert raised.value.body["code"] == refused.code


def test_a_path_that_the_page_does_not_name_arrives_as_its_own_error(server: RunningServer) -> None:
    with (
        OpenAI(api_key=server.api_key, base_url=f"{server.url}/v1", max_retries=0) as client,
        pytest.raises(openai.NotFoundError),
    ):
        client.images.generate(**_ORDER)


def test_a_method_that_the_page_does_not_name_arrives_as_its_own_error(client: OpenAI) -> None:
    # Its images have no other method; what its own methods stand on has.
    with pytest.raises(openai.APIStatusError) as raised:
        client.get("/images/generations", cast_to=object)
    assert raised.value.status_code == 405
    assert raised.value.body["code"] == 1212
