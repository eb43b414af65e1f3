# Made by `python -m scripts.regenerate` from openapi/. Do not edit: the next run overwrites it.

"""The documented values of ``CreateImageRequestQuality``."""

from typing import Final, Literal

CreateImageRequestQuality = (
    Literal[
        "hd",
        "standard",
    ]
    | str
)
"""One of the documented values, or another that a later revision of the document may add."""

CREATE_IMAGE_REQUEST_QUALITY_VALUES: Final[tuple[str, ...]] = (
    "hd",
    "standard",
)
"""The values that the document names."""
