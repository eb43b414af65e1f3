"""``zai-image sizes``: which sizes each model takes, and the ones nearest to what is wanted."""

from __future__ import annotations

import json
from typing import Any

import click

from zai_image import sizes as rules
from zai_image.cli._completion import complete_model, complete_size
from zai_image.cli._exits import ANSWER_IS_NO, FINE
from zai_image.cli._messages import printable, tell
from zai_image_api.operations import IMAGES_GENERATE


@click.command()
@click.option(
    "--model",
    "models",
    multiple=True,
    metavar="MODEL",
    shell_complete=complete_model,
    help="Repeatable; all that the page names if left out.",
)
@click.option(
    "--check",
    metavar="WxH",
    shell_complete=complete_size,
    help="Say whether the size is valid; exit code 1 if it is not.",
)
@click.option("--nearest", metavar="WxH", help="Say the nearest valid size.")
@click.option("--aspect", metavar="W:H", help="Say the best valid size of this ratio.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, with an entry for each model.")
def sizes(models: tuple[str, ...], check: str | None, nearest: str | None, aspect: str | None, as_json: bool) -> int:
    """Show the size rules of each model, and draw the sizes that they allow."""
    if sum(asked is not None for asked in (check, nearest, aspect)) > 1:
        raise click.UsageError("give only one of --check, --nearest and --aspect")
    chosen = tuple(dict.fromkeys(models)) or IMAGES_GENERATE.values("model")
    for model in chosen:
        if model not in IMAGES_GENERATE.values("model"):
            named = ", ".join(IMAGES_GENERATE.values("model"))
            tell(f"use one of {named}: the page names no model {model!r}, and these are the rules for all others")
    try:
        if check is not None:
            answers = {model: _checked(model, check) for model in chosen}
        elif nearest is not None:
            answers = {model: _found(rules.nearest(model, *rules.Size.parse(nearest))) for model in chosen}
        elif aspect is not None:
            answers = {model: _of_ratio(model, aspect) for model in chosen}
        elif as_json:
            answers = {model: _described(model) for model in chosen}
        else:
            _show({model: rules.rule_for(model) for model in chosen})
            return FINE
    except (LookupError, ValueError) as error:
        raise click.UsageError(str(error)) from error
    if as_json:
        click.echo(json.dumps(answers))
    else:
        for model, answer in answers.items():
            click.echo(f"{printable(model)}: {answer['text']}")
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


def _of_ratio(model: str, ratio: str) -> dict[str, Any]:
    try:
        return _found(rules.for_aspect(model, ratio))
    except rules.OutOfReach as error:
        return {"valid": False, "closest": str(error.closest), "text": str(error)}


def _described(model: str) -> dict[str, Any]:
    rule = rules.rule_for(model)
    return {
        "recommended": [str(size) for size in rule.recommended],
        "default": str(rule.default),
        "min_side": rule.min_side,
        "max_side": rule.max_side,
        "step": rule.step,
        "max_pixels": rule.max_pixels,
        "sentences": [rule.recommended_sentence, rule.custom_sentence],
    }


def _show(chosen: dict[str, rules.SizeRule]) -> None:
    # Here, since rich takes as long to import as the rest of the command line.
    from rich.console import Console

    from zai_image.cli._size_tables import Overview

    # rich leaves out colours where this is no terminal, and frames where it cannot take them.
    Console(highlight=False).print(Overview(chosen))
