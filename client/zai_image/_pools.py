"""httpx's own transport in many small pools, because httpx looks through all of a pool at each event in it."""

from __future__ import annotations

import ssl
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from operator import attrgetter
from threading import Lock
from typing import Final, Generic, TypeVar

import httpx
from attrs import define

# With a thousand requests in flight a pool then has some thirty, which takes httpx less time than the rest of a call.
POOLS: Final = 32
# Requests go to one host and downloads to another; a pool keeps a connection to each when nothing is under way.
_KEPT_PER_POOL: Final = 2
_MOST_CONNECTIONS: Final = 10_000

T = TypeVar("T")


def most_connections() -> int:
    """Return how many connections a client may have open: seven eighths of the files that the process may open."""
    if sys.platform == "win32":
        return _MOST_CONNECTIONS
    import resource

    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files == resource.RLIM_INFINITY:
        return _MOST_CONNECTIONS
    return min(files * 7 // 8, _MOST_CONNECTIONS)


def trusted() -> ssl.SSLContext:
    """Return what httpx trusts: certifi's certificates, or those that ``SSL_CERT_FILE`` or ``SSL_CERT_DIR`` names.

    Raises:
        httpx.ConnectError: They cannot be read.
    """
    try:
        return httpx.create_ssl_context()
    except OSError as error:
        raise httpx.ConnectError(f"the certificates to trust cannot be read: {error}") from error


class Once(Generic[T]):
    """A thing made when it is first asked for: reading the certificates to trust takes longer than many a call."""

    def __init__(self, make: Callable[[], T]) -> None:
        """Make nothing yet."""
        self._make = make
        self._made: T | None = None

    def __call__(self) -> T:
        """Return the thing."""
        if self._made is None:
            self._made = self._make()
        return self._made


@define(eq=False)
class Pool(Generic[T]):
    """One transport of httpx, which has a pool of its own, and how many requests are under way on it."""

    transport: T
    in_flight: int = 0


class Pools(Generic[T]):
    """The pools of one client, made as they are needed, and filled evenly."""

    def __init__(self, make: Callable[[httpx.Limits], T]) -> None:
        """Have no pool yet; ``make`` makes the transport of one."""
        self._make = make
        self._limits = httpx.Limits(
            max_connections=max(1, most_connections() // POOLS),
            max_keepalive_connections=_KEPT_PER_POOL,
        )
        self._pools: list[Pool[T]] = []
        self._lock = Lock()

    def take(self) -> Pool[T]:
        """Return the pool with the fewest requests in flight, one more counted; an idle one keeps its connections."""
        with self._lock:
            pool = min(self._pools, key=attrgetter("in_flight"), default=None)
            if pool is None or (pool.in_flight and len(self._pools) < POOLS):
                pool = Pool(self._make(self._limits))
                self._pools.append(pool)
            pool.in_flight += 1
            return pool

    def give_back(self, pool: Pool[T]) -> None:
        """Note that a request on the pool has ended."""
        with self._lock:
            pool.in_flight -= 1

    def remove_all(self) -> list[T]:
        """Return the transports, to be closed; the next request makes new ones."""
        with self._lock:
            pools, self._pools = self._pools, []
        return [pool.transport for pool in pools]

    @property
    def in_flight(self) -> list[int]:
        """How many requests are under way on each pool."""
        return [pool.in_flight for pool in self._pools]


class PooledTransport(httpx.BaseTransport):
    """httpx's transport, quick with thousands of requests in flight; to be shared between threads.

    Its time-outs, errors and certificates are httpx's. It opens at most :func:`most_connections`; a request over that
    waits for one, for as long as the ``pool`` time-out allows.
    """

    def __init__(self) -> None:
        """Open nothing yet."""
        tls = Once(trusted)
        self.pools = Pools(lambda limits: httpx.HTTPTransport(verify=tls(), limits=limits))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request on the pool with the fewest in flight."""
        pool = self.pools.take()
        try:
            response = pool.transport.handle_request(request)
        except BaseException:
            self.pools.give_back(pool)
            raise
        assert isinstance(response.stream, httpx.SyncByteStream)
        response.stream = _Body(response.stream, pool, self.pools)
        return response

    def close(self) -> None:
        """Close all connections."""
        for transport in self.pools.remove_all():
            transport.close()


class AsyncPooledTransport(httpx.AsyncBaseTransport):
    """The asynchronous twin of :class:`PooledTransport`; to be shared between tasks of one event loop."""

    def __init__(self) -> None:
        """Open nothing yet."""
        tls = Once(trusted)
        self.pools = Pools(lambda limits: httpx.AsyncHTTPTransport(verify=tls(), limits=limits))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request on the pool with the fewest in flight."""
        pool = self.pools.take()
        try:
            response = await pool.transport.handle_async_request(request)
        except BaseException:
            self.pools.give_back(pool)
            raise
        assert isinstance(response.stream, httpx.AsyncByteStream)
        response.stream = _AsyncBody(response.stream, pool, self.pools)
        return response

    async def aclose(self) -> None:
        """Close all connections."""
        for transport in self.pools.remove_all():
            await transport.aclose()


class _Body(httpx.SyncByteStream):
    """The body of an answer; its pool is given back when it is closed."""

    def __init__(
        self, stream: httpx.SyncByteStream, pool: Pool[httpx.HTTPTransport], pools: Pools[httpx.HTTPTransport]
    ) -> None:
        self._stream = stream
        self._give_back: Callable[[], None] | None = lambda: pools.give_back(pool)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._stream)

    def close(self) -> None:
        give_back, self._give_back = self._give_back, None
        try:
            self._stream.close()
        finally:
            if give_back is not None:
                give_back()


class _AsyncBody(httpx.AsyncByteStream):
    """The body of an answer; its pool is given back when it is closed."""

    def __init__(
        self,
        stream: httpx.AsyncByteStream,
        pool: Pool[httpx.AsyncHTTPTransport],
        pools: Pools[httpx.AsyncHTTPTransport],
    ) -> None:
        self._stream = stream
        self._give_back: Callable[[], None] | None = lambda: pools.give_back(pool)

    def __aiter__(self) -> AsyncIterator[bytes]:
        return aiter(self._stream)

    async def aclose(self) -> None:
        give_back, self._give_back = self._give_back, None
        try:
            await self._stream.aclose()
        finally:
            if give_back is not None:
                give_back()
