"""Where requests go and with which key: from arguments, then from the environment, then from the page."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from attrs import field, frozen

from zai_image._errors import InvalidRequestError
from zai_image_api.document import SERVER_URL
from zai_image_api.types import UNSET, Unset

if TYPE_CHECKING:
    import httpx

# Other vendors' clients want the version in the same variable; the document has it in each path.
_VERSION_PATH = "/paas/v4"
# In seconds; a socket counts milliseconds, and no further.
_LONGEST_TIMEOUT: Final = 2**31 // 1000


def _mask(secret: object) -> str:
    return "'***'"


@frozen
class Settings:
    """What a client sends with.

    Attributes:
        api_key: The key; no representation shows it.
        base_url: The part of the address before ``/paas/v4``.
    """

    api_key: str = field(repr=_mask)
    base_url: str


def settings(api_key: str | None, base_url: str | None) -> Settings:
    """Return the settings in force.

    Args:
        api_key: The key; ``ZAI_API_KEY`` of the environment where None.
        base_url: The server; ``ZAI_BASE_URL`` of the environment where None, the page's server where that is unset.

    Raises:
        InvalidRequestError: There is no key, one that no header field can carry, or the address is not http(s).
    """
    key = os.environ.get("ZAI_API_KEY") if api_key is None else api_key
    if not key:
        raise InvalidRequestError(["there is no API key: pass api_key=..., or set ZAI_API_KEY in the environment"])
    if not isinstance(key, str):
        raise InvalidRequestError([f"the API key must be a string, not {type(key).__name__}"])
    if not key.isascii() or not key.isprintable() or " " in key:
        raise InvalidRequestError(["the API key holds spaces, line ends or characters outside ASCII; copy it again"])
    url = (os.environ.get("ZAI_BASE_URL") or SERVER_URL) if base_url is None else base_url
    if not _is_address(url):
        raise InvalidRequestError(
            [f"the base URL is not an http(s) address such as {SERVER_URL}, without user name, query or fragment"]
        )
    return Settings(key, url.rstrip("/").removesuffix(_VERSION_PATH))


def api_host(settings: Settings) -> str:
    """Return the host of the API."""
    import httpx

    return httpx.URL(settings.base_url).host


def hosts(names: object) -> Sequence[str]:
    """Return the hosts that were allowed by name.

    Raises:
        InvalidRequestError: They are no names.
    """
    if isinstance(names, str) or not isinstance(names, Iterable):
        raise InvalidRequestError(["allow_image_hosts must be a list of hosts such as ['localhost']"])
    found = tuple(names)
    if not all(isinstance(name, str) for name in found):
        raise InvalidRequestError(["allow_image_hosts must be a list of hosts such as ['localhost']"])
    return found


def check_timeout(timeout: httpx.Timeout | float | Unset | None) -> None:
    """Let a time-out pass that every transport can keep.

    Raises:
        InvalidRequestError: It is none.
    """
    if timeout is UNSET or timeout is None:
        return
    if isinstance(timeout, int | float) and not isinstance(timeout, bool) and 0 < timeout <= _LONGEST_TIMEOUT:
        return
    # Loaded by then, since it is what makes a client.
    import httpx

    if not isinstance(timeout, httpx.Timeout) or not all(
        step is None or 0 <= step <= _LONGEST_TIMEOUT for step in timeout.as_dict().values()
    ):
        seconds = f"a number of seconds, over 0 and up to {_LONGEST_TIMEOUT}"
        raise InvalidRequestError([f"timeout must be {seconds}, an httpx.Timeout of such, or None to wait for ever"])


def _is_address(url: object) -> bool:
    """Whether requests can be sent there, by what httpx takes for an address."""
    import httpx

    # What httpx would leave out or escape; an empty query or fragment would swallow the path.
    if not isinstance(url, str) or not url.isprintable() or not {" ", "?", "#"}.isdisjoint(url):
        return False
    try:
        address = httpx.URL(url)
        labels = address.raw_host.removesuffix(b".").split(b".")
        # A user name and password would take the place of the key. Sockets refuse names with labels of other lengths.
        return (
            address.scheme in ("http", "https")
            and bool(address.host)
            and not address.userinfo
            and (address.port is None or 0 < address.port < 2**16)
            and all(0 < len(label) < 64 for label in labels)
        )
    except (httpx.InvalidURL, UnicodeError):
        return False
