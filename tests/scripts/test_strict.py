"""The strict document: the same API, valid OpenAPI 3.0, and a schema that holds callers and servers to the prose."""

from __future__ import annotations

import copy
import itertools
import re
from collections.abc import Callable
from functools import cache
from typing import Any

import jsonschema
import jsonschema_rs
import pytest
import yaml
from openapi_spec_validator import OpenAPIV30SpecValidator
from ruamel.yaml import YAML

from scripts.emit.strict import strict, strict_text
from scripts.rules.catalogue import named
from scripts.rules.constraint import Constraint
from scripts.source.overlay import apply_overlay
from tests.generated.test_sizes import REFUSED_FORMS, STATED, sides_of_interest, stated_validity
from tests.scripts.prose_documents import OPENAPI, read, vendored, with_value

PATH = "/paas/v4/images/generations"
MODELS = ("glm-image", "cogview-4-250304")
COMMITTED = OPENAPI / "zai-image.strict.yaml"
RULES = read()

models = pytest.mark.parametrize("model", MODELS)
Valid = Callable[[object], bool]


def overlay() -> Any:
    return YAML(typ="safe").load(OPENAPI / "overlay.yaml")


def overlaid() -> dict[str, Any]:
    return apply_overlay(vendored(), overlay())


@cache
def committed() -> Any:
    return yaml.safe_load(COMMITTED.read_text(encoding="utf-8"))


def _self_contained(document: dict[str, Any], name: str) -> dict[str, Any]:
    return {"allOf": [{"$ref": f"#/components/schemas/{name}"}], "components": document["components"]}


# Two engines for what OpenAPI 3.0 has of JSON Schema, of which the first reads expressions as ECMA 262 says, and the
# second as Python does.
ENGINES: dict[str, Callable[[dict[str, Any]], Valid]] = {
    "jsonschema-rs": lambda schema: jsonschema_rs.Draft4Validator(schema).is_valid,
    "jsonschema": lambda schema: jsonschema.Draft4Validator(schema).is_valid,
}


@pytest.fixture(params=ENGINES)
def accepts(request: pytest.FixtureRequest) -> Valid:
    """Whether a request is valid by the strict document."""
    return ENGINES[request.param](_self_contained(committed(), "CreateImageRequest"))


@pytest.fixture(params=ENGINES)
def answers(request: pytest.FixtureRequest) -> Valid:
    """Whether an answer is."""
    return ENGINES[request.param](_self_contained(committed(), "ImageGenerationResponse"))


def ordering(model: str, **fields: object) -> dict[str, object]:
    return {"model": model, "prompt": "A cute little kitten.", **fields}


def variant(document: dict[str, Any], model: str) -> Any:
    return document["components"]["schemas"][f"CreateImageRequest-{model}"]


def test_it_is_a_valid_openapi_3_0_document_defaults_included() -> None:
    assert committed()["openapi"] == vendored()["openapi"] == "3.0.1"
    assert list(OpenAPIV30SpecValidator(committed()).iter_errors()) == []


def test_the_committed_text_is_what_is_made_of_page_and_rules() -> None:
    assert strict_text(overlaid(), RULES) == COMMITTED.read_text(encoding="utf-8")


def test_its_first_lines_say_how_to_remake_it() -> None:
    assert "python -m scripts.regenerate" in COMMITTED.read_text(encoding="utf-8").partition("\nopenapi:")[0]


def test_it_describes_the_same_api() -> None:
    page, made = overlaid(), copy.deepcopy(committed())
    request = page["components"]["schemas"].pop("CreateImageRequest")
    made["components"]["schemas"].pop("CreateImageRequest")
    for model in MODELS:
        schema = made["components"]["schemas"].pop(f"CreateImageRequest-{model}")
        assert list(schema) == list(request)
        assert schema["required"] == request["required"]
        assert list(schema["properties"]) == list(request["properties"])
        for name in ("prompt", "user_id"):
            assert schema["properties"][name] == request["properties"][name]
    answer = made["components"]["schemas"]["ImageGenerationResponse"]
    del answer["required"]
    for keyword in ("minItems", "maxItems"):
        del answer["properties"]["data"][keyword]
    del answer["properties"]["data"]["items"]["properties"]["url"]["pattern"]
    examples = made["paths"][PATH]["post"]["requestBody"]["content"]["application/json"]["examples"]
    for name in [name for name in examples if name.startswith(MODELS)]:
        del examples[name]
    assert made == page
    assert list(made["components"]["schemas"]) == list(page["components"]["schemas"])


@models
def test_it_accepts_exactly_the_valid_sizes_wherever_validity_can_change(accepts: Valid, model: str) -> None:
    # Here a sample, through whole engines; test_size_pattern.py shows that the pattern is right for every pair.
    valid = stated_validity(STATED[model])
    pairs = [*itertools.product(sides_of_interest(STATED[model]), repeat=2)][::29]
    assert sum(valid[pair] for pair in pairs) > 30
    assert [pair for pair in pairs if accepts(ordering(model, size="{}x{}".format(*pair))) != valid[pair]] == []
    assert all(accepts(ordering(model, size=size)) for size in STATED[model].recommended.split())


@pytest.mark.parametrize("form", REFUSED_FORMS.values(), ids=REFUSED_FORMS.keys())
@models
def test_any_other_form_of_a_size_is_refused_by_either_engine(accepts: Valid, model: str, form: str) -> None:
    assert not accepts(ordering(model, size=form))


def test_a_size_of_one_model_is_not_one_of_the_other(accepts: Valid) -> None:
    assert accepts(ordering("cogview-4-250304", size="512x512"))
    assert not accepts(ordering("glm-image", size="512x512"))
    assert accepts(ordering("glm-image", size="2048x2048"))
    assert not accepts(ordering("cogview-4-250304", size="2048x2048"))


@models
def test_what_the_page_leaves_open_stays_open(accepts: Valid, model: str) -> None:
    assert accepts(ordering(model))
    assert accepts(ordering(model, prompt=""))
    assert accepts(ordering(model, seed=7))


def test_an_unknown_model_is_refused(accepts: Valid) -> None:
    assert not accepts(ordering("dall-e-3"))


def test_each_model_has_its_own_defaults() -> None:
    schemas = {model: variant(committed(), model)["properties"] for model in MODELS}
    assert {model: (schema["size"]["default"], schema["quality"]["default"]) for model, schema in schemas.items()} == {
        "glm-image": ("1280x1280", "hd"),
        "cogview-4-250304": ("1024x1024", "standard"),
    }
    assert not any("default" in schema["model"] for schema in schemas.values())


def test_the_model_tells_which_variant_a_request_is() -> None:
    union = committed()["components"]["schemas"]["CreateImageRequest"]
    assert union["discriminator"]["propertyName"] == "model"
    assert list(union["discriminator"]["mapping"].values()) == [part["$ref"] for part in union["oneOf"]]
    for model, reference in union["discriminator"]["mapping"].items():
        assert reference == f"#/components/schemas/CreateImageRequest-{model}"
        assert variant(committed(), model)["properties"]["model"]["enum"] == [model]


def test_a_variant_describes_its_own_sizes_alone_in_the_words_of_the_page() -> None:
    glm_image, others = (variant(committed(), model)["properties"]["size"]["description"] for model in MODELS)
    first, second = RULES.size
    assert glm_image.endswith(f"{first.recommended_sentence} {first.custom_sentence}")
    assert others.endswith(f"{second.recommended_sentence} {second.custom_sentence}")
    assert "Others model" not in glm_image
    assert "glm-image" not in others


ANSWER = {"created": 1760335349, "data": [{"url": "https://cdn.example/kitten.png?a=b c"}]}


@pytest.mark.parametrize(
    "answer",
    [
        ANSWER,
        {**ANSWER, "id": "7", "content_filter": []},
        {**ANSWER, "content_filter": [{"role": "history", "level": 0}, {"role": "user", "level": 3}, {}]},
        {**ANSWER, "data": [{"url": "HTTP://127.0.0.1:8080/kitten.png", "seed": 1}]},
    ],
)
def test_a_right_answer_is_accepted(answers: Valid, answer: object) -> None:
    assert answers(answer)


@pytest.mark.parametrize(
    "wrong",
    [
        {"data": ANSWER["data"]},
        {"created": 1760335349},
        {**ANSWER, "created": "1760335349"},
        {**ANSWER, "data": []},
        {**ANSWER, "data": [{"url": "https://cdn.example/1"}, {"url": "https://cdn.example/2"}]},
        {**ANSWER, "data": [{}]},
        *(
            {**ANSWER, "data": [{"url": url}]}
            for url in ("", "/kitten.png", "//cdn.example/1", "https:///1", "data:,1")
        ),
        {**ANSWER, "content_filter": [{"level": 4}]},
        {**ANSWER, "content_filter": [{"role": "system"}]},
    ],
)
def test_a_wrong_answer_is_refused(answers: Valid, wrong: object) -> None:
    assert not answers(wrong)


# Examples


def examples(document: dict[str, Any]) -> dict[str, Any]:
    named: dict[str, Any] = document["paths"][PATH]["post"]["requestBody"]["content"]["application/json"]["examples"]
    return {name: example["value"] for name, example in named.items()}


def test_every_example_is_valid(accepts: Valid) -> None:
    assert [name for name, value in examples(committed()).items() if not accepts(value)] == []


@models
def test_there_is_an_example_for_each_recommended_size_quality_and_length_and_for_the_defaults(model: str) -> None:
    values = [value for value in examples(committed()).values() if value["model"] == model]
    assert set(STATED[model].recommended.split()) <= {value.get("size") for value in values}
    assert {value.get("quality") for value in values} == {None, "hd", "standard"}
    assert {len(value["user_id"]) for value in values if "user_id" in value} == {6, 128}
    assert ordering(model) in values


def test_the_page_s_own_example_stays_the_first() -> None:
    assert next(iter(examples(committed()))) == "Generate Image Example"


# Changes


def other(constraint: Constraint) -> Any:
    """Another value that a constraint could have; None where a schema cannot state its keyword."""
    value = constraint.value
    match constraint.keyword:
        case "recommended":
            return [*value, "4096x8"]
        case "default":
            return {"hd": "standard", "standard": "hd"}.get(value, "2048x1024")
        case "minSide" | "maxSide":
            return value + (64 if constraint.keyword == "minSide" else -64)
        case "sideMultipleOf" | "maxPixels":
            return value // 2
        case "minLength" | "maxLength" | "minItems" | "maxItems" | "maximum":
            return value + 1
    return None


CHANGED = {named(stated): (stated, value) for stated in RULES.constraints if (value := other(stated)) is not None}


@pytest.mark.parametrize("change", CHANGED)
def test_each_number_of_the_rules_reaches_the_document_and_only_where_it_counts(change: str) -> None:
    constraint, value = CHANGED[change]
    before, after = strict(overlaid(), RULES), strict(overlaid(), with_value(RULES, constraint, value))
    if constraint.when is None:
        assert after["components"] != before["components"]
        return
    for each in MODELS:
        same = variant(after, each) == variant(before, each)
        assert same == (not constraint.covers(each))
    assert list(OpenAPIV30SpecValidator(after).iter_errors()) == []


def test_a_number_changed_on_the_page_reaches_pattern_example_and_refusal() -> None:
    page = vendored()
    size = page["components"]["schemas"]["CreateImageRequest"]["properties"]["size"]
    size["description"] = size["description"].replace("`512px-2048px`", "`256px-2048px`")
    after = strict(apply_overlay(page, overlay()), read(page))
    schema = variant(after, "cogview-4-250304")["properties"]["size"]
    assert re.search(schema["pattern"], "256x2048")
    assert "240x1024" in schema["not"]["anyOf"][1]["enum"]
    assert ordering("cogview-4-250304", size="256x256") in examples(after).values()
