"""Which of the requests that Schemathesis makes up are asked: a few for each promise, the same for the same seed."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from functools import cache
from typing import Any

from zai_image_conformance.model import Question
from zai_image_conformance.requirements import catalogue
from zai_image_conformance.suite import strict_document
from zai_image_conformance.suite.oracle import certain_breach, is_certainly_right
from zai_image_conformance.suite.request_rules import Finding
from zai_image_conformance.suite.strict_document import THOROUGHLY
from zai_image_conformance.suite.target import Target

_REFUSALS = 1
"""For each promise and model."""
_ORDERS = 1
"""In all: each makes a picture."""


def refusals(target: Target, but: frozenset[Question]) -> Iterator[tuple[Finding, Question, str | None]]:
    """Choose requests that every right server refuses for one reason.

    Args:
        target: The server, and how thoroughly it is judged.
        but: What is asked anyway.

    Yields:
        The promise that is broken, the request, and the model it orders from, where that is one to be judged.
    """
    groups: dict[tuple[str | None, str], list[tuple[Finding, Question]]] = {}
    for breach, question, model in _breaches(target.seed, target.thorough):
        if question not in but and (model is None or model in target.models):
            groups.setdefault((model, breach.requirement), []).append((breach, question))
    for (model, _), group in groups.items():
        for breach, question in _chosen(group, _REFUSALS, target):
            yield breach, question, model


def orders(target: Target) -> list[dict[str, Any]]:
    """Choose requests that every right server draws: none under a budget, which is for what settles more."""
    if target.budget is not None:
        return []
    right = [fields for fields in _right(target.seed, target.thorough) if fields["model"] in target.models]
    return _chosen(right, _ORDERS, target)


@cache
def _breaches(seed: int, thorough: bool) -> tuple[tuple[Finding, Question, str | None], ...]:
    judged = [(certain_breach(question), question) for question in strict_document.made_up("negative", seed, thorough)]
    return tuple((breach, question, _model(question)) for breach, question in judged if breach is not None)


@cache
def _right(seed: int, thorough: bool) -> tuple[dict[str, Any], ...]:
    asked = filter(is_certainly_right, strict_document.made_up("positive", seed, thorough))
    return tuple(fields for question in asked if "user_id" in (fields := json.loads(question.content)))


def _model(question: Question) -> str | None:
    document = json.loads(question.content)
    model = document.get("model") if isinstance(document, dict) else None
    return model if model in catalogue()["MODEL-KNOWN"].values else None


def _chosen(group: list[Any], count: int, target: Target) -> list[Any]:
    wanted = count * (THOROUGHLY if target.thorough else 1)
    return random.Random(target.seed).sample(group, min(wanted, len(group)))
