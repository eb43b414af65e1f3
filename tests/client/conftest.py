"""Lets no test of the client wait: pauses between attempts are noted instead, as in its examination."""

from __future__ import annotations

from zai_image_conformance.examination.conftest import pauses

__all__ = ["pauses"]
