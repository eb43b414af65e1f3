"""The vendor's SDK, zai-sdk, understands the embedded server."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import pytest
import zai.core
from zai import ZaiClient

from tests.sdks.conftest import RefusedOrder, every_refusal
from zai_image_conformance.server import RunningServer

_ERRORS = {
    400: zai.core.APIRequestFailedError,
    401: zai.core.APIAuthenticationError,
    429: zai.core.APIReachLimitError,
    500: zai.core.APIInternalError,
}
_ORDER = {"model": "glm-image", "prompt": "A cute little kitten."}


def client_of(server: RunningServer, key: str) -> ZaiClient:
    return ZaiClient(api_key=key, base_url=f"{server.url}/paas/v4", max_retries=0)


@pytest.fixture
def client(server: RunningServer) -> Iterator[ZaiClient]:
    with client_of(server, server.api_key) as client:
        yield client


def test_an_image_comes_back(client: ZaiClient) -> None:
    answer = client.images.generations(**_ORDER, size="1728x960", quality="hd", user_id="somebody")
    assert isinstance(answer.created, int)
    (image,) = answer.data
    fetched = httpx.get(image.url, timeout=60, trust_env=False)
    assert (fetched.status_code, fetched.headers["content-type"]) == (200, "image/png")


@every_refusal()
def test_a_refusal_arrives_as_its_own_error(server: RunningServer, refused: RefusedOrder) -> None:
    headers = None if refused.fault is None else {"X-Fault": refused.fault}
    with client_of(server, refused.key or server.api_key) as client, pytest.raises(_ERRORS[refused.status]) as raised:
        client.images.generations(**{**_ORDER, **refused.fields}, extra_headers=headers)
    assert raised.type is _ERRORS[refused.status]
    assert raised.value.status_code == refused.status
    assert json.loads(raised.value.response.text)["code"] == refused.code


def test_a_path_that_the_page_does_not_name_arrives_as_its_own_error(server: RunningServer) -> None:
    with (
        ZaiClient(api_key=server.api_key, base_url=f"{server.url}/v1", max_retries=0) as client,
        pytest.raises(zai.core.APIStatusError) as raised,
    ):
        client.images.generations(**_ORDER)
    assert raised.value.status_code == 404


def test_a_method_that_the_page_does_not_name_arrives_as_its_own_error(client: ZaiClient) -> None:
    # Its images have no other method; what its own methods stand on has.
    with pytest.raises(zai.core.APIStatusError) as raised:
        client.get("/images/generations", cast_type=object)
    assert raised.value.status_code == 405
