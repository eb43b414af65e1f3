"""What came instead of an image is told with what a reader needs: host, reason, code, and when to ask again."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

import zai_image
from zai_image import ZaiImageError, _answers
from zai_image._answers import answer_read, request_id
from zai_image._redact import LONGEST_SPELLING, Key
from zai_image_api.operations import IMAGES_GENERATE

KEY = "sk-very-secret"
SECRET = Key(KEY)


def refused(content: str | bytes, status: int = 400, **headers: str) -> ZaiImageError:
    """Return what is told of an answer that holds no image."""
    raw = content.encode() if isinstance(content, str) else content
    fields = httpx.Headers([(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()])
    told = answer_read(IMAGES_GENERATE, status, fields, raw, SECRET)
    assert isinstance(told, ZaiImageError)
    return told


@pytest.mark.parametrize(
    ("status", "content", "told"),
    [
        (
            200,
            f"<html>{KEY}",
            "the answer with status 200 is not what was promised: JSON was promised, the answer is not: "
            "Expecting value: line 1 column 1 (char 0)",
        ),
        (201, "<html>", "the answer with status 201 is not what was promised: neither an image nor an error"),
        (200, '{"code": 1214, "message": "no"}', "no (HTTP 200, code 1214)"),
        (201, '{"code": 1214, "message": "no"}', "no (HTTP 201, code 1214)"),
        (503, "<html>", "the server gave no reason that can be read (HTTP 503)"),
    ],
)
def test_a_body_of_another_shape_is_told_as_what_it_is_under_its_status(status: int, content: str, told: str) -> None:
    error = refused(content, status)
    assert isinstance(error, zai_image.APIError | zai_image.InvalidResponseError)
    assert (str(error), error.status, error.body) == (told, status, content.replace(KEY, "***"))


def test_a_redirect_is_neither_an_image_nor_an_error() -> None:
    error = refused("moved", 302)
    assert isinstance(error, zai_image.InvalidResponseError)
    assert str(error) == "the answer with status 302 is not what was promised: neither an image nor an error"
    assert (error.status, error.body) == (302, "moved")


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        ({"code": 1214}, 1214, "the server gave no reason that can be read"),
        ({"message": "no"}, None, "no"),
        ({"error": {"code": "1214"}}, 1214, "the server gave no reason that can be read"),
        ({"error": {"message": "no"}}, None, "no"),
        ({"error": {"message": "no"}, "code": 1113}, 1113, "no"),
        ({"error": {"message": "no", "code": None}, "code": 1113}, 1113, "no"),
        ({"error": {"code": 1113}, "message": "outer"}, 1113, "outer"),
        ({"error": {}, "code": 1113, "message": "outer"}, 1113, "outer"),
        ({"error": {"code": 1, "message": "no"}, "code": 2, "message": "outer"}, 1, "no"),
    ],
)
def test_code_and_message_are_read_wherever_they_stand_under_any_status(
    body: Any, code: int | None, message: str
) -> None:
    for status in (200, 302, 400):
        error = refused(json.dumps(body), status)
        assert isinstance(error, zai_image.APIError)
        assert (error.code, error.message) == (code, message)


@pytest.mark.parametrize("body", [{"Code": 1214}, {"error": {}}, {"error": "no"}, {"errors": {"code": 1}}, ["code"]])
def test_what_has_neither_is_no_error(body: Any) -> None:
    assert isinstance(refused(json.dumps(body), 302), zai_image.InvalidResponseError)


@pytest.mark.parametrize("status", [400, 499, 599])
def test_a_refusal_without_a_reason_says_that_there_is_none(status: int) -> None:
    for content in ("", "<html>", '{"code": 1214}', '{"message": ""}', '{"message": 7}'):
        error = refused(content, status)
        assert isinstance(error, zai_image.APIError)
        assert error.message == "the server gave no reason that can be read"
        assert (error.status, error.body) == (status, content)


@pytest.mark.parametrize(
    ("code", "read"),
    [
        (1214, 1214),
        ("1214", 1214),
        (0, 0),
        ("999999999", 999_999_999),
        (-12, -12),
        (1113.0, 1113),
        (1e12, 10**12),
        (" 1113", 1113),
        ("1113\t", 1113),
        ("1113.0", 1113),
        (" 1113.0 ", 1113),
        ("01113", 1113),
    ],
)
def test_a_code_is_a_number_however_it_is_written(code: object, read: int) -> None:
    body = {"code": code, "message": "why"}
    for shape in (body, {"error": body}, {"error": body, "code": 7, "message": "outer"}):
        error = refused(json.dumps(shape))
        assert isinstance(error, zai_image.APIError)
        assert (error.code, type(error.code), error.message) == (read, int, "why")


@pytest.mark.parametrize(
    ("code", "kept"),
    [
        ("insufficient_quota", "insufficient_quota"),
        ("1000000000", "1000000000"),
        ("1113.5", "1113.5"),
        ("1113.00", "1113.00"),
        (".0", ".0"),
        ("12a", "12a"),
        ("-12", "-12"),
        ("\uff11\uff12", "\uff11\uff12"),
        ("\u00b2", "\u00b2"),
        (True, "true"),
        (12.5, "12.5"),
        (float("inf"), "Infinity"),
        (float("nan"), "NaN"),
        ([1302], "[1302]"),
        ({"no": None}, '{"no": null}'),
        ("x" * 101, "x" * 100),
        (["x" * 101], '["' + "x" * 98),
        (f"for {KEY}", "for ***"),
        ("x" * 95 + KEY, "x" * 95 + "***"),
        ([KEY], '["***"]'),
    ],
)
def test_a_code_that_is_no_number_is_kept_as_text_in_short_and_without_the_key(code: object, kept: str) -> None:
    body = {"code": code, "message": "why"}
    for shape in (body, {"error": body}, {"error": body, "code": 7, "message": "outer"}):
        error = refused(json.dumps(shape))
        assert isinstance(error, zai_image.APIError)
        assert (error.code, error.message) == (kept, "why")


def test_a_code_that_can_be_read_can_be_kept_however_deeply_it_is_nested() -> None:
    # Somewhere here is the depth from which Python reads no more.
    for depth in range(sys.getrecursionlimit() - 200, sys.getrecursionlimit()):
        error = refused(f'{{"code": {"[" * depth}{"]" * depth}}}')
        assert getattr(error, "code", None) in ("[" * 100, "nested too deeply", None)


@pytest.mark.parametrize("code", [None, "", "  "])
def test_nothing_is_no_code(code: object) -> None:
    error = refused(json.dumps({"code": code, "message": "why"}))
    assert isinstance(error, zai_image.APIError)
    assert error.code is None


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=5,
    )
)
def test_a_code_is_none_only_where_there_is_none(code: object) -> None:
    error = refused(json.dumps({"code": code, "message": "why"}))
    assert isinstance(error, zai_image.APIError)
    assert (error.code is None) == (code is None or (isinstance(code, str) and not code.strip()))


def test_an_error_under_status_200_is_a_refusal() -> None:
    body = {"code": 1301, "message": f"unsafe {KEY}"}
    for content in (body, {"error": body}):
        error = refused(json.dumps(content), 200, retry_after="7")
        assert isinstance(error, zai_image.ContentBlockedError)
        assert (error.status, error.code, error.retry_after) == (200, 1301, 7.0)
        assert error.message == "unsafe ***"
        assert KEY not in error.body


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        ("999999999", 999_999_999.0),
        ("1000000000", None),
        ("\u00b2", None),
        ("7.5", 7.5),
        ("7.", 7.0),
        ("292.052", 292.052),
        (" 3.0 ", 3.0),
        ("-1", None),
        (".5", None),
        ("1e3", None),
        ("7,5", None),
        ("inf", None),
        ("nan", None),
        ("later", None),
        ("Wed, 21 Oct 99999999999999999999 07:28:00 GMT", None),
        ("Wed, 99999999999999999999 Oct 2099 07:28:00 GMT", None),
        ("Wed, 21 Oct 2099 07:28:99999999999999999999 GMT", None),
        ("Wed, 21 Oct 2099 07:28:00 +99999999999999999999", None),
        ("Wed, 21 Oct 2099 07:28:00 -9999", None),
        ("Wed, 01 Jan 0001 00:00:00 +2359", 0.0),
    ],
)
def test_seconds_to_wait_are_a_number_or_until_a_date(value: str, seconds: float | None) -> None:
    error = refused("{}", 429, retry_after=value)
    assert isinstance(error, zai_image.APIError)
    assert error.retry_after == seconds


def test_milliseconds_to_wait_are_told_in_seconds_and_win() -> None:
    error = refused("{}", 429, retry_after_ms="2500", retry_after="9")
    assert isinstance(error, zai_image.APIError)
    assert error.retry_after == 2.5


@pytest.mark.parametrize("zone", ["GMT", "+0000", "-0000"])
def test_a_date_to_wait_for_is_in_universal_time_whether_it_says_so_or_not(zone: str) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(hours=1)).replace("+0000", zone)
    error = refused("{}", 429, retry_after=date)
    assert isinstance(error, zai_image.APIError)
    assert error.retry_after is not None
    assert 3500 < error.retry_after < 3601


def test_a_date_gone_by_is_no_wait() -> None:
    error = refused("{}", 429, retry_after="Fri, 31 Dec 1999 23:59:59 GMT")
    assert isinstance(error, zai_image.APIError)
    assert error.retry_after == 0.0


def test_a_body_is_kept_whole_where_it_is_ascii_and_else_up_to_a_length_and_never_a_part_of_the_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert _answers.BEYOND_ASCII_KEPT == 8 * 2**20
    monkeypatch.setattr(_answers, "BEYOND_ASCII_KEPT", 2000)
    for before in range(2000 - 2 * len(KEY), 2001):
        body = "x" * before + KEY + "y" * 1000
        assert getattr(refused(body), "body", "") == body.replace(KEY, "***")
        kept = getattr(refused(body + "\u00e9"), "body", "")
        assert kept == "x" * len(kept)
        assert len(kept) >= 2000 - (LONGEST_SPELLING + 1) * len(KEY)


def test_a_body_that_is_no_text_is_kept_as_far_as_it_is() -> None:
    assert getattr(refused(b"caf\xe9"), "body", "") == "caf\ufffd"


@pytest.mark.parametrize(
    ("headers", "body", "name"),
    [
        ({"X-Request-Id": "a", "X-Log-Id": "b"}, {"request_id": "c"}, "a"),
        ({"X-Log-Id": "b"}, {"request_id": "c"}, "b"),
        ({}, {"request_id": "c"}, "c"),
        ({"X-Request-Id": ""}, {"request_id": "c"}, "c"),
        ({"X-Request-Id": "a\tb"}, {"request_id": "c"}, "c"),
        ({"X-Request-Id": "a" * 199}, {}, "a" * 199),
        ({"X-Request-Id": "a" * 200}, {}, None),
        ({}, {"request_id": 7}, None),
        ({}, {"other": "c"}, None),
        ({}, ["request_id"], None),
        ({"X-Request-Id": f"for-{KEY}"}, {}, "for-***"),
        ({}, {"request_id": KEY}, "***"),
    ],
)
def test_a_request_has_the_name_that_stands_first_and_is_one(headers: dict[str, str], body: Any, name: object) -> None:
    assert request_id(httpx.Headers(headers), json.dumps(body).encode(), SECRET) == name
