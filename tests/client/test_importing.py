"""Importing the package is cheap: httpx is loaded when a client is made, the suite only when it is asked for."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "code",
    [
        "import zai_image",
        "import zai_image; zai_image.sizes.check('glm-image', '1280x1280')",
        "import zai_image_api.operations, zai_image_api.resources, zai_image_api.models",
    ],
)
def test_neither_httpx_nor_the_suite_is_imported(code: str) -> None:
    heavy = {"httpx", "pytest", "hypothesis", "starlette", "zai_image_conformance", "rich", "click"}
    code = f"{code}; import sys; print(*sorted({heavy!r} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
