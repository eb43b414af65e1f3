"""Where requests go and with which key: from arguments, then from the environment, then from the page."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

from attrs import field, frozen

from zai_image._errors import InvalidRequestError
from zai_image_api.document import SERVER_URL

# Other vendors' clients want the version in the same variable; the document has it in each path.
_VERSION_PATH = "/paas/v4"


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
    if not key.isascii() or not key.isprintable() or " " in key:
        raise InvalidRequestError(["the API key holds spaces, line ends or characters outside ASCII; copy it again"])
    url = (os.environ.get("ZAI_BASE_URL") or SERVER_URL) if base_url is None else base_url
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        # A user name and password would take the place of the key.
        usable = usable and not (parts.query or parts.fragment or parts.username or parts.password)
    except ValueError:
        usable = False
    if not usable:
        raise InvalidRequestError(
            [f"the base URL is not an http(s) address such as {SERVER_URL}, without user name, query or fragment"]
        )
    return Settings(key, url.rstrip("/").removesuffix(_VERSION_PATH))
