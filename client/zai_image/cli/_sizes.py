"""``zai-image sizes``: which sizes each model takes, and the ones nearest to what is wanted."""

from __future__ import annotations

import json
from typing import Any

import click

from zai_image import sizes as rules
from zai_image.cli._exits import ANSWER_IS_NO, FINE
from zai_image_api.models.create_image_request_model import CREATE_IMAGE_REQUEST_MODEL_VALUES


@click.command()
@click.option(
    "--model", "models", multiple=True, metavar="MODEL", help="Repeatable; all that the page names if left out."
)
@click.option("--check", metavar="WxH", help="Say whether the size is valid; exit code 1 if it is not.")
@click.option("--nearest", metavar="WxH", help="Say the nearest valid size.")
@click.option("--aspect", metavar="W:H", help="Say the best valid size of this ratio.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, with an entry for each model.")
def sizes(models: tuple[str, ...], check: str | None, nearest: str | None, aspect: str | None, as_json: bool) -> int:
    """Show the size rules of each model."""
    if sum(asked is not None for asked in (check, nearest, aspect)) > 1:
        raise click.UsageError("--check, --nearest and --aspect answer different questions; give one of them")
    chosen = models or CREATE_IMAGE_REQUEST_MODEL_VALUES
    try:
        if check is not None:
            answers = {model: _checked(model, check) for model in chosen}
        elif nearest is not None:
            answers = {model: _found(rules.nearest(model, *rules.Size.parse(nearest))) for model in chosen}
        elif aspect is not None:
            answers = {model: _found(rules.for_aspect(model, aspect)) for model in chosen}
        else:
            answers = {model: _described(model) for model in chosen}
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    if as_json:
        click.echo(json.dumps(answers, ensure_ascii=False))
    else:
        for model, answer in answers.items():
            click.echo(f"{model}: {answer['text']}")
    return FINE if all(answer.get("valid", True) for answer in answers.values()) else ANSWER_IS_NO


def _checked(model: str, size: str) -> dict[str, Any]:
    violations = rules.check(model, size)
    return {
        "valid": not violations,
        "text": "; ".join(violation.message for violation in violations) or f"{size} is valid",
        "violations": [
            {"rule": violation.rule, "value": violation.value, "limit": violation.limit, "sentence": violation.sentence}
            for violation in violations
        ],
    }


def _found(size: rules.Size) -> dict[str, Any]:
    return {"size": str(size), "text": str(size)}


def _described(model: str) -> dict[str, Any]:
    rule = rules.rule_for(model)
    recommended = ", ".join(str(size) for size in rule.recommended)
    return {
        "recommended": [str(size) for size in rule.recommended],
        "default": str(rule.default),
        "min_side": rule.min_side,
        "max_side": rule.max_side,
        "step": rule.step,
        "max_pixels": rule.max_pixels,
        "text": (
            f"{recommended} (default {rule.default}); or sides of {rule.min_side} to {rule.max_side} pixels, "
            f"divisible by {rule.step}, at most {rule.max_pixels} pixels in all"
        ),
    }
