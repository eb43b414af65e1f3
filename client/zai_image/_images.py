"""A generated picture: where it is, until when, and how to get it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from os import PathLike
from pathlib import Path
from typing import IO, TYPE_CHECKING

from zai_image import _storing
from zai_image._answers import Picture
from zai_image_api.models.image_generation_response import ImageGenerationResponse
from zai_image_api.models.image_generation_response_content_filter_item import (
    ImageGenerationResponseContentFilterItem as ContentFilterItem,
)
from zai_image_api.promises import LINK_LIFE
from zai_image_api.types import UNSET

if TYPE_CHECKING:
    import httpx


class _Picture:
    """What a picture tells of itself, however it is fetched."""

    def __init__(self, picture: Picture) -> None:
        self._picture = picture

    @property
    def url(self) -> str:
        """The link to the picture."""
        return self._picture.url

    @property
    def created(self) -> datetime:
        """When the picture was asked for, in UTC."""
        return self._picture.created

    @property
    def expires(self) -> datetime:
        """When the link dies, in UTC: "The temporary link expires after `30` days, please store it promptly"."""
        return self._picture.created + LINK_LIFE

    @property
    def content_filter(self) -> Sequence[ContentFilterItem]:
        """What the provider's content safety says: items with ``role`` and ``level`` (0 is most severe)."""
        items = self._picture.answer.content_filter
        return () if items is UNSET else items

    @property
    def answer(self) -> ImageGenerationResponse:
        """The whole answer; what the page does not name is in its ``additional_properties``."""
        return self._picture.answer

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.url}, created {self.created:%Y-%m-%d %H:%M:%S} UTC>"


class Image(_Picture):
    """A picture made by :class:`~zai_image.ZaiImage`."""

    def __init__(self, picture: Picture, client: httpx.Client) -> None:
        super().__init__(picture)
        self._client = client

    def save(self, path: str | PathLike[str]) -> Path:
        """Store the picture in a file, replacing what is there; a failure leaves the file as it was.

        Args:
            path: The file to write.

        Returns:
            The path written.

        Raises:
            DownloadError: The picture could not be fetched, or not be stored.
        """
        target = Path(path)
        with _storing.errors(self.url), _storing.replacing(target) as file:
            self._fetch(file)
        return target

    def download(self) -> bytes:
        """Return the picture's bytes.

        Raises:
            DownloadError: The picture could not be fetched.
        """
        with _storing.errors(self.url):
            file = BytesIO()
            self._fetch(file)
            return file.getvalue()

    def _fetch(self, file: IO[bytes]) -> None:
        _storing.check_link(self.url)
        receiver = _storing.Receiver(file, self.url)
        with self._client.stream("GET", self.url) as response:
            _storing.check_answer(response, self.url)
            for chunk in response.iter_bytes():
                receiver.take(chunk)
        receiver.finish()


class AsyncImage(_Picture):
    """A picture made by :class:`~zai_image.AsyncZaiImage`."""

    def __init__(self, picture: Picture, client: httpx.AsyncClient) -> None:
        super().__init__(picture)
        self._client = client

    async def save(self, path: str | PathLike[str]) -> Path:
        """Store the picture in a file, replacing what is there; a failure leaves the file as it was.

        Args:
            path: The file to write.

        Returns:
            The path written.

        Raises:
            DownloadError: The picture could not be fetched, or not be stored.
        """
        target = Path(path)
        with _storing.errors(self.url), _storing.replacing(target) as file:
            await self._fetch(file)
        return target

    async def download(self) -> bytes:
        """Return the picture's bytes.

        Raises:
            DownloadError: The picture could not be fetched.
        """
        with _storing.errors(self.url):
            file = BytesIO()
            await self._fetch(file)
            return file.getvalue()

    async def _fetch(self, file: IO[bytes]) -> None:
        _storing.check_link(self.url)
        receiver = _storing.Receiver(file, self.url)
        async with self._client.stream("GET", self.url) as response:
            _storing.check_answer(response, self.url)
            async for chunk in response.aiter_bytes():
                receiver.take(chunk)
        receiver.finish()
