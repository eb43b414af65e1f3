"""Applies an OpenAPI Overlay 1.1 document: what a generator needs and the page leaves out."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any, Final

from jsonpath_rfc9535 import JSONPathError, JSONPathNode, find

from scripts.source.failure import PipelineError
from scripts.source.quoting import quote, shown

OVERLAY: Final = "openapi/overlay.yaml"
"""The file, relative to the checkout."""

_TOP_LEVEL = {"overlay", "info", "extends", "actions"}
_ACTION = {"target", "description", "update", "remove"}


def apply_overlay(document: Mapping[str, Any], overlay: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of the document with the overlay's actions done, in order.

    Two things are stricter than the Overlay Specification, because a page that changes must not slip by. An update
    of a target that selects nothing is refused, and so is ``copy``, which nothing here needs.

    Args:
        document: The OpenAPI document, parsed.
        overlay: The Overlay document, parsed.

    Raises:
        PipelineError: The overlay is not a valid Overlay 1.1 document, or a target selects nothing.
    """
    _validate(overlay)
    result: dict[str, Any] = deepcopy(dict(document))
    for action in overlay["actions"]:
        removes = action.get("remove") is True
        nodes = _select(action["target"], result, may_lack=removes)
        if removes:
            # From the last item of a list to the first, so that the places of those yet to be removed still hold.
            places = [(_parent(node), node.location[-1]) for node in nodes]
            for parent, step in sorted(places, key=lambda place: isinstance(place[1], int) and place[1], reverse=True):
                del parent[step]
        else:
            for node in nodes:
                _merge(node, action["update"])
    return result


def _validate(overlay: Mapping[str, Any]) -> None:
    problems = [f"unknown field {name!r}" for name in overlay if name not in _TOP_LEVEL and not name.startswith("x-")]
    if not str(overlay.get("overlay", "")).startswith("1.1."):
        problems.append("'overlay' must be a version 1.1.x")
    info = overlay.get("info")
    if not isinstance(info, Mapping) or not all(isinstance(info.get(name), str) for name in ("title", "version")):
        problems.append("'info' must have 'title' and 'version'")
    actions = overlay.get("actions")
    if not isinstance(actions, list) or not actions:
        problems.append("'actions' must be a list of at least one")
        actions = []
    for number, action in enumerate(actions, start=1):
        if not isinstance(action, Mapping) or not isinstance(action.get("target"), str):
            problems.append(f"action {number} must have a 'target'")
        elif ("update" in action) == (action.get("remove") is True):
            problems.append(f"action {number} must have either 'update' or 'remove: true'")
        elif unknown := [name for name in action if name not in _ACTION and not name.startswith("x-")]:
            problems.append(f"action {number} has unknown fields {unknown}")
    if problems:
        raise PipelineError(f"the overlay is not a valid Overlay 1.1 document: {'; '.join(problems)}")


def _select(target: str, document: dict[str, Any], *, may_lack: bool) -> list[JSONPathNode]:
    try:
        # A path may select a part more than once, or in any order: what is done to it is done once.
        nodes = list({node.location: node for node in find(target, document)}.values())
    except JSONPathError as error:
        raise PipelineError(
            f"the overlay's target {quote(target, 200)} is not a JSONPath: {shown(str(error), 200)}"
        ) from error
    if not nodes and not may_lack:
        raise PipelineError(f"the overlay's target {quote(target, 200)} is not in the document; has the page changed?")
    return nodes


def _parent(node: JSONPathNode) -> Any:
    if node.parent is None:
        raise PipelineError("the overlay must not remove or replace the whole document")
    return node.parent.value


def _merge(node: JSONPathNode, update: Any) -> None:
    value = node.value
    if isinstance(value, dict) and isinstance(update, Mapping):
        _merge_mapping(value, update)
    elif isinstance(value, list):
        value.append(deepcopy(update))
    else:
        _parent(node)[node.location[-1]] = deepcopy(update)


def _merge_mapping(value: dict[str, Any], update: Mapping[str, Any]) -> None:
    for key, new in update.items():
        old = value.get(key)
        if isinstance(old, dict) and isinstance(new, Mapping):
            _merge_mapping(old, new)
        elif isinstance(old, list) and isinstance(new, list):
            old.extend(deepcopy(new))
        else:
            value[key] = deepcopy(new)
