# Made by `python -m scripts.regenerate` from openapi/. Do not edit: the next run overwrites it.

"""The documented values of ``ImageGenerationResponseContentFilterItemRole``."""

from typing import Final, Literal

ImageGenerationResponseContentFilterItemRole = (
    Literal[
        "assistant",
        "history",
        "user",
    ]
    | str
)
"""One of the documented values, or another that a later revision of the document may add."""

IMAGE_GENERATION_RESPONSE_CONTENT_FILTER_ITEM_ROLE_VALUES: Final[tuple[str, ...]] = (
    "assistant",
    "history",
    "user",
)
"""The values that the document names."""
