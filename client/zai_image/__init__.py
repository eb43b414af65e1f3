"""The client of Z.AI's image generation API: GLM-Image, CogView-4, and what comes after them.

::

    from zai_image import ZaiImage

    with ZaiImage() as zai:  # the key from ZAI_API_KEY
        zai.images.generate("A cute little kitten.", size="1280x1280").save("kitten.png")
"""

from __future__ import annotations

from zai_image import sizes
from zai_image._client import AsyncZaiImage, ZaiImage
from zai_image._errors import (
    APIError,
    AuthenticationError,
    ConnectionError,
    ContentBlockedError,
    DownloadError,
    InsufficientBalanceError,
    InvalidRequestError,
    InvalidResponseError,
    RateLimitError,
    ServerError,
    SuffixWarning,
    TimeoutError,
    UnknownModelWarning,
    ZaiImageError,
)
from zai_image._images import AsyncImage, Image
from zai_image.sizes import Size


def __getattr__(name: str) -> str:
    """Return the version, which takes longer to look up than all of the above to import."""
    if name != "__version__":
        raise AttributeError(f"module 'zai_image' has no attribute {name!r}")
    from importlib.metadata import version

    return version("zai-image")


__all__ = [
    "APIError",
    "AsyncImage",
    "AsyncZaiImage",
    "AuthenticationError",
    "ConnectionError",
    "ContentBlockedError",
    "DownloadError",
    "Image",
    "InsufficientBalanceError",
    "InvalidRequestError",
    "InvalidResponseError",
    "RateLimitError",
    "ServerError",
    "Size",
    "SuffixWarning",
    "TimeoutError",
    "UnknownModelWarning",
    "ZaiImage",
    "ZaiImageError",
    "sizes",
]
