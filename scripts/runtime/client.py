"""Sends operations with httpx as they are, for the endpoint functions: nothing is checked, sent again or wrapped."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock
from typing import TYPE_CHECKING, Any

from attrs import define, field

from . import wire
from .errors import InvalidResponse
from .operation import Operation
from .types import Options, Response, Unset

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    import httpx


def _redacted(secret: object) -> str:
    return "'***'"


class _Body:
    """Takes the body of an answer as it comes, and refuses one that is too long, or has no end."""

    def __init__(self, response: httpx.Response) -> None:
        self._response = response
        self._chunks: list[bytes] = []
        self._length = 0

    def take(self, chunk: bytes) -> None:
        """Take a decoded chunk, or raise ``InvalidResponse`` with all that came where that is too much."""
        self._chunks.append(chunk)
        self._length += len(chunk)
        if self._length > wire.LARGEST_BODY:
            problem = f"its body is longer than {wire.LARGEST_BODY} bytes"
            raise InvalidResponse(self._response.status_code, self._response.headers, b"".join(self._chunks), problem)

    def read_by(self, operation: Operation[Any]) -> Response[Any]:
        """Return the answer, read as an operation promises it."""
        return operation.read(self._response.status_code, self._response.headers, b"".join(self._chunks))


@define(eq=False)
class Client:
    """The settings with which requests are sent, and the httpx clients made of them.

    Args:
        base_url: What the paths of the document are relative to.
        headers: Header fields sent with every request.
        httpx_args: Further arguments of ``httpx.Client`` and ``httpx.AsyncClient``, such as ``timeout``.
    """

    _base_url: str
    _headers: Mapping[str, str] = field(factory=dict, kw_only=True, repr=False)
    _httpx_args: Mapping[str, Any] = field(factory=dict, kw_only=True, repr=False)
    _client: httpx.Client | None = field(default=None, init=False, repr=False)
    _async_client: httpx.AsyncClient | None = field(default=None, init=False, repr=False)
    _lock: Lock = field(factory=Lock, init=False, repr=False)

    def get_httpx_client(self) -> httpx.Client:
        """Return the ``httpx.Client`` that sends the requests of the sync functions."""
        with self._lock:
            if self._client is None:
                import httpx

                self._client = httpx.Client(headers=self._headers, **self._httpx_args)
            return self._client

    def set_httpx_client(self, client: httpx.Client) -> Self:
        """Send with this ``httpx.Client`` as it is; of the settings here, only the key is added to its requests."""
        self._client = client
        return self

    def get_async_httpx_client(self) -> httpx.AsyncClient:
        """Return the ``httpx.AsyncClient`` that sends the requests of the asyncio functions."""
        with self._lock:
            if self._async_client is None:
                import httpx

                self._async_client = httpx.AsyncClient(headers=self._headers, **self._httpx_args)
            return self._async_client

    def set_async_httpx_client(self, client: httpx.AsyncClient) -> Self:
        """Send with this ``httpx.AsyncClient`` as it is; of the settings here, only the key is added."""
        self._async_client = client
        return self

    def send(self, operation: Operation[Any], arguments: Mapping[str, Any], options: Options) -> Response[Any]:
        """Send what the arguments make of an operation, unchecked, and return the answer, read.

        Raises:
            InvalidData: The request cannot be sent as JSON.
            InvalidResponse: The answer is not of the shape promised for its status, or too long.
            httpx.HTTPError: No answer came, or not all of it.
        """
        client = self.get_httpx_client()
        response = client.send(self._request(client, operation, arguments, options), stream=True)
        try:
            body = _Body(response)
            for chunk in response.iter_bytes():
                body.take(chunk)
            return body.read_by(operation)
        finally:
            response.close()

    async def send_async(
        self, operation: Operation[Any], arguments: Mapping[str, Any], options: Options
    ) -> Response[Any]:
        """Send and read as :meth:`send` does."""
        client = self.get_async_httpx_client()
        response = await client.send(self._request(client, operation, arguments, options), stream=True)
        try:
            body = _Body(response)
            async for chunk in response.aiter_bytes():
                body.take(chunk)
            return body.read_by(operation)
        finally:
            await response.aclose()

    def _authorization(self) -> dict[str, str]:
        return {}

    def _request(
        self,
        client: httpx.Client | httpx.AsyncClient,
        operation: Operation[Any],
        arguments: Mapping[str, Any],
        options: Options,
    ) -> httpx.Request:
        made = operation.request(arguments, options.extra_body)
        return client.build_request(
            made.method,
            self._base_url.rstrip("/") + made.target,
            headers={**self._authorization(), **made.headers},
            content=made.content,
            timeout=client.timeout if isinstance(options.timeout, Unset) else options.timeout,
        )

    def __enter__(self) -> Self:
        """Open the ``httpx.Client``; leaving closes it."""
        self.get_httpx_client().__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the ``httpx.Client``."""
        self.get_httpx_client().__exit__(kind, error, traceback)

    async def __aenter__(self) -> Self:
        """Open the ``httpx.AsyncClient``; leaving closes it."""
        await self.get_async_httpx_client().__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the ``httpx.AsyncClient``."""
        await self.get_async_httpx_client().__aexit__(kind, error, traceback)


@define(eq=False)
class AuthenticatedClient(Client):
    """A client that sends a key with every request, as a bearer token.

    Args:
        token: The key; no representation of the client shows it.
    """

    token: str = field(kw_only=True, repr=_redacted)

    def _authorization(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}
