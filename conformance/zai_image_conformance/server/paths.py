"""Where the embedded server answers."""

from __future__ import annotations

BASE_PATH = "/api"
"""The path of the documented server; callers append `/paas/v4/images/generations`."""
ENDPOINT_PATH = f"{BASE_PATH}/paas/v4/images/generations"
"""Where images are requested."""
IMAGES_PATH = "/images/"
"""How the path of every image's link begins."""
