"""Another hand's judge, Schemathesis with the page's own document, finds no fault in the embedded server."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from zai_image_conformance.server import RunningServer

pytestmark = pytest.mark.score

DOCUMENT = Path(__file__).parents[2] / "openapi" / "zai-image.yaml"


def test_schemathesis_finds_no_fault(server: RunningServer, tmp_path: Path) -> None:
    ran = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "run", str(DOCUMENT), "--url", server.url),
            *("--header", f"Authorization: Bearer {server.api_key}"),
            # To the schema any string is a size, so that it takes a rightly refused one for a fault.
            *("--checks", "all", "--exclude-checks", "positive_data_acceptance"),
            *("--phases", "examples,coverage,fuzzing", "--max-examples", "5"),
            *("--seed", "1", "--generation-database", "none", "--no-color"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert len(server.requests) > 20
