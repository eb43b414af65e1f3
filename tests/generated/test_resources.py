"""A resource method builds a call of what it is given, and judges none of it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, cast

import pytest

from zai_image_api.call import Call
from zai_image_api.models.create_image_request import CreateImageRequest
from zai_image_api.resources import Resources


def body_of(extra_body: object) -> CreateImageRequest:
    """Return the body of a call with that extra body."""
    calls: list[Call] = []
    Resources(calls.append).images.generate("kitten", extra_body=cast("Mapping[str, Any] | None", extra_body))
    body = calls[0].arguments["body"]
    assert isinstance(body, CreateImageRequest)
    return body


@pytest.mark.parametrize("given", [{"seed": 7}, MappingProxyType({"seed": 7})])
def test_an_extra_body_is_copied(given: Mapping[str, Any]) -> None:
    extra = body_of(given).additional_properties
    assert (extra, type(extra)) == ({"seed": 7}, dict)
    assert extra is not given


@pytest.mark.parametrize("given", [None, {}])
def test_without_an_extra_body_there_is_none(given: Any) -> None:
    assert body_of(given).to_dict() == {"prompt": "kitten", "model": "glm-image"}


@pytest.mark.parametrize("given", ["abc", [1], 7])
def test_what_is_no_mapping_is_handed_on_for_others_to_judge(given: object) -> None:
    assert body_of(given).additional_properties is given
