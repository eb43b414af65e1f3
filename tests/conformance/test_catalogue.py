"""The catalogue quotes the page exactly, and each entry is judged as it says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conformance.wrong_servers import WRONG_SERVERS
from zai_image_conformance.requirements import Cost, Requirement, catalogue
from zai_image_conformance.suite import cases, test_orders, test_pictures, test_refusals, test_strict_document
from zai_image_conformance.suite.bindings import binding_of
from zai_image_conformance.suite.cases import Case
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
    assert (requirement.sentence is None) != (requirement.schema is None)
    if requirement.sentence is not None:
        assert requirement.sentence in prose
    if requirement.schema is not None:
        assert at(document, requirement.schema)


def test_what_is_not_demanded_has_its_reason() -> None:
    assert all(remark.why for remark in catalogue().not_demanded)


def test_known_deviations_are_of_requirements() -> None:
    assert catalogue().deviations
    assert all(requirement in catalogue() for requirement in catalogue().deviations)


@pytest.mark.parametrize("requirement", [pytest.param(each, id=each.id) for each in catalogue() if each.judged])
def test_a_requirement_that_is_judged_convicts_a_wrong_server(requirement: Requirement) -> None:
    assert any(requirement.id in server.convicted_by for server in WRONG_SERVERS)


def test_the_wrong_servers_are_many_and_each_has_its_name() -> None:
    names = {server.name for server in WRONG_SERVERS}
    assert len(names) == len(WRONG_SERVERS) >= 100


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


def judged_by(requirement_id: str) -> list[Case]:
    """The cases that settle a requirement, for every model, with a key: read off the tests of the suite."""
    target = Target("http://server.test/api", api_key="k")
    return [
        case
        for module in (test_orders, test_pictures, test_refusals, test_strict_document)
        for test in vars(module).values()
        if (binding := binding_of(test)) is not None
        for case in binding.bound(target)
        if case.requirement == requirement_id
    ]


@pytest.mark.parametrize("requirement", REQUIREMENTS)
def test_a_requirement_costs_what_it_says(requirement: Requirement) -> None:
    asked = {case.question: case.paid for case in judged_by(requirement.id)}
    paid = sum(asked.values())
    assert requirement.cost == Cost(pictures=paid, free=len(asked) - paid)


@pytest.mark.parametrize("requirement", REQUIREMENTS)
def test_a_requirement_is_asked_about_exactly_where_it_says_so(requirement: Requirement) -> None:
    assert bool(judged_by(requirement.id)) == requirement.judged


def test_a_full_verdict_makes_at_most_24_pictures() -> None:
    target = Target("http://server.test/api", api_key="k")
    assert len(list(cases.every_order(target))) <= 24


def test_an_unknown_id_is_no_requirement() -> None:
    assert "SIZE-GLM-STEP" in catalogue()
    assert "SIZE-GLM" not in catalogue()
    with pytest.raises(KeyError):
        catalogue()["SIZE-GLM"]
