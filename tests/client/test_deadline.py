"""A deadline bounds a whole call, retries and body included, whatever trickles meanwhile."""

from __future__ import annotations

import asyncio
import builtins
import gzip
import os
import re
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, repeat
from typing import Any

import httpx
import pytest

from tests.client import loopback
from tests.client.loopback import Connection, peer
from zai_image import AsyncZaiImage, RateLimitError, TimeoutError, ZaiImage, ZaiImageError, _http
from zai_image._deadline import Deadline

pytestmark = pytest.mark.slow

SOON = 1.5
EMPTY_BLOCK = b"\x00\x00\x00\xff\xff"
OK = b"HTTP/1.1 200 OK\r\n"
BODY = b"\r\n{" + b" " * 5


@pytest.fixture(autouse=True, scope="module")
def _certificates_are_read() -> None:
    """Reading them takes longer than a busy machine leaves of so short a time."""
    _http._trusted(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))


def trickling(begin: bytes, more: bytes) -> Callable[[Connection], None]:
    """Return a script that answers with the beginning, and then with more and more, never ending."""

    def script(connection: Connection) -> None:
        connection.read()
        for part in chain([begin], repeat(more)):
            connection.send(part)
            if connection.wait_for_end_within(0.02):
                return

    return script


TRICKLES = {
    "header fields": (OK, b"x-more: 1\r\n"),
    "parts of a header field": (OK + b"x-more: ", b"1"),
    "early hints": (b"", b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n"),
    "continuations": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "a body": (OK + b"content-length: 100000\r\n" + BODY, b" "),
    "a body that ends with the connection": (OK + BODY, b" "),
    "chunks": (OK + b"transfer-encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    "the size of a chunk": (OK + b"transfer-encoding: chunked\r\n\r\n", b"0"),
    "an extension of a chunk": (OK + b"transfer-encoding: chunked\r\n\r\n1;a=", b"b"),
    "trailing fields": (OK + b"transfer-encoding: chunked\r\n\r\n0\r\n", b"x-more: 1\r\n"),
    "empty deflate blocks": (OK + b"content-encoding: deflate\r\n\r\n" + zlib.compress(b"")[:2], EMPTY_BLOCK),
    "empty members of gzip": (OK + b"content-encoding: gzip\r\n\r\n", gzip.compress(b"")),
    "a refusal": (b"HTTP/1.1 400 No\r\ncontent-length: 100000\r\n" + BODY, b" "),
}


def generate(url: str, **options: Any) -> object:
    call = options.pop("call", {})
    with ZaiImage("a-key", base_url=url, **options) as zai:
        try:
            return zai.images.generate("kitten", **call)
        except ZaiImageError as error:
            return error


def generate_async(url: str, **options: Any) -> object:
    call = options.pop("call", {})

    async def run() -> object:
        async with AsyncZaiImage("a-key", base_url=url, **options) as zai:
            try:
                return await zai.images.generate("kitten", **call)
            except ZaiImageError as error:
                return error

    return asyncio.run(run())


def generate_given(url: str, **options: Any) -> object:
    with httpx.Client() as http_client:
        return generate(url, http_client=http_client, **options)


twins = pytest.mark.parametrize("outcome_of", [generate, generate_async, generate_given])


@twins
def test_whatever_trickles_the_call_is_over_with_the_deadline(outcome_of: Callable[..., object]) -> None:
    def outcome_under(trickle: str) -> object:
        with peer(trickling(*TRICKLES[trickle])) as server:
            outcome = outcome_of(server.url, deadline=SOON)
            assert server.ended.wait(loopback.PATIENCE)
        assert len(server.requests) == 1
        return outcome

    # All at once, since each takes as long as the deadline.
    with ThreadPoolExecutor(len(TRICKLES)) as threads:
        outcomes = dict(zip(TRICKLES, threads.map(outcome_under, TRICKLES), strict=True))
    # Its head says all that matters.
    assert getattr(outcomes.pop("a refusal"), "status", None) == 400
    for trickle, outcome in outcomes.items():
        assert isinstance(outcome, TimeoutError), trickle
        assert outcome.outcome_unknown, trickle
        assert f"within the deadline of {SOON} s" in str(outcome), trickle


@twins
def test_a_call_s_own_deadline_wins_over_the_client_s(outcome_of: Callable[..., object]) -> None:
    with peer(loopback.says_nothing) as server:
        outcome = outcome_of(server.url, deadline=None, call={"deadline": SOON})
    assert isinstance(outcome, TimeoutError)
    assert f"within the deadline of {SOON} s" in str(outcome)


@twins
def test_a_pause_that_the_deadline_does_not_leave_is_not_waited_for(
    outcome_of: Callable[..., object], pauses: list[float]
) -> None:
    slow = b"HTTP/1.1 429 Slow\r\nretry-after: 30\r\ncontent-length: 2\r\n\r\n{}"
    with peer(loopback.answers_with(slow)) as server:
        outcome = outcome_of(server.url, deadline=20)
        assert isinstance(outcome, RateLimitError)
        assert (outcome.retry_after, outcome.attempts, pauses) == (30, 1, [])
        assert isinstance(outcome_of(server.url, deadline=None), RateLimitError)
    assert pauses == [30, 30]


def test_a_second_call_on_the_same_connection_has_a_time_of_its_own() -> None:
    def script(connection: Connection) -> None:
        connection.read()
        connection.send(loopback.image_answer("https://images.example/1.png"))
        connection.read()
        for part in chain([OK], repeat(b"x-more: 1\r\n")):
            connection.send(part)
            if connection.wait_for_end_within(0.02):
                return

    with peer(script) as server, ZaiImage("a-key", base_url=server.url) as zai:
        zai.images.generate("kitten", deadline=loopback.PATIENCE)
        with pytest.raises(TimeoutError, match=re.escape(f"within the deadline of {SOON} s")):
            zai.images.generate("kitten", deadline=SOON)
    assert server.connections == 1


def test_a_deadline_shortens_time_outs_and_never_lengthens_them() -> None:
    assert Deadline(None).within(None) is None
    assert Deadline(None).within(7) == 7
    assert Deadline(1000).within(7) == 7
    left = Deadline(5).within(None)
    assert left is not None
    assert 0 < left <= 5
    with pytest.raises(builtins.TimeoutError, match="the deadline is over"):
        Deadline(0).within(7)
    assert (Deadline(0).is_over, Deadline(5).is_over, Deadline(None).is_over) == (True, False, False)
