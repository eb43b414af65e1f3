"""What the start page is made of, without a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conformance.wire import ask, fetch, good
from zai_image import sizes
from zai_image_conformance.server import RunningServer, running
from zai_image_conformance.server.requests import MODELS
from zai_image_conformance.server.start_page.drawing import decision, drawing

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
    told = decision(model, sizes.rule_for(model), sizes.Size(width, height))
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


@pytest.mark.parametrize("query", ["model=glm-image&size=1x", "model=dall-e&size=1x1", "", "size=1x1"])
def test_a_question_about_no_size_is_refused(client: httpx.Client, query: str) -> None:
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
    text = client.get("/").text
    assert KEY not in text
    assert "Something private." not in text


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
        text = httpx.get(server.url.removesuffix("/api"), trust_env=False).text
        assert key[:20] not in text
