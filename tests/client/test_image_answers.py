"""An answer with a usable image is an image, whatever else in it is odd; one without it loses nothing of what came."""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.client.loopback import peer, replies
from tests.client.test_formats import IMAGES
from zai_image import (
    AsyncZaiImage,
    ContentBlockedError,
    DownloadError,
    Image,
    InvalidResponseError,
    ZaiImage,
    ZaiImageError,
)
from zai_image._answers import answer_read
from zai_image._image_answers import ImageAnswer
from zai_image._redact import Key
from zai_image_api.operations import IMAGES_GENERATE
from zai_image_api.promises import LINK_LIFE

LINK = "https://images.example/1.png?Expires=60&Signature=abc%2Fdef"
CREATED = 1760335349
RIGHT: dict[str, Any] = {"created": CREATED, "data": [{"url": LINK}]}
PNG = IMAGES["PNG"]
BASE64 = b64encode(PNG).decode()


def outcome(body: object, status: int) -> object:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return answer_read(IMAGES_GENERATE, status, {}, content, Key("a-key"))


def read(body: object, status: int = 200) -> ImageAnswer:
    answer = outcome(body, status)
    assert isinstance(answer, ImageAnswer)
    return answer


def refused(body: object, status: int = 200) -> ZaiImageError:
    error = outcome(body, status)
    assert isinstance(error, ZaiImageError)
    return error


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)
BESIDE = st.dictionaries(
    st.sampled_from(["created", "content_filter", "code", "message", "error", "id", "usage"]) | st.text(max_size=9),
    ANY_JSON,
    max_size=4,
).filter(lambda beside: "data" not in beside)
NO_LINK = ANY_JSON.filter(lambda item: not isinstance(item, dict))


@given(BESIDE, st.integers(200, 299), st.lists(NO_LINK, max_size=2), st.lists(ANY_JSON, max_size=2))
def test_an_answer_with_a_link_is_an_image_whatever_stands_beside_it(
    beside: dict[str, Any], status: int, before: list[Any], after: list[Any]
) -> None:
    body = {**beside, "data": [*before, {"url": LINK}, *after]}
    answer = read(body, status)
    assert (answer.url, answer.content) == (LINK, None)
    # A documented property that is null counts as left out.
    kept = {
        name: value for name, value in body.items() if value is not None or name not in ("created", "content_filter")
    }
    assert json.dumps(answer.answer.to_dict(), sort_keys=True) == json.dumps(kept, sort_keys=True)


@given(ANY_JSON | st.integers(-(10**20), 10**20))
def test_a_time_is_a_whole_number_of_seconds_of_this_calendar_or_none(created: Any) -> None:
    answer = read({**RIGHT, "created": created})
    if answer.created is None:
        assert answer.expires is None
    else:
        assert answer.created.timestamp() == created >= 0
        assert type(created) is not bool
        assert answer.expires == answer.created + LINK_LIFE


@pytest.mark.parametrize(
    "created",
    [
        *(None, "1760335349", "", True, [], {}, 1760335349.5, 1760335349123, -1, 253402300799, 10**30, 1e300),
        *(float("nan"), float("inf"), float("-inf")),
    ],
)
def test_no_usable_time_costs_no_image(created: Any) -> None:
    for body in ({**RIGHT, "created": created}, {"data": RIGHT["data"]}):
        answer = read(body)
        assert (answer.url, answer.created, answer.expires) == (LINK, None, None)


def test_a_time_may_be_written_with_a_fraction_of_nothing() -> None:
    assert read({**RIGHT, "created": 1760335349.0}).created == datetime.fromtimestamp(CREATED, UTC)


@pytest.mark.parametrize(
    "content",
    [
        b'{"created": %s, "data": [{"url": "https://a.example"}]}' % (b"9" * 5000),
        b'{"note": "caf\xe9", "data": [{"url": "https://a.example"}]}',
        b'{"note": NaN, "data": [{"url": "https://a.example"}]}',
        '{"data": [{"url": "https://a.example"}]}'.encode("utf-16"),
        '{"data": [{"url": "https://a.example"}]}'.encode("utf-8-sig"),
    ],
)
def test_what_is_no_right_json_beside_the_image_costs_no_image(content: bytes) -> None:
    assert read(content).url == "https://a.example"


@pytest.mark.parametrize(
    ("data", "link"),
    [
        ([{"url": "1.png"}, {"url": LINK}], LINK),
        ([{"url": "1.png"}, {"url": "2.png"}], "1.png"),
        ([{"url": ""}], ""),
        ([{"url": f" {LINK}\n"}], f" {LINK}\n"),
        ([{"url": LINK, "b64_json": 7}], LINK),
    ],
)
def test_the_first_usable_link_counts_wherever_it_stands(data: Any, link: str) -> None:
    assert (read({"data": data}).url, read({"data": data}).content) == (link, None)


FOLDED = "\n".join(BASE64[start : start + 76] for start in range(0, len(BASE64), 76))
INLINE: dict[str, dict[str, Any]] = {
    "base64": {"b64_json": BASE64},
    "base64 in lines": {"b64_json": FOLDED},
    "base64 without padding": {"b64_json": BASE64.rstrip("=")},
    "base64 for addresses": {"b64_json": urlsafe_b64encode(PNG).decode()},
    "base64 beside null": {"url": None, "b64_json": BASE64},
    "base64 beside nothing": {"url": "", "b64_json": BASE64},
    "base64 beside a link to nowhere": {"url": "1.png", "b64_json": BASE64},
    "base64 as a data link": {"b64_json": f"data:image/png;base64,{BASE64}"},
    "a data link": {"url": f"data:image/png;base64,{BASE64}"},
    "a data link in capitals": {"url": f"DATA:image/png;name=kitten;BASE64,{BASE64}"},
    "a data link without a type": {"url": f"data:;base64,{BASE64}"},
    "a data link with escapes": {"url": f"data:image/png;base64,{quote(BASE64, safe='')}"},
    "a data link without base64": {"url": f"data:image/png,{quote(PNG)}"},
}


@pytest.mark.parametrize("item", INLINE.values(), ids=INLINE)
def test_an_image_in_the_answer_downloads_without_a_request(item: dict[str, Any], tmp_path: Any) -> None:
    body = json.dumps({"created": CREATED, "data": [{}, item, {"url": LINK}]}).encode()

    async def asynchronous(url: str) -> tuple[Any, ...]:
        async with AsyncZaiImage("a-key", base_url=url) as zai:
            image = await zai.images.generate("kitten")
            return image.url, await image.download(), await image.save(tmp_path / "async")

    with peer(replies(body)) as server:
        with ZaiImage("a-key", base_url=server.url) as zai:
            image = zai.images.generate("kitten")
            told = image.url, image.download(), image.save(tmp_path / "sync")
        for url, content, path in (told, asyncio.run(asynchronous(server.url))):
            assert url.lower().startswith("data:") or url == item.get("url")
            assert content == path.read_bytes() == PNG
            assert path.suffix == ".png"
    assert [head.split()[0] for head in server.requests] == [b"POST", b"POST"]


def test_an_image_in_the_answer_is_taken_from_there_and_keeps_its_link() -> None:
    answer = read({"data": [{"url": LINK, "b64_json": BASE64}]})
    assert (answer.url, answer.content) == (LINK, PNG)


@pytest.mark.parametrize("filter_", [*([], {}, "none", 7), [None], ["x"], [{"role": 7, "level": "high"}]])
def test_a_content_filter_of_any_shape_costs_no_image_and_is_kept(filter_: Any) -> None:
    answer = read({**RIGHT, "content_filter": filter_})
    assert list(answer.content_filter) == []
    assert answer.answer.to_dict()["content_filter"] == filter_


def test_findings_that_can_be_read_are_told_beside_others() -> None:
    answer = read({**RIGHT, "content_filter": [None, {"role": "user", "level": 1}, "x"]})
    assert [(item.role, item.level) for item in answer.content_filter] == [("user", 1)]


@pytest.mark.parametrize("data", [{"data": []}, {"data": None}, {}])
@pytest.mark.parametrize("status", [200, 201, 400])
def test_findings_in_place_of_an_image_are_a_blocked_image(data: dict[str, Any], status: int) -> None:
    error = refused({"created": CREATED, **data, "content_filter": [{"role": "assistant", "level": 0}]}, status)
    assert type(error) is ContentBlockedError
    assert [(item.role, item.level) for item in error.content_filter] == [("assistant", 0)]
    assert (error.status, error.code) == (status, None)


def test_findings_beside_a_code_are_told_with_it() -> None:
    body = {"error": {"code": "1301", "message": "unsafe"}, "content_filter": [{"role": "user", "level": 1}]}
    error = refused(body, 400)
    assert isinstance(error, ContentBlockedError)
    assert (error.code, error.message, [item.level for item in error.content_filter]) == (1301, "unsafe", [1])


NO_IMAGE: list[Any] = [
    *({}, {"data": []}, {"data": None}, {"data": [{}]}, {"data": [{"url": None}]}, {"data": [{"url": 7}]}, []),
    *({"data": [{"b64_json": ""}]}, {"data": [{"b64_json": "no base64!"}]}, {"data": [{"b64_json": 7}]}),
    *(
        {"data": {"url": LINK}},
        {"data": [LINK]},
        {"data": LINK},
        {"images": [BASE64]},
        {"data": [], "content_filter": []},
        {"data": [{}], "content_filter": [{"level": 3}]},
    ),
]


@pytest.mark.parametrize("body", NO_IMAGE)
def test_an_answer_without_a_usable_image_is_kept_whole(body: Any) -> None:
    body = body if isinstance(body, list) else {**body, "made": "x" * 100_000}
    error = refused(body)
    assert isinstance(error, InvalidResponseError)
    assert json.loads(error.body) == body


@given(st.sampled_from([100, 199, 300, 302, 304, 399, 400, 404, 500, 599]))
def test_only_a_success_holds_an_image(status: int) -> None:
    assert LINK in getattr(refused(RIGHT, status), "body", "")


def test_the_representation_of_an_image_holds_no_control_characters() -> None:
    body = json.dumps({"data": [{"url": "https://a.example/\x1b[31m\r\n\u202e.png"}]}).encode()
    with peer(replies(body)) as server, ZaiImage("a-key", base_url=server.url) as zai:
        shown = repr(zai.images.generate("kitten"))
    assert shown.isprintable()
    assert shown.startswith("<Image https://a.example/")


def test_an_image_of_an_earlier_answer_may_have_no_time() -> None:
    with ZaiImage("a-key") as zai:
        image: Image = zai.image_at(LINK)
        assert (image.url, image.created, image.expires) == (LINK, None, None)
        now = datetime.now(UTC)
        assert zai.image_at(LINK, created=now).expires == now + timedelta(days=30)


def test_an_image_without_a_link_gets_one_that_names_its_type() -> None:
    answer = read({"data": [{"b64_json": b64encode(IMAGES["JPEG"]).decode()}]})
    assert answer.url == f"data:image/jpeg;base64,{b64encode(IMAGES['JPEG']).decode()}"


KEY = "sk-0123456789abcdefghij"


@pytest.mark.parametrize("before", range(960, 1001, 5))
def test_no_part_of_the_key_is_shown_at_a_cut(before: int) -> None:
    with ZaiImage(KEY) as zai:
        for link in (
            f"https://a.example/{'x' * before}?key={KEY}",
            f"data:image/png;note={'x' * (before - 900)}{KEY};base64,{BASE64}",
        ):
            assert KEY[:6] not in repr(zai.image_at(link))


def test_an_error_shows_no_image_that_the_answer_holds() -> None:
    with (
        ZaiImage(KEY) as zai,
        pytest.raises(DownloadError, match=r"^the image at data:image/png;base64,\.\.\. ") as failed,
    ):
        zai.image_at(f"data:image/png;base64,{BASE64[:-40]}").download()
    assert (failed.value.url, failed.value.transient) == ("data:image/png;base64,...", False)


@given(st.lists(st.sampled_from(["null", "[]", "[{}]", '""', "7"]), max_size=2), st.sampled_from(["null", '""', "0"]))
def test_a_name_that_stands_twice_hides_no_image(before: list[str], after: str) -> None:
    item = f'{{"url": "{LINK}", "url": {after}}}'
    empty = [value for value in before if value in ("null", "[]", '""')]
    body = ", ".join(f'"data": {value}' for value in [*before, f"[{item}]", *empty])
    assert read(f"{{{body}}}".encode()).url == LINK


@pytest.mark.parametrize("status", [200, 400])
def test_findings_show_no_key(status: int) -> None:
    found = [{"role": f"<{KEY}>", "level": 1, "note": [KEY]}]
    error = answer_read(IMAGES_GENERATE, status, {}, json.dumps({"content_filter": found}).encode(), Key(KEY))
    assert isinstance(error, ContentBlockedError)
    assert [item.to_dict() for item in error.content_filter] == [{"role": "<***>", "level": 1, "note": ["***"]}]
    image = answer_read(IMAGES_GENERATE, 200, {}, json.dumps({**RIGHT, "content_filter": found}).encode(), Key(KEY))
    assert KEY not in repr(image.content_filter)
