"""The errors of zai_image: everything that can go wrong is one of these.

::

    ZaiImageError
    ├── InvalidRequestError        found before sending: nothing was asked, nothing was charged
    ├── APIError                   the server answered, and refused
    │   ├── AuthenticationError
    │   ├── RateLimitError
    │   ├── InsufficientBalanceError
    │   ├── ContentBlockedError
    │   └── ServerError
    ├── InvalidResponseError       the answer is not what was promised
    ├── ConnectionError            no answer came
    ├── TimeoutError               no answer came in time
    └── DownloadError              there is an image, but it could not be fetched or stored
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from zai_image.sizes import Size, Violation
    from zai_image_api.models import ImageGenerationResponseContentFilterItem as ContentFilterItem


# Messages hold parts of what servers say, which may be of any length.
_LONGEST_MESSAGE: Final = 2000


class ZaiImageError(Exception):
    """The base of all errors of this package; ``str()`` is one line for a person.

    Attributes:
        request: The request that failed, such as ``POST https://api.z.ai/...``; None where none was made.
        request_id: The server's own name for it, for its operators; None where it gave none.
        attempts: How often it was tried; 0 where it was refused before.
        outcome_unknown: Whether it may have been processed, and charged for, so that another request may pay twice.
    """

    request: str | None = None
    request_id: str | None = None
    attempts: int = 0
    outcome_unknown: bool = False

    def __init__(self, message: str) -> None:
        super().__init__(one_line(message))

    def __reduce__(self) -> tuple[object, ...]:
        # Errors cross process boundaries; by default, Python would make them again from their message alone.
        return _made_again, (type(self), self.args, self.__dict__)


class InvalidRequestError(ZaiImageError):
    """The request breaks a documented rule, or cannot be sent at all; it was not sent.

    Attributes:
        problems: One line for each thing that is wrong.
        violations: The size rules that are broken, each with its value, limit and sentence.
        nearest: The nearest valid size, where the size is what is wrong and a nearest one can be told.
    """

    def __init__(
        self, problems: Sequence[str], *, violations: Sequence[Violation] = (), nearest: Size | None = None
    ) -> None:
        self.problems = tuple(problems)
        self.violations = tuple(violations)
        self.nearest = nearest
        super().__init__("; ".join(self.problems) + (f"; the nearest valid size is {nearest}" if nearest else ""))


class APIError(ZaiImageError):
    """The server answered, and refused.

    Attributes:
        status: The HTTP status.
        code: The business code, such as 1214; the text of one that is no number; None where the body holds none.
        message: The server's own words; a stand-in where the body holds none.
        body: The body, as text, up to 32 MiB.
        retry_after: Seconds to wait before the next request, where the server says so.
    """

    def __init__(
        self, status: int, code: int | str | None, message: str, *, body: str = "", retry_after: float | None = None
    ) -> None:
        self.status = status
        self.code = code
        self.message = message
        self.body = body
        self.retry_after = retry_after
        super().__init__(f"{message} (HTTP {status}{'' if code is None else f', code {code}'})")


class AuthenticationError(APIError):
    """The key is missing, wrong, expired, or its account is not usable."""


class RateLimitError(APIError):
    """Too many requests at once, in a time, or in a day."""


class InsufficientBalanceError(APIError):
    """The account cannot pay."""


class ContentBlockedError(APIError):
    """The prompt or the image was blocked by the provider's policy.

    Attributes:
        content_filter: What the provider's content safety says, as far as it does: items with ``role`` and ``level``.
    """

    content_filter: Sequence[ContentFilterItem] = ()


class ServerError(APIError):
    """The server failed; whether it made, and charged for, an image is not known."""

    outcome_unknown = True


class InvalidResponseError(ZaiImageError):
    """An answer came that is not what the page promises.

    Attributes:
        status: The HTTP status; None where the answer broke off before it could be read.
        body: The body, as text, up to 32 MiB: what was made may still be found in it.
    """

    outcome_unknown = True

    def __init__(self, message: str, *, status: int | None = None, body: str = "") -> None:
        self.status = status
        self.body = body
        super().__init__(message)


class ConnectionError(ZaiImageError):
    """The connection failed.

    Attributes:
        outcome_unknown: Whether the request may have reached the server, so that another request may pay twice.
        status: The HTTP status of an answer that broke off; None where none began.
        body: As much of its body as arrived, as text.
    """

    status: int | None = None
    body: str = ""

    def __init__(self, message: str, *, outcome_unknown: bool) -> None:
        self.outcome_unknown = outcome_unknown
        super().__init__(message)


class TimeoutError(ZaiImageError):
    """No answer came in time.

    Attributes:
        outcome_unknown: Whether the request may have reached the server, so that another request may pay twice.
        status: The HTTP status of an answer that broke off; None where none began.
        body: As much of its body as arrived, as text.
    """

    status: int | None = None
    body: str = ""

    def __init__(self, message: str, *, outcome_unknown: bool) -> None:
        self.outcome_unknown = outcome_unknown
        super().__init__(message)


class DownloadError(ZaiImageError):
    """An image was made, but could not be fetched or stored; its link may still work.

    Attributes:
        url: The image's link.
        transient: Whether trying again may help.
        retry_after: Seconds to wait before that, where the image's host says so.
    """

    def __init__(self, message: str, *, url: str, transient: bool = False, retry_after: float | None = None) -> None:
        self.url = url
        self.transient = transient
        self.retry_after = retry_after
        super().__init__(message)


def one_line(message: str) -> str:
    """Spell out what a terminal would act on, or a log take for a line of its own."""
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in message[:_LONGEST_MESSAGE])
    return shown if len(message) <= _LONGEST_MESSAGE else f"{shown}..."


def _made_again(kind: type[ZaiImageError], args: tuple[object, ...], attributes: dict[str, object]) -> ZaiImageError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(attributes)
    return error


class UnknownModelWarning(UserWarning):
    """The model is not one that the documentation names; it is asked for all the same, under the others' rules."""


class SuffixWarning(UserWarning):
    """The suffix of a file says another format than the image has that was stored in it."""


# Business codes of the vendor's Errors page; codes that are not listed say no more than the HTTP status does.
BY_CODE: Final[Mapping[int | str | None, type[APIError]]] = {
    **dict.fromkeys((1000, 1001, 1002, 1003, 1004, 1100, 1110, 1111, 1112, 1120, 1121), AuthenticationError),
    1113: InsufficientBalanceError,
    **dict.fromkeys((1300, 1301), ContentBlockedError),
    **dict.fromkeys((1302, 1303, 1304, 1308, 1309), RateLimitError),
    **dict.fromkeys((500, 1230, 1234), ServerError),
}
BY_STATUS: Final[Mapping[int, type[APIError]]] = {
    401: AuthenticationError,
    429: RateLimitError,
    **dict.fromkeys(range(500, 600), ServerError),
}
