# Made by `python -m scripts.regenerate` from openapi/. Do not edit: the next run overwrites it.

"""What the schemas of requests and the sentences of the page state, a constraint each."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from .constraints import Condition, Constraint

LINK_LIFE: Final = timedelta(seconds=2592000)
"""How long the link of an image works, from the making of the image; None where the page does not say."""

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
"""All of them."""
