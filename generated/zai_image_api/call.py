# Made by `python -m scripts.regenerate` from openapi/. Do not edit: the next run overwrites it.

"""One operation with its arguments, ready to be handed to whatever sends it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from .types import UNSET, Response, Unset

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    import httpx

    from .client import Client


@frozen(kw_only=True)
class Call:
    """What a resource method builds and hands on; it knows nothing of waiting, retries or errors.

    Attributes:
        operation: The tag and name of the operation, such as ``images.generate``.
        request: Its HTTP method and path, as the document has them.
        arguments: The keyword arguments of its endpoint functions; the request model is ``arguments["body"]``.
        timeout: Seconds, or an ``httpx.Timeout``; ``UNSET`` leaves it to the client.
    """

    operation: str
    request: str
    arguments: Mapping[str, Any]
    timeout: httpx.Timeout | float | None | Unset = UNSET
    sync_detailed: Callable[..., Response[Any]]
    asyncio_detailed: Callable[..., Awaitable[Response[Any]]]

    def send(self, client: Client) -> Response[Any]:
        """Send the request with the client and return the answer."""
        return self.sync_detailed(client=client, timeout=self.timeout, **self.arguments)

    async def send_async(self, client: Client) -> Response[Any]:
        """Send the request with the client and return the answer."""
        return await self.asyncio_detailed(client=client, timeout=self.timeout, **self.arguments)
