"""The catalogue quotes the page exactly, and each entry is judged as it says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from attrs import evolve

from zai_image_conformance.model import Exchange, Request
from zai_image_conformance.requirements import Profile, Requirement, catalogue
from zai_image_conformance.sizes import Sides
from zai_image_conformance.suite import cases, checks
from zai_image_conformance.suite.images import View
from zai_image_conformance.suite.target import Target

OPENAPI = Path(__file__).parents[2] / "openapi"
REQUIREMENTS = [pytest.param(requirement, id=requirement.id) for requirement in catalogue()]


@pytest.fixture(scope="module")
def document() -> Any:
    return yaml.safe_load((OPENAPI / "zai-image.yaml").read_text("utf-8"))


@pytest.fixture(scope="module")
def prose(document: Any) -> str:
    """The page as it stands, and every text of its document with the YAML folding undone."""
    return "\n".join([(OPENAPI / "generate-image.md").read_text("utf-8"), *texts(document)])


def texts(node: Any) -> list[str]:
    if isinstance(node, dict):
        return [text for value in node.values() for text in texts(value)]
    if isinstance(node, list):
        return [text for value in node for text in texts(value)]
    return [node] if isinstance(node, str) else []


def at(document: Any, pointer: str) -> Any:
    """What a JSON pointer leads to; raises KeyError where it leads nowhere."""
    for step in pointer.removeprefix("#/").split("/"):
        document = document[step.replace("~1", "/").replace("~0", "~")]
    return document


@pytest.mark.parametrize("requirement", REQUIREMENTS)
def test_a_requirement_is_promised_by_words_or_by_the_schema(
    requirement: Requirement, document: Any, prose: str
) -> None:
    assert requirement.sentence or requirement.schema
    if requirement.sentence is not None:
        assert requirement.sentence in prose
    if requirement.schema is not None:
        assert at(document, requirement.schema)


def test_what_is_not_demanded_has_its_reason() -> None:
    assert all(remark.why for remark in catalogue().not_demanded)


def test_known_deviations_are_of_requirements() -> None:
    assert catalogue().deviations
    assert all(requirement in catalogue() for requirement in catalogue().deviations)


def test_ids_are_unique() -> None:
    ids = [requirement.id for requirement in catalogue()]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("requirement_id", ["MODEL-KNOWN", "QUALITY-VALUES"])
def test_reviewed_values_are_the_documents(requirement_id: str, document: Any) -> None:
    requirement = catalogue()[requirement_id]
    assert requirement.schema is not None
    assert list(requirement.values) == at(document, requirement.schema)


def test_reviewed_roles_and_levels_are_the_documents(document: Any) -> None:
    filters = at(document, "#/components/schemas/ImageGenerationResponse/properties/content_filter")
    requirement = catalogue()["FILTER-FORM"]
    properties = filters["items"]["properties"]
    assert list(requirement.values) == properties["role"]["enum"]
    assert requirement.numbers["mostSevere"] == properties["level"]["minimum"]
    assert requirement.numbers["leastSevere"] == properties["level"]["maximum"]


def test_every_required_property_of_the_order_has_an_entry(document: Any) -> None:
    required = at(document, "#/components/schemas/CreateImageRequest/required")
    assert {f"{name.upper()}-REQUIRED" for name in required} <= {requirement.id for requirement in catalogue()}


TARGET = Target("http://server.test/api", api_key="any-key")


def test_every_requirement_that_is_tested_has_a_case_and_no_other() -> None:
    settled = {requirement for case in cases.choose(TARGET) for requirement in cases.settles(case)}
    assert settled == {requirement.id for requirement in catalogue() if requirement.tested}


def test_the_kinds_of_leniency_are_told_apart_and_strict_demands_some() -> None:
    kinds = [entry.kind for entry in catalogue().not_demanded]
    assert len(kinds) == len(set(kinds))
    assert {entry.demanded_by for entry in catalogue().not_demanded} == {None, "strict"}
    with pytest.raises(KeyError):
        catalogue().forgives("made-up", "documented")


@pytest.mark.parametrize("kind", [entry.kind for entry in catalogue().not_demanded])
def test_leniency_lies_in_the_list_alone(kind: str) -> None:
    demanded_by = next(entry.demanded_by for entry in catalogue().not_demanded if entry.kind == kind)
    profiles: tuple[Profile, ...] = ("strict", "documented", "deployed")
    assert [not catalogue().forgives(kind, profile) for profile in profiles] == [demanded_by == "strict", False, False]
    sent = {profile: {case.kind for case in cases.choose(evolve(TARGET, profile=profile))} for profile in profiles}
    assert all(kind not in sent[profile] for profile in ("documented", "deployed"))
    if any(kind == case.kind for case in cases.choose(evolve(TARGET, profile="strict"))):
        assert demanded_by == "strict"


CLOCK = catalogue().leniency("another-clock").numbers["seconds"]
STORED = catalogue().leniency("bytes-for-an-image").values


@pytest.mark.parametrize("ahead", [-CLOCK - 1, -CLOCK, 0, CLOCK, CLOCK + 1])
def test_a_clock_may_be_off_as_far_as_the_list_says(ahead: int) -> None:
    content = json.dumps({"created": 1_760_335_349 + ahead}).encode()
    answered = Exchange(Request(), 200, "application/json", content, "", sent_at=1_760_335_349, came_at=1_760_335_349)
    assert (checks.created_about_now(answered) is None) == (abs(ahead) <= CLOCK)


@pytest.mark.parametrize("announced", [*STORED, "image/png", "image/made-up", "text/html", "application/json"])
def test_an_image_may_be_announced_as_what_the_list_says(announced: str) -> None:
    right = announced in STORED or announced.startswith("image/")
    assert (checks.announced_as_image(View(Sides(1024, 1024), media_type=announced)) is None) == right


def test_an_unknown_id_is_no_requirement() -> None:
    assert "SIZE-GLM-STEP" in catalogue()
    assert "SIZE-GLM" not in catalogue()
    with pytest.raises(KeyError):
        catalogue()["SIZE-GLM"]


def test_the_numbers_of_a_model_are_those_of_the_first_operation_that_has_the_property() -> None:
    of_another = [
        evolve(each, id=f"{each.id}-2", place="/components/schemas/Another/properties/size", when=None)
        for each in catalogue().ruling("size", "glm-image")
    ]
    both = evolve(catalogue(), requirements=(*catalogue().requirements, *of_another))
    for model in ("glm-image", "cogview-4-250304"):
        assert both.ruling("size", model) == catalogue().ruling("size", model)
    assert len(of_another) == 5
