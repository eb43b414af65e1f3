"""What every pytest loads of this package: fixtures, and the suite's options. It imports nothing but pytest."""

from __future__ import annotations

import pytest

pytest_plugins = ("zai_image_conformance.pytest_fixtures",)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Say which server the conformance suite judges."""
    group = parser.getgroup("zai-image", "zai-image conformance suite")
    group.addoption("--zai-url", metavar="URL", help="the server to judge: the part before /paas/v4")
    group.addoption("--zai-api-key", metavar="KEY", help="its key (default: ZAI_API_KEY from the environment)")
    group.addoption("--zai-model", metavar="MODEL", action="append", default=[], help="test this model")
    group.addoption("--zai-requirement", metavar="ID", action="append", default=[], help="test this requirement")
    group.addoption(
        "--zai-profile", choices=["strict", "documented", "deployed"], default="documented", help="what is demanded"
    )
    group.addoption("--zai-budget", metavar="N", type=int, help="at most N requests that make an image")
    group.addoption(
        "--zai-seed", metavar="N", type=int, help="generate these test cases (default: those of the version)"
    )
    group.addoption("--zai-thorough", action="store_true", help="generate ten times as many, and send all")
    group.addoption("--zai-concurrency", metavar="N", type=int, default=4, help="at most N requests at the same time")
