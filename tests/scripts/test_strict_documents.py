"""The strict form of other documents: relatives of the page's, ones that leave the rules no place, and hostile ones."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from openapi_spec_validator import OpenAPIV30SpecValidator
from ruamel.yaml import YAML

from scripts.emit.strict import strict, strict_text
from scripts.emit.yaml_text import yaml_text
from scripts.rules.constraint import Condition, Constraint
from scripts.rules.rulebook import Rules
from scripts.source.failure import PipelineError
from tests.scripts.generated_packages import overlaid
from tests.scripts.prose_documents import read, request, size_of, vendored

PATH = "/paas/v4/images/generations"
MODELS = ("glm-image", "cogview-4-250304")


def variant(document: dict[str, Any], model: str) -> Any:
    return document["components"]["schemas"][f"CreateImageRequest-{model}"]


def two_models(names: tuple[str, str] = ("a", "b"), **properties: Any) -> dict[str, Any]:
    """A document whose request, written where it is used, is for two models with sizes of their own."""
    sizes = f"{size_of(f'`{names[0]}`', '8x8', '4-8 4 64')} {size_of('Others model', '6x6', '2-6 2 36')}"
    made = request(models=names, size={"type": "string", "description": sizes}, **properties)
    body(made)["required"] = ["model"]
    return made


def body(document: dict[str, Any]) -> Any:
    return document["paths"][PATH]["post"]["requestBody"]["content"]["application/json"]["schema"]


def made_strict(document: dict[str, Any]) -> dict[str, Any]:
    return strict(document, read(document))


def of_the_page() -> Rules:
    return read()


def test_a_request_written_where_it_is_used_gets_variants_named_after_its_path() -> None:
    made = made_strict(two_models())
    names = ["paas_v4_images_generations-a", "paas_v4_images_generations-b"]
    assert list(made["components"]["schemas"]) == names
    assert [part["$ref"].rpartition("/")[2] for part in body(made)["oneOf"]] == names
    patterns = [made["components"]["schemas"][name]["properties"]["size"]["pattern"] for name in names]
    assert patterns == ["^(?:4|8)x(?:4|8)$", "^(?:2|4|6)x(?:2|4|6)$"]


def test_requests_that_share_a_schema_share_its_variants() -> None:
    page = vendored()
    page["paths"]["/paas/v4/images/edits"] = copy.deepcopy(page["paths"][PATH])
    made = strict(page, read(page))
    assert [name for name in made["components"]["schemas"] if name.startswith("CreateImageRequest")] == [
        "CreateImageRequest",
        *(f"CreateImageRequest-{model}" for model in MODELS),
    ]
    both = (
        made["paths"][path]["post"]["requestBody"]["content"]["application/json"]["examples"] for path in page["paths"]
    )
    assert next(both) == next(both)


def test_one_rule_for_every_model_of_a_request_that_lists_none_needs_no_variants() -> None:
    page = request(size={"type": "string", "description": size_of("Image size,", "8x4 4x8", "4-8 4 60")})
    del body(page)["properties"]["model"]
    made = strict(page, read(page))
    assert "oneOf" not in body(made)
    assert body(made)["properties"]["size"]["pattern"] == "^(?:(?:4|8)x4|4x8)$"


def test_a_property_defined_elsewhere_is_taken_in() -> None:
    page = vendored()
    schemas = page["components"]["schemas"]
    schemas["Size"] = schemas["CreateImageRequest"]["properties"]["size"]
    schemas["CreateImageRequest"]["properties"]["size"] = {"$ref": "#/components/schemas/Size"}
    made = strict(page, read(page))
    assert "pattern" in variant(made, "glm-image")["properties"]["size"]
    assert "pattern" not in made["components"]["schemas"]["Size"]


def combine(document: dict[str, Any]) -> None:
    body(document)["allOf"] = [{"type": "object"}]


def leave_model_out(document: dict[str, Any]) -> None:
    del body(document)["required"]


def take_the_name(document: dict[str, Any]) -> None:
    document["components"] = {"schemas": {"paas_v4_images_generations-a": {}}}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (combine, "is no plain object"),
        (leave_model_out, "does not have to name one of several models"),
        (take_the_name, "the schemas of its models cannot be told apart by name"),
    ],
)
def test_a_request_that_leaves_the_rules_no_place_stops_with_its_path(
    change: Callable[[dict[str, Any]], None], reason: str
) -> None:
    page = two_models()
    change(page)
    with pytest.raises(PipelineError, match=f"request to {PATH}:? {reason}"):
        made_strict(page)


def test_models_whose_names_differ_in_odd_characters_alone_stop_it() -> None:
    page = vendored()
    page["components"]["schemas"]["CreateImageRequest"]["properties"]["model"]["enum"] += ["m/1", "m:1"]
    with pytest.raises(PipelineError, match="the schemas of its models cannot be told apart by name"):
        strict(page, read(page))


HOSTILE = """'"` \\ {{ x }} {% %} # */ <!-- \n--- !!python/object &a *a ../../etc \u2028 on"""


def test_hostile_names_and_words_are_data() -> None:
    page = vendored()
    schema = page["components"]["schemas"]["CreateImageRequest"]
    schema["properties"]["model"]["enum"].append(HOSTILE)
    schema["properties"]["prompt"].update(description=HOSTILE, example=HOSTILE)
    made = strict(page, read(page))
    assert list(OpenAPIV30SpecValidator(made).iter_errors()) == []
    text = strict_text(page, read(page))
    assert yaml.safe_load(text) == YAML(typ="safe", pure=True).load(text) == made


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.sampled_from(["on", "1:30", "0x10", "1_0", "~", "=", "<<"]),
    lambda items: st.lists(items, max_size=4) | st.dictionaries(st.text(), items, max_size=4),
    max_leaves=8,
)


@settings(max_examples=30)
@given(st.dictionaries(st.text(), json_values, min_size=1, max_size=4))
def test_the_text_means_the_same_under_yaml_1_1_and_1_2(content: dict[str, Any]) -> None:
    text = yaml_text(content, "# made\n")
    assert yaml.safe_load(text) == content
    assert YAML(typ="safe", pure=True).load(text) == content


@pytest.mark.parametrize("name", ["prompt", "style"])
def test_whatever_a_sentence_states_of_any_property_becomes_its_schema_and_its_examples(name: str) -> None:
    page = overlaid()
    schema = page["components"]["schemas"]["CreateImageRequest"]
    schema["properties"]["style"] = {"type": "string"}
    place = f"/components/schemas/CreateImageRequest/properties/{name}"
    others = Condition(("glm-image",), excluded=True)
    stated = [
        Constraint(place, None, "maxLength", 40, "At most 40 characters."),
        Constraint(place, others, "minLength", 8, "At least 8 characters with other models."),
        Constraint(place, Condition(("glm-image",)), "pattern", "^[a-z]", "A letter comes first with `glm-image`."),
    ]
    beside = [rule for rule in of_the_page().constraints if rule.place != place]
    made = strict(page, Rules((*beside, *stated)))
    one, other = (variant(made, model)["properties"][name] for model in MODELS)
    assert (one["maxLength"], one.get("minLength"), one.get("pattern")) == (40, None, "^[a-z]")
    assert (other["maxLength"], other.get("minLength"), other.get("pattern")) == (40, 8, None)
    content = made["paths"]["/paas/v4/images/generations"]["post"]["requestBody"]["content"]["application/json"]
    longest = content["examples"][f"{MODELS[1]}, longest {name}"]["value"]
    assert (longest["model"], len(longest[name])) == (MODELS[1], 40)


def test_a_property_that_a_model_does_not_take_may_not_be_sent_to_it() -> None:
    page = overlaid()
    place = "/components/schemas/CreateImageRequest/properties/quality"
    stated = Constraint(place, Condition((MODELS[0],)), "supported", False, "Only for others.")
    made = strict(page, Rules((*of_the_page().constraints, stated)))
    assert variant(made, MODELS[0])["properties"]["quality"]["not"] == {}
    assert "not" not in variant(made, MODELS[1])["properties"]["quality"]
