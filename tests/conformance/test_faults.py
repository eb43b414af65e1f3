"""Each fault of the embedded server is on the wire what its sentence says, as a bare socket sees it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator

import pytest
from PIL import Image, UnidentifiedImageError

from scripts.regenerate import ROOT
from tests.conformance.wire import (
    Seen,
    answer,
    ask,
    connected,
    fetch,
    good,
    image_request,
    refused,
    request,
    wait_until,
)
from zai_image_conformance.server import FAULTS, RunningServer, running
from zai_image_conformance.server.app import IMAGES_PER_ANSWER
from zai_image_conformance.server.business_codes import BUSINESS_CODES
from zai_image_conformance.server.faults import Target, limits
from zai_image_conformance.server.faults.layers import MOST_SEVERE
from zai_image_conformance.server.recording import RecordedRequest

HOUR = 3600
MOMENT = 0.1
"""Seconds after which a test believes that nothing comes."""


@pytest.fixture(scope="module")
def shared() -> Iterator[RunningServer]:
    with running() as server:
        yield server


def last(server: RunningServer) -> RecordedRequest:
    return server.requests[-1]


ASKED: dict[str, Callable[[Seen], None]] = {}
"""By the fault: what a request sees of it."""
FETCHED: dict[str, Callable[[Seen, bytes], None]] = {}
"""By the fault: what a fetch of an image sees of it, beside the image as it should be."""
VALUES = {"429-retry-after": "429-retry-after=7", "slow-image": f"slow-image={HOUR}"}
"""The values that faults are asked for with."""


def of_request(name: str) -> Callable[[Callable[[Seen], None]], Callable[[Seen], None]]:
    def kept(check: Callable[[Seen], None]) -> Callable[[Seen], None]:
        ASKED[name] = check
        return check

    return kept


def of_image(name: str) -> Callable[[Callable[[Seen, bytes], None]], Callable[[Seen, bytes], None]]:
    def kept(check: Callable[[Seen, bytes], None]) -> Callable[[Seen, bytes], None]:
        FETCHED[name] = check
        return check

    return kept


@of_request("timeout")
def _nothing_comes(seen: Seen) -> None:
    assert (seen.status, seen.ending) == (0, "silent")


@of_request("connection-reset-before")
def _reset_at_once(seen: Seen) -> None:
    assert (seen.status, seen.ending) == (0, "reset")


@of_request("connection-close-before")
def _closed_at_once(seen: Seen) -> None:
    assert (seen.status, seen.ending) == (0, "closed")


@of_request("connection-reset-while")
def _reset_halfway(seen: Seen) -> None:
    assert (seen.status, seen.ending) == (200, "reset")
    assert 0 < len(seen.body) < int(seen.headers["content-length"])


@of_request("connection-close-while")
def _closed_halfway(seen: Seen) -> None:
    assert (seen.status, seen.ending) == (200, "closed")
    assert 0 < len(seen.body) < int(seen.headers["content-length"])


@of_request("truncated-json")
def _broken_off(seen: Seen) -> None:
    assert (seen.status, seen.ending) == (200, "whole")
    assert seen.body.startswith(b'{"created"')
    with pytest.raises(json.JSONDecodeError):
        json.loads(seen.body)


@of_request("malformed-json")
def _single_quotes(seen: Seen) -> None:
    assert (seen.status, seen.ending) == (200, "whole")
    assert seen.body.startswith(b"{'created'")
    assert seen.body.endswith(b"}")


@of_request("empty-answer")
def _empty(seen: Seen) -> None:
    assert (seen.status, seen.ending, seen.body) == (200, "whole", b"")


@of_request("html-answer")
def _page(seen: Seen) -> None:
    assert (seen.status, seen.ending, seen.headers["content-type"]) == (200, "whole", "text/html")


@of_request("array-answer")
def _array(seen: Seen) -> None:
    assert [set(item) for item in seen.document] == [{"created", "data", "content_filter"}]


@of_request("null-answer")
def _null(seen: Seen) -> None:
    assert (seen.status, seen.body) == (200, b"null")


@of_request("created-missing")
def _without_time(seen: Seen) -> None:
    assert set(good(seen)) == {"data", "content_filter"}


@of_request("created-text")
def _time_in_words(seen: Seen) -> None:
    assert isinstance(good(seen)["created"], str)


@of_request("data-missing")
def _without_data(seen: Seen) -> None:
    assert set(good(seen)) == {"created", "content_filter"}


@of_request("data-empty")
def _no_image(seen: Seen) -> None:
    assert good(seen)["data"] == []


@of_request("data-null")
def _data_of_nothing(seen: Seen) -> None:
    assert good(seen)["data"] is None


@of_request("data-object")
def _data_of_an_object(seen: Seen) -> None:
    assert isinstance(good(seen)["data"], dict)


@of_request("url-missing")
def _no_link(seen: Seen) -> None:
    assert good(seen)["data"] == [{}] * IMAGES_PER_ANSWER


@of_request("url-number")
def _number_as_link(seen: Seen) -> None:
    assert [type(item["url"]) for item in good(seen)["data"]] == [int] * IMAGES_PER_ANSWER


@of_request("url-relative")
def _half_a_link(seen: Seen) -> None:
    assert all(item["url"].startswith("/") for item in good(seen)["data"])


@of_request("content-flagged")
def _flagged(seen: Seen) -> None:
    document = good(seen)
    assert document["data"]
    assert {item["level"] for item in document["content_filter"]} == {MOST_SEVERE}


@of_request("content-filtered")
def _filtered(seen: Seen) -> None:
    refused(seen, 400, 1301)
    assert {item["level"] for item in seen.document["content_filter"]} == {MOST_SEVERE}


@of_request("429")
def _too_many(seen: Seen) -> None:
    refused(seen, 429, 1302)
    assert "retry-after" not in seen.headers


@of_request("429-retry-after")
def _too_many_for_now(seen: Seen) -> None:
    refused(seen, 429, 1302)
    assert seen.headers["retry-after"] == "7"


@of_request("500")
def _crashed(seen: Seen) -> None:
    assert (seen.status, seen.headers["content-type"]) == (500, "text/plain")


@of_request("502-html")
def _bad_gateway(seen: Seen) -> None:
    assert (seen.status, seen.headers["content-type"]) == (502, "text/html")
    assert b"<h1>502 Bad Gateway</h1>" in seen.body


@of_request("503-html")
def _unavailable(seen: Seen) -> None:
    assert (seen.status, seen.headers["content-type"]) == (503, "text/html")


for _code, (_status, _) in BUSINESS_CODES.items():
    ASKED[f"code-{_code}"] = lambda seen, status=_status, code=_code: refused(seen, status, code)  # type: ignore[misc]


@of_image("image-timeout")
def _no_image_comes(seen: Seen, image: bytes) -> None:
    assert (seen.status, seen.ending) == (0, "silent")


@of_image("image-reset")
def _reset_amid_the_image(seen: Seen, image: bytes) -> None:
    assert (seen.status, seen.ending) == (200, "reset")
    assert image.startswith(seen.body)
    assert len(seen.body) < len(image) == int(seen.headers["content-length"])


@of_image("image-close")
def _closed_amid_the_image(seen: Seen, image: bytes) -> None:
    assert (seen.status, seen.ending) == (200, "closed")
    assert (seen.body, len(image)) == (image[: len(image) // 2], int(seen.headers["content-length"]))


@of_image("slow-image")
def _bit_by_bit(seen: Seen, image: bytes) -> None:
    assert (seen.status, seen.ending) == (200, "silent")
    assert image.startswith(seen.body)
    assert 0 < len(seen.body) < len(image)


@of_image("truncated-image")
def _half_an_image(seen: Seen, image: bytes) -> None:
    assert (seen.status, seen.ending, seen.headers["content-type"]) == (200, "whole", "image/png")
    assert seen.body == image[: len(image) // 2]
    with pytest.raises((OSError, SyntaxError)):
        Image.open(io.BytesIO(seen.body)).load()


@of_image("expired-link")
def _expired(seen: Seen, image: bytes) -> None:
    assert (seen.status, seen.headers["content-type"]) == (403, "application/xml")
    assert b"Request has expired" in seen.body


@of_image("dead-link")
def _gone(seen: Seen, image: bytes) -> None:
    assert seen.status == 404


@of_image("image-503")
def _busy(seen: Seen, image: bytes) -> None:
    assert seen.status == 503


@of_image("image-html")
def _a_page(seen: Seen, image: bytes) -> None:
    assert (seen.status, seen.headers["content-type"]) == (200, "text/html")
    with pytest.raises(UnidentifiedImageError):
        Image.open(io.BytesIO(seen.body))


# Those that need more than one request, or a clock: each has a test of its own below.
APART = {"nested-error", "rate-limit", "concurrency-limit", "latency", "jitter", "connection-reset-after"}


def test_every_fault_has_its_test() -> None:
    assert ASKED.keys() | FETCHED.keys() | APART == FAULTS.keys()
    assert all(FAULTS[name].target is Target.REQUEST for name in ASKED.keys() | APART)
    assert all(FAULTS[name].target is Target.IMAGE for name in FETCHED)


def test_the_documented_table_is_that_of_the_code() -> None:
    document = (ROOT / "docs" / "server.md").read_text("utf-8")
    _, _, table = document.partition("| fault | acts on | what happens |\n|---|---|---|\n")
    rows = [f"| `{fault.form}` | {fault.target.value} | {fault.sentence} |" for fault in FAULTS.values()]
    assert table.partition("\n\n")[0].splitlines() == rows


@pytest.mark.parametrize("name", ASKED)
def test_an_order_meets_the_fault_that_it_asks_for(shared: RunningServer, name: str) -> None:
    patience = {"timeout": {"patience": MOMENT}}.get(name, {})
    ASKED[name](ask(shared, VALUES.get(name, name), **patience))


@pytest.mark.parametrize("name", FETCHED)
def test_a_fetch_meets_the_fault_that_its_order_asks_for(shared: RunningServer, name: str) -> None:
    silent = name in ("image-timeout", "slow-image")
    (item,) = good(ask(shared, VALUES.get(name, name)))["data"]
    plain = fetch(item["url"].partition("?")[0])
    assert (plain.status, plain.ending) == (200, "whole")
    FETCHED[name](fetch(item["url"], **({"patience": MOMENT} if silent else {})), plain.body)


def test_a_fetch_meets_the_fault_that_it_asks_for_itself(shared: RunningServer) -> None:
    (item,) = good(ask(shared))["data"]
    assert "?" not in item["url"]
    assert fetch(item["url"], "dead-link").status == 404
    assert fetch(item["url"], "code-1113").status == 200


def test_after_a_whole_answer_the_connection_can_be_reset(shared: RunningServer) -> None:
    with connected(shared.url) as connection:
        connection.sendall(image_request(shared, "connection-reset-after"))
        good(answer(connection))
        with pytest.raises(ConnectionResetError):
            connection.recv(1)


def test_a_refusal_can_have_the_vendors_other_form_whatever_refuses(shared: RunningServer) -> None:
    for seen, code in (
        (ask(shared, "nested-error", model="dall-e"), "1211"),
        (ask(shared, "code-1113, nested-error"), "1113"),
    ):
        assert set(seen.document) == {"error"}
        assert set(seen.document["error"]) == {"code", "message"}
        assert seen.document["error"]["code"] == code
    assert ask(shared, "nested-error", "502-html").headers["content-type"] == "text/html"
    good(ask(shared, "nested-error"))


def test_latency_and_jitter_delay_an_image_and_no_refusal(
    shared: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("random.uniform", lambda least, most: most)
    for name in ("latency", "jitter"):
        assert ask(shared, f"{name}={HOUR}", patience=MOMENT).ending == "silent"
        refused(ask(shared, f"{name}={HOUR}", model="dall-e"), 400, 1211)
        good(ask(shared, f"{name}=0.01"))


def test_over_the_rate_limit_orders_are_refused_until_the_minute_is_over(
    shared: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = 1000.0
    monkeypatch.setattr(limits, "now", lambda: clock)
    good(ask(shared, "rate-limit=2"))
    clock += 20.5
    good(ask(shared, "rate-limit=2"))
    seen = ask(shared, "rate-limit=2")
    refused(seen, 429, 1303)
    assert seen.headers["retry-after"] == "40"
    clock += 39.5
    good(ask(shared, "rate-limit=2"))
    assert ask(shared, "rate-limit=2").headers["retry-after"] == "21"


def test_over_the_concurrency_limit_orders_are_refused_until_one_is_answered(shared: RunningServer) -> None:
    with connected(shared.url) as connection:
        before = len(shared.requests)
        connection.sendall(image_request(shared, "concurrency-limit=1", f"latency={HOUR}"))
        wait_until(lambda: len(shared.requests) > before)
        refused(ask(shared, "concurrency-limit=1"), 429, 1302)
    # The client has gone, and makes room once the server has noticed.
    wait_until(lambda: ask(shared, "concurrency-limit=1").status != 429)
    good(ask(shared, "concurrency-limit=1"))


def test_a_request_without_an_answer_is_recorded_all_the_same(shared: RunningServer) -> None:
    for name, status in (("connection-reset-before", None), ("timeout", None), ("connection-reset-while", 200)):
        ask(shared, name, patience=MOMENT)
        assert (last(shared).headers["x-fault"], last(shared).status) == (name, status)
        assert b"kitten" in last(shared).body


def test_an_image_can_be_slow_and_then_break_off(shared: RunningServer) -> None:
    (item,) = good(ask(shared))["data"]
    assert fetch(item["url"], f"slow-image={HOUR}", "image-reset", patience=MOMENT).ending == "silent"
    seen = fetch(item["url"], "slow-image=0.02", "image-reset")
    assert (seen.status, seen.ending) == (200, "reset")
    assert len(seen.body) == int(seen.headers["content-length"]) // 2


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("POST", 405)])
def test_only_the_get_of_an_image_is_a_fetch(server: RunningServer, method: str, status: int) -> None:
    (item,) = good(ask(server))["data"]
    with server.fault("dead-link", times=1), connected(server.url) as connection:
        connection.sendall(request(method, item["url"], {}))
        assert connection.recv(12) == f"HTTP/1.1 {status}".encode()
        assert fetch(item["url"]).status == 404


def test_a_client_that_leaves_amid_its_order_under_a_fault_is_let_go(server: RunningServer) -> None:
    with server.fault("nested-error"), connected(server.url) as connection:
        connection.sendall(image_request(server)[:-5])
    wait_until(lambda: len(server.requests) == 1)
    assert (last(server).status, last(server).answer) == (None, "")
    good(ask(server))
