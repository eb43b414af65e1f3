"""What tab completion offers for models and sizes; click asks these functions (docs/cli.md tells how to turn it on)."""

from __future__ import annotations

from collections.abc import Sequence

import click

from zai_image import sizes
from zai_image_api.operations import IMAGES_GENERATE


def complete_model(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """Offer the models that the page names."""
    return [model for model in IMAGES_GENERATE.values("model") if model.startswith(incomplete)]


def complete_size(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """Offer the sizes that the page recommends for the models chosen so far on the line, or for all."""
    # `generate` takes one model and has a default, `sizes` takes several.
    model: str | None = context.params.get("model")
    chosen: Sequence[str] = (model,) if model else context.params.get("models") or IMAGES_GENERATE.values("model")
    offered = dict.fromkeys(str(size) for model in chosen for size in sizes.recommended(model))
    return [size for size in offered if size.startswith(incomplete)]
