"""What carries the requests where the caller does not say: httpx, in many small pools where no proxy is named."""

from __future__ import annotations

from typing import Final
from urllib.request import getproxies

import httpx

from zai_image._pools import AsyncPooledTransport, PooledTransport


def transport() -> httpx.BaseTransport | None:
    """Return what carries the requests of a new client; None for httpx's own, which knows the ways of proxies."""
    return None if _proxies() else PooledTransport()


def async_transport() -> httpx.AsyncBaseTransport | None:
    """Return what carries the requests of a new asynchronous client; None for httpx's own, as above."""
    return None if _proxies() else AsyncPooledTransport()


def _proxies() -> bool:
    """Whether the environment names a proxy, as httpx sees it: a transport that is given would make httpx ignore it."""
    return not {"http", "https", "all"}.isdisjoint(getproxies())


# A proxy has no way to the loopback interface of who asks, and has no business with what is sent there.
_LOOPBACK: Final = dict.fromkeys(("all://localhost", "all://127.0.0.1", "all://[::1]"))


class _NoCookies(httpx.Cookies):
    """Keeps none: who asks with a key has no session, and looking for cookies takes httpx a tenth of a call."""

    def extract_cookies(self, response: httpx.Response) -> None:
        """Leave them in the answer."""


_NO_COOKIES: Final = _NoCookies()


class Client(httpx.Client):
    """An ``httpx.Client`` that does no more than it must: it keeps no cookies and sends no field without need."""

    def __init__(self, *, timeout: httpx.Timeout | float | None, transport: httpx.BaseTransport | None) -> None:
        """Send with the transport; where it is None, with httpx's own and the proxies of the environment."""
        super().__init__(timeout=timeout, transport=transport, mounts=_LOOPBACK if transport is None else None)
        # HTTP/1.1 keeps connections alive unasked, and each field costs a hundredth of a call.
        del self.headers["Connection"]

    @property  # type: ignore[misc]  # it can be set in httpx; nobody sets what is not kept
    def cookies(self) -> httpx.Cookies:
        """No cookies."""
        return _NO_COOKIES


class AsyncClient(httpx.AsyncClient):
    """The asynchronous twin of :class:`Client`."""

    def __init__(self, *, timeout: httpx.Timeout | float | None, transport: httpx.AsyncBaseTransport | None) -> None:
        """Send with the transport; where it is None, with httpx's own and the proxies of the environment."""
        super().__init__(timeout=timeout, transport=transport, mounts=_LOOPBACK if transport is None else None)
        del self.headers["Connection"]

    @property  # type: ignore[misc]  # it can be set in httpx; nobody sets what is not kept
    def cookies(self) -> httpx.Cookies:
        """No cookies."""
        return _NO_COOKIES
