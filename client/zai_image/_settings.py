"""What a client sends with: from arguments, then from the environment, then from the page."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypedDict
from urllib.parse import urlsplit

from zai_image._any_image import Downloading
from zai_image._errors import InvalidRequestError
from zai_image._redact import Hidden, Key
from zai_image._retries import RetryPolicy
from zai_image_api.document import SERVER_URL
from zai_image_api.types import UNSET, Unset

if TYPE_CHECKING:
    from zai_image._http import Timeout

# Several times what an image takes by the page (`typicalSeconds` of its quality), for busy days.
CONNECT_SECONDS: Final = 10.0
READ_SECONDS: Final = 120.0
DEADLINE_SECONDS: Final = 600.0
# In seconds; a socket counts milliseconds, and no further.
LONGEST_TIMEOUT: Final = 2**31 // 1000
# Other vendors' clients want the version in the same variable; the document has it in each path.
_VERSION_PATH: Final = "/paas/v4"
_FIELD_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
# They tell where a request ends, which is nobody's to say but the transport's.
_FRAMING: Final = frozenset({"content-length", "transfer-encoding"})


class Options(TypedDict, total=False):
    """What :meth:`~zai_image.ZaiImage.with_options` can change."""

    api_key: str | None
    base_url: str | None
    timeout: Timeout | float | Unset | None
    deadline: float | None
    max_retries: int
    retry_unknown_outcome: bool
    validate: bool
    log_prompts: bool
    default_headers: Mapping[str, str] | None
    default_query: Mapping[str, str] | None
    allow_image_hosts: Sequence[str]


class Settings(NamedTuple):
    """What a client sends with.

    Attributes:
        key: The API key.
        base_url: The part of the address before ``/paas/v4``.
        timeout: For each step of an exchange; ``UNSET`` leaves it to the HTTP client.
        deadline: Seconds for a whole call; None for as long as it takes.
        retry_policy: When a request is sent again.
        validate: Whether requests are checked before they are sent.
        log_prompts: Whether what was asked for may stand in the log.
        headers: Header fields for the API alone.
        query: Parameters for the API alone.
        image_hosts: Hosts on this machine or its link-local network from which images may come.
    """

    key: Key
    base_url: str
    timeout: Timeout | float | Unset | None
    deadline: float | None
    retry_policy: RetryPolicy
    validate: bool
    log_prompts: bool
    headers: Hidden[Mapping[str, str]]
    query: Hidden[Mapping[str, str]]
    image_hosts: Sequence[str]

    @property
    def downloading(self) -> Downloading:
        """How images are downloaded."""
        host = urlsplit(self.base_url).hostname or ""
        return Downloading(host, self.image_hosts, self.retry_policy, self.timeout, self.deadline)

    def changed(self, changes: Hidden[Options]) -> Settings:
        """Return these settings with some changed.

        Args:
            changes: By the names of a client's arguments. They are hidden, since a frame that raises shows its locals.

        Raises:
            InvalidRequestError: One of them cannot be sent with.
        """
        unknown = [name for name in changes.reveal() if name not in Options.__annotations__]
        if unknown:
            allowed = ", ".join(Options.__annotations__)
            raise InvalidRequestError([f"{unknown[0]} is not an option that can be changed; these are: {allowed}"])
        secret = {name for name in changes.reveal() if name in ("api_key", "default_headers", "default_query")}
        key = Key(changes.reveal()["api_key"]) if "api_key" in secret else self.key
        headers = Hidden(changes.reveal()["default_headers"] or {}) if "default_headers" in secret else self.headers
        query = Hidden(changes.reveal()["default_query"] or {}) if "default_query" in secret else self.query
        told: dict[str, Any] = {name: value for name, value in changes.reveal().items() if name not in secret}
        if key.problem:
            raise InvalidRequestError([key.problem])
        check_headers("default_headers", headers)
        _check_query(query)
        if "timeout" in told:
            # httpx is loaded when a client is made, and not with the package.
            from zai_image._http import check_timeout

            check_timeout(told["timeout"])
        check_deadline(told.get("deadline"))
        _check_number(told.get("max_retries", 0))
        return self._replace(
            key=key,
            headers=headers,
            query=query,
            image_hosts=_hosts(told["allow_image_hosts"]) if "allow_image_hosts" in told else self.image_hosts,
            base_url=_base_url(told["base_url"]) if "base_url" in told else self.base_url,
            retry_policy=RetryPolicy(
                told.get("max_retries", self.retry_policy.max_retries),
                told.get("retry_unknown_outcome", self.retry_policy.unknown_outcome),
            ),
            **{name: told[name] for name in ("timeout", "deadline", "validate", "log_prompts") if name in told},
        )


DEFAULTS: Final = Settings(
    Key(""), SERVER_URL, UNSET, DEADLINE_SECONDS, RetryPolicy(2), True, False, Hidden({}), Hidden({}), ()
)


def _hosts(names: object) -> Sequence[str]:
    found = None if isinstance(names, str) or not isinstance(names, Iterable) else tuple(names)
    if found is None or not all(isinstance(name, str) for name in found):
        raise InvalidRequestError(["allow_image_hosts must be a list of hosts such as ['localhost']"])
    return found


def _base_url(given: str | None) -> str:
    from zai_image._http import is_address

    url = (os.environ.get("ZAI_BASE_URL") or SERVER_URL) if given is None else given
    if not is_address(url):
        raise InvalidRequestError(
            [f"the base URL is not an http(s) address such as {SERVER_URL}, without user name, query or fragment"]
        )
    return url.rstrip("/").removesuffix(_VERSION_PATH)


def _check_number(retries: object) -> None:
    if not isinstance(retries, int) or isinstance(retries, bool) or retries < 0:
        raise InvalidRequestError(["max_retries must be a whole number from 0 up, such as 2; 0 means never"])


def check_deadline(seconds: object) -> None:
    """Let a number of seconds pass, or None.

    Raises:
        InvalidRequestError: It is neither.
    """
    if seconds is not None and not is_seconds(seconds):
        raise InvalidRequestError(
            [f"deadline must be a number of seconds, over 0 and up to {LONGEST_TIMEOUT}, or None for no end"]
        )


def is_seconds(value: object) -> bool:
    """Whether it is a number of seconds that a socket can count."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= LONGEST_TIMEOUT


def check_headers(argument: str, headers: Hidden[Mapping[str, str]]) -> None:
    """Let header fields pass that can be sent.

    Raises:
        InvalidRequestError: One of them cannot; its value is not told.
    """
    problem = _header_problem(headers)
    if problem is not None:
        raise InvalidRequestError([f"{argument} {problem}"])


def _header_problem(headers: Hidden[Mapping[str, str]]) -> str | None:
    if not isinstance(headers.reveal(), Mapping):
        return "must be a mapping of names to values, such as {'x-team': 'art'}"
    for name, value in headers.reveal().items():
        if not isinstance(name, str) or not _FIELD_NAME.fullmatch(name):
            return f"has a name that no header field has: {name!r}"
        if name.lower() in _FRAMING:
            return f"cannot set {name}: the request has its own"
        if not isinstance(value, str) or not value.isascii() or not value.isprintable() or value != value.strip():
            return f"has a value for {name} that cannot be sent: write printable ASCII without spaces at its ends"
    return None


def _check_query(query: Hidden[Mapping[str, str]]) -> None:
    if not _is_query(query):
        raise InvalidRequestError(["default_query must be a mapping of names to texts, such as {'api-version': '1'}"])


def _is_query(query: Hidden[Mapping[str, str]]) -> bool:
    given: object = query.reveal()
    # Half a surrogate pair is no character, and has no bytes.
    return isinstance(given, Mapping) and all(
        isinstance(part, str) and part == part.encode(errors="replace").decode()
        for item in given.items()
        for part in item
    )
