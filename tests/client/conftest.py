"""Lets no test of the client wait, since pauses are noted as in its examination, or depend on a proxy."""

from __future__ import annotations

import pytest

from tests.client.downloading import download as download
from tests.client.downloading import host as host
from zai_image_conformance.client_suite.conftest import pauses

__all__ = ["pauses"]


@pytest.fixture(autouse=True)
def unproxied(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment that names no proxy."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
