"""A generated image: where it is, until when, and how to get it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from os import PathLike
from pathlib import Path
from typing import IO, TYPE_CHECKING

from zai_image import _retrying
from zai_image._errors import DownloadError, one_line
from zai_image._formats import Facts
from zai_image._image_answers import ImageAnswer
from zai_image._masking import masked
from zai_image._retrying import Retrying
from zai_image._storing import Link, Progress, warn_of_suffix
from zai_image_api.models import ImageGenerationResponse
from zai_image_api.models import ImageGenerationResponseContentFilterItem as ContentFilterItem

if TYPE_CHECKING:
    import httpx


class _AnyImage:
    """What an image tells of itself, however it is fetched."""

    def __init__(self, made: ImageAnswer, retrying: Retrying) -> None:
        self._made = made
        self._retrying = retrying
        self._facts: Facts | None = None

    def _link(self) -> Link:
        return Link(self.url, self.expires, self._made.key)

    @property
    def url(self) -> str:
        """The link to the image."""
        return self._made.url

    @property
    def created(self) -> datetime | None:
        """When the image was asked for, in UTC; None where the answer has no usable time."""
        return self._made.created

    @property
    def expires(self) -> datetime | None:
        """When the link dies by the page, in UTC: ``promises.LINK_LIFE`` after :attr:`created`; None likewise."""
        return self._made.expires

    @property
    def content_filter(self) -> Sequence[ContentFilterItem]:
        """What the provider's content safety says: items with ``role`` and ``level``, least where most severe."""
        return self._made.content_filter

    @property
    def answer(self) -> ImageGenerationResponse:
        """The whole answer; what the page does not name is in its ``additional_properties``."""
        return self._made.answer

    def __repr__(self) -> str:
        url = one_line(masked(self.url, self._made.key))
        created = "" if self.created is None else f", created {self.created:%Y-%m-%d %H:%M:%S} UTC"
        return f"<{type(self).__name__} {url}{created}>"


class Image(_AnyImage):
    """An image made by :class:`~zai_image.ZaiImage`."""

    def __init__(self, made: ImageAnswer, retrying: Retrying, client: httpx.Client) -> None:
        super().__init__(made, retrying)
        self._client = client

    def save(self, path: str | PathLike[str], *, progress: Progress | None = None) -> Path:
        """Store the image in a file, replacing what is there; a failure leaves the file as it was.

        A file that is there keeps its mode and, where the system lets us, its owner.

        Args:
            path: The file to write, or a symbolic link to it; one without a suffix gets that of the image's format. A
                suffix of another format is warned of with ``SuffixWarning``.
            progress: Called with the bytes received so far and, where known, their total.

        Returns:
            The path written.

        Raises:
            DownloadError: The image could not be fetched, is not one, is not whole, or could not be stored; before the
                download, where there is a folder, a device or another thing that is no regular file.
        """
        link = self._link()
        with link.errors(), link.file(path) as partial:
            facts = self._facts = self._fetch(link, partial.file, progress)
            stored = partial.keep(facts.suffix)
        warn_of_suffix(stored, facts)
        return stored

    def download(self, *, progress: Progress | None = None) -> bytes:
        """Return the image's bytes.

        Args:
            progress: Called with the bytes received so far and, where known, their total.

        Raises:
            DownloadError: The image could not be fetched, is not one, or is not whole.
        """
        link = self._link()
        with link.errors():
            file = BytesIO()
            self._facts = self._fetch(link, file, progress)
            return file.getvalue()

    def _fetch(self, link: Link, file: IO[bytes], progress: Progress | None) -> Facts:
        while True:
            if self._made.content is not None:
                return link.received(self._made.content, file, progress)
            link.attempts += 1
            try:
                return self._attempt(link, file, progress)
            except DownloadError as error:
                pause = self._retrying.pause(error, link.attempts)
                if pause is None:
                    raise
                _retrying.wait(pause)

    def _attempt(self, link: Link, file: IO[bytes], progress: Progress | None) -> Facts:
        url = link.url
        redirects = 0
        with link.errors():
            while True:
                with link.asking():
                    request = link.request(self._client, url)
                    response = self._client.send(request, stream=True, auth=None, follow_redirects=False)
                try:
                    sent_on = link.redirection(response, redirects)
                    if sent_on is None:
                        receiver = link.receiver(response, file, progress)
                        for chunk in response.iter_bytes():
                            receiver.take(chunk)
                        return receiver.finish()
                finally:
                    response.close()
                url, redirects = sent_on, redirects + 1


class AsyncImage(_AnyImage):
    """An image made by :class:`~zai_image.AsyncZaiImage`."""

    def __init__(self, made: ImageAnswer, retrying: Retrying, client: httpx.AsyncClient) -> None:
        super().__init__(made, retrying)
        self._client = client

    async def save(self, path: str | PathLike[str], *, progress: Progress | None = None) -> Path:
        """Store the image in a file, replacing what is there; a failure leaves the file as it was.

        A file that is there keeps its mode and, where the system lets us, its owner.

        Args:
            path: The file to write, or a symbolic link to it; one without a suffix gets that of the image's format. A
                suffix of another format is warned of with ``SuffixWarning``.
            progress: Called with the bytes received so far and, where known, their total.

        Returns:
            The path written.

        Raises:
            DownloadError: The image could not be fetched, is not one, is not whole, or could not be stored; before the
                download, where there is a folder, a device or another thing that is no regular file.
        """
        link = self._link()
        with link.errors(), link.file(path) as partial:
            facts = self._facts = await self._fetch(link, partial.file, progress)
            stored = partial.keep(facts.suffix)
        warn_of_suffix(stored, facts)
        return stored

    async def download(self, *, progress: Progress | None = None) -> bytes:
        """Return the image's bytes.

        Args:
            progress: Called with the bytes received so far and, where known, their total.

        Raises:
            DownloadError: The image could not be fetched, is not one, or is not whole.
        """
        link = self._link()
        with link.errors():
            file = BytesIO()
            self._facts = await self._fetch(link, file, progress)
            return file.getvalue()

    async def _fetch(self, link: Link, file: IO[bytes], progress: Progress | None) -> Facts:
        while True:
            if self._made.content is not None:
                return link.received(self._made.content, file, progress)
            link.attempts += 1
            try:
                return await self._attempt(link, file, progress)
            except DownloadError as error:
                pause = self._retrying.pause(error, link.attempts)
                if pause is None:
                    raise
                await _retrying.wait_async(pause)

    async def _attempt(self, link: Link, file: IO[bytes], progress: Progress | None) -> Facts:
        url = link.url
        redirects = 0
        with link.errors():
            while True:
                with link.asking():
                    request = link.request(self._client, url)
                    response = await self._client.send(request, stream=True, auth=None, follow_redirects=False)
                try:
                    sent_on = link.redirection(response, redirects)
                    if sent_on is None:
                        receiver = link.receiver(response, file, progress)
                        async for chunk in response.aiter_bytes():
                            receiver.take(chunk)
                        return receiver.finish()
                finally:
                    await response.aclose()
                url, redirects = sent_on, redirects + 1
