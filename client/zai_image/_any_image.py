"""What is known of a generated image, however it is downloaded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from zai_image._deadline import Deadline
from zai_image._errors import DownloadError, one_line
from zai_image._image_answers import ImageAnswer
from zai_image._retries import RetryPolicy
from zai_image_api.models import ImageGenerationResponse
from zai_image_api.models import ImageGenerationResponseContentFilterItem as ContentFilterItem
from zai_image_api.types import Unset

if TYPE_CHECKING:
    from zai_image._downloads import Download
    from zai_image._formats import Facts
    from zai_image._http import Timeout

# Characters of a link in a representation.
_LONGEST_SHOWN: Final = 1000


class Downloading(NamedTuple):
    """How images are downloaded.

    Attributes:
        api_host: The host of the API, from which images may always come.
        allowed_hosts: Other hosts on this machine or its link-local network from which they may.
        retry_policy: When a download is tried again.
        timeout: For each step of it; ``UNSET`` leaves it to the HTTP client.
        deadline: Seconds that one may take; None for as long as it takes.
    """

    api_host: str
    allowed_hosts: Sequence[str]
    retry_policy: RetryPolicy
    timeout: Timeout | float | Unset | None
    deadline: float | None


class AnyImage:
    """What an image tells of itself, however it is downloaded."""

    def __init__(self, made: ImageAnswer, asked: Mapping[str, Any], downloading: Downloading) -> None:
        self._made = made
        self._asked = asked
        self._downloading = downloading
        self._facts: Facts | None = None

    @property
    def url(self) -> str:
        """The link to the image; a ``data:`` link, where the image came in the answer without any other."""
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
        """The whole answer; what is not as documented is in its ``additional_properties``."""
        return self._made.answer

    @property
    def request_id(self) -> str | None:
        """The server's own name for the request, for its operators; None where it gave none."""
        return self._made.request_id

    @property
    def model(self) -> str | None:
        """The model that was asked for; None for an image of an earlier answer."""
        return self._asked.get("model")

    @property
    def prompt(self) -> str | None:
        """The prompt that was sent; None for an image of an earlier answer."""
        return self._asked.get("prompt")

    @property
    def media_type(self) -> str | None:
        """The media type, such as ``image/png``, by the image's bytes; None as long as they are not here."""
        facts = self._known()
        return None if facts is None else facts.media_type

    @property
    def width(self) -> int | None:
        """The width in pixels: by the image's bytes, and as long as they are not here, as it was asked for."""
        return self._size()[0]

    @property
    def height(self) -> int | None:
        """The height in pixels; likewise."""
        return self._size()[1]

    @property
    def is_complete(self) -> bool | None:
        """Whether all of the image is there, once it was downloaded; None where its format does not tell that."""
        facts = self._known()
        return None if facts is None else facts.is_complete

    def _size(self) -> tuple[int | None, int | None]:
        facts = self._known()
        if facts is not None and facts.width is not None:
            return facts.width, facts.height
        from zai_image import sizes

        try:
            asked = self._asked.get("size")
            return sizes.Size.parse(asked) if isinstance(asked, str) else sizes.default(self._asked["model"])
        except (LookupError, ValueError):
            return None, None

    def _known(self) -> Facts | None:
        if self._facts is None and self._made.content is not None:
            from zai_image._formats import facts_of

            self._facts = facts_of(self._made.content)
        return self._facts

    def _download(self) -> Download:
        """Return one call that downloads the image; its time runs."""
        from zai_image._downloads import Download
        from zai_image._image_hosts import ImageHosts

        how = self._downloading
        hosts = ImageHosts(how.api_host, how.allowed_hosts)
        return Download(self._made, self._made.key, hosts, how.timeout, Deadline(how.deadline))

    def _pause(self, download: Download, error: DownloadError) -> float | None:
        pause = self._downloading.retry_policy.pause(error, download.attempts)
        remaining = download.deadline.remaining
        return None if pause is None or (remaining is not None and pause >= remaining) else pause

    def __repr__(self) -> str:
        shown = self._made.shown
        url = shown if len(shown) <= _LONGEST_SHOWN else f"{shown[:_LONGEST_SHOWN]}..."
        created = "" if self.created is None else f", created {self.created:%Y-%m-%d %H:%M:%S} UTC"
        return f"<{type(self).__name__} {one_line(url)}{created}>"
