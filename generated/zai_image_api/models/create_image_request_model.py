# Made by `python -m scripts.regenerate` from openapi/. Do not edit: the next run overwrites it.

"""The documented values of ``CreateImageRequestModel``."""

from typing import Final, Literal

CreateImageRequestModel = (
    Literal[
        "cogview-4-250304",
        "glm-image",
    ]
    | str
)
"""One of the documented values, or another that a later revision of the document may add."""

CREATE_IMAGE_REQUEST_MODEL_VALUES: Final[tuple[str, ...]] = (
    "cogview-4-250304",
    "glm-image",
)
"""The values that the document names."""
