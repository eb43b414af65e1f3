"""Faults are switched on and off, counted, combined, and refused where there is no such fault."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conformance.wire import answer, ask, connected, fetch, good, refused, request
from zai_image_conformance.server import RunningServer, running


@pytest.fixture(scope="module")
def shared() -> Iterator[RunningServer]:
    with running() as server:
        yield server


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("latncy=1", "there is no fault 'latncy'; did you mean latency=SECONDS? "),
        (
            "nothing of the kind at all",
            "there is no fault 'nothing of the kind at all'; `zai-image serve --list-faults`",
        ),
        ("latency", "the fault latency needs a number of seconds, as in latency=SECONDS"),
        ("latency=soon", "the fault latency needs a number of seconds"),
        ("latency=-1", "the fault latency needs a number of seconds"),
        ("latency=nan", "the fault latency needs a number of seconds"),
        ("latency=inf", "the fault latency needs a number of seconds"),
        ("rate-limit=0", "the fault rate-limit needs a whole number from 1 on"),
        ("rate-limit=1.5", "the fault rate-limit needs a whole number from 1 on"),
        ("500=1", "the fault 500 takes no value"),
        ("x" * 5000, "there is no fault 'xxx"),
    ],
)
def test_an_unknown_fault_is_refused_with_one_clear_line(shared: RunningServer, wrong: str, message: str) -> None:
    seen = ask(shared, "code-1113", wrong)
    refused(seen, 400, 1210)
    assert seen.document["message"].startswith(message)
    assert len(seen.document["message"]) < 300
    with pytest.raises(ValueError, match="fault"):
        shared.fault(wrong)
    (item,) = good(ask(shared))["data"]
    refused(fetch(item["url"], wrong), 400, 1210)


def test_a_fault_acts_on_as_many_requests_as_it_is_told(server: RunningServer) -> None:
    server.fault("code-1113", times=2)
    server.fault("dead-link", times=1)
    assert [ask(server).status for _ in range(3)] == [429, 429, 200]
    (item,) = good(ask(server))["data"]
    assert [fetch(item["url"]).status for _ in range(2)] == [404, 200]


def test_a_fault_ends_with_its_context_or_when_it_is_switched_off(server: RunningServer) -> None:
    with server.fault("code-1113") as fault:
        assert [ask(server).status for _ in range(2)] == [429, 429]
    assert ask(server).status == 200
    fault.off()
    for_good = server.fault("500")
    assert ask(server).status == 500
    for_good.off()
    assert ask(server).status == 200


def test_a_server_can_have_faults_from_the_start_and_be_reset() -> None:
    with running(faults=["rate-limit=1", "code-1301"]) as server:
        assert [ask(server).status for _ in range(2)] == [400, 429]
        server.reset()
        assert (server.requests, ask(server).status) == ((), 200)
        server.fault("rate-limit=1")
        assert [ask(server).status for _ in range(2)] == [200, 429]


def test_several_faults_work_together_whatever_their_order(shared: RunningServer) -> None:
    for faults in (("data-empty", "connection-reset-while"), ("connection-reset-while", "data-empty")):
        seen = ask(shared, *faults)
        assert (seen.status, seen.ending) == (200, "reset")
        assert b'"data": [' in seen.body


def test_faults_leave_everything_but_orders_and_images_alone(server: RunningServer) -> None:
    origin = server.url.removesuffix("/api")
    with server.fault("500"), server.fault("image-503"), connected(server.url) as connection:
        connection.sendall(request("GET", f"{origin}/", {}))
        assert answer(connection).status == 200
        connection.sendall(request("GET", f"{origin}/api", {"X-Fault": "no-such-fault"}))
        assert answer(connection).status == 404


def test_values_that_callers_make_up_do_not_fill_the_memory(shared: RunningServer) -> None:
    for number in range(1, 400):
        ask(shared, f"rate-limit={number}", "code-1113")
    assert shared._faults._counting.cache_info().currsize <= 256


def test_no_caller_resets_what_a_limit_has_counted(server: RunningServer) -> None:
    server.fault("rate-limit=1")
    (item,) = good(ask(server))["data"]
    for number in range(1000, 1300):
        assert fetch(item["url"], f"slow-image=0.000{number}", "dead-link").status == 404
    refused(ask(server), 429, 1303)


def test_the_same_limit_twice_is_the_same_limit(server: RunningServer) -> None:
    server.fault("concurrency-limit=1")
    server.fault("concurrency-limit=1")
    server.fault("rate-limit=2")
    for _ in range(2):
        good(ask(server, "concurrency-limit=1", "concurrency-limit=1", "rate-limit=2", "rate-limit=2"))
    refused(ask(server), 429, 1303)


def test_a_limit_that_is_switched_on_again_counts_anew(server: RunningServer) -> None:
    for _ in range(2):
        with server.fault("rate-limit=1"):
            assert [ask(server).status for _ in range(2)] == [200, 429]


@pytest.mark.parametrize(("many", "status"), [(50, 429), (51, 400)])
def test_one_request_may_ask_for_fifty_faults(shared: RunningServer, many: int, status: int) -> None:
    seen = ask(shared, *["nested-error"] * (many - 1), "code-1113")
    assert seen.status == status
    if status == 400:
        assert seen.document["message"] == "51 faults are asked for; one request may ask for 50 at most"


@pytest.mark.parametrize(("asked", "told"), [("1000000", "1000000"), ("0.5", "0.5"), ("2592000", "2592000")])
def test_a_time_to_wait_is_told_in_all_its_digits(shared: RunningServer, asked: str, told: str) -> None:
    assert ask(shared, f"429-retry-after={asked}").headers["retry-after"] == told


def test_a_link_carries_a_value_in_all_its_digits(shared: RunningServer) -> None:
    (item,) = good(ask(shared, "slow-image=1234567.5"))["data"]
    assert item["url"].endswith("?x-fault=slow-image%3D1234567.5")
