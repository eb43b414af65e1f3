"""Where requests go and with which key: the settings of an httpx client, made when first needed."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Any

from attrs import define, evolve, field

from . import wire
from .errors import InvalidResponse
from .operation import Operation
from .types import UNSET, Options, Response, Unset

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    import httpx


def _mask(secret: object) -> str:
    return "'***'"


@lru_cache
def _parsed(url: str) -> httpx.URL:
    """Return the address as httpx has it; to read one takes httpx a tenth of a call, and most calls have the same."""
    import httpx

    return httpx.URL(url)


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
            answer, problem = self.answer(), f"its body is longer than {wire.LARGEST_BODY} bytes"
            raise InvalidResponse(answer.status_code, answer.headers, answer.content, problem)

    def answer(self) -> Response[None]:
        """Return the answer with the chunks as its body, not parsed yet."""
        return Response(self._response.status_code, b"".join(self._chunks), self._response.headers, None)


@define(eq=False)
class Client:
    """The settings with which requests are sent, and the httpx clients made of them.

    Args:
        base_url: What the paths of the document are relative to.
        headers: Header fields sent with every request.
        cookies: Cookies sent with every request.
        timeout: Seconds to wait for each step of an exchange, or an ``httpx.Timeout``; None waits for ever.
        verify_ssl: Whether, or with which context, to verify the server's certificate.
        follow_redirects: Whether to follow redirects.
        httpx_args: Further arguments of ``httpx.Client`` and ``httpx.AsyncClient``, such as ``transport``.
    """

    _base_url: str
    _headers: Mapping[str, str] = field(factory=dict, kw_only=True, repr=False)
    _cookies: Mapping[str, str] = field(factory=dict, kw_only=True, repr=False)
    _timeout: httpx.Timeout | float | None = field(default=None, kw_only=True)
    _verify_ssl: ssl.SSLContext | bool = field(default=True, kw_only=True)
    _follow_redirects: bool = field(default=False, kw_only=True)
    _httpx_args: Mapping[str, Any] = field(factory=dict, kw_only=True, repr=False)
    _client: httpx.Client | None = field(default=None, init=False, repr=False)
    _async_client: httpx.AsyncClient | None = field(default=None, init=False, repr=False)
    _lock: Lock = field(factory=Lock, init=False, repr=False)

    def with_headers(self, headers: Mapping[str, str]) -> Self:
        """Return a client like this one that sends these header fields too."""
        return evolve(self, headers={**self._headers, **headers})

    def with_cookies(self, cookies: Mapping[str, str]) -> Self:
        """Return a client like this one that sends these cookies too."""
        return evolve(self, cookies={**self._cookies, **cookies})

    def with_timeout(self, timeout: httpx.Timeout | float | None) -> Self:
        """Return a client like this one with another time-out."""
        return evolve(self, timeout=timeout)

    def get_httpx_client(self) -> httpx.Client:
        """Return the ``httpx.Client`` that sends the requests of the sync functions."""
        with self._lock:
            if self._client is None:
                import httpx

                self._client = httpx.Client(**self._httpx_settings())
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

                self._async_client = httpx.AsyncClient(**self._httpx_settings())
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
        request = operation.request(arguments, options.extra_body)
        fields = {"headers": dict(request.headers)} | ({} if request.content is None else {"content": request.content})
        came = self.request(request.method, request.target, timeout=options.timeout, **fields)
        return operation.read(came.status_code, came.headers, came.content)

    async def send_async(
        self, operation: Operation[Any], arguments: Mapping[str, Any], options: Options
    ) -> Response[Any]:
        """Send and read as :meth:`send` does."""
        request = operation.request(arguments, options.extra_body)
        fields = {"headers": dict(request.headers)} | ({} if request.content is None else {"content": request.content})
        came = await self.request_async(request.method, request.target, timeout=options.timeout, **fields)
        return operation.read(came.status_code, came.headers, came.content)

    def request(
        self, method: str, url: str, *, timeout: httpx.Timeout | float | Unset | None = UNSET, **arguments: Any
    ) -> Response[None]:
        """Send one request and return the answer, received to its end, with nothing parsed yet.

        Raises:
            InvalidResponse: The answer's body is too long to be one.
            httpx.HTTPError: No answer came, or not all of it.
        """
        client = self.get_httpx_client()
        response = client.send(self._request(client, method, url, timeout, arguments), stream=True)
        try:
            body = _Body(response)
            for chunk in response.iter_bytes():
                body.take(chunk)
            return body.answer()
        finally:
            response.close()

    async def request_async(
        self, method: str, url: str, *, timeout: httpx.Timeout | float | Unset | None = UNSET, **arguments: Any
    ) -> Response[None]:
        """Send one request and return the answer, received to its end, with nothing parsed yet.

        Raises:
            InvalidResponse: The answer's body is too long to be one.
            httpx.HTTPError: No answer came, or not all of it.
        """
        client = self.get_async_httpx_client()
        response = await client.send(self._request(client, method, url, timeout, arguments), stream=True)
        try:
            body = _Body(response)
            async for chunk in response.aiter_bytes():
                body.take(chunk)
            return body.answer()
        finally:
            await response.aclose()

    def _authorization(self) -> dict[str, str]:
        return {}

    def _request(
        self,
        client: httpx.Client | httpx.AsyncClient,
        method: str,
        path: str,
        timeout: httpx.Timeout | float | Unset | None,
        arguments: dict[str, Any],
    ) -> httpx.Request:
        """Return the request that httpx would build, with the key.

        What most requests are is built here: httpx takes a tenth of a call to merge what then is not there.
        """
        import httpx

        url = _parsed(self._base_url.rstrip("/") + path)
        headers: dict[str, str] = {**self._authorization(), **arguments.pop("headers", {})}
        if arguments.keys() != {"content"} or client.cookies or client.params or "Host" in client.headers:
            if timeout is not UNSET:
                arguments["timeout"] = timeout
            return client.build_request(method, url, headers=headers, **arguments)
        content: bytes = arguments["content"]
        names = {name.lower().encode("ascii") for name in headers}
        request = httpx.Request(
            method,
            url,
            headers=[
                (b"Host", url.netloc),
                *(field for field in client.headers.raw if field[0].lower() not in names),
                *((name.encode("ascii"), value.encode("ascii")) for name, value in headers.items()),
                (b"Content-Length", b"%d" % len(content)),
            ],
            stream=httpx.ByteStream(content),
            extensions={"timeout": (client.timeout if timeout is UNSET else httpx.Timeout(timeout)).as_dict()},
        )
        # Event hooks may look at the content.
        request.read()
        return request

    def _httpx_settings(self) -> dict[str, Any]:
        return {
            "headers": self._headers,
            "cookies": self._cookies,
            "timeout": self._timeout,
            "verify": self._verify_ssl,
            "follow_redirects": self._follow_redirects,
            **self._httpx_args,
        }

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
    """A client that sends a key with every request.

    Args:
        token: The key; no representation of the client shows it.
        prefix: What stands before the key in the header field.
        auth_header_name: The header field that carries it.
    """

    token: str = field(kw_only=True, repr=_mask)
    prefix: str = field(default="Bearer", kw_only=True)
    auth_header_name: str = field(default="Authorization", kw_only=True)

    def _authorization(self) -> dict[str, str]:
        return {self.auth_header_name: f"{self.prefix} {self.token}" if self.prefix else self.token}
