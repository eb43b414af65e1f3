"""What the start page is made of, without a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from tests.conformance.wire import ask, fetch, good
from zai_image import sizes
from zai_image_conformance.server import RunningServer, running
from zai_image_conformance.server.requests import MODELS
from zai_image_conformance.server.start_page.drawing import decision, drawing
from zai_image_conformance.server.start_page.serving import on_this_machine

KEY = "a-key-for-tests"
SIDES = st.integers(min_value=1, max_value=4000)


@pytest.fixture(scope="module")
def shared() -> Iterator[RunningServer]:
    with running(api_key=KEY) as server:
        yield server


@pytest.fixture
def client(shared: RunningServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=shared.url.removesuffix("/api"), trust_env=False) as client:
        yield client


@given(model=st.sampled_from(MODELS), width=SIDES, height=SIDES)
def test_what_decides_is_what_the_checker_says(model: str, width: int, height: int) -> None:
    told = decision(model, f"{width}x{height}")
    violations = sizes.check(model, (width, height))
    assert told["valid"] is (not violations)
    assert told["pixels"] == width * height
    reasons = told["reasons"]
    assert isinstance(reasons, list)
    assert reasons
    if violations:
        assert [reason["message"] for reason in reasons] == [str(violation) for violation in violations]


@pytest.mark.parametrize("model", MODELS)
def test_the_curve_of_the_pixel_limit_ends_where_the_sides_do(model: str) -> None:
    rule = sizes.rule_for(model)
    points = [tuple(map(int, point.split(","))) for point in drawing(model, rule).curve.split()]
    binds = rule.max_side**2 > rule.max_pixels
    assert bool(points) is binds
    if points:
        edge = rule.max_pixels // rule.max_side
        assert (points[0], points[-1]) == ((edge, rule.max_side), (rule.max_side, edge))
    assert all(abs(width * height - rule.max_pixels) <= width + height for width, height in points)


@given(model=st.sampled_from(MODELS), width=st.integers(1, 60), height=st.integers(1, 60))
def test_a_ratio_is_the_size_that_the_client_sends_for_it(model: str, width: int, height: int) -> None:
    ratio = f"{width}:{height}"
    told = decision(model, ratio)
    if told["valid"]:
        assert told["size"] == str(sizes.for_aspect(model, ratio))
    else:
        with pytest.raises(sizes.OutOfReach) as refused:
            sizes.for_aspect(model, ratio)
        assert told["reasons"] == [{"message": str(refused.value), "sentence": ""}]


@pytest.mark.parametrize("text", ["", "1x", ":", "16:", "0:1", "x" * 10_000, "1:2:3", "\ud800"])
def test_what_is_neither_a_size_nor_a_ratio_is_invalid_for_a_reason(text: str) -> None:
    told = decision("glm-image", text)
    assert (told["size"], told["valid"]) == ("", False)
    assert told["reasons"]


@pytest.mark.parametrize("query", ["model=dall-e&size=1x1", "", "size=1x1"])
def test_nothing_decides_about_a_size_of_no_model(client: httpx.Client, query: str) -> None:
    assert client.get(f"/start/size?{query}").status_code == 400


def test_the_page_may_run_its_own_script_and_talk_to_its_own_server_alone(client: httpx.Client) -> None:
    answer = client.get("/")
    directives = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
    assert directives["default-src"] == "'none'"
    assert directives["connect-src"] == "'self'"
    assert directives["script-src"].startswith("'sha256-")
    assert re.findall(r"(?:src|href)=(?![\"']?data:)", answer.text) == []


def test_what_the_page_asks_for_itself_is_not_recorded(shared: RunningServer, client: httpx.Client) -> None:
    before = shared.requests
    for path in ("/", "/start/requests", "/start/size?model=glm-image&size=1024x1024"):
        assert client.get(path).status_code == 200
    assert shared.requests == before


HOSTILE = "</td><script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


def test_what_callers_send_is_shown_as_text(client: httpx.Client) -> None:
    client.post(f"/{HOSTILE}", content=HOSTILE)
    fields = {"model": HOSTILE, "prompt": "", "size": HOSTILE}
    client.post("/api/paas/v4/images/generations", json=fields, headers={"Authorization": f"Bearer {KEY}"})
    for path in ("/", "/start/requests"):
        text = client.get(path).text
        assert "&lt;/td&gt;" in text
        assert "<script>alert" not in text
        assert "<img" not in text


def test_neither_keys_nor_prompts_are_shown(client: httpx.Client) -> None:
    fields = {"model": "glm-image", "prompt": "Something private."}
    client.post("/api/paas/v4/images/generations", json=fields, headers={"Authorization": f"Bearer {KEY}"})
    # A key that got into the wrong place.
    client.post("/api/paas/v4/images/generations", json={**fields, "size": KEY, "model": KEY})
    client.get(f"/{KEY}")
    # Only the form has it, for whoever opens the page on this machine.
    assert client.get("/").text.count(KEY) == client.get("/").text.count(f'value="{KEY}"') == 1
    for text in (client.get("/start/requests").text, client.get("/", headers={"Host": "server.example"}).text):
        assert KEY not in text
        assert "Something private." not in text


HERE = ("127.0.0.1", "127.200.0.1", "::1")
ELSEWHERE = ("192.0.2.7", "0.0.0.0", "2001:db8::7", "a-socket", "")


def test_the_key_is_filled_in_only_where_both_ends_and_the_name_are_this_machine() -> None:
    def host(name: str) -> str:
        return f"[{name}]:8000" if ":" in name else f"{name}:8000"

    shown = {
        (client, server, name)
        for client, server, name in product([*HERE, *ELSEWHERE], repeat=3)
        if filled_in(client, server, {"host": host(name)})
    }
    assert shown == set(product(HERE, repeat=3))


@pytest.mark.parametrize(
    ("name", "there"),
    [("localhost", True), ("LOCALHOST", True), ("localhost.example", False), ("127.0.0.1.example", False)],
)
def test_a_name_is_this_machine_only_if_nobody_else_can_own_it(name: str, there: bool) -> None:
    assert filled_in("127.0.0.1", "127.0.0.1", {"host": name}) is there


@pytest.mark.parametrize("field", ["forwarded", "x-forwarded-for", "x-forwarded-host", "via"])
def test_the_key_is_not_filled_in_through_a_proxy_on_this_machine(field: str) -> None:
    assert not filled_in("127.0.0.1", "127.0.0.1", {"host": "127.0.0.1", field: "for=192.0.2.7"})


def filled_in(client_host: str, server_host: str, headers: dict[str, str]) -> bool:
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "scheme": "http",
        "query_string": b"",
        "client": (client_host, 1),
        "server": (server_host, 8000),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    return on_this_machine(Request(scope))


@pytest.mark.parametrize(
    ("fault", "verdict"),
    [
        ("", "an image was made"),
        ("content-flagged", "an image was made"),
        ("code-1113", "1113 the account is in arrears"),
        ("code-1113, nested-error", "1113 the account is in arrears"),
        *((fault, "nothing that the page documents") for fault in ("html-answer", "null-answer", "empty-answer")),
        *((fault, "nothing that the page documents") for fault in ("data-empty", "truncated-json", "502-html", "500")),
        ("connection-reset-before", "no answer, or not yet"),
    ],
)
def test_the_last_requests_are_shown_with_their_verdicts(server: RunningServer, fault: str, verdict: str) -> None:
    ask(server, *([fault] if fault else []))
    rows = httpx.get(f"{server.url.removesuffix('/api')}/start/requests", trust_env=False).text
    assert f"<td>{verdict}</td>" in rows


def test_a_fetch_and_a_long_refusal_have_a_verdict_too(server: RunningServer) -> None:
    (item,) = good(ask(server))["data"]
    fetch(item["url"])
    ask(server, model="\U0001f408" * 70, quality="\U0001f408" * 70, user_id="\U0001f408" * 200)
    rows = httpx.get(f"{server.url.removesuffix('/api')}/start/requests", trust_env=False).text
    assert "<td>fetched</td>" in rows
    assert "<td>1210 model &#39;" in rows


def test_the_beginning_of_a_long_key_is_not_shown_either() -> None:
    key = "".join(map(chr, range(ord("!"), ord("~")))).translate({ord(c): None for c in "<>&'\"\\"})
    with running(api_key=key) as server:
        ask(server, model=key)
        text = httpx.get(f"{server.url.removesuffix('/api')}/start/requests", trust_env=False).text
        assert key[:20] not in text
