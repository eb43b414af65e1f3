"""The two clients, twins but for the waiting: what to do is decided in plain functions, here it is only done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from zai_image import _retries
from zai_image._boundary import guarded, guarded_async, not_sent
from zai_image._checking import prepare
from zai_image._connections import close, close_async
from zai_image._errors import ZaiImageError
from zai_image._image_answers import ImageAnswer, image_answer_at
from zai_image._images import AsyncImage, Image
from zai_image._redact import Hidden
from zai_image._settings import DEADLINE_SECONDS, DEFAULTS, Settings
from zai_image._settings import Options as ClientOptions
from zai_image_api.operation import Operation
from zai_image_api.resources import AsyncResources, Resources
from zai_image_api.types import UNSET, Options, Unset

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self, Unpack

    from zai_image._exchange import Call
    from zai_image._http import (
        GivenAsyncClient,
        GivenAsyncTransport,
        GivenClient,
        GivenTransport,
        Timeout,
    )


class _AnyClient:
    """What both clients have: settings, and what they say of themselves."""

    _settings: Settings = DEFAULTS
    _owns_connections = True

    def with_options(self, **changes: Unpack[ClientOptions]) -> Self:
        """Return a client with other settings that sends over the same connections.

        Closing either of them closes neither the other nor, but for the first, the connections.

        Args:
            changes: Arguments as of the class, but for ``transport`` and ``http_client``.

        Raises:
            InvalidRequestError: One of them is none with which anything could be sent.
        """
        given = Hidden(changes)
        del changes
        settings = self._settings.changed(given)
        client = type(self).__new__(type(self))
        client.__dict__.update(vars(self), _settings=settings, _owns_connections=False)
        client._bind()
        return client

    def _bind(self) -> None:
        """Have the resources send with this client."""

    def _call(self, operation: Operation[Any], arguments: Mapping[str, Any], options: Options) -> Call:
        """Return the call to be made, checked."""
        from zai_image._exchange import Call

        checked = prepare(operation, arguments, options, validate=self._settings.validate, caller=5)
        return guarded(lambda: Call(self._settings, operation, checked, options), not_sent)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._settings.base_url}>"


class ZaiImage(_AnyClient, Resources[Image]):
    """A client of Z.AI's image generation API.

    ::

        with ZaiImage() as zai:
            zai.images.generate("A cute little kitten.", size="1280x1280").save("kitten.png")

    It may be shared between threads, and used on both sides of a fork. What it opened is closed by :meth:`close` or at
    the end of its ``with`` block.

    Args:
        api_key: The key; the environment variable ``ZAI_API_KEY`` where left out.
        base_url: The part of the address before ``/paas/v4``; the environment variable ``ZAI_BASE_URL`` where left
            out, the page's server where that is unset.
        timeout: Seconds to wait for each step of an exchange, or an ``httpx.Timeout``; 10 s to connect and 120 s to
            wait for data where left out; None waits for ever.
        deadline: Seconds for a whole call, retries and bodies included, whatever trickles; None for no end.
        max_retries: How often a request is sent again at most, where that cannot be charged twice; 0 means never.
        retry_unknown_outcome: Whether to send a paid request again also where the first may have been processed: after
            a time-out, a connection lost in flight, or a server's error. It may be charged twice.
        validate: Whether to refuse requests that break a documented rule before sending them.
        log_prompts: Whether prompts may stand in the log ``zai_image``; they are private, and the default is no.
        default_headers: Header fields for each request of the API, as gateways want them; no other host gets them.
        default_query: Parameters for the address of each request of the API; likewise.
        allow_image_hosts: Hosts such as ``localhost`` from which images may come though they are this machine or on its
            link-local network. The link of a public API leads there only by mistake or attack.
        transport: The transport of httpx, or of httpx2, that carries the requests.
        http_client: The client of httpx, or of httpx2, to send with, as it is; the caller closes it.

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
        timeout: Timeout | float | Unset | None = UNSET,
        deadline: float | None = DEADLINE_SECONDS,
        max_retries: int = 2,
        retry_unknown_outcome: bool = False,
        validate: bool = True,
        log_prompts: bool = False,
        default_headers: Mapping[str, str] | None = None,
        default_query: Mapping[str, str] | None = None,
        allow_image_hosts: Sequence[str] = (),
        transport: GivenTransport | None = None,
        http_client: GivenClient | None = None,
    ) -> None:
        given = Hidden(
            ClientOptions(
                api_key=api_key,
                base_url=base_url,
                timeout=timeout,
                deadline=deadline,
                max_retries=max_retries,
                retry_unknown_outcome=retry_unknown_outcome,
                validate=validate,
                log_prompts=log_prompts,
                default_headers=default_headers,
                default_query=default_query,
                allow_image_hosts=allow_image_hosts,
            )
        )
        # Whatever is raised from here shows the locals of this frame to collectors of tracebacks.
        del api_key, default_headers, default_query
        self._settings = DEFAULTS.changed(given)
        # httpx is loaded when a client is made, and not with the package.
        from zai_image import _http

        self._connections = guarded(lambda: _http.connections(transport, http_client), not_sent)
        self._bind()

    def _bind(self) -> None:
        Resources.__init__(self, self._send)

    def _send(self, operation: Operation[Any], arguments: Mapping[str, Any], options: Options) -> Any:
        call = self._call(operation, arguments, options)
        return guarded(lambda: self._sent(call), call.unexpected)

    def _sent(self, call: Call) -> Any:
        from zai_image._exchange import exchange

        while True:
            outcome = exchange(call, self._connections)
            if isinstance(outcome, ImageAnswer):
                return Image(outcome, call.arguments, self._settings.downloading, self._connections)
            if not isinstance(outcome, ZaiImageError):
                return outcome
            pause = call.pause(outcome)
            if pause is None:
                raise outcome
            _retries.wait(pause)

    def image_at(self, url: str, *, created: datetime | None = None) -> Image:
        """Return the image of an earlier answer by its URL, to download or save it: nothing is charged.

        Args:
            url: The URL that the answer gave.
            created: When it was asked for, where that is known.
        """
        made = image_answer_at(url, created, self._settings.key)
        return Image(made, {}, self._settings.downloading, self._connections)

    def close(self) -> None:
        """Close the connections; a client given as ``http_client`` stays open. It never fails."""
        if self._owns_connections:
            close(self._connections.remove_all())

    def __enter__(self) -> Self:
        """Return the client; the end of the block closes it."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the connections."""
        self.close()


class AsyncZaiImage(_AnyClient, AsyncResources[AsyncImage]):
    """The asynchronous twin of :class:`ZaiImage`: the same arguments, the same errors, each verb awaited.

    ::

        async with AsyncZaiImage() as zai:
            image = await zai.images.generate("A cute little kitten.", size="1280x1280")
            await image.save("kitten.png")

    It may be shared between tasks, and used in one event loop after the other. Cancelling a call closes its connection.
    """

    def __init__(
        self,
        api_key: str | None = None,
        *,
        base_url: str | None = None,
        timeout: Timeout | float | Unset | None = UNSET,
        deadline: float | None = DEADLINE_SECONDS,
        max_retries: int = 2,
        retry_unknown_outcome: bool = False,
        validate: bool = True,
        log_prompts: bool = False,
        default_headers: Mapping[str, str] | None = None,
        default_query: Mapping[str, str] | None = None,
        allow_image_hosts: Sequence[str] = (),
        transport: GivenAsyncTransport | None = None,
        http_client: GivenAsyncClient | None = None,
    ) -> None:
        given = Hidden(
            ClientOptions(
                api_key=api_key,
                base_url=base_url,
                timeout=timeout,
                deadline=deadline,
                max_retries=max_retries,
                retry_unknown_outcome=retry_unknown_outcome,
                validate=validate,
                log_prompts=log_prompts,
                default_headers=default_headers,
                default_query=default_query,
                allow_image_hosts=allow_image_hosts,
            )
        )
        # Whatever is raised from here shows the locals of this frame to collectors of tracebacks.
        del api_key, default_headers, default_query
        self._settings = DEFAULTS.changed(given)
        # httpx is loaded when a client is made, and not with the package.
        from zai_image import _http

        self._connections = guarded(lambda: _http.async_connections(transport, http_client), not_sent)
        self._bind()

    def _bind(self) -> None:
        AsyncResources.__init__(self, self._send)

    async def _send(self, operation: Operation[Any], arguments: Mapping[str, Any], options: Options) -> Any:
        call = self._call(operation, arguments, options)
        return await guarded_async(self._sent(call), call.unexpected)

    async def _sent(self, call: Call) -> Any:
        from zai_image._exchange import exchange_async

        while True:
            outcome = await exchange_async(call, self._connections)
            if isinstance(outcome, ImageAnswer):
                return AsyncImage(outcome, call.arguments, self._settings.downloading, self._connections)
            if not isinstance(outcome, ZaiImageError):
                return outcome
            pause = call.pause(outcome)
            if pause is None:
                raise outcome
            await _retries.wait_async(pause)

    def image_at(self, url: str, *, created: datetime | None = None) -> AsyncImage:
        """Return the image of an earlier answer by its URL, to download or save it: nothing is charged.

        Args:
            url: The URL that the answer gave.
            created: When it was asked for, where that is known.
        """
        made = image_answer_at(url, created, self._settings.key)
        return AsyncImage(made, {}, self._settings.downloading, self._connections)

    async def close(self) -> None:
        """Close the connections; a client given as ``http_client`` stays open. It never fails."""
        if self._owns_connections:
            await close_async(self._connections.remove_all())

    async def __aenter__(self) -> Self:
        """Return the client; the end of the block closes it."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the connections."""
        await self.close()
