"""Whatever comes back is the promised image or an error of this package."""

from __future__ import annotations

import asyncio
import json
import pickle
import zlib
from collections.abc import Callable
from itertools import repeat
from typing import Any

import httpx
import pytest
import respx
from hypothesis import given
from hypothesis import strategies as st

import zai_image
from tests.client.streamed import Streamed
from zai_image import AsyncZaiImage, Image, ZaiImage, ZaiImageError
from zai_image_api.document import SERVER_URL
from zai_image_api.wire import LARGEST_BODY

ENDPOINT = f"{SERVER_URL}/paas/v4/images/generations"
KEY = "sk-very-secret"
ANSWER: dict[str, Any] = {"created": 1760335349, "data": [{"url": "https://images.example/1.png"}]}


def server_that(answers: httpx.Response | Exception) -> respx.Router:
    router = respx.Router()
    if isinstance(answers, Exception):
        router.post(ENDPOINT).mock(side_effect=answers)
    else:
        router.post(ENDPOINT).mock(return_value=answers)
    return router


def ask(answers: httpx.Response | Exception) -> Image | ZaiImageError:
    """Ask a server that answers so for an image; return it or the error."""
    transport = httpx.MockTransport(server_that(answers).handler)
    with ZaiImage(KEY, transport=transport) as zai:
        try:
            return zai.images.generate("kitten")
        except ZaiImageError as error:
            return error


def ask_async(answers: httpx.Response | Exception) -> zai_image.AsyncImage | ZaiImageError:
    """Do the same asynchronously."""

    async def generate() -> zai_image.AsyncImage | ZaiImageError:
        transport = httpx.MockTransport(server_that(answers).async_handler)
        async with AsyncZaiImage(KEY, transport=transport) as zai:
            try:
                return await zai.images.generate("kitten")
            except ZaiImageError as error:
                return error

    return asyncio.run(generate())


# What the test vectors cannot say, being text in JSON, or do not, since it is no answer to a POST.
OTHERS: dict[str, tuple[int, bytes]] = {
    "not UTF-8": (200, b'{"created": 1, "data": [{"url": "\xff\xfe"}]}'),
    "UTF-16 cut in half": (200, '{"created": 1}'.encode("utf-16")[:-1]),
    "nested too deeply for Python": (400, b"[" * 100_000 + b"]" * 100_000),
    "a redirect": (302, b""),
    "no content": (204, b""),
    "not modified": (304, b""),
    "a status beyond all": (599, b"{}"),
}


@pytest.mark.parametrize("asking", [ask, ask_async])
@pytest.mark.parametrize("name", OTHERS)
def test_a_malformed_answer_becomes_a_documented_error(asking: Callable[[httpx.Response], object], name: str) -> None:
    status, content = OTHERS[name]
    outcome = asking(httpx.Response(status, content=content))
    expected = zai_image.InvalidResponseError if status < 400 else zai_image.APIError
    assert isinstance(outcome, expected), outcome
    assert outcome.status == status
    assert outcome.body == httpx.Response(status, content=content).content.decode(errors="replace")
    assert "\n" not in str(outcome)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)
NEAR_ANSWERS = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("created", "data", "content_filter", "code", "message", "error"), JSON_VALUES)
)


@given(
    status=st.integers(100, 599).filter(lambda status: status != 101),
    content=st.binary(max_size=200) | NEAR_ANSWERS.map(lambda value: json.dumps(value).encode()),
    headers=st.dictionaries(
        st.sampled_from(["retry-after", "content-type", "content-encoding", "location"]),
        st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30),
    ),
)
def test_no_answer_escapes_as_anything_else(status: int, content: bytes, headers: dict[str, str]) -> None:
    # A stream, so that httpx decodes the body when it reads it, as it does from a socket.
    for asking, stream in ((ask, httpx.ByteStream(content)), (ask_async, httpx.ByteStream(content))):
        outcome = asking(httpx.Response(status, headers=headers, stream=stream))
        assert isinstance(outcome, Image | zai_image.AsyncImage | ZaiImageError)


@pytest.mark.parametrize("asking", [ask, ask_async])
@pytest.mark.parametrize(
    "location",
    [
        "http://xn--a.invalid/",
        "http://a..b/",
        f"http://{'a' * 64}/",
        "http://\u2100/",
        "http://[::1",
        "http://h:x",
        ":https://[\\@",
        "B::%B",
    ],
)
@pytest.mark.parametrize("status", [302, 307, 308])
def test_a_redirect_to_where_nobody_can_be_is_a_documented_error(
    asking: Callable[[httpx.Response], object], status: int, location: str
) -> None:
    outcome = asking(httpx.Response(status, headers=[(b"location", location.encode())]))
    assert isinstance(outcome, zai_image.InvalidResponseError | zai_image.ConnectionError)
    assert getattr(outcome, "outcome_unknown", True)


LOCATIONS = st.lists(
    st.sampled_from([*"abAB019.:/@?#[]%\\ -_~\u00e9\u0660\u200d\u00df\u0130\u3002\t", "xn--", "::", "http://", "//"]),
    max_size=8,
)


@given(LOCATIONS.map("".join))
def test_no_redirect_escapes_as_anything_else(location: str) -> None:
    outcome = ask(httpx.Response(302, headers=[(b"location", location.encode())]))
    assert isinstance(outcome, ZaiImageError)


MEBIBYTE = b" " * 2**20


@pytest.mark.slow
@pytest.mark.parametrize("asking", [ask, ask_async])
@pytest.mark.parametrize(("status", "kind"), [(200, zai_image.InvalidResponseError), (500, zai_image.ServerError)])
def test_an_answer_without_end_is_not_read_to_its_end_and_its_connection_is_let_go(
    asking: Callable[[httpx.Response], object], status: int, kind: type[ZaiImageError]
) -> None:
    body = Streamed(repeat(MEBIBYTE))
    outcome = asking(httpx.Response(status, stream=body))
    assert type(outcome) is kind
    assert (body.taken, body.closed) == (LARGEST_BODY // len(MEBIBYTE) + 1, True)
    if status == 200:
        assert str(outcome).endswith(f"its body is longer than {LARGEST_BODY} bytes")


@pytest.mark.slow
@pytest.mark.parametrize("asking", [ask, ask_async])
def test_an_answer_that_compression_made_small_is_as_long_as_it_was(asking: Callable[[httpx.Response], object]) -> None:
    bomb = zlib.compress(MEBIBYTE * 40)
    chunks = [bomb[start : start + 1024] for start in range(0, len(bomb), 1024)]
    body = Streamed(chunks)
    outcome = asking(httpx.Response(200, headers={"content-encoding": "deflate"}, stream=body))
    assert isinstance(outcome, zai_image.InvalidResponseError)
    assert body.taken < len(chunks)


@pytest.mark.parametrize("asking", [ask, ask_async])
@pytest.mark.parametrize("longer", [0, 1])
def test_the_longest_answer_is_read_and_no_longer_one(asking: Callable[[httpx.Response], object], longer: int) -> None:
    answer = json.dumps(ANSWER).encode()
    outcome = asking(httpx.Response(200, content=answer.rjust(LARGEST_BODY + longer)))
    assert isinstance(outcome, zai_image.InvalidResponseError if longer else Image | zai_image.AsyncImage)


REQUEST = httpx.Request("POST", ENDPOINT)


@pytest.mark.parametrize(
    ("raised", "kind", "unknown"),
    [
        # This transport tells nothing but what it raises, which is no fact of what was sent.
        (httpx.ConnectError("refused", request=REQUEST), zai_image.ConnectionError, True),
        (httpx.ConnectTimeout("slow", request=REQUEST), zai_image.TimeoutError, True),
        (httpx.PoolTimeout("busy", request=REQUEST), zai_image.TimeoutError, True),
        (httpx.ReadTimeout("slow", request=REQUEST), zai_image.TimeoutError, True),
        (httpx.WriteTimeout("slow", request=REQUEST), zai_image.TimeoutError, True),
        (httpx.ReadError("reset", request=REQUEST), zai_image.ConnectionError, True),
        (httpx.WriteError("reset", request=REQUEST), zai_image.ConnectionError, True),
        (httpx.RemoteProtocolError("closed", request=REQUEST), zai_image.ConnectionError, True),
    ],
)
@pytest.mark.parametrize("asking", [ask, ask_async])
def test_no_answer_at_all_tells_whether_it_may_have_been_charged(
    asking: Callable[[Exception], object], raised: Exception, kind: type[ZaiImageError], unknown: bool
) -> None:
    outcome = asking(raised)
    assert isinstance(outcome, zai_image.ConnectionError | zai_image.TimeoutError)
    assert type(outcome) is kind
    assert outcome.outcome_unknown is unknown
    assert ("is not known" in str(outcome)) is unknown


def test_what_the_page_does_not_name_is_kept() -> None:
    answer = {**ANSWER, "request_id": "r-1", "content_filter": [{"role": "system", "level": 9, "why": "x"}]}
    image = ask(httpx.Response(200, json=answer))
    assert isinstance(image, Image)
    assert image.answer.to_dict() == answer
    assert image.content_filter[0].role == "system"
    assert image.answer.additional_properties == {"request_id": "r-1"}


def test_an_optional_null_does_not_cost_the_image() -> None:
    image = ask(httpx.Response(200, json={**ANSWER, "content_filter": None}))
    assert isinstance(image, Image)
    assert list(image.content_filter) == []


@pytest.mark.parametrize(
    "error",
    [
        zai_image.InvalidRequestError(["size is wrong"], nearest=zai_image.Size(1024, 1024)),
        zai_image.RateLimitError(429, 1302, "slow down", body="{}", retry_after=7.0),
        zai_image.InvalidResponseError("no JSON", status=200, body="<html>"),
        zai_image.TimeoutError("slow", outcome_unknown=True),
        zai_image.DownloadError("gone", url="https://images.example/1.png", transient=True),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_crosses_process_boundaries_whole(error: ZaiImageError) -> None:
    error.request, error.attempts = "POST https://a.example", 2
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert (str(again), again.args, vars(again)) == (str(error), error.args, vars(error))
