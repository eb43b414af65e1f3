"""Makes postcards: an image of what is asked for, stored before its link dies."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from zai_image import AsyncZaiImage, ConnectionError, ContentBlockedError, RateLimitError, ZaiImage, ZaiImageError

PROMPT = "A postcard of {motif}, in watercolours"
FORMAT = "3:2"


class NoPostcardError(Exception):
    """There is no postcard; `str()` tells the customer why."""


def postcard(motif: str, path: Path) -> Path:
    """Order a postcard and store it.

    Args:
        motif: What it shows.
        path: The file to store it in.

    Returns:
        The file.

    Raises:
        NoPostcardError: It could not be made.
    """
    try:
        with ZaiImage() as zai:
            return zai.images.generate(PROMPT.format(motif=motif), size=FORMAT).save(path)
    except ZaiImageError as error:
        raise NoPostcardError(reason(error)) from error


async def postcards(zai: AsyncZaiImage, motifs: Sequence[str], folder: Path) -> list[Path]:
    """Order many postcards at once and store them under their motifs.

    Args:
        zai: The client to order them with.
        motifs: What they show.
        folder: Where they are stored.

    Raises:
        NoPostcardError: One of them could not be made.
    """

    async def one(motif: str) -> Path:
        image = await zai.images.generate(PROMPT.format(motif=motif), size=FORMAT)
        return await image.save(folder / f"{motif}.png")

    try:
        return await asyncio.gather(*(one(motif) for motif in motifs))
    except ZaiImageError as error:
        raise NoPostcardError(reason(error)) from error


def reason(error: ZaiImageError) -> str:
    """Say in the customer's words why there is no postcard."""
    match error:
        case ContentBlockedError():
            return "This cannot be drawn. Please choose another motif."
        case RateLimitError(retry_after=float(seconds)):
            return f"Many postcards are being made just now. Please come back in {seconds:.0f} seconds."
        case RateLimitError():
            return "Many postcards are being made just now. Please come back later."
        case ConnectionError(outcome_unknown=True):
            return "The connection was lost. Please ask us before you order again: the postcard may have been made."
        case _:
            return "The postcard could not be made."
