"""The client of Z.AI's image generation API: GLM-Image, CogView-4, and what comes after them.

::

    from zai_image import ZaiImage

    with ZaiImage() as zai:  # the key from ZAI_API_KEY
        zai.images.generate("A cute little kitten.", size="1280x1280").save("kitten.png")
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
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

    __version__: str

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

_ELSEWHERE: Final = {
    **dict.fromkeys(("ZaiImage", "AsyncZaiImage"), "zai_image._client"),
    **dict.fromkeys(("Image", "AsyncImage"), "zai_image._images"),
    "Size": "zai_image.sizes",
}


def __getattr__(name: str) -> Any:
    """Load what is asked for, and no more: whoever needs sizes or errors alone does not wait for the client."""
    found: Any
    if name == "__version__":
        from importlib.metadata import version

        found = version("zai-image")
    elif name == "sizes":
        found = import_module("zai_image.sizes")
    elif name in __all__:
        found = getattr(import_module(_ELSEWHERE.get(name, "zai_image._errors")), name)
    else:
        raise AttributeError(f"module 'zai_image' has no attribute {name!r}")
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, "__version__"})
