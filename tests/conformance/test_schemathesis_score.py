"""With the strict document, Schemathesis finds more wrong servers than with the page's own, and spares a right one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conformance.schemathesis_score import PAGE, STRICT, found, judged
from tests.conformance.wrong_servers import SIZES, WRONG_SERVERS
from zai_image_conformance.server import RunningServer

pytestmark = pytest.mark.score

_EVERY = 16
"""Schemathesis takes seconds for each server and document: every so many of them is judged."""


def test_with_the_strict_document_the_embedded_server_passes_every_check(server: RunningServer, tmp_path: Path) -> None:
    assert STRICT.unfair == ()
    judgement = judged(STRICT, server.url, server.api_key, tmp_path)
    assert not judgement.found_faults, judgement.report
    assert len([request for request in server.requests if request.status == 200]) > 50


def test_with_the_strict_document_more_planted_faults_are_found(
    record_property: Callable[[str, object], None], tmp_path: Path
) -> None:
    sample = WRONG_SERVERS[::_EVERY]
    by_page, by_strict = (found(document, sample, tmp_path) for document in (PAGE, STRICT))
    sizes = {wrong.name for wrong in sample if wrong in SIZES}
    for kind, planted in (("all", {wrong.name for wrong in sample}), ("sizes", sizes)):
        numbers = f"{len(by_strict & planted)} with the strict document, {len(by_page & planted)} with the page's own"
        record_property(
            "score", f"Schemathesis, a sample of {len(planted)} wrong servers ({kind}), convicts: {numbers}"
        )
    assert by_page < by_strict
    assert len(by_page & sizes) < len(by_strict & sizes)
