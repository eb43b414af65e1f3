"""What carries the requests where the caller does not say: httpx in small pools, or pyreqwest where it can be used."""

from __future__ import annotations

import sys
import threading
from typing import Final
from urllib.request import getproxies

import httpx

from zai_image._pools import AsyncPooledTransport, PooledTransport

try:
    from zai_image import _fast
except ModuleNotFoundError:
    # The extra `fast` is not installed.
    FAST = False
else:
    FAST = True

# Where one of these is loaded, a test may want to stand in for httpx's own transport, and can for no other. A request
# that went out all the same would be charged.
_STAND_INS: Final = frozenset({"respx", "pytest_httpx"})


def transport() -> httpx.BaseTransport | None:
    """Return what carries the requests of a new client; None for httpx's own, which knows the ways of proxies."""
    if _proxies():
        return None
    return ChosenTransport() if FAST else PooledTransport()


def async_transport() -> httpx.AsyncBaseTransport | None:
    """Return what carries the requests of a new asynchronous client; None for httpx's own, as above."""
    if _proxies():
        return None
    return AsyncChosenTransport() if FAST else AsyncPooledTransport()


def _proxies() -> bool:
    """Whether the environment names a proxy, as httpx sees it: a transport that is given would make httpx ignore it."""
    return not {"http", "https", "all"}.isdisjoint(getproxies())


class ChosenTransport(httpx.BaseTransport):
    """Sends each request with pyreqwest where that can be interrupted and seen as httpx's can, else with httpx."""

    def __init__(self) -> None:
        """Open nothing yet."""
        self.pooled = PooledTransport()
        self.fast = _fast.FastTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request.

        On the main thread httpx sends it: pyreqwest would wait out its time-out before it lets Ctrl-C end the program.
        """
        if _fast_can_be_used() and threading.current_thread() is not threading.main_thread():
            return self.fast.handle_request(request)
        return self.pooled.handle_request(request)

    def close(self) -> None:
        """Close all connections."""
        self.pooled.close()
        self.fast.close()


class AsyncChosenTransport(httpx.AsyncBaseTransport):
    """Sends each request with pyreqwest where that can be seen as httpx's can, else with httpx."""

    def __init__(self) -> None:
        """Open nothing yet."""
        self.pooled = AsyncPooledTransport()
        self.fast = _fast.AsyncFastTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request."""
        if _fast_can_be_used():
            return await self.fast.handle_async_request(request)
        return await self.pooled.handle_async_request(request)

    async def aclose(self) -> None:
        """Close all connections."""
        await self.pooled.aclose()
        await self.fast.aclose()


def _fast_can_be_used() -> bool:
    return _STAND_INS.isdisjoint(sys.modules) and _fast.usable_in_this_process()


class _NoCookies(httpx.Cookies):
    """Keeps none: who asks with a key has no session, and looking for cookies takes httpx a tenth of a call."""

    def extract_cookies(self, response: httpx.Response) -> None:
        """Leave them in the answer."""


_NO_COOKIES: Final = _NoCookies()


class Client(httpx.Client):
    """An ``httpx.Client`` that does no more than it must: it keeps no cookies and sends no field without need."""

    def __init__(self, *, timeout: httpx.Timeout | float | None, transport: httpx.BaseTransport | None) -> None:
        """Send with the transport; with httpx's own, and the proxies of the environment, where it is None."""
        super().__init__(timeout=timeout, transport=transport)
        # HTTP/1.1 keeps connections alive unasked, and each field costs a hundredth of a call.
        del self.headers["Connection"]

    @property  # type: ignore[misc]  # it can be set in httpx; nobody sets what is not kept
    def cookies(self) -> httpx.Cookies:
        """No cookies."""
        return _NO_COOKIES


class AsyncClient(httpx.AsyncClient):
    """The asynchronous twin of :class:`Client`."""

    def __init__(self, *, timeout: httpx.Timeout | float | None, transport: httpx.AsyncBaseTransport | None) -> None:
        """Send with the transport; with httpx's own, and the proxies of the environment, where it is None."""
        super().__init__(timeout=timeout, transport=transport)
        del self.headers["Connection"]

    @property  # type: ignore[misc]  # it can be set in httpx; nobody sets what is not kept
    def cookies(self) -> httpx.Cookies:
        """No cookies."""
        return _NO_COOKIES
