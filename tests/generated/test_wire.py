"""The readers of JSON values: each takes all that its type promises, and tells of everything else what came instead."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zai_image_api import InvalidData, InvalidResponse, wire
from zai_image_api.models import Error, ImageGenerationResponse

# One value of each kind of JSON, by the name that a message gives it.
SAMPLES: dict[str, list[Any]] = {
    "null": [None],
    "true or false": [True, False],
    "a number": [0, -7, 2.5, 1e300],
    "a string": ["", "text"],
    "an array": [[], [1]],
    "an object": [{}, {"a": 1}],
}
READERS: dict[str, tuple[Callable[[Any], Any], str, set[str]]] = {
    "fields": (wire.fields, "an object", {"an object"}),
    "text": (wire.text, "a string", {"a string"}),
    "integer": (wire.integer, "an integer", {"a number"}),
    "number": (wire.number, "a number", {"a number"}),
    "boolean": (wire.boolean, "true or false", {"true or false"}),
    "null": (wire.null, "null", {"null"}),
    "entries": (wire.entries(wire.anything), "an object", {"an object"}),
    "items": (wire.items(wire.anything), "an array", {"an array"}),
}


@pytest.mark.parametrize("name", READERS)
def test_a_reader_refuses_every_other_kind_of_value_and_says_what_was_promised_and_what_came(name: str) -> None:
    reader, promised, taken = READERS[name]
    for came in SAMPLES.keys() - taken:
        for value in SAMPLES[came]:
            with pytest.raises(InvalidData) as refused:
                reader(value)
            assert str(refused.value) == f"{promised} was promised, {came} came"
            assert refused.value.path == ()


@pytest.mark.parametrize(
    ("reader", "values"),
    [
        (wire.text, SAMPLES["a string"]),
        (wire.integer, [0, -7, 10**400]),
        (wire.number, SAMPLES["a number"]),
        (wire.boolean, SAMPLES["true or false"]),
        (wire.null, [None]),
        (wire.fields, SAMPLES["an object"]),
        (wire.items(wire.anything), SAMPLES["an array"]),
        (wire.anything, [value for values in SAMPLES.values() for value in values]),
    ],
)
def test_a_reader_returns_what_it_takes_as_it_is(reader: Callable[[Any], Any], values: list[Any]) -> None:
    for value in values:
        assert reader(value) == value


@given(st.integers(-(2**53), 2**53))
def test_a_whole_number_written_with_a_point_is_an_integer(number: int) -> None:
    read = wire.integer(float(number))
    assert (type(read), read) == (int, number)


@pytest.mark.parametrize("value", [2.5, float("nan"), float("inf")])
def test_any_other_float_is_none(value: float) -> None:
    with pytest.raises(InvalidData, match="an integer was promised, a number came"):
        wire.integer(value)


@given(st.integers() | st.floats(allow_nan=False))
def test_a_number_keeps_every_digit(number: float) -> None:
    assert wire.number(number) is number


def test_the_first_of_several_shapes_that_fits_is_taken() -> None:
    reader = wire.one_of(wire.integer, wire.number, wire.items(wire.text))
    assert [(type(read), read) for read in map(reader, (1, 1.5, ["a"]))] == [(int, 1), (float, 1.5), (list, ["a"])]


def test_of_several_shapes_that_fit_the_one_that_leaves_least_unread_is_taken() -> None:
    reader = wire.one_of(ImageGenerationResponse.from_dict, Error.from_dict)
    for value in ({"code": 1, "message": "no"}, {"created": 1, "data": []}):
        read = reader(value)
        assert (read.additional_properties, read.to_dict()) == ({}, value)


def test_where_none_of_several_shapes_fits_each_says_why() -> None:
    with pytest.raises(InvalidData) as refused:
        wire.one_of(wire.integer, wire.items(wire.text))([1])
    whys = "an integer was promised, an array came; or [0]: a string was promised, a number came"
    assert str(refused.value) == f"none of the promised shapes: {whys}"


def test_a_place_is_told_from_the_outermost_name_inwards() -> None:
    reader = wire.entries(wire.items(wire.items(wire.text)))
    with pytest.raises(InvalidData) as refused:
        reader({"rows": [["a"], ["b", 3]]})
    assert refused.value.path == ("rows", 1, 1)
    assert str(refused.value) == "rows[1][1]: a string was promised, a number came"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "utf-32-be"])
def test_json_is_read_in_every_encoding_that_json_had(encoding: str) -> None:
    assert wire.decode('{"a": "é猫"}'.encode(encoding)) == {"a": "é猫"}


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
def test_what_python_adds_to_json_is_told_by_its_name(constant: str) -> None:
    with pytest.raises(InvalidData) as refused:
        wire.decode(f"[{constant}]".encode())
    assert str(refused.value) == f"JSON was promised, the answer is not: {constant} is not JSON"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "JSON was promised, an empty body came"),
        (b"[" * 100_000, "JSON was promised, the answer has more than 10000 values"),
        (b"{", "JSON was promised, the answer is not: Expecting property name enclosed in double quotes"),
    ],
)
def test_bytes_that_are_no_json_are_told_as_what_they_are(content: bytes, told: str) -> None:
    with pytest.raises(InvalidData) as refused:
        wire.decode(content)
    assert str(refused.value).partition(": line")[0] == told


def test_json_that_is_nested_too_deeply_for_python_is_told() -> None:
    # Python 3.13 goes as deep as an answer may have values.
    with pytest.raises(
        InvalidData, match=r"^JSON was promised, the answer is (nested too deeply|not: Expecting value)"
    ):
        wire.decode(b"[" * 5_000)


def test_what_no_json_can_hold_is_told_as_such() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    for value, told in ((deep, "it is nested too deeply"), (b"x", "Object of type bytes is not JSON serializable")):
        with pytest.raises(InvalidData) as refused:
            wire.encode(value)
        assert str(refused.value) == f"this cannot be sent as JSON: {told}"


def test_what_is_no_json_at_all_is_told_by_its_type() -> None:
    with pytest.raises(InvalidData) as refused:
        wire.text(b"x")
    assert str(refused.value) == "a string was promised, bytes came"


@pytest.mark.parametrize(
    "error", [InvalidData("why", ("data", 0)), InvalidResponse(200, {"x-id": "7"}, b"{}", "why")], ids=type
)
def test_an_error_crosses_process_boundaries_whole(error: Exception) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert (str(again), again.args, vars(again)) == (str(error), error.args, vars(error))
