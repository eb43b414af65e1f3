"""The test vectors, read as an author in another language does, from the installed package."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

KEY = "a-key-of-your-own"
"""What stands in them for a key."""


def vectors(name: str) -> list[dict[str, Any]]:
    """Return the vectors of one file, such as `answers`."""
    content = json.loads(files("zai_image_conformance").joinpath("vectors", f"{name}.json").read_bytes())
    found: list[dict[str, Any]] = content["vectors"]
    return found


def body(message: Mapping[str, Any]) -> bytes:
    """Return the body of a vector's request or answer."""
    return (message["text"] if "text" in message else json.dumps(message["json"])).encode()
