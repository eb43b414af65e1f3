"""Lets no test of the client wait: pauses between attempts are noted instead."""

from __future__ import annotations

import pytest

from zai_image import _retrying


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses between attempts, in seconds, in order."""
    noted: list[float] = []

    async def note(seconds: float) -> None:
        noted.append(seconds)

    monkeypatch.setattr(_retrying, "wait", noted.append)
    monkeypatch.setattr(_retrying, "wait_async", note)
    return noted
