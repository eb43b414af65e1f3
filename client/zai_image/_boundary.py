"""The one place where whatever is raised below becomes an error of this package."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING, Final, TypeVar

from zai_image._errors import ConnectionError, InvalidRequestError, TimeoutError, ZaiImageError
from zai_image._redact import REDACTED, Key

if TYPE_CHECKING:
    from zai_image._attempt import Attempt
    from zai_image._deadline import Deadline

T = TypeVar("T")

_USER_INFO: Final = re.compile(r"(?<=//)[^/\s@]*(?=@)")
_EXTRAS: Final = ("socks",)
_OUTCOME_UNKNOWN: Final = "; whether an image was made, and charged for, is not known"
_LONGEST: Final = 1000


class Cause(Exception):
    """What was raised below, as text: its class and its words. It keeps no request, response or key alive."""


def guarded(work: Callable[[], T], mapped: Callable[[Exception], ZaiImageError]) -> T:
    """Return what the work returns.

    Args:
        work: What may raise anything.
        mapped: Tells which error of this package means what was raised.

    Raises:
        ZaiImageError: Whatever was raised, but for cancellation and interrupts, which are no ``Exception``.
    """
    try:
        return work()
    except Exception as raised:
        error = _mapped(raised, mapped)
    raise error


async def guarded_async(work: Awaitable[T], mapped: Callable[[Exception], ZaiImageError]) -> T:
    """Return what the awaited work returns; the asynchronous twin of :func:`guarded`."""
    try:
        return await work
    except Exception as raised:
        error = _mapped(raised, mapped)
    raise error


def _mapped(raised: Exception, mapped: Callable[[Exception], ZaiImageError]) -> ZaiImageError:
    error = raised if isinstance(raised, ZaiImageError) else mapped(raised)
    # Frames below have the key and the answer, and collectors of tracebacks take their locals.
    error.__context__ = None
    return error.with_traceback(None)


def not_sent(raised: Exception) -> ZaiImageError:
    """Return the error for what was raised before anything was sent, or connected to."""
    extra = _missing_extra(raised)
    problem = f"no request can be sent: {told(raised, None)}"
    error = InvalidRequestError(
        [problem if extra is None else f"{problem}; pip install 'zai-image[{extra}]' brings it"]
    )
    error.__cause__ = cause(raised, None)
    return error


def failure(raised: BaseException, attempt: Attempt, host: str, key: Key, deadline: Deadline) -> ZaiImageError:
    """Return the error for a request that brought no head of an answer.

    Args:
        raised: What sending it raised; tells what to say, and nothing of what was sent.
        attempt: What was observed of it.
        host: Where it went.
        key: The key, which the error does not show.
        deadline: When the call has to be over.
    """
    words = told(raised, key)
    unknown = attempt.may_have_been_sent
    error: ZaiImageError
    if deadline.is_over:
        error = TimeoutError(
            f"no answer from {host} within the deadline of {deadline.seconds:g} s{_OUTCOME_UNKNOWN if unknown else ''}",
            outcome_unknown=unknown,
        )
    elif is_timeout(raised):
        error = TimeoutError(
            f"no answer from {host} in time{_OUTCOME_UNKNOWN}" if unknown else f"no connection to {host} in time",
            outcome_unknown=unknown,
        )
    else:
        error = ConnectionError(
            f"the connection to {host} was lost: {words}{_OUTCOME_UNKNOWN}"
            if unknown
            else f"no connection to {host}: {words}",
            outcome_unknown=unknown,
        )
    error.__cause__ = cause(raised, key)
    return error


def told(raised: BaseException, key: Key | None) -> str:
    """Return the words of what was raised, or its class where it has none; without key or passwords, and in short."""
    words = "; ".join(dict.fromkeys(_words(leaf) or type(leaf).__name__ for leaf in leaves(raised)))
    return _USER_INFO.sub(REDACTED, words if key is None else key.redact(words))[:_LONGEST]


def cause(raised: BaseException, key: Key | None) -> Cause:
    """Return what stands for what was raised as the cause of an error."""
    kind = type(raised)
    module = "" if kind.__module__ == "builtins" else f"{kind.__module__}."
    return Cause(f"{module}{kind.__qualname__}: {told(raised, key)}")


def is_timeout(raised: BaseException) -> bool:
    """Whether a time-out was raised: httpx, httpcore, Python and others have classes of their own with that word."""
    return any("timeout" in kind.__name__.lower() for leaf in leaves(raised) for kind in type(leaf).__mro__)


def leaves(raised: BaseException) -> Iterator[BaseException]:
    """Yield what was raised, or, of a group, what is in it."""
    if isinstance(raised, BaseExceptionGroup):
        for error in raised.exceptions:
            yield from leaves(error)
    else:
        yield raised


def _missing_extra(raised: BaseException) -> str | None:
    missing = " ".join(str(leaf).lower() for leaf in leaves(raised) if isinstance(leaf, ImportError))
    return next((extra for extra in _EXTRAS if extra in missing), None)


def _words(raised: BaseException) -> str:
    try:
        return str(raised)
    except Exception:
        return ""
