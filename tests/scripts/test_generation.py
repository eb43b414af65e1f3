"""What the document says appears in the generated package without anyone writing it."""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from ruamel.yaml import YAML

from scripts.emit.package import generate
from scripts.regenerate import ROOT
from scripts.rules.assembly import read_rules
from scripts.source.failure import PipelineError
from scripts.source.overlay import apply_overlay
from scripts.source.provenance import vendored_document

PATH = "/paas/v4/images/generations"
Change = Callable[[dict[str, Any]], None]
Generate = Callable[[Change], ModuleType]


@pytest.fixture
def generated_from(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Generate]:
    """Generate a package from a changed document, and import it."""
    name = f"changed_api_{abs(hash(request.node.name))}"

    def run(change: Change) -> ModuleType:
        yaml = YAML(typ="safe", pure=True)
        content, provenance = vendored_document(ROOT / "openapi")
        document = yaml.load(content)
        rules = read_rules(document, yaml.load(ROOT / "openapi/contradictions.yaml"))
        overlaid = apply_overlay(document, yaml.load(ROOT / "openapi/overlay.yaml"))
        change(overlaid)
        generate(overlaid, rules, provenance, tmp_path / name, ROOT / "pyproject.toml")
        sys.path.insert(0, str(tmp_path))
        try:
            return importlib.import_module(f"{name}.resources")
        finally:
            sys.path.remove(str(tmp_path))

    yield run
    for module in [module for module in sys.modules if module.partition(".")[0] == name]:
        del sys.modules[module]


def request_schema(document: dict[str, Any]) -> dict[str, Any]:
    schema: dict[str, Any] = document["components"]["schemas"]["CreateImageRequest"]
    return schema


def parameters(method: object) -> dict[str, inspect.Parameter]:
    return dict(inspect.signature(method).parameters)  # type: ignore[arg-type]


def test_a_new_property_becomes_a_new_keyword_argument(generated_from: Generate) -> None:
    def add_seed(document: dict[str, Any]) -> None:
        request_schema(document)["properties"]["seed"] = {"type": "integer", "description": "Makes it repeatable."}

    resources = generated_from(add_seed)
    seed = parameters(resources.Images.generate)["seed"]
    assert (seed.kind, seed.default, seed.annotation) == (inspect.Parameter.KEYWORD_ONLY, None, "int | None")
    assert "seed: Makes it repeatable." in resources.Images.generate.__doc__
    call = resources.Resources(lambda call: call).images.generate("kitten", seed=7)
    assert call.arguments["body"].to_dict() == {"model": "glm-image", "prompt": "kitten", "seed": 7}


def test_a_new_required_property_must_be_given(generated_from: Generate) -> None:
    def add_style(document: dict[str, Any]) -> None:
        request_schema(document)["properties"]["style"] = {"type": "string"}
        request_schema(document)["required"].append("style")

    style = parameters(generated_from(add_style).Images.generate)["style"]
    assert style.default is inspect.Parameter.empty


def test_a_property_with_a_taken_name_gets_another(generated_from: Generate) -> None:
    def add_timeout(document: dict[str, Any]) -> None:
        request_schema(document)["properties"]["timeout"] = {"type": "integer"}

    resources = generated_from(add_timeout)
    assert {"timeout", "timeout_"} <= parameters(resources.Images.generate).keys()
    call = resources.Resources(lambda call: call).images.generate("kitten", timeout_=7, timeout=8)
    assert call.arguments["body"].to_dict()["timeout"] == 7
    assert call.timeout == 8


def test_an_operation_with_path_and_header_parameters_becomes_a_method(generated_from: Generate) -> None:
    def add_result(document: dict[str, Any]) -> None:
        answer = {"$ref": "#/components/schemas/ImageGenerationResponse"}
        other = {"type": "object", "properties": {"video_result": {"type": "array", "items": {"type": "string"}}}}
        other["required"] = ["video_result"]
        document["components"]["schemas"]["Result"] = {"oneOf": [other, answer]}
        document["paths"]["/paas/v4/async-result/{id}"] = {
            "get": {
                "operationId": "retrieve",
                "tags": ["async_results"],
                "parameters": [
                    {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}},
                    {"name": "Accept-Language", "in": "header", "schema": {"type": "string", "default": "en-US,en"}},
                ],
                "responses": {
                    "200": {
                        "description": "",
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Result"}}},
                    }
                },
            }
        }

    resources = generated_from(add_result)
    method = resources.Resources(lambda call: call).async_results.retrieve
    assert parameters(method).keys() == {"id", "accept_language", "timeout"}
    package = resources.__name__.partition(".")[0]
    endpoint = importlib.import_module(f"{package}.api.async_results.retrieve")
    request = endpoint._request(**method("a/b").arguments)
    assert request["url"] == "/paas/v4/async-result/a%2Fb"
    assert request["headers"] == {"Accept-Language": "en-US,en"}


def test_the_order_of_properties_does_not_move_what_callers_give_by_position(generated_from: Generate) -> None:
    def reverse(document: dict[str, Any]) -> None:
        schema = request_schema(document)
        schema["properties"] = dict(reversed(schema["properties"].items()))

    assert next(iter(list(parameters(generated_from(reverse).Images.generate))[1:])) == "prompt"


def test_a_body_that_is_not_json_stops_with_the_operation_s_name(generated_from: Generate) -> None:
    def send_a_form(document: dict[str, Any]) -> None:
        content = document["paths"][PATH]["post"]["requestBody"]["content"]
        content["multipart/form-data"] = content.pop("application/json")

    with pytest.raises(PipelineError, match=r"POST /paas/v4/images/generations takes 'multipart/form-data'"):
        generated_from(send_a_form)


def test_a_document_that_the_generator_cannot_read_stops_with_its_reason(generated_from: Generate) -> None:
    def break_reference(document: dict[str, Any]) -> None:
        request_schema(document)["properties"]["size"] = {"$ref": "https://elsewhere.example/size.yaml"}

    with pytest.raises(PipelineError, match=r"elsewhere\.example"):
        generated_from(break_reference)
