"""The report as one HTML page that needs nothing beside itself."""

from __future__ import annotations

import shlex
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING

from attrs import frozen

from zai_image_conformance.catalogue import catalogue
from zai_image_conformance.outcomes import SETTLED, Result
from zai_image_conformance.report.findings import WORDS
from zai_image_conformance.report.matrix import matrix
from zai_image_conformance.report.record import Exchanged, JudgedRequirement, Judgement, Report, record
from zai_image_conformance.report.size_map import PLOT, size_maps
from zai_image_conformance.report.timings import HEIGHT, WIDTH, duration, timings

if TYPE_CHECKING:
    from jinja2 import Template

    from zai_image_conformance.verdict import Verdict

_HEADLINES = {0: "Conforms", 1: "Does not conform", 2: "Could not be judged"}
_TOLD: tuple[tuple[str, tuple[Result, ...]], ...] = (
    ("What could not be asked", ("error",)),
    ("What is broken", ("fail",)),
    ("Known deviations", ("deviation",)),
)
_AT_ONCE = 8
"""Questions of one requirement that are listed; more of them unfold."""


def page(verdict: Verdict) -> str:
    """The verdict as an HTML document; every word of a server in it is escaped."""
    return render(record(verdict))


def render(report: Report) -> str:
    """The page of a report."""
    tally = Counter(requirement.result for requirement in report.requirements)
    remarks = ", with remarks" if tally["fail"] and report.exit_code == 0 else ""
    return _template().render(
        report=report,
        headline=_HEADLINES[report.exit_code] + remarks,
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
        shown=[exchange for exchange in report.exchanges if exchange.picture is not None],
        timings=timings(report),
        timing_width=WIDTH,
        timing_height=HEIGHT,
        duration=duration,
    )


def _lead(report: Report, tally: Counter[Result]) -> str:
    if report.problem is not None:
        return report.problem
    judged = sum(tally[result] for result in SETTLED)
    if not tally["fail"]:
        return f"All {judged} judged requirements are kept."
    return f"{tally['fail']} of {judged} judged requirements {'are' if tally['fail'] > 1 else 'is'} broken."


@frozen
class Card:
    """One requirement that was not kept, with the questions that show it."""

    requirement: JudgedRequirement
    result: Result
    questions: tuple[tuple[Judgement, Exchanged | None], ...]
    judged: int
    """Questions that it was judged on."""


def _cards(report: Report, results: tuple[Result, ...]) -> list[Card]:
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
    judged = [requirement.id for requirement in report.requirements]
    words = ["zai-image", "conform", report.url]
    if all(exchange.request.authorization is None for exchange in report.exchanges):
        words.append("--no-auth")
    if report.models != catalogue()["MODEL-KNOWN"].values:
        words += (word for model in report.models for word in ("--model", model))
    if report.profile != "documented":
        words += ["--profile", report.profile]
    if report.budget is not None:
        words += ["--budget", str(report.budget)]
    if len(judged) < len(catalogue().requirements):
        words += (word for requirement in judged for word in ("--requirement", requirement))
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
