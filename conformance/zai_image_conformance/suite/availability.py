"""Tells a server that does not offer a model from one that refuses what it should draw."""

from __future__ import annotations

from collections.abc import Sequence

from zai_image_conformance.model import Exchange
from zai_image_conformance.suite.cases import Case
from zai_image_conformance.suite.session import Asker


def models_not_offered(cases: Sequence[Case], asker: Asker) -> dict[str, str]:
    """Find the models that a server treats like one that does not exist, unless they were named to be judged.

    Args:
        cases: What was asked.
        asker: Who asked it, and remembers the answers.

    Returns:
        By the model's name, how its orders were refused. Empty where no model is offered: such a server draws nothing.
    """
    if asker.target.named_models:
        return {}
    unknown = {_refusal(exchange) for exchange in _exchanges(_about_unknown_models(cases), asker)}
    models = {}
    for model in asker.target.models:
        orders = _exchanges([case for case in cases if case.paid and case.model == model], asker)
        if orders and all(_refusal(exchange) in unknown and exchange.status >= 400 for exchange in orders):
            models[model] = orders[0].summary
    return models if len(models) < len(asker.target.models) else {}


def _about_unknown_models(cases: Sequence[Case]) -> list[Case]:
    return [case for case in cases if case.requirement == "MODEL-KNOWN"]


def _exchanges(cases: Sequence[Case], asker: Asker) -> list[Exchange]:
    asked = (asker.recall(case.question) for case in cases)
    return [exchange for exchange in asked if exchange is not None]


def _refusal(exchange: Exchange) -> tuple[int, str]:
    """The status and the code of a refusal, wherever the server puts the code."""
    document = exchange.document
    fields = document if isinstance(document, dict) else {}
    error = fields.get("error")
    inner = error if isinstance(error, dict) else {}
    return exchange.status, repr(fields.get("code", inner.get("code", inner.get("type"))))
