"""The report as one HTML page that needs nothing beside itself."""

from __future__ import annotations

import shlex
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING

from attrs import frozen

from zai_image_conformance.model import ResultKind, Verdict
from zai_image_conformance.report.matrix import matrix
from zai_image_conformance.report.record import Exchanged, Report, TestedCase, TestedRequirement, record
from zai_image_conformance.report.size_map import PLOT, of_size, size_maps
from zai_image_conformance.report.summary import WORDS, counted, in_words, remarks
from zai_image_conformance.report.timings import HEIGHT, WIDTH, duration, timings

if TYPE_CHECKING:
    from jinja2 import Template


_HEADLINES = {0: "Conforms", 1: "Does not conform", 2: "Could not be judged"}
_TOLD: tuple[tuple[str, tuple[ResultKind, ...]], ...] = (
    ("What could not be tested", ("error",)),
    ("What is broken", ("fail",)),
    ("Known deviations", ("deviation",)),
)
_AT_ONCE = 8
"""Test cases of one requirement that are listed; more of them unfold."""


def page(verdict: Verdict) -> str:
    """The verdict as an HTML document; every word of a server in it is escaped."""
    return render(record(verdict))


def render(report: Report) -> str:
    """The page of a report."""
    tally = Counter(requirement.result for requirement in report.requirements)
    return _template().render(
        report=report,
        headline=_HEADLINES[report.exit_code] + (remarks(tally) if report.exit_code == 0 else ""),
        lead=_lead(report, tally),
        again=_again(report),
        tally=tally,
        words=WORDS,
        told=[(title, cards) for title, results in _TOLD if (cards := _cards(report, results))],
        linked={result for _, results in _TOLD for result in results},
        at_once=_AT_ONCE,
        matrix=matrix(report),
        maps=size_maps(report),
        plot=PLOT,
        tiles=[(exchange, of_size(exchange, report)) for exchange in report.exchanges if exchange.image is not None],
        timings=timings(report),
        timing_width=WIDTH,
        timing_height=HEIGHT,
        duration=duration,
        counted=counted,
    )


def _lead(report: Report, tally: Counter[ResultKind]) -> str:
    if report.problem is not None:
        return report.problem
    words = in_words(tally)
    return f"{words[0].upper()}{words[1:]}."


@frozen
class Card:
    """One requirement that was not kept, with the test cases that show it."""

    requirement: TestedRequirement
    result: ResultKind
    cases: tuple[tuple[TestedCase, Exchanged | None], ...]
    settled: int
    """Test cases that settled it."""


def _cards(report: Report, results: tuple[ResultKind, ...]) -> list[Card]:
    return [
        Card(
            requirement,
            shown[0][0].result,
            shown,
            sum(outcome.settles or outcome.result == "error" for outcome in requirement.outcomes),
        )
        for requirement in report.requirements
        if (
            shown := tuple(
                (outcome, None if outcome.exchange is None else report.exchanges[outcome.exchange - 1])
                for outcome in requirement.outcomes
                if outcome.result in results
            )
        )
    ]


def _again(report: Report) -> str:
    """The command line that asks for the same verdict, with the key from the environment."""
    options = report.options
    words = ["zai-image", "conform", "--local" if options.local else report.url]
    if not options.with_key:
        words.append("--no-auth")
    words += (word for model in options.models for word in ("--model", model))
    if report.profile != "documented":
        words += ["--profile", report.profile]
    if report.budget is not None:
        words += ["--budget", str(report.budget)]
    words += (word for requirement in options.requirements for word in ("--requirement", requirement))
    if options.concurrency != 4:
        words += ["--concurrency", str(options.concurrency)]
    if report.thorough:
        words.append("--thorough")
    return shlex.join([*words, "--seed", str(report.seed)])


@cache
def _template() -> Template:
    # Few verdicts are told as a page, and importing this takes longer than making one.
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("zai_image_conformance.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html.jinja")
