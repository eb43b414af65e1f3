"""Images behind links: remembered from the request until they are downloaded."""

from __future__ import annotations

import secrets
from collections import OrderedDict

from attrs import evolve

from zai_image_conformance.server.requests import Accepted

_KEPT = 10_000
"""Images remembered; the oldest are forgotten first, so memory stays flat."""
_PROMPT_KEPT = 400
"""Characters of the prompt that are remembered and drawn."""


class ImageStore:
    """The requested images by the unguessable name in their link."""

    def __init__(self, kept: int = _KEPT) -> None:
        self._kept = kept
        self._images: OrderedDict[str, Accepted] = OrderedDict()

    def __len__(self) -> int:
        return len(self._images)

    def add(self, image: Accepted) -> str:
        """Remember an image and return its name, which cannot be guessed."""
        name = secrets.token_urlsafe(24)
        self._images[name] = evolve(image, prompt=image.prompt[:_PROMPT_KEPT])
        if len(self._images) > self._kept:
            self._images.popitem(last=False)
        return name

    def get(self, name: str) -> Accepted | None:
        """The image of that name, or None when there never was one or it was forgotten."""
        return self._images.get(name)
