"""What must come of each failure, by docs/client.md: the error, and how often the server is asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import httpx
from attrs import frozen

from zai_image import (
    APIError,
    AuthenticationError,
    ConnectionError,
    ContentBlockedError,
    DownloadError,
    InsufficientBalanceError,
    InvalidResponseError,
    RateLimitError,
    ServerError,
    TimeoutError,
    ZaiImageError,
)

Kind: TypeAlias = type[ZaiImageError] | None


@frozen
class Expected:
    """What must come of a fault."""

    error: Kind
    """None: nothing, the image comes all the same."""
    asked: int = 1
    """How often the server is asked, with the two retries of the default."""
    asked_unknown: int | None = None
    """The same with `retry_unknown_outcome=True`; None where that changes nothing."""
    value: str = ""
    """The fault's value, where it takes one."""
    patience: float = 10.0
    """Seconds that the client waits for data; little where none will come."""

    @property
    def outcome_unknown(self) -> bool:
        """Whether an image may have been made, and charged for."""
        return self.asked_unknown is not None or self.error is InvalidResponseError

    def requests(self, retry_unknown_outcome: bool) -> int:
        """How often the server is asked under this option."""
        return self.asked_unknown if retry_unknown_outcome and self.asked_unknown is not None else self.asked


_IMAGE = Expected(None)
_ONCE, _EACH_TIME = 1, 3
_LITTLE = 0.2
_LOST = Expected(ConnectionError, _ONCE, _EACH_TIME)
# Its head came, so it is an answer: it is not asked for again, and its image may have been made.
_BROKE_OFF = Expected(ConnectionError, _ONCE, _ONCE)
_FAILED = Expected(ServerError, _ONCE, _EACH_TIME)
_SLOW_DOWN = Expected(RateLimitError, _EACH_TIME)
_NOT_AS_PROMISED = Expected(InvalidResponseError)

CODES: Mapping[Expected, tuple[int, ...]] = {
    _FAILED: (500, 1230, 1234),
    Expected(AuthenticationError): (1000, 1001, 1002, 1003, 1004, 1100, 1110, 1111, 1112, 1120, 1121),
    Expected(InsufficientBalanceError): (1113,),
    Expected(APIError): (1200, 1210, 1211, 1212, 1213, 1214, 1215, 1220, 1221, 1222, 1231),
    Expected(ContentBlockedError): (1300, 1301),
    _SLOW_DOWN: (1302, 1303),
    Expected(RateLimitError): (1304, 1308, 1309),
}
"""The vendor's codes, by what comes of a request that is refused with one of them and its usual status."""

OF_A_STATUS: Mapping[int, Expected] = {
    **dict.fromkeys((301, 302, 303, 307, 308), _NOT_AS_PROMISED),
    **dict.fromkeys((400, 402, 403, 404, 405, 408, 409, 413, 422, 451), Expected(APIError)),
    401: Expected(AuthenticationError),
    429: _SLOW_DOWN,
    **dict.fromkeys((500, 501, 502, 503, 504, 505, 511, 520, 529, 599), _FAILED),
}
"""By the status of an answer that holds neither an image nor a code, what comes of a request."""

OF_AN_EXCEPTION: Mapping[type[httpx.RequestError], Expected] = {
    # The class of an exception does not tell what was sent before it was raised, and this transport tells nothing.
    **dict.fromkeys(
        (httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ReadTimeout, httpx.WriteTimeout),
        Expected(TimeoutError, _ONCE, _EACH_TIME),
    ),
    **dict.fromkeys((httpx.ConnectError, httpx.ProxyError, httpx.ReadError, httpx.WriteError), _LOST),
    httpx.RemoteProtocolError: _LOST,
}
"""By what a transport raises that tells nothing else, what comes of a request."""

OF_A_REQUEST: Mapping[str, Expected] = {
    "timeout": Expected(TimeoutError, _ONCE, _EACH_TIME, patience=_LITTLE),
    "connection-reset-before": _LOST,
    "connection-reset-while": _BROKE_OFF,
    "connection-reset-after": _IMAGE,
    "connection-close-before": _LOST,
    "connection-close-while": _BROKE_OFF,
    "nested-error": _IMAGE,
    "rate-limit": Expected(None, value="1"),
    "concurrency-limit": Expected(None, value="1"),
    "latency": Expected(None, value="0.01"),
    "jitter": Expected(None, value="0.01"),
    **dict.fromkeys(("truncated-json", "malformed-json", "empty-answer", "html-answer"), _NOT_AS_PROMISED),
    **dict.fromkeys(("array-answer", "null-answer", "data-object"), _NOT_AS_PROMISED),
    # The image is there, and paid for.
    **dict.fromkeys(("created-missing", "created-text"), _IMAGE),
    # Findings of the content filter stand where the image would.
    **dict.fromkeys(("data-missing", "data-empty", "data-null"), Expected(ContentBlockedError)),
    **dict.fromkeys(("url-missing", "url-number"), _NOT_AS_PROMISED),
    # An image was made, but cannot be fetched.
    "url-relative": Expected(DownloadError),
    "content-flagged": _IMAGE,
    "content-filtered": Expected(ContentBlockedError),
    "429": _SLOW_DOWN,
    "429-retry-after": Expected(RateLimitError, _EACH_TIME, value="7"),
    "500": _FAILED,
    "502-html": _FAILED,
    "503-html": _FAILED,
    **{f"code-{code}": expected for expected, codes in CODES.items() for code in codes},
}
"""By the name of a fault that acts on requests, what comes of one request and, where it succeeds, of its download."""

OF_AN_IMAGE: Mapping[str, Expected] = {
    "image-timeout": Expected(DownloadError, _EACH_TIME, patience=_LITTLE),
    "image-reset": Expected(DownloadError, _EACH_TIME),
    "image-close": Expected(DownloadError, _EACH_TIME),
    "slow-image": Expected(None, value="0.01"),
    "truncated-image": Expected(DownloadError, _EACH_TIME),
    "expired-link": Expected(DownloadError),
    "dead-link": Expected(DownloadError),
    "image-503": Expected(DownloadError, _EACH_TIME),
    "image-html": Expected(DownloadError),
}
"""By the name of a fault that acts on images, what comes of a download."""
