# Made by `python -m scripts.regenerate` from openapi/. Do not edit: the next run overwrites it.

"""What the page's sentences promise beyond sizes, each as a constant with the sentence it was read from."""

from __future__ import annotations

from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from .constraints import Condition, Constraint

if TYPE_CHECKING:
    from collections.abc import Mapping

LINK_LIFE: Final = timedelta(seconds=2592000)
'How long the link of an image works, from the making of the image. The page: "The temporary link expires after `30` days, please store it promptly."'

IMAGES_PER_ANSWER: Final = 1
'How many images a successful answer holds. The page: "Currently, the array only contains one image."'

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
"""How long drawing an image takes, by quality: from the first number of seconds to the second, "about"."""

MOST_SEVERE: Final = 0
'The level of the content filter for the most severe finding. The page: "Severity level `level 0-3`, `level 0` is most severe, `3` is least severe."'

LEAST_SEVERE: Final = 3
'The level of the content filter for the least severe finding. The page: "Severity level `level 0-3`, `level 0` is most severe, `3` is least severe."'


CONSTRAINTS: Final[tuple[Constraint, ...]] = (
    Constraint("/components/schemas/CreateImageRequest/properties/prompt", None, "type", ("string",)),
    Constraint("/components/schemas/CreateImageRequest/properties/model", None, "type", ("string",)),
    Constraint(
        "/components/schemas/CreateImageRequest/properties/model", None, "known", ("glm-image", "cogview-4-250304")
    ),
    Constraint("/components/schemas/CreateImageRequest/properties/quality", None, "type", ("string",)),
    Constraint("/components/schemas/CreateImageRequest/properties/quality", None, "enum", ("hd", "standard")),
    Constraint("/components/schemas/CreateImageRequest/properties/size", None, "type", ("string",)),
    Constraint("/components/schemas/CreateImageRequest/properties/user_id", None, "type", ("string",)),
    Constraint("/components/schemas/CreateImageRequest/properties/user_id", None, "minLength", 6),
    Constraint("/components/schemas/CreateImageRequest/properties/user_id", None, "maxLength", 128),
    Constraint(
        "/paths/~1paas~1v4~1images~1generations/post/requestBody/content/application~1json/schema",
        None,
        "$ref",
        "/components/schemas/CreateImageRequest",
    ),
    Constraint("/components/schemas/CreateImageRequest", None, "type", ("object",)),
    Constraint("/components/schemas/CreateImageRequest", None, "required", ("model", "prompt")),
    Constraint(
        "/components/schemas/CreateImageRequest",
        None,
        "properties",
        {
            "model": "/components/schemas/CreateImageRequest/properties/model",
            "prompt": "/components/schemas/CreateImageRequest/properties/prompt",
            "quality": "/components/schemas/CreateImageRequest/properties/quality",
            "size": "/components/schemas/CreateImageRequest/properties/size",
            "user_id": "/components/schemas/CreateImageRequest/properties/user_id",
        },
    ),
    Constraint(
        "/components/schemas/CreateImageRequest/properties/quality",
        Condition(("glm-image",)),
        "default",
        "hd",
        "`glm-image` default is `hd`, others model is `standard`.",
    ),
    Constraint(
        "/components/schemas/CreateImageRequest/properties/quality",
        Condition(("glm-image",), excluded=True),
        "default",
        "standard",
        "`glm-image` default is `hd`, others model is `standard`.",
    ),
    Constraint(
        "/components/schemas/CreateImageRequest/properties/quality",
        None,
        "typicalSeconds",
        {"hd": (20, 20)},
        "`hd`: Generates a more detailed and rich image with higher overall consistency, but takes about `20` seconds.",
    ),
    Constraint(
        "/components/schemas/CreateImageRequest/properties/quality",
        None,
        "typicalSeconds",
        {"standard": (5, 10)},
        "`standard`: Generates an image quickly, suitable for scenarios with higher requirements for generation speed, takes about `5-10` seconds.",
    ),
    Constraint(
        "/components/schemas/CreateImageRequest/properties/size",
        Condition(("glm-image",)),
        "recommended",
        ("1280x1280", "1568x1056", "1056x1568", "1472x1088", "1088x1472", "1728x960", "960x1728"),
        "`glm-image` recommended enum values: `1280x1280` (default), `1568x1056`, `1056x1568`, `1472x1088`, `1088x1472`, `1728x960`, `960x1728`.",
    ),
    Constraint(
        "/components/schemas/CreateImageRequest/properties/size",
        Condition(("glm-image",)),
        "default",
        "1280x1280",
        "`glm-image` recommended enum values: `1280x1280` (default), `1568x1056`, `1056x1568`, `1472x1088`, `1088x1472`, `1728x960`, `960x1728`.",
    ),
    Constraint(
        "/components/schemas/CreateImageRequest/properties/size",
        Condition(("glm-image",)),
        "minSide",
        1024,
        "Custom parameter: Both width and height must be between `1024px-2048px`, and must be divisible by `32`, and the maximum pixel count must not exceed `2^22px`.",
    ),
    Constraint(
        "/components/schemas/CreateImageRequest/properties/size",
        Condition(("glm-image",)),
        "maxSide",
        2048,
        "Custom parameter: Both width and height must be between `1024px-2048px`, and must be divisible by `32`, and the maximum pixel count must not exceed `2^22px`.",
    ),
    Constraint(
        "/components/schemas/CreateImageRequest/properties/size",
        Condition(("glm-image",)),
        "sideMultipleOf",
        32,
        "Custom parameter: Both width and height must be between `1024px-2048px`, and must be divisible by `32`, and the maximum pixel count must not exceed `2^22px`.",
    ),
    Constraint(
        "/components/schemas/CreateImageRequest/properties/size",
        Condition(("glm-image",)),
        "maxPixels",
        4194304,
        "Custom parameter: Both width and height must be between `1024px-2048px`, and must be divisible by `32`, and the maximum pixel count must not exceed `2^22px`.",
    ),
    Constraint(
        "/components/schemas/CreateImageRequest/properties/size",
        Condition(("glm-image",), excluded=True),
        "recommended",
        ("1024x1024", "768x1344", "864x1152", "1344x768", "1152x864", "1440x720", "720x1440"),
        "Others model recommended enum values: `1024x1024` (default), `768x1344`, `864x1152`, `1344x768`, `1152x864`, `1440x720`, `720x1440`.",
    ),
    Constraint(
        "/components/schemas/CreateImageRequest/properties/size",
        Condition(("glm-image",), excluded=True),
        "default",
        "1024x1024",
        "Others model recommended enum values: `1024x1024` (default), `768x1344`, `864x1152`, `1344x768`, `1152x864`, `1440x720`, `720x1440`.",
    ),
    Constraint(
        "/components/schemas/CreateImageRequest/properties/size",
        Condition(("glm-image",), excluded=True),
        "minSide",
        512,
        "Custom parameter: Both width and height must be between `512px-2048px`, and must be divisible by `16`, and the maximum pixel count must not exceed `2^21px`.",
    ),
    Constraint(
        "/components/schemas/CreateImageRequest/properties/size",
        Condition(("glm-image",), excluded=True),
        "maxSide",
        2048,
        "Custom parameter: Both width and height must be between `512px-2048px`, and must be divisible by `16`, and the maximum pixel count must not exceed `2^21px`.",
    ),
    Constraint(
        "/components/schemas/CreateImageRequest/properties/size",
        Condition(("glm-image",), excluded=True),
        "sideMultipleOf",
        16,
        "Custom parameter: Both width and height must be between `512px-2048px`, and must be divisible by `16`, and the maximum pixel count must not exceed `2^21px`.",
    ),
    Constraint(
        "/components/schemas/CreateImageRequest/properties/size",
        Condition(("glm-image",), excluded=True),
        "maxPixels",
        2097152,
        "Custom parameter: Both width and height must be between `512px-2048px`, and must be divisible by `16`, and the maximum pixel count must not exceed `2^21px`.",
    ),
    Constraint(
        "/components/schemas/CreateImageRequest/properties/user_id",
        None,
        "minLength",
        6,
        "ID length: 6 to 128 characters.",
    ),
    Constraint(
        "/components/schemas/CreateImageRequest/properties/user_id",
        None,
        "maxLength",
        128,
        "ID length: 6 to 128 characters.",
    ),
    Constraint(
        "/components/schemas/ImageGenerationResponse/properties/data",
        None,
        "minItems",
        1,
        "Currently, the array only contains one image.",
    ),
    Constraint(
        "/components/schemas/ImageGenerationResponse/properties/data",
        None,
        "maxItems",
        1,
        "Currently, the array only contains one image.",
    ),
    Constraint(
        "/components/schemas/ImageGenerationResponse/properties/data/items/properties/url",
        None,
        "lifetime",
        2592000,
        "The temporary link expires after `30` days, please store it promptly.",
    ),
    Constraint(
        "/components/schemas/ImageGenerationResponse/properties/content_filter/items/properties/level",
        None,
        "minimum",
        0,
        "Severity level `level 0-3`, `level 0` is most severe, `3` is least severe.",
    ),
    Constraint(
        "/components/schemas/ImageGenerationResponse/properties/content_filter/items/properties/level",
        None,
        "maximum",
        3,
        "Severity level `level 0-3`, `level 0` is most severe, `3` is least severe.",
    ),
    Constraint(
        "/components/schemas/ImageGenerationResponse/properties/content_filter/items/properties/level",
        None,
        "mostSevere",
        0,
        "Severity level `level 0-3`, `level 0` is most severe, `3` is least severe.",
    ),
    Constraint(
        "/components/schemas/ImageGenerationResponse/properties/content_filter/items/properties/level",
        None,
        "leastSevere",
        3,
        "Severity level `level 0-3`, `level 0` is most severe, `3` is least severe.",
    ),
)
"""What the schemas of requests and the sentences of the page state, a constraint each."""
