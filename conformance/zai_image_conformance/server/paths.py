"""Where the embedded server answers."""

from __future__ import annotations

BASE_PATH = "/api"
"""The path of the documented server; callers append `/paas/v4/images/generations`."""
ORDER_PATH = f"{BASE_PATH}/paas/v4/images/generations"
"""Where pictures are ordered."""
PICTURES_PATH = "/pictures/"
"""How the path of every picture's link begins."""
