# Made by `python -m scripts.regenerate` from openapi/. Do not edit: the next run overwrites it.

"""The operations: what each takes, where it goes, and what its answers mean."""

from __future__ import annotations

import typing as _typing

from . import constraints as _constraints
from . import models as _models
from . import operation as _operation
from . import promises as _promises
from . import wire as _wire

_RULES: _typing.Final = _constraints.by_place(_promises.CONSTRAINTS)


IMAGES_GENERATE: _typing.Final[_operation.Operation[_models.ImageGenerationResponse]] = _operation.Operation(
    name="images.generate",
    method="POST",
    path="/paas/v4/images/generations",
    inputs=(
        _operation.Input(
            "prompt", "prompt", "property", "/components/schemas/CreateImageRequest/properties/prompt", required=True
        ),
        _operation.Input(
            "model",
            "model",
            "property",
            "/components/schemas/CreateImageRequest/properties/model",
            required=True,
            default="glm-image",
        ),
        _operation.Input("quality", "quality", "property", "/components/schemas/CreateImageRequest/properties/quality"),
        _operation.Input("size", "size", "property", "/components/schemas/CreateImageRequest/properties/size"),
        _operation.Input("user_id", "user_id", "property", "/components/schemas/CreateImageRequest/properties/user_id"),
    ),
    body=_operation.Body(
        "application/json",
        True,
        "/paths/~1paas~1v4~1images~1generations/post/requestBody/content/application~1json/schema",
    ),
    answers=(
        _operation.Answer(200, 200, {"application/json": _wire.json_of(_models.ImageGenerationResponse.from_dict)}),
        _operation.Answer(0, 999, {"application/json": _wire.json_of(_models.Error.from_dict)}),
    ),
    rules=_RULES,
    returns_image=True,
    chooser="model",
)
"""Generate Image

Use [GLM-Image](/guides/image/glm-image) series models to generate high-quality images from text prompts.
Through quick and accurate understanding of user text descriptions, `AI` image expression becomes more precise
and personalized.
"""

OPERATIONS: _typing.Final = (IMAGES_GENERATE,)
"""All of them, in the document's order."""
