"""A generated image, and how to get it, sync and async."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from io import BytesIO
from os import PathLike
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeAlias

from zai_image import _retries
from zai_image._any_image import AnyImage, Downloading
from zai_image._boundary import guarded, guarded_async
from zai_image._errors import DownloadError
from zai_image._image_answers import ImageAnswer

if TYPE_CHECKING:
    from PIL.Image import Image as PillowImage

    from zai_image._connections import Connections, GivenConnections
    from zai_image._downloads import Download, Progress
    from zai_image._formats import Facts
    from zai_image._http import Sender

    Target: TypeAlias = str | PathLike[str]


class Image(AnyImage):
    """An image made by :class:`~zai_image.ZaiImage`.

    ::

        image = zai.images.generate("A cute little kitten.")
        image.save("kitten.png")
        image.url, image.expires, image.width, image.height, image.content_filter

    A notebook shows it, and keeps it after its link has died.
    """

    def __init__(
        self,
        made: ImageAnswer,
        asked: Mapping[str, Any],
        downloading: Downloading,
        connections: Connections | GivenConnections,
    ) -> None:
        super().__init__(made, asked, downloading)
        self._connections = connections

    def save(self, path: Target, *, progress: Progress | None = None) -> Path:
        """Store the image in a file, replacing what is there; a failure leaves the file as it was.

        A file that is there keeps its mode and, where the system lets us, its owner.

        Args:
            path: The file to write, or a symbolic link to it; one without a suffix gets that of the image's format. A
                suffix of another format is warned of with ``SuffixWarning``.
            progress: Called with the bytes received so far and, where known, their total.

        Returns:
            The path written.

        Raises:
            DownloadError: The image could not be fetched, is not one, is not whole, or could not be stored. Where a
                folder, a device or another special file has that path, it is raised before the download.
        """
        from zai_image._storing import saving, warn_of_suffix

        download = self._download()

        def save() -> tuple[Path, Facts]:
            with saving(download, path) as target:
                facts = self._receive(download, target.file, progress)
                return target.keep(facts.suffix), facts

        stored, facts = guarded(save, download.failed)
        warn_of_suffix(stored, facts)
        return stored

    def download(self, *, progress: Progress | None = None) -> bytes:
        """Return the image's bytes.

        Args:
            progress: Called with the bytes received so far and, where known, their total.

        Raises:
            DownloadError: The image could not be fetched, is not one, or is not whole.
        """
        download, file = self._download(), BytesIO()
        guarded(lambda: self._receive(download, file, progress), download.failed)
        return file.getvalue()

    def to_pil(self) -> PillowImage:
        """Return the image as one of Pillow's, decoded; needs the extra ``pil``.

        Raises:
            DownloadError: The image could not be fetched, or Pillow cannot decode it.
            InvalidRequestError: Pillow is not installed.
        """
        from zai_image._display import decoded, pillow

        pillow()
        return decoded(self._download(), self.download())

    def _receive(self, download: Download, file: IO[bytes], progress: Progress | None) -> Facts:
        if self._made.content is not None:
            self._facts = download.received(self._made.content, file, progress)
            return self._facts
        with download.deadline:
            while True:
                download.attempts += 1
                try:
                    self._facts = guarded(partial(self._attempt, download, file, progress), download.failed)
                    return self._facts
                except DownloadError as error:
                    pause = self._pause(download, error)
                    if pause is None:
                        raise
                _retries.wait(pause)

    def _attempt(self, download: Download, file: IO[bytes], progress: Progress | None) -> Facts:
        with download.leased(self._connections) as sender:
            return self._followed(sender, download, file, progress)

    def _followed(self, sender: Sender, download: Download, file: IO[bytes], progress: Progress | None) -> Facts:
        link, redirects = download.link, 0
        while True:
            response = sender.send(download.request(sender, link))
            try:
                sent_on = download.redirection(response, link, redirects)
                if sent_on is None:
                    receiver = download.receiver(response, file, progress)
                    if response.is_stream_consumed:
                        receiver.store(response.content)
                    else:
                        for chunk in response.iter_raw():
                            for _ in receiver.take(chunk):
                                pass
                    return receiver.finish()
            finally:
                response.close()
            link, redirects = sent_on, redirects + 1

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """Return what notebooks show: the image itself; what it says of itself, where it cannot be had."""
        from zai_image._display import bundle

        try:
            return bundle(self, self.download())
        except DownloadError:
            return bundle(self, None)


class AsyncImage(AnyImage):
    """An image made by :class:`~zai_image.AsyncZaiImage`: the twin of :class:`Image`, each verb awaited.

    A notebook shows it from its link, as long as that works.
    """

    def __init__(
        self,
        made: ImageAnswer,
        asked: Mapping[str, Any],
        downloading: Downloading,
        connections: Connections | GivenConnections,
    ) -> None:
        super().__init__(made, asked, downloading)
        self._connections = connections

    async def save(self, path: Target, *, progress: Progress | None = None) -> Path:
        """Store the image in a file, replacing what is there; a failure leaves the file as it was.

        A file that is there keeps its mode and, where the system lets us, its owner.

        Args:
            path: The file to write, or a symbolic link to it; one without a suffix gets that of the image's format. A
                suffix of another format is warned of with ``SuffixWarning``.
            progress: Called with the bytes received so far and, where known, their total.

        Returns:
            The path written.

        Raises:
            DownloadError: The image could not be fetched, is not one, is not whole, or could not be stored. Where a
                folder, a device or another special file has that path, it is raised before the download.
        """
        from zai_image._storing import saving, warn_of_suffix

        download = self._download()

        async def save() -> tuple[Path, Facts]:
            with saving(download, path) as target:
                facts = await self._receive(download, target.file, progress)
                return target.keep(facts.suffix), facts

        stored, facts = await guarded_async(save(), download.failed)
        warn_of_suffix(stored, facts)
        return stored

    async def download(self, *, progress: Progress | None = None) -> bytes:
        """Return the image's bytes.

        Args:
            progress: Called with the bytes received so far and, where known, their total.

        Raises:
            DownloadError: The image could not be fetched, is not one, or is not whole.
        """
        download, file = self._download(), BytesIO()
        await guarded_async(self._receive(download, file, progress), download.failed)
        return file.getvalue()

    async def to_pil(self) -> PillowImage:
        """Return the image as one of Pillow's, decoded; needs the extra ``pil``.

        Raises:
            DownloadError: The image could not be fetched, or Pillow cannot decode it.
            InvalidRequestError: Pillow is not installed.
        """
        from zai_image._display import decoded, pillow

        pillow()
        return decoded(self._download(), await self.download())

    async def _receive(self, download: Download, file: IO[bytes], progress: Progress | None) -> Facts:
        if self._made.content is not None:
            self._facts = download.received(self._made.content, file, progress)
            return self._facts
        import anyio

        # None waits for ever.
        with anyio.fail_after(download.deadline.remaining):
            while True:
                download.attempts += 1
                try:
                    self._facts = await guarded_async(self._attempt(download, file, progress), download.failed)
                    return self._facts
                except DownloadError as error:
                    pause = self._pause(download, error)
                    if pause is None:
                        raise
                await _retries.wait_async(pause)

    async def _attempt(self, download: Download, file: IO[bytes], progress: Progress | None) -> Facts:
        with download.leased(self._connections) as sender:
            return await self._followed(sender, download, file, progress)

    async def _followed(self, sender: Sender, download: Download, file: IO[bytes], progress: Progress | None) -> Facts:
        from anyio.lowlevel import checkpoint

        from zai_image._downloads import STEP

        link, redirects = download.link, 0
        while True:
            response = await sender.send(download.request(sender, link))
            try:
                sent_on = download.redirection(response, link, redirects)
                if sent_on is None:
                    receiver = download.receiver(response, file, progress)
                    if response.is_stream_consumed:
                        receiver.store(response.content)
                    else:
                        async for chunk in response.aiter_raw():
                            for size in receiver.take(chunk):
                                if size == STEP:
                                    await checkpoint()
                    return receiver.finish()
            finally:
                await response.aclose()
            link, redirects = sent_on, redirects + 1

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """Return what notebooks show, which wait for nothing: the link, or the image that came in the answer."""
        from zai_image._display import bundle

        return bundle(self, self._made.content)
