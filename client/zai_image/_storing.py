"""Fetches a picture from its link and stores it, whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from zai_image._errors import DownloadError

if TYPE_CHECKING:
    import httpx

# The largest documented picture, uncompressed, has 16 MiB; what is over this is not a picture of this API.
MAX_BYTES = 64 * 1024 * 1024


@contextmanager
def errors(url: str) -> Iterator[None]:
    """Turn what fetching and storing can raise into ``DownloadError``."""
    import httpx

    try:
        yield
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise DownloadError(f"the picture could not be fetched from {url}: {error}", url=url) from error
    except OSError as error:
        raise DownloadError(f"the picture could not be stored: {error}", url=url) from error
    except RuntimeError as error:
        # httpx says so in a plain RuntimeError.
        if "closed" not in str(error):
            raise
        raise DownloadError("the client is closed; fetch pictures before leaving its `with` block", url=url) from error


def check_link(url: str) -> None:
    """Refuse a link that does not lead to a web server."""
    if not url.lower().startswith(("http://", "https://")):
        raise DownloadError(f"the picture's link {url!r} is not an http(s) address", url=url)


def check_answer(response: httpx.Response, url: str) -> None:
    """Refuse an answer that is not a picture's."""
    if response.status_code != 200:
        raise DownloadError(f"the picture's link {url} answers with status {response.status_code}", url=url)


class Receiver:
    """Takes a picture's bytes as they come and refuses more than a picture can have."""

    def __init__(self, file: IO[bytes], url: str) -> None:
        self._file = file
        self._url = url
        self._received = 0

    def take(self, chunk: bytes) -> None:
        """Write one chunk."""
        self._received += len(chunk)
        if self._received > MAX_BYTES:
            raise DownloadError(f"what {self._url} sends is over {MAX_BYTES} bytes: not a picture", url=self._url)
        self._file.write(chunk)

    def finish(self) -> None:
        """Refuse an empty picture."""
        if not self._received:
            raise DownloadError(f"what {self._url} sends is empty: not a picture", url=self._url)


@contextmanager
def replacing(target: Path) -> Iterator[IO[bytes]]:
    """Yield a file beside the target that takes its place at the end, or disappears on an error."""
    partial = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        with partial.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.replace(target)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
