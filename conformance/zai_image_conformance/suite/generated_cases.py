"""What is drawn anew for each seed: sizes, requests and text, remembered since a verdict uses them several times."""

from __future__ import annotations

from functools import cache

from zai_image_conformance import strategies
from zai_image_conformance.sizes import Sides
from zai_image_conformance.strategies import BrokenRequest, Rule
from zai_image_conformance.suite.examples import draw

_SIZES_A_RULE = 2
_REQUESTS_A_PROMISE = 1
_ORDERS_A_MODEL = 1
"""Each of which makes a picture."""
_THOROUGHLY = 10
"""Times as many are drawn with `--thorough`."""


def _times(thorough: bool) -> int:
    return _THOROUGHLY if thorough else 1


@cache
def wrong_sizes(model: str, seed: int, thorough: bool) -> tuple[tuple[Rule, str], ...]:
    """Sizes to refuse, each with the one rule that it breaks."""
    return tuple(
        (rule, size)
        for rule in strategies.rules_of(model)
        for size in draw(strategies.invalid_sizes(model, rule), _SIZES_A_RULE * _times(thorough), seed)
    )


@cache
def wrong_requests(model: str, seed: int, thorough: bool) -> tuple[BrokenRequest, ...]:
    """Requests to refuse."""
    return tuple(
        broken
        for requirement in strategies.REQUEST_PROMISES
        for broken in draw(strategies.broken_requests(model, requirement), _REQUESTS_A_PROMISE * _times(thorough), seed)
    )


@cache
def odd_multiples_of_the_step(model: str, seed: int, thorough: bool) -> tuple[Sides, ...]:
    """Sizes to draw, which a server with a doubled step refuses."""
    sizes = draw(strategies.sizes_off_the_coarser_grid(model), _ORDERS_A_MODEL * _times(thorough), seed)
    return tuple(Sides.parse(size) for size in sizes)


@cache
def any_text(seed: int) -> str:
    """Text in whatever script that can be printed; nothing promises that control characters are drawn."""
    return "".join(filter(str.isprintable, *draw(strategies.texts(), 1, seed)))
