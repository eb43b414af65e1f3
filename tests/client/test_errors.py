"""What errors tell, on one line."""

from __future__ import annotations

import pytest

from zai_image import (
    APIError,
    ContentBlockedError,
    DownloadError,
    InvalidRequestError,
    InvalidResponseError,
    Size,
    ZaiImageError,
)
from zai_image._errors import BY_CODE, BY_STATUS


def test_an_invalid_request_tells_each_problem_and_the_nearest_size_where_there_is_one() -> None:
    error = InvalidRequestError(["width is odd", "height is odd"])
    assert (str(error), error.problems, error.nearest) == (
        "width is odd; height is odd",
        ("width is odd", "height is odd"),
        None,
    )
    near = InvalidRequestError(["width is odd"], nearest=Size(1024, 1280))
    assert str(near) == "width is odd; the nearest valid size is 1024x1280"


def test_a_refusal_tells_the_server_s_words_its_status_and_its_code_where_there_is_one() -> None:
    assert str(APIError(400, 1214, "bad size")) == "bad size (HTTP 400, code 1214)"
    assert str(APIError(404, None, "not here")) == "not here (HTTP 404)"
    assert str(APIError(500, 0, "zero")) == "zero (HTTP 500, code 0)"


@pytest.mark.parametrize("length", [0, 1, 1999, 2000, 2001, 5000])
def test_a_message_is_cut_after_two_thousand_characters_and_says_so(length: int) -> None:
    message = "x" * length
    assert str(ZaiImageError(message)) == (message if length <= 2000 else message[:2000] + "...")


def test_what_a_terminal_would_obey_is_spelt_out() -> None:
    assert str(ZaiImageError("a\nb\x1b[31m\u202ec é")) == r"a\nb\x1b[31m\u202ec é"


def test_an_error_of_which_nothing_is_known_was_never_sent() -> None:
    error = ZaiImageError("no")
    assert (error.request, error.request_id, error.attempts) == (None, None, 0)
    unread = InvalidResponseError("no")
    assert (unread.status, unread.body) == (None, "")
    assert APIError(500, None, "no").body == ""
    assert DownloadError("no", url="https://a.example/1.png").transient is False


def test_a_code_says_more_than_a_status() -> None:
    assert all(issubclass(kind, APIError) for kind in (*BY_CODE.values(), *BY_STATUS.values()))
    assert BY_CODE[1301] is ContentBlockedError
