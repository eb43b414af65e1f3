"""What the document says appears in the generated package without anyone writing it."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from scripts.source.failure import PipelineError
from tests.scripts.generated_packages import PATH, Change, Generate, Package, request_schema


def parameters(method: object) -> dict[str, inspect.Parameter]:
    return dict(inspect.signature(method).parameters)  # type: ignore[arg-type]


def adding(**properties: Any) -> Change:
    return lambda document: request_schema(document)["properties"].update(properties)


def sent(package: Package, *values: Any, **arguments: Any) -> Any:
    """The JSON body that the image operation makes of arguments."""
    return package.request("images", "generate", *values, **arguments).json


def test_a_new_property_becomes_a_new_keyword_argument(generated_from: Generate) -> None:
    package = generated_from(adding(seed={"type": "integer", "description": "Makes it repeatable."}))
    for resource in (package.resources.Images, package.resources.AsyncImages):
        seed = parameters(resource.generate)["seed"]
        assert (seed.kind, seed.default, seed.annotation) == (inspect.Parameter.KEYWORD_ONLY, None, "int | None")
        assert "seed: Makes it repeatable." in resource.generate.__doc__
    assert sent(package, "kitten", seed=7) == {"model": "glm-image", "prompt": "kitten", "seed": 7}


def test_a_new_required_property_must_be_given(generated_from: Generate) -> None:
    def add_style(document: dict[str, Any]) -> None:
        request_schema(document)["properties"]["style"] = {"type": "string"}
        request_schema(document)["required"].append("style")

    package = generated_from(add_style)
    assert parameters(package.resources.Images.generate)["style"].default is inspect.Parameter.empty
    assert sent(package, "kitten", "plain")["style"] == "plain"


def test_a_default_of_the_schema_is_sent_only_where_the_property_is_required(generated_from: Generate) -> None:
    package = generated_from(adding(watermark_enabled={"type": "boolean", "default": True}))
    assert sent(package, "kitten") == {"model": "glm-image", "prompt": "kitten"}
    assert sent(package, "kitten", watermark_enabled=False)["watermark_enabled"] is False


def test_null_is_sent_where_it_is_documented_and_else_stands_for_nothing(generated_from: Generate) -> None:
    package = generated_from(adding(style={"type": "string", "nullable": True}, seed={"type": "integer"}))
    assert sent(package, "kitten", style=None, seed=None) == {"model": "glm-image", "prompt": "kitten", "style": None}
    assert "style" not in sent(package, "kitten")


def test_a_property_with_the_name_of_an_argument_of_the_client_s_gets_another(generated_from: Generate) -> None:
    package = generated_from(adding(timeout={"type": "integer"}))
    assert {"timeout", "timeout_"} <= parameters(package.resources.Images.generate).keys()
    call = package.call("images", "generate", "kitten", timeout_=7, timeout=8)
    assert call.json["timeout"] == 7
    assert call.options.timeout == 8


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

    package = generated_from(add_result)
    assert parameters(package.resources.AsyncResults.retrieve).keys() >= {"self", "id", "accept_language", "timeout"}
    request = package.request("async_results", "retrieve", "a/b", accept_language="de")
    assert (request.method, request.target) == ("GET", "/paas/v4/async-result/a%2Fb")
    assert (request.headers, request.content) == ({"Accept-Language": "de"}, None)
    operation = package.operation("async_results.retrieve")
    video, image = (
        operation.read(200, {}, content).parsed for content in (b'{"video_result": ["a"]}', b'{"data": []}')
    )
    assert (video.video_result, image.data) == (["a"], [])


def test_the_order_of_properties_does_not_move_what_callers_give_by_position(generated_from: Generate) -> None:
    def reverse(document: dict[str, Any]) -> None:
        schema = request_schema(document)
        schema["properties"] = dict(reversed(schema["properties"].items()))

        document["paths"][PATH]["post"]["parameters"] = [
            {"name": "X-Project-Id", "in": "header", "required": True, "schema": {"type": "string"}}
        ]

    assert list(parameters(generated_from(reverse).resources.Images.generate))[1:3] == ["prompt", "x_project_id"]


def test_a_body_that_is_not_json_stops_with_the_operation_s_name(generated_from: Generate) -> None:
    def send_a_form(document: dict[str, Any]) -> None:
        content = document["paths"][PATH]["post"]["requestBody"]["content"]
        content["multipart/form-data"] = content.pop("application/json")

    with pytest.raises(PipelineError, match=r'POST /paas/v4/images/generations takes "multipart/form-data"'):
        generated_from(send_a_form)


def test_a_document_that_the_generator_cannot_read_stops_with_its_reason(generated_from: Generate) -> None:
    def break_reference(document: dict[str, Any]) -> None:
        request_schema(document)["properties"]["size"] = {"$ref": "https://elsewhere.example/size.yaml"}

    with pytest.raises(PipelineError, match=r"elsewhere\.example"):
        generated_from(break_reference)


@pytest.mark.parametrize("name", ["Accept", "content-type", "AUTHORIZATION"])
def test_a_header_that_the_specification_has_ignored_is_no_argument(name: str, generated_from: Generate) -> None:
    def change(document: dict[str, Any]) -> None:
        parameter = {"name": name, "in": "header", "required": True, "schema": {"type": "string"}}
        document["paths"][PATH]["post"]["parameters"] = [parameter, {**parameter, "name": "X-Project"}]

    arguments = parameters(generated_from(change).resources.Images.generate)
    assert [found for found in arguments if found in ("accept", "content_type", "authorization")] == []
    assert arguments["x_project"].default is inspect.Parameter.empty


@pytest.mark.parametrize(
    ("top", "own", "secured"),
    [
        ([{"bearerAuth": []}], None, True),
        ([{"bearerAuth": []}], [], False),
        ([{"bearerAuth": []}], [{"bearerAuth": []}], True),
        ([], [{"bearerAuth": []}], True),
        (None, None, False),
    ],
)
def test_an_operation_is_secured_by_what_it_says_itself_and_else_by_the_document(
    top: Any, own: Any, secured: bool, generated_from: Generate
) -> None:
    def change(document: dict[str, Any]) -> None:
        for node, says in ((document, top), (document["paths"][PATH]["post"], own)):
            node.pop("security", None)
            if says is not None:
                node["security"] = says

    assert generated_from(change).operation("images.generate").secured == secured
