"""Whatever is raised below becomes an error of this package that says what is known, and keeps nothing else alive."""

from __future__ import annotations

import asyncio
import gc
import traceback
import weakref
from typing import Any

import httpx
import pytest

import zai_image
from zai_image import InvalidRequestError, ZaiImageError
from zai_image._attempt import Attempt
from zai_image._boundary import Cause, failure, guarded, guarded_async, not_sent, told
from zai_image._deadline import Deadline
from zai_image._redact import Key

KEY = Key("sk-very-secret")
UNKNOWN = "; whether an image was made, and charged for, is not known"
NO_END = Deadline(None)


def seen(*, sent: bool) -> Attempt:
    attempt = Attempt(traces=True)
    attempt.handed_over = True
    attempt.trace("connection.connect_tcp.started", {})
    if sent:
        attempt.trace("http11.send_request_headers.started", {"request": httpcore_request(b"POST")})
    return attempt


def httpcore_request(method: bytes) -> Any:
    return type("Request", (), {"method": method})


@pytest.mark.parametrize(
    ("raised", "sent", "kind", "message"),
    [
        (httpx.ConnectTimeout("x"), False, zai_image.TimeoutError, "no connection to a.example in time"),
        (httpx.ConnectTimeout("x"), True, zai_image.TimeoutError, f"no answer from a.example in time{UNKNOWN}"),
        (TimeoutError("x"), False, zai_image.TimeoutError, "no connection to a.example in time"),
        (httpx.ConnectError("no"), False, zai_image.ConnectionError, "no connection to a.example: no"),
        (
            httpx.ConnectError("no"),
            True,
            zai_image.ConnectionError,
            f"the connection to a.example was lost: no{UNKNOWN}",
        ),
        (MemoryError(), False, zai_image.ConnectionError, "no connection to a.example: MemoryError"),
        (
            ExceptionGroup("g", [ValueError("a"), ExceptionGroup("h", [OSError("b"), ValueError("a")])]),
            False,
            zai_image.ConnectionError,
            "no connection to a.example: a; b",
        ),
        (
            ValueError("for sk%2Dvery-secret at http://me:word@proxy.example"),
            False,
            zai_image.ConnectionError,
            "no connection to a.example: for *** at http://***@proxy.example",
        ),
    ],
)
def test_what_is_raised_tells_the_words_and_what_was_observed_the_outcome(
    raised: Exception, sent: bool, kind: type[ZaiImageError], message: str
) -> None:
    error = failure(raised, seen(sent=sent), "a.example", KEY, NO_END)
    assert (type(error), str(error)) == (kind, message)
    assert getattr(error, "outcome_unknown", False) is sent


def test_a_missing_extra_is_told_with_what_installs_it() -> None:
    error = not_sent(ImportError("Using SOCKS proxy, but the 'socksio' package is not installed."))
    assert str(error) == (
        "no request can be sent: Using SOCKS proxy, but the 'socksio' package is not installed.; "
        "pip install 'zai-image[socks]' brings it"
    )


@pytest.mark.parametrize("sent", [False, True])
def test_a_deadline_that_is_over_is_told(sent: bool) -> None:
    error = failure(httpx.ReadError("x"), seen(sent=sent), "a.example", KEY, Deadline(0))
    assert isinstance(error, zai_image.TimeoutError)
    assert error.outcome_unknown is sent
    assert str(error) == f"no answer from a.example within the deadline of 0 s{UNKNOWN if sent else ''}"


def test_a_cause_is_text_alone() -> None:
    request = httpx.Request("POST", "https://a.example", headers={"authorization": "Bearer sk-very-secret"})
    raised = httpx.ReadError("lost sk-very-secret", request=request)
    error = failure(raised, seen(sent=True), "a.example", KEY, NO_END)
    assert isinstance(error.__cause__, Cause)
    assert str(error.__cause__) == "httpx.ReadError: lost ***"
    kept = weakref.ref(request)
    del request, raised
    gc.collect()
    assert kept() is None


class Untold(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no words")


def test_an_exception_that_cannot_be_printed_is_told_by_its_class() -> None:
    assert told(Untold(), KEY) == "Untold"


def mapped(raised: Exception) -> ZaiImageError:
    return ZaiImageError(f"mapped {raised!r}")


def both(work: Any) -> list[BaseException]:
    """Raise within either guard; return what comes out."""

    async def run() -> None:
        work()

    came: list[BaseException] = []
    for call in (lambda: guarded(work, mapped), lambda: asyncio.run(guarded_async(run(), mapped))):
        try:
            call()
        except BaseException as error:
            came.append(error)
    return came


def raising(error: BaseException) -> Any:
    def work() -> None:
        secret = "sk-" + "very-secret"
        try:
            raise ValueError(secret)
        except ValueError:
            raise error  # noqa: B904

    return work


@pytest.mark.parametrize("error", [ValueError("v"), ExceptionGroup("g", [OSError()]), MemoryError(), ImportError("i")])
def test_no_exception_but_this_package_s_leaves(error: Exception) -> None:
    for came in both(raising(error)):
        assert str(came) == f"mapped {error!r}"


def test_an_error_of_this_package_stays_and_shows_no_frame_from_below() -> None:
    for came in both(raising(InvalidRequestError(["no"]))):
        assert str(came) == "no"
        assert came.__context__ is None
        shown = "".join(traceback.TracebackException.from_exception(came, capture_locals=True).format())
        assert "very-secret" not in shown


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(3), asyncio.CancelledError()])
def test_interrupts_and_cancellation_pass(error: BaseException) -> None:
    assert [type(came) for came in both(raising(error))] == [type(error)] * 2
