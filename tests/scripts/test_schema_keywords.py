"""Every keyword of JSON Schema, on a property of every kind and in every place, is enforced or refused by its name."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest
from attrs import frozen

from scripts.change.calling import Server, check
from scripts.change.calls import calls
from scripts.source.failure import PipelineError
from tests.scripts.generated_packages import PATH, Generate, Package, asker, overlaid, request_schema
from tests.scripts.prose_documents import read


@frozen
class Case:
    """A schema with a keyword, values that keep it and values that break it."""

    schema: dict[str, Any]
    valid: tuple[Any, ...]
    invalid: tuple[Any, ...]


TEXT = {"type": "string"}
CASES: dict[str, Case] = {
    "type string": Case(TEXT, ("", "a"), (7, True, [], {})),
    "type integer": Case({"type": "integer"}, (0, -7, 10**30), ("7", 7.5, True, [1])),
    "type number": Case({"type": "number"}, (0, 0.5), ("0.5", False)),
    "type boolean": Case({"type": "boolean", "default": True}, (True, False), ("no", 0, 1)),
    "type array": Case({"type": "array"}, ([], [1, "a", None]), ("a", {}, 7)),
    "type object": Case({"type": "object"}, ({}, {"a": None}), ([], "a", 7)),
    "no type": Case({}, (1, "a", [], {}, False), ()),
    "several types": Case({"type": ["string", "null"]}, ("a", None), (7, [])),
    "nullable": Case({"type": "integer", "nullable": True}, (None, 0), ("a", 0.5)),
    "enum of texts": Case({**TEXT, "enum": ["a", "b"]}, ("a", "b"), ("c", "", 1)),
    "enum of numbers": Case({"type": "integer", "enum": [0, 2]}, (0, 2), (1, False, "2")),
    "enum without type": Case({"enum": ["a", 0, None]}, ("a", 0), (1, "b", False)),
    "const": Case({"const": 0}, (0,), (1, False, "0")),
    "minLength": Case({**TEXT, "minLength": 3}, ("abc", "\U0001f431" * 3), ("ab",)),
    "maxLength": Case({**TEXT, "maxLength": 3}, ("", "\U0001f431" * 3), ("abcd",)),
    "pattern": Case({**TEXT, "pattern": "^[a-c]{2}$"}, ("ab",), ("ab\n", "abc", "\u0430b")),
    "pattern of digits": Case({**TEXT, "pattern": r"^\d+$"}, ("12",), ("\uff11", "1a")),
    "format date-time": Case({**TEXT, "format": "date-time"}, ("2026-01-24T11:22:10.5+01:00",), ("2026-01-24", "now")),
    "format date": Case({**TEXT, "format": "date"}, ("2026-01-24",), ("2026-02-30", "24.1.2026")),
    "format uuid": Case({**TEXT, "format": "uuid"}, ("123e4567-e89b-12d3-a456-426614174000",), ("123",)),
    "format uri": Case({**TEXT, "format": "uri"}, ("https://a.example/b",), ("a b", "/b")),
    "format email": Case({**TEXT, "format": "email"}, ("a@b.example",), ("a",)),
    "format ipv4": Case({**TEXT, "format": "ipv4"}, ("192.0.2.1",), ("192.0.2.256", "::1")),
    "format ipv6": Case({**TEXT, "format": "ipv6"}, ("::1",), ("192.0.2.1",)),
    "format byte": Case({**TEXT, "format": "byte"}, ("aGk=",), ("aGk", "?")),
    "format int32": Case({"type": "integer", "format": "int32"}, (2**31 - 1, -(2**31)), (2**31,)),
    "format int64": Case({"type": "integer", "format": "int64"}, (2**63 - 1,), (2**63,)),
    "format of no meaning": Case({**TEXT, "format": "colour"}, ("red",), (7,)),
    "minimum": Case({"type": "number", "minimum": 1.5}, (1.5, 2), (1.4, -1)),
    "maximum": Case({"type": "integer", "maximum": 4}, (4, -10), (5,)),
    "exclusiveMinimum of 3.0": Case({"type": "integer", "minimum": 1, "exclusiveMinimum": True}, (2,), (1,)),
    "exclusiveMaximum of 3.1": Case({"type": "number", "exclusiveMaximum": 2}, (1.9,), (2, 2.0)),
    "multipleOf": Case({"type": "integer", "multipleOf": 8}, (0, 64), (63,)),
    "multipleOf a fraction": Case({"type": "number", "multipleOf": 0.1}, (0.3, 1.1), (0.35,)),
    "items": Case({"type": "array", "items": {**TEXT, "maxLength": 2}}, ([], ["ab"]), (["abc"], [7])),
    "minItems": Case({"type": "array", "items": TEXT, "minItems": 2}, (["a", "b"],), (["a"], [])),
    "maxItems": Case({"type": "array", "items": TEXT, "maxItems": 1}, ([], ["a"]), (["a", "b"],)),
    "uniqueItems": Case({"type": "array", "items": {}, "uniqueItems": True}, ([1, True],), ([1, 1.0], [{}, {}])),
    "properties": Case(
        {"type": "object", "properties": {"a": {"type": "integer"}}}, ({"a": 1}, {"b": 1}), ({"a": "1"},)
    ),
    "required": Case(
        {"type": "object", "properties": {"a": TEXT, "b": TEXT}, "required": ["a"]}, ({"a": ""},), ({}, {"b": ""})
    ),
    "additionalProperties false": Case(
        {"type": "object", "properties": {"a": TEXT}, "additionalProperties": False}, ({"a": ""}, {}), ({"b": ""},)
    ),
    "additionalProperties": Case(
        {"type": "object", "additionalProperties": {"type": "integer"}}, ({}, {"a": 1}), ({"a": "1"},)
    ),
    "minProperties": Case({"type": "object", "minProperties": 1}, ({"a": 1},), ({},)),
    "maxProperties": Case({"type": "object", "maxProperties": 1}, ({"a": 1},), ({"a": 1, "b": 1},)),
    "allOf": Case({"allOf": [{**TEXT, "minLength": 2}, {"maxLength": 3}]}, ("ab",), ("a", "abcd", 7)),
    "anyOf": Case({"anyOf": [{**TEXT, "maxLength": 1}, {"type": "integer"}]}, ("a", 7), ("ab", 0.5)),
    "oneOf": Case({"oneOf": [{"type": "integer"}, {"type": "number", "minimum": 5}]}, (1, 5.5), (5, 0.5, "a")),
    "not": Case({**TEXT, "not": {"enum": ["a"]}}, ("b",), ("a",)),
    "$ref": Case({"$ref": "#/components/schemas/Named"}, ("ab",), ("abc", 7)),
    "$ref in allOf": Case(
        {"allOf": [{"$ref": "#/components/schemas/Named"}], "nullable": True}, ("ab", None), ("abc", 7)
    ),
}
NAMED = {"type": "string", "maxLength": 2}
_PLAIN = ("string", "integer", "number", "boolean")


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = Thread(target=running.serve_forever)
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def with_schema(schema: dict[str, Any], *, parameters: bool) -> Any:
    """The change that puts a schema in every place that takes one."""

    def change(document: dict[str, Any]) -> None:
        document["components"]["schemas"]["Named"] = NAMED
        request = request_schema(document)
        request["properties"] |= {
            "optional": schema,
            "needed": schema,
            "listed": {"type": "array", "items": schema},
            "nested": {"type": "object", "properties": {"inner": schema}},
        }
        request["required"].append("needed")
        if parameters:
            document["paths"][PATH]["post"]["parameters"] = [
                {"name": "asked", "in": "query", "schema": schema},
                {"name": "X-Field", "in": "header", "schema": schema},
            ]

    return change


def problems(package: Package, needed: Any, **arguments: Any) -> list[str]:
    return package.problems("images", "generate", prompt="kitten", needed=needed, **arguments)


@pytest.mark.parametrize("name", CASES)
def test_a_keyword_is_enforced_in_every_place(generated_from: Generate, server: Server, name: str) -> None:
    case = CASES[name]
    kinds = case.schema.get("type", case.schema.get("$ref"))
    parameters = kinds in _PLAIN
    change = with_schema(case.schema, parameters=parameters)
    package = generated_from(change)
    needed = case.valid[0]
    for value in case.valid:
        assert problems(package, value, optional=value, listed=[value, value], nested={"inner": value}) == []
        sent = package.request("images", "generate", "kitten", needed=value, listed=[value], nested={"inner": value})
        assert (sent.json["needed"], sent.json["listed"], sent.json["nested"]) == (value, [value], {"inner": value})
    for value in case.invalid:
        for arguments in (
            {"needed": value},
            {"needed": needed, "optional": value},
            {"needed": needed, "listed": [needed, value]},
            {"needed": needed, "nested": {"inner": value}},
            *([{"needed": needed, "asked": value}, {"needed": needed, "x_field": value}] if parameters else []),
        ):
            (told, *_) = problems(package, **arguments)
            place = list(arguments)[-1]
            assert told.startswith(place), told
            assert "\n" not in told
            assert len(told) < 300
    document = overlaid()
    change(document)
    for plan in calls(document, read()):
        check(plan, asker(package, ("127.0.0.1", server.server_port)), server)


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("if", {"type": "string"}),
        ("contains", {"type": "string"}),
        ("patternProperties", {"^a": {"type": "string"}}),
        ("propertyNames", {"maxLength": 3}),
        ("dependentRequired", {"a": ["b"]}),
        ("prefixItems", [{"type": "string"}]),
        ("unevaluatedProperties", False),
        ("minContains", 2),
        ("a-keyword-of-tomorrow", 1),
    ],
)
def test_a_keyword_that_cannot_be_checked_is_refused_by_its_name(
    generated_from: Generate, keyword: str, value: Any
) -> None:
    with pytest.raises(PipelineError, match=rf'^needed: the client cannot check the keyword "{keyword}"'):
        generated_from(with_schema({keyword: value}, parameters=False))


@pytest.mark.parametrize("pattern", ["[", "(?<name>a)", r"\p{L}", "a{2,1}"])
def test_a_pattern_that_python_cannot_read_is_refused(generated_from: Generate, pattern: str) -> None:
    with pytest.raises(PipelineError, match="cannot be checked"):
        generated_from(with_schema({"type": "string", "pattern": pattern}, parameters=False))


def test_what_only_the_server_writes_is_no_argument_and_what_only_callers_write_is_not_read(
    generated_from: Generate,
) -> None:
    def change(document: dict[str, Any]) -> None:
        request_schema(document)["properties"]["id"] = {"type": "string", "readOnly": True}
        request_schema(document)["required"].append("id")
        answer = document["components"]["schemas"]["ImageGenerationResponse"]
        answer["properties"]["secret"] = {"type": "string", "writeOnly": True}
        answer["required"] = ["secret"]

    package = generated_from(change)
    assert "id" not in package.request("images", "generate", "kitten").json
    assert package.problems("images", "generate", "kitten", extra_body={"id": "7"}) == [
        "id may not be sent; leave it out"
    ]
    assert package.operation("images.generate").read(200, {}, b"{}").parsed.to_dict() == {}
