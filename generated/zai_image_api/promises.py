# Made by `python -m scripts.regenerate` from openapi/. Do not edit: the next run overwrites it.

"""What the page's sentences promise beyond sizes, each as a constant with the sentence it was read from."""

from __future__ import annotations

from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

LINK_LIFE: Final = timedelta(seconds=2592000)
'How long the link of a picture works, from the making of the picture. The page: "The temporary link expires after `30` days, please store it promptly."'

IMAGES_PER_ANSWER: Final = 1
'How many pictures a successful answer holds. The page: "Currently, the array only contains one image."'

USER_ID_MIN_LENGTH: Final = 6
'The least number of characters (code points) of a user_id. The page: "ID length: 6 to 128 characters."'

USER_ID_MAX_LENGTH: Final = 128
'The greatest number of characters (code points) of a user_id. The page: "ID length: 6 to 128 characters."'

DEFAULT_QUALITY: Final[Mapping[str, str]] = MappingProxyType(
    {
        "glm-image": "hd",
        "every model but glm-image": "standard",
    }
)
"""The quality the server takes when a request names none, by the models it holds for, in words."""


def default_quality(model: str) -> str | None:
    """The quality the server takes when a request names none.

    Args:
        model: The model's name.

    Returns:
        The quality; None where the page states none for this model.
    """
    if model in ("glm-image",):
        return "hd"
    if model not in ("glm-image",):
        return "standard"
    return None


TYPICAL_SECONDS: Final[Mapping[str, tuple[int, int]]] = MappingProxyType(
    {
        "hd": (20, 20),
        "standard": (5, 10),
    }
)
"""How long drawing a picture takes, by quality: from the first number of seconds to the second, "about"."""

MOST_SEVERE: Final = 0
'The level of the content filter for the most severe finding. The page: "Severity level `level 0-3`, `level 0` is most severe, `3` is least severe."'

LEAST_SEVERE: Final = 3
'The level of the content filter for the least severe finding. The page: "Severity level `level 0-3`, `level 0` is most severe, `3` is least severe."'
