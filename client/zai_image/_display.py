"""Shows an image in notebooks, and hands it to Pillow."""

from __future__ import annotations

from base64 import b64encode
from html import escape
from io import BytesIO
from types import ModuleType
from typing import TYPE_CHECKING, Final

from zai_image._errors import InvalidRequestError
from zai_image._formats import facts_of
from zai_image._image_answers import WEB

if TYPE_CHECKING:
    from PIL.Image import Image as PillowImage

    from zai_image._downloads import Download
    from zai_image._images import AsyncImage, Image

# What notebooks take as it is; browsers show more, in a page.
_OF_NOTEBOOKS: Final = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp"})
_OF_BROWSERS: Final = frozenset({"image/avif", "image/svg+xml", "image/apng", "image/vnd.microsoft.icon"})


def bundle(image: Image | AsyncImage, content: bytes | None) -> dict[str, str]:
    """Return what notebooks show, by media type.

    Args:
        image: The image.
        content: Its bytes; None where they are not here.
    """
    shown = {"text/plain": repr(image)}
    facts = None if content is None else facts_of(content)
    if content is not None and facts is not None and facts.media_type in _OF_NOTEBOOKS:
        shown[facts.media_type] = b64encode(content).decode()
    elif content is not None and facts is not None and facts.media_type in _OF_BROWSERS:
        shown["text/html"] = _element(f"data:{facts.media_type};base64,{b64encode(content).decode()}", image.prompt)
    elif content is None and image.url.strip().lower().startswith(WEB):
        shown["text/html"] = _element(image.url.strip(), image.prompt)
    return shown


def _element(address: str, prompt: str | None) -> str:
    # Whoever shows the page is not to tell the host of the image where.
    return f'<img src="{escape(address)}" alt="{escape(str(prompt or ""))}" referrerpolicy="no-referrer">'


def pillow() -> ModuleType:
    """Return Pillow.

    Raises:
        InvalidRequestError: It is not installed.
    """
    try:
        from PIL import Image
    except ImportError:
        raise InvalidRequestError(["to_pil needs Pillow: pip install 'zai-image[pil]'"]) from None
    return Image


def decoded(download: Download, content: bytes) -> PillowImage:
    """Return an image as one of Pillow's.

    Args:
        download: What tells whose image it is, for an error.
        content: Its bytes.

    Raises:
        DownloadError: Pillow cannot decode it.
    """
    try:
        made: PillowImage = pillow().open(BytesIO(content))
        made.load()
    except Exception as raised:
        reason = download.failed(raised).__cause__
        raise download.error(f"cannot be decoded by Pillow: {reason}") from reason
    return made
