"""The report as JSON, for programs: `report.schema.json` beside this file tells its form."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from attrs import asdict

from zai_image_conformance.model import Verdict
from zai_image_conformance.report.record import record


def json_report(verdict: Verdict) -> str:
    """The verdict as a JSON object: what was found by requirement, and every exchange with the server."""
    document = {"$schema": json_schema()["$id"], **asdict(record(verdict))}
    return json.dumps(document, indent=2) + "\n"


def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of the JSON report."""
    schema: dict[str, Any] = json.loads(files(__package__).joinpath("report.schema.json").read_text("utf-8"))
    return schema
