"""The test vectors keep their schema, and between them leave no room for a wrong reading of a rule."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import product
from typing import Any

import jsonschema_rs
import pytest
import yaml
from attrs import evolve

from scripts.emit import vectors
from scripts.emit.vectors import vector_texts
from scripts.emit.vectors.answers import answer_vectors
from scripts.emit.vectors.errors import error_vectors
from scripts.emit.vectors.requests import request_vectors
from scripts.emit.vectors.sizes import broken, size_vectors
from scripts.emit.vectors.vector import Citations
from scripts.regenerate import ROOT
from scripts.rules.catalogue import CATALOGUE
from scripts.rules.rulebook import Rules, SizeRule
from tests.scripts.prose_documents import read, vendored

RULES = read()
REQUIREMENTS = yaml.safe_load((ROOT / CATALOGUE).read_text(encoding="utf-8"))
FILES = {name: json.loads((ROOT / vectors.FOLDER / name).read_bytes()) for name in vectors.FILES}
MODELS = ("glm-image", "cogview-4-250304")
SIZES = [vector for vector in FILES["sizes.json"]["vectors"] if "broken" in vector["expected"]]

models = pytest.mark.parametrize("model", MODELS)


def size_rule(model: str) -> SizeRule:
    rule = RULES.size_of(model)
    assert rule is not None
    return rule


def schema() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / vectors.FOLDER / "vectors.schema.json").read_bytes())
    return found


def problems(content: object) -> list[str]:
    return [error.message for error in jsonschema_rs.Draft7Validator(schema()).iter_errors(content)]


def pairs(model: str) -> dict[tuple[int, int], list[str]]:
    """The sizes of a model that are pairs of sides, and the limits each is expected to break."""
    return {
        (int(width), int(height)): vector["expected"]["broken"]
        for vector in SIZES
        if vector["input"]["model"] == model and vector["expected"]["broken"] != ["form"]
        for width, height in [vector["input"]["size"].split("x")]
    }


@pytest.mark.parametrize("name", vectors.FILES)
def test_a_file_keeps_its_schema(name: str) -> None:
    jsonschema_rs.meta.validate(schema())
    assert problems(FILES[name]) == []


@pytest.mark.parametrize("name", vectors.FILES)
@pytest.mark.parametrize(
    "spoil",
    [
        lambda vector: vector.pop("description"),
        lambda vector: vector.pop("requirement"),
        lambda vector: vector.pop("input"),
        lambda vector: vector["expected"].pop("outcome"),
        lambda vector: vector["expected"].update(outcome="perhaps"),
        lambda vector: vector["expected"].update(note="x"),
        lambda vector: vector["input"].update(note="x"),
        lambda vector: vector.update(note="x"),
    ],
)
def test_the_schema_refuses_a_vector_of_another_form(name: str, spoil: Callable[[dict[str, Any]], object]) -> None:
    content = {**FILES[name], "vectors": json.loads(json.dumps(FILES[name]["vectors"][:1]))}
    assert problems(content) == []
    spoil(content["vectors"][0])
    assert problems(content) != []


@pytest.mark.parametrize("name", vectors.FILES)
def test_no_two_vectors_of_a_file_ask_the_same_for_the_same_requirement(name: str) -> None:
    asked = [(vector["requirement"], json.dumps(vector["input"])) for vector in FILES[name]["vectors"]]
    assert len(set(asked)) == len(asked)


@pytest.mark.parametrize("name", vectors.FILES)
def test_a_file_is_ascii_and_says_first_how_to_remake_it(name: str) -> None:
    text = (ROOT / vectors.FOLDER / name).read_bytes().decode("ascii")
    assert "python -m scripts.regenerate" in text.splitlines()[1]


def test_every_requirement_cited_is_one_of_the_catalogue() -> None:
    known = {entry["id"] for entry in REQUIREMENTS["requirements"]}
    assert {vector["requirement"] for file in FILES.values() for vector in file["vectors"]} <= known


def test_no_requirement_with_numbers_or_values_lacks_a_vector() -> None:
    stated = {entry["id"] for entry in REQUIREMENTS["requirements"] if {"numbers", "values"} & entry.keys()}
    assert stated - {vector["requirement"] for file in FILES.values() for vector in file["vectors"]} == set()


def test_no_requirement_that_binds_a_client_lacks_a_vector() -> None:
    binding = {entry["id"] for entry in REQUIREMENTS["requirements"] if "client" in entry["binds"]}
    assert binding - {vector["requirement"] for file in FILES.values() for vector in file["vectors"]} == set()


LIMITS = ("min_side", "max_side", "step", "max_pixels")


def next_pixel_count(rule: SizeRule) -> int:
    """The least number of pixels over the limit that sides on the grid, or a step beyond it, make."""
    grid = range(rule.min_side, rule.max_side + rule.step + 1, rule.step)
    return min(width * height for width in grid for height in grid if width * height > rule.max_pixels)


@models
@pytest.mark.parametrize("limit", LIMITS)
@pytest.mark.parametrize("up", [False, True])
def test_a_limit_read_wrong_by_the_least_that_matters_is_contradicted(model: str, limit: str, up: bool) -> None:
    rule = size_rule(model)
    value = getattr(rule, limit)
    read = next_pixel_count(rule) if up and limit == "max_pixels" else value + (1 if up else -1)
    change: dict[str, Any] = {limit: read}
    wrong = evolve(rule, **change)
    assert any(broken(wrong, *pair) != expected for pair, expected in pairs(model).items())


@models
@pytest.mark.parametrize("limit", ["min_side", "max_side"])
@pytest.mark.parametrize("side", [0, 1])
def test_each_side_limit_is_there_from_both_sides_with_nothing_else_wrong(model: str, limit: str, side: int) -> None:
    rule = size_rule(model)
    outward = {"min_side": -rule.step, "max_side": rule.step}[limit]
    at = [pair for pair, expected in pairs(model).items() if pair[side] == getattr(rule, limit) and not expected]
    beyond = [
        pair
        for pair, expected in pairs(model).items()
        if pair[side] == getattr(rule, limit) + outward and pair[1 - side] in range(rule.min_side, rule.max_side + 1)
        if expected == [limit]
    ]
    assert at
    assert beyond


@models
@pytest.mark.parametrize("side", [0, 1])
def test_each_step_is_there_with_one_side_off_the_grid(model: str, side: int) -> None:
    step = size_rule(model).step
    off = {pair[side] % step for pair, expected in pairs(model).items() if expected == ["step"]}
    assert {1, step // 2, step - 1} <= off


@models
def test_an_odd_multiple_of_the_step_is_there(model: str) -> None:
    step = size_rule(model).step
    for side in (0, 1):
        assert any(pair[side] % (2 * step) and not expected for pair, expected in pairs(model).items())


def test_the_pixel_limit_is_there_at_every_width_at_which_it_decides() -> None:
    rule = size_rule("cogview-4-250304")
    found = pairs("cogview-4-250304")
    bound = [width for width in range(rule.min_side, rule.max_side + 1, rule.step) if width * 2048 > rule.max_pixels]
    assert len(bound) > 50
    for width in bound:
        height = rule.max_pixels // width // rule.step * rule.step
        assert found[width, height] == []
        assert found[width, height + rule.step] == ["max_pixels"]
        assert found[height + rule.step, width] == ["max_pixels"]


def test_the_pixel_limit_of_glm_image_is_reached_where_it_cannot_be_passed() -> None:
    assert pairs("glm-image")[2048, 2048] == []


@models
def test_a_recommended_size_forgotten_or_turned_is_contradicted(model: str) -> None:
    rule = size_rule(model)
    asked = pairs(model)
    for size in rule.recommended:
        assert asked[size] == []
        assert asked[size[::-1]] == broken(rule, *size[::-1])


@models
@pytest.mark.parametrize("limit", LIMITS)
def test_a_limit_that_is_not_looked_at_is_contradicted(model: str, limit: str) -> None:
    rule = size_rule(model)

    def judge(width: int, height: int) -> list[str]:
        return [name for name in broken(rule, width, height) if name != limit]

    assert any(judge(*pair) != expected for pair, expected in pairs(model).items())


@models
@pytest.mark.parametrize("unseen", [0, 1])
def test_a_side_that_is_not_looked_at_is_contradicted(model: str, unseen: int) -> None:
    rule = size_rule(model)

    def judge(*pair: int) -> list[str]:
        return broken(rule, *(pair[1 - unseen],) * 2)

    assert any(bool(judge(*pair)) != bool(expected) for pair, expected in pairs(model).items())


def test_the_rule_of_the_other_model_is_contradicted() -> None:
    for model, other in product(MODELS, repeat=2):
        agrees = all(broken(size_rule(other), *pair) == found for pair, found in pairs(model).items())
        assert agrees is (model == other)


@models
def test_the_outcome_is_that_of_the_rules(model: str) -> None:
    rule: SizeRule = size_rule(model)
    assert all(rule.allows(*pair) is (expected == []) for pair, expected in pairs(model).items())


def test_a_page_with_fewer_rules_gives_fewer_vectors() -> None:
    texts = vector_texts(vendored(), Rules(), REQUIREMENTS)
    assert json.loads(texts["sizes.json"])["vectors"] == []
    drawn = [vector["expected"].get("drawn") for vector in json.loads(texts["requests.json"])["vectors"]]
    assert not any("size" in found for found in drawn if found)


def test_a_requirement_that_goes_takes_its_vectors_with_it_and_no_other() -> None:
    without = {"requirements": [entry for entry in REQUIREMENTS["requirements"] if entry["id"] != "SIZE-FORM"]}
    for name, text in vector_texts(vendored(), RULES, without).items():
        kept = [vector for vector in FILES[name]["vectors"] if vector["requirement"] != "SIZE-FORM"]
        assert json.loads(text)["vectors"] == kept


def test_no_vector_cites_what_no_catalogue_has() -> None:
    every = Citations.of(REQUIREMENTS)
    made = [*error_vectors(), *answer_vectors(RULES, every)]
    made += request_vectors("/", ("glm-image",), ["prompt"], RULES, every)
    made += size_vectors(("glm-image",), RULES, every)
    assert {vector.requirement for vector in made} <= {entry["id"] for entry in REQUIREMENTS["requirements"]}
