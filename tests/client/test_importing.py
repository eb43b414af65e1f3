"""Importing the package is cheap: httpx is loaded when a client is made, the suite only when it is asked for."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version

import pytest

import zai_image


def test_the_package_tells_its_version_and_no_name_that_it_has_not() -> None:
    assert zai_image.__version__ == version("zai-image")
    with pytest.raises(AttributeError, match="module 'zai_image' has no attribute 'versions'"):
        zai_image.versions  # noqa: B018


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
