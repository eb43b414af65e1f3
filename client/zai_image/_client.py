"""The two clients, twins but for the waiting: what to do is decided in plain functions, here it is only done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from zai_image import _asking, _retrying
from zai_image._any_image import Downloading
from zai_image._exchanges import Exchange
from zai_image._image_answers import ImageAnswer, image_answer_at
from zai_image._images import AsyncImage, Image
from zai_image._retrying import Retrying
from zai_image._settings import api_host, check_timeout, hosts, settings
from zai_image_api.client import AuthenticatedClient
from zai_image_api.operation import Operation
from zai_image_api.resources import AsyncResources, Resources
from zai_image_api.types import UNSET, Options, Response, Unset

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    import httpx

# Several times what an image takes by the page (`promises.TYPICAL_SECONDS`), for busy days.
CONNECT_SECONDS: Final = 10.0
READ_SECONDS: Final = 120.0


def _time_outs(timeout: httpx.Timeout | float | Unset | None) -> httpx.Timeout | float | None:
    import httpx

    return httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS) if timeout is UNSET else timeout


class ZaiImage(Resources[Image]):
    """A client of Z.AI's image generation API.

    ::

        with ZaiImage() as zai:
            zai.images.generate("A cute little kitten.", size="1280x1280").save("kitten.png")

    It may be shared between threads. What it opened is closed by :meth:`close` or at the end of its ``with`` block.

    Args:
        api_key: The key; the environment variable ``ZAI_API_KEY`` where left out.
        base_url: The part of the address before ``/paas/v4``; the environment variable ``ZAI_BASE_URL`` where left
            out, the page's server where that is unset.
        timeout: Seconds to wait for each step of an exchange, or an ``httpx.Timeout``; 10 s to connect and 120 s to
            wait for data where left out; None waits for ever.
        max_retries: How often a request is sent again at most, where that cannot be charged twice; 0 means never.
        retry_unknown_outcome: Whether to send a paid request again also where the first may have been processed: after
            a time-out, a connection lost in flight, or a server's error. It may be charged twice.
        validate: Whether to refuse requests that break a documented rule before sending them.
        log_prompts: Whether prompts may stand in the log ``zai_image``; they are private, and the default is no.
        allow_image_hosts: Hosts such as ``localhost`` from which images may come though they are this machine or on its
            link-local network, which the link of a public API leads to only by mistake or attack.
        transport: The httpx transport that carries the requests.
        http_client: The httpx client to send with, as it is; the caller closes it.

    Attributes:
        images: The operations on images, generated from the page: ``images.generate(...)`` returns an ``Image``.

    Raises:
        InvalidRequestError: There is no key, or an argument is none with which anything could be sent.
    """

    def __init__(
        self,
        api_key: str | None = None,
        *,
        base_url: str | None = None,
        timeout: httpx.Timeout | float | Unset | None = UNSET,
        max_retries: int = 2,
        retry_unknown_outcome: bool = False,
        validate: bool = True,
        log_prompts: bool = False,
        allow_image_hosts: Sequence[str] = (),
        transport: httpx.BaseTransport | None = None,
        http_client: httpx.Client | None = None,
    ) -> None:
        # httpx is loaded when a client is made, and not with the package.
        from zai_image import _transports

        super().__init__(self._send)
        self._settings = settings(api_key, base_url)
        check_timeout(timeout)
        self._retrying = Retrying(max_retries, retry_unknown_outcome)
        self._downloading = Downloading(api_host(self._settings), hosts(allow_image_hosts), self._retrying)
        self._validate = validate
        self._log_prompts = log_prompts
        self._http_client = http_client or _transports.Client(
            timeout=_time_outs(timeout), transport=transport or _transports.transport()
        )
        self._owns_http_client = http_client is None
        self._sender = AuthenticatedClient(self._settings.base_url, token=self._settings.api_key)
        self._sender.set_httpx_client(self._http_client)

    def _send(self, operation: Operation[Any], arguments: Mapping[str, Any], options: Options) -> Any:
        asked = _asking.Call(operation, arguments, options)
        call = _asking.prepare(asked, validate=self._validate, caller=3)
        attempt = 0
        while True:
            attempt += 1
            exchange = Exchange(call, self._settings, attempt, log_prompt=self._log_prompts)
            came: Response[Any] | Exception
            try:
                came = self._sender.send(*call)
            except Exception as error:
                came = error
            outcome = exchange.outcome(came)
            del came  # it may repeat the key, and collectors of tracebacks take the locals too
            if isinstance(outcome, ImageAnswer):
                return Image(outcome, call.arguments, self._downloading, self._http_client)
            pause = self._retrying.pause(outcome, attempt)
            if pause is None:
                raise outcome
            _retrying.wait(pause)

    def image_at(self, url: str, *, created: datetime | None = None) -> Image:
        """Return the image of an earlier answer by its URL, to download or save it: nothing is ordered or charged.

        Args:
            url: The URL that the answer gave.
            created: When it was asked for, where that is known.
        """
        made = image_answer_at(url, created, self._settings.api_key)
        return Image(made, {}, self._downloading, self._http_client)

    def close(self) -> None:
        """Close the connections; a client given as ``http_client`` stays open."""
        if self._owns_http_client:
            self._http_client.close()

    def __enter__(self) -> Self:
        """Return the client; the end of the block closes it."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the connections."""
        self.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._settings.base_url}>"


class AsyncZaiImage(AsyncResources[AsyncImage]):
    """The asynchronous twin of :class:`ZaiImage`: the same arguments, the same errors, each verb awaited.

    ::

        async with AsyncZaiImage() as zai:
            image = await zai.images.generate("A cute little kitten.", size="1280x1280")
            await image.save("kitten.png")

    It may be shared between tasks of one event loop. Cancelling a call closes its connection.
    """

    def __init__(
        self,
        api_key: str | None = None,
        *,
        base_url: str | None = None,
        timeout: httpx.Timeout | float | Unset | None = UNSET,
        max_retries: int = 2,
        retry_unknown_outcome: bool = False,
        validate: bool = True,
        log_prompts: bool = False,
        allow_image_hosts: Sequence[str] = (),
        transport: httpx.AsyncBaseTransport | None = None,
        http_client: httpx.AsyncClient | None = None,
    ) -> None:
        # httpx is loaded when a client is made, and not with the package.
        from zai_image import _transports

        super().__init__(self._send)
        self._settings = settings(api_key, base_url)
        check_timeout(timeout)
        self._retrying = Retrying(max_retries, retry_unknown_outcome)
        self._downloading = Downloading(api_host(self._settings), hosts(allow_image_hosts), self._retrying)
        self._validate = validate
        self._log_prompts = log_prompts
        self._http_client = http_client or _transports.AsyncClient(
            timeout=_time_outs(timeout), transport=transport or _transports.async_transport()
        )
        self._owns_http_client = http_client is None
        self._sender = AuthenticatedClient(self._settings.base_url, token=self._settings.api_key)
        self._sender.set_async_httpx_client(self._http_client)

    async def _send(self, operation: Operation[Any], arguments: Mapping[str, Any], options: Options) -> Any:
        asked = _asking.Call(operation, arguments, options)
        call = _asking.prepare(asked, validate=self._validate, caller=3)
        attempt = 0
        while True:
            attempt += 1
            exchange = Exchange(call, self._settings, attempt, log_prompt=self._log_prompts)
            came: Response[Any] | Exception
            try:
                came = await self._sender.send_async(*call)
            except Exception as error:
                came = error
            outcome = exchange.outcome(came)
            del came  # it may repeat the key, and collectors of tracebacks take the locals too
            if isinstance(outcome, ImageAnswer):
                return AsyncImage(outcome, call.arguments, self._downloading, self._http_client)
            pause = self._retrying.pause(outcome, attempt)
            if pause is None:
                raise outcome
            await _retrying.wait_async(pause)

    def image_at(self, url: str, *, created: datetime | None = None) -> AsyncImage:
        """Return the image of an earlier answer by its URL, to download or save it: nothing is ordered or charged.

        Args:
            url: The URL that the answer gave.
            created: When it was asked for, where that is known.
        """
        made = image_answer_at(url, created, self._settings.api_key)
        return AsyncImage(made, {}, self._downloading, self._http_client)

    async def close(self) -> None:
        """Close the connections; a client given as ``http_client`` stays open."""
        if self._owns_http_client:
            await self._http_client.aclose()

    async def __aenter__(self) -> Self:
        """Return the client; the end of the block closes it."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the connections."""
        await self.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._settings.base_url}>"
