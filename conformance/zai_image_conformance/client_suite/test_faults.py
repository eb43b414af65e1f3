"""Each fault of the embedded server, over real sockets, becomes the documented error after the documented attempts."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import pytest
from attrs import frozen

from zai_image import (
    APIError,
    AsyncImage,
    AsyncZaiImage,
    Image,
    RateLimitError,
    ZaiImage,
    ZaiImageError,
)
from zai_image_conformance.client_suite.expected import OF_A_REQUEST, OF_AN_IMAGE, Expected
from zai_image_conformance.requirements import catalogue
from zai_image_conformance.server import FAULTS, RunningServer, running
from zai_image_conformance.server.faults import Target
from zai_image_conformance.sizes import limits_for
from zai_image_conformance.strategies import MODELS
from zai_image_conformance.suite import size_cases

pytestmark = pytest.mark.score

# The least image that any model draws, since each is drawn in earnest.
_, MODEL, SIZE = min(
    (probe.sides.width * probe.sides.height, model, str(probe.sides))
    for model in MODELS
    for probe in size_cases.accepted(limits_for(model))
)
FIELDS: dict[str, Any] = {"prompt": "A kitten.", "model": MODEL, "size": SIZE}
HANGING = 30.0
"""Seconds after which a call that should have ended is taken to hang."""


@frozen
class Done:
    """The outcome of a request and its download."""

    image: Image | AsyncImage | None
    content: bytes | None
    error: ZaiImageError | None


Ask: TypeAlias = Callable[..., Done]
"""Requests an image and downloads it, or saves it in the file that is named: the server, the seconds to wait for the
response and the image, the file, more options."""


def by_client(
    server: RunningServer,
    timeout: float = 10.0,
    download_timeout: float = 10.0,
    target: Path | None = None,
    **options: Any,
) -> Done:
    """Ask with `ZaiImage`."""
    image = None
    with ZaiImage(server.api_key, base_url=server.url, timeout=download_timeout, **options) as zai:
        try:
            image = zai.images.generate(**FIELDS, timeout=timeout)
            return Done(image, image.save(target).read_bytes() if target else image.download(), None)
        except ZaiImageError as error:
            return Done(image, None, error)


def by_async_client(
    server: RunningServer,
    timeout: float = 10.0,
    download_timeout: float = 10.0,
    target: Path | None = None,
    **options: Any,
) -> Done:
    """Ask with `AsyncZaiImage`."""

    async def ask() -> Done:
        image = None
        async with AsyncZaiImage(server.api_key, base_url=server.url, timeout=download_timeout, **options) as zai:
            try:
                image = await zai.images.generate(**FIELDS, timeout=timeout)
                return Done(image, (await image.save(target)).read_bytes() if target else await image.download(), None)
            except ZaiImageError as error:
                return Done(image, None, error)

    return asyncio.run(ask())


EACH_CLIENT = pytest.mark.parametrize("ask", [by_client, by_async_client], ids=["ZaiImage", "AsyncZaiImage"])


@pytest.fixture(scope="module")
def only_server() -> Iterator[RunningServer]:
    """One server for all faults."""
    with running() as server:
        yield server


@pytest.fixture
def server(only_server: RunningServer) -> Iterator[RunningServer]:
    """The server, asked nothing yet, with nothing wrong."""
    only_server.reset()
    yield only_server
    only_server.reset()


def counted(server: RunningServer, method: str) -> int:
    """How many requests (POST) or downloads (GET) the server counted."""
    return sum(request.method == method for request in server.requests)


@contextmanager
def going_wrong(server: RunningServer, name: str, expected: Expected) -> Iterator[None]:
    """Switch a fault on, and make sure that what is asked meanwhile comes to an end."""
    begun = time.monotonic()
    with server.fault(f"{name}={expected.value}" if expected.value else name):
        yield
    assert time.monotonic() - begun < HANGING


def assert_came(done: Done, expected: Expected) -> None:
    """The outcome is the image, or the very error that is expected."""
    assert type(done.error) is (expected.error or type(None)), done.error
    assert (done.content is not None) == (expected.error is None)


def test_every_fault_of_the_server_has_its_expectation() -> None:
    for target, expected in ((Target.REQUEST, OF_A_REQUEST), (Target.IMAGE, OF_AN_IMAGE)):
        assert expected.keys() == {fault.name for fault in FAULTS.values() if fault.target is target}


@pytest.mark.parametrize("name", OF_A_REQUEST)
@EACH_CLIENT
@pytest.mark.parametrize("unknown", [False, True], ids=["by-default", "retry_unknown_outcome"])
def test_a_fault_of_a_request_becomes_the_documented_error_after_the_documented_orders(
    server: RunningServer, ask: Ask, name: str, unknown: bool
) -> None:
    expected = OF_A_REQUEST[name]
    with going_wrong(server, name, expected):
        done = ask(server, timeout=expected.patience, retry_unknown_outcome=unknown)
    assert_came(done, expected)
    assert counted(server, "POST") == expected.requests(unknown)
    if done.error is not None and done.image is None:
        assert done.error.attempts == expected.requests(unknown)
        assert getattr(done.error, "outcome_unknown", expected.outcome_unknown) == expected.outcome_unknown


@pytest.mark.parametrize("name", OF_AN_IMAGE)
@EACH_CLIENT
def test_a_fault_of_an_image_becomes_the_documented_error_and_costs_no_second_request(
    server: RunningServer, ask: Ask, name: str
) -> None:
    expected = OF_AN_IMAGE[name]
    with going_wrong(server, name, expected):
        done = ask(server, download_timeout=expected.patience)
    assert_came(done, expected)
    assert (counted(server, "POST"), counted(server, "GET")) == (1, expected.asked)


@pytest.mark.parametrize("name", OF_AN_IMAGE)
@EACH_CLIENT
def test_a_fault_of_an_image_leaves_the_old_file_or_the_whole_image_and_nothing_beside_it(
    server: RunningServer, ask: Ask, name: str, tmp_path: Path
) -> None:
    expected = OF_AN_IMAGE[name]
    target = tmp_path / "kitten.png"
    target.write_bytes(b"the old image")
    with going_wrong(server, name, expected):
        done = ask(server, download_timeout=expected.patience, target=target)
    assert_came(done, expected)
    assert target.read_bytes() == (done.content or b"the old image")
    assert list(tmp_path.iterdir()) == [target]


@EACH_CLIENT
def test_an_image_is_saved_as_it_is_downloaded(server: RunningServer, ask: Ask, tmp_path: Path) -> None:
    saved = ask(server, target=tmp_path / "kitten.png")
    assert saved.content == ask(server).content
    assert list(tmp_path.iterdir()) == [tmp_path / "kitten.png"]


@EACH_CLIENT
def test_a_connection_that_was_reset_behind_an_answer_is_not_asked_on_again(server: RunningServer, ask: Ask) -> None:
    with server.fault("connection-reset-after"):
        assert ask(server).error is None
    assert ask(server).error is None


@EACH_CLIENT
def test_over_a_rate_limit_the_client_waits_as_it_is_told_and_then_says_so(
    server: RunningServer, ask: Ask, pauses: list[float]
) -> None:
    with server.fault("rate-limit=1"):
        assert ask(server).error is None
        error = ask(server).error
    assert isinstance(error, RateLimitError)
    assert error.code == 1303
    assert counted(server, "POST") == 1 + 3
    assert pauses == [pytest.approx(60, abs=HANGING)] * 2


@EACH_CLIENT
def test_over_a_limit_of_orders_at_once_the_client_tries_again_and_then_says_so(
    server: RunningServer, ask: Ask
) -> None:
    with server.fault("concurrency-limit=1"), under_way(server):
        error = ask(server).error
    assert isinstance(error, RateLimitError)
    assert error.code == 1302
    assert counted(server, "POST") == 1 + 3


@contextmanager
def under_way(server: RunningServer) -> Iterator[None]:
    """Keep the server busy with a request that is answered late."""
    address = urlsplit(server.url)
    body = json.dumps(FIELDS).encode()
    head = (
        f"POST {address.path}/paas/v4/images/generations HTTP/1.1\r\nHost: {address.netloc}\r\n"
        f"Authorization: Bearer {server.api_key}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nX-Fault: latency=60\r\n\r\n"
    )
    with socket.create_connection((address.hostname, address.port)) as connection:
        connection.sendall(head.encode() + body)
        given_up = time.monotonic() + HANGING
        while not server.requests and time.monotonic() < given_up:
            time.sleep(0.001)
        yield


@EACH_CLIENT
@pytest.mark.parametrize(("seconds", "asked"), [(7, 3), (60, 3), (61, 1)])
def test_a_time_to_wait_is_kept_up_to_a_minute(
    server: RunningServer, ask: Ask, pauses: list[float], seconds: int, asked: int
) -> None:
    with server.fault(f"429-retry-after={seconds}"):
        error = ask(server).error
    assert isinstance(error, RateLimitError)
    assert error.retry_after == seconds
    assert pauses == [seconds] * (asked - 1)
    assert counted(server, "POST") == asked


@EACH_CLIENT
def test_the_vendors_other_form_of_an_error_is_read(server: RunningServer, ask: Ask) -> None:
    with server.fault("nested-error"), server.fault("code-1214"):
        error = ask(server).error
    assert isinstance(error, APIError)
    assert (error.status, error.code) == (400, 1214)


@pytest.mark.promise("FILTER-FORM")
@EACH_CLIENT
def test_what_the_content_filter_found_is_told(server: RunningServer, ask: Ask) -> None:
    with server.fault("content-flagged"):
        image = ask(server).image
    assert image is not None
    roles = catalogue()["FILTER-FORM"].values
    most_severe = catalogue()["FILTER-FORM"].numbers["mostSevere"]
    assert sorted((item.role, item.level) for item in image.content_filter) == sorted(
        (role, most_severe) for role in roles
    )


@EACH_CLIENT
@pytest.mark.parametrize("max_retries", [0, 1, 5])
def test_no_more_is_sent_again_than_the_caller_allows(server: RunningServer, ask: Ask, max_retries: int) -> None:
    with server.fault("429"):
        ask(server, max_retries=max_retries)
    assert counted(server, "POST") == 1 + max_retries


@EACH_CLIENT
def test_after_a_fault_that_passes_the_image_comes(server: RunningServer, ask: Ask) -> None:
    with server.fault("429", times=2):
        done = ask(server)
    assert done.content is not None
    assert counted(server, "POST") == 3
