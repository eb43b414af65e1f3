"""The picture of the valid sizes: remade exactly, and showing each size and no other."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator

import pytest
from attrs import evolve

from scripts.emit.size_map import size_map
from scripts.regenerate import ROOT
from scripts.rules.constraint import Condition
from tests.scripts.prose_documents import read

RULES = read().size
COMMITTED = ROOT / "docs/sizes.svg"
SVG = "{http://www.w3.org/2000/svg}"


def panels(text: str) -> list[ElementTree.Element]:
    return ElementTree.fromstring(text).findall(f"{SVG}g")


def dots(panel: ElementTree.Element, scale: float) -> Iterator[tuple[int, int]]:
    """The sizes at which the rows of a panel have a dot, read back from the drawing."""
    (rows,) = panel.findall(f"{SVG}g[@class='valid']")
    distance = float(rows.attrib["stroke-dasharray"].split()[1])
    for row in rows:
        found = re.fullmatch(r"M([\d.]+) ([\d.]+)H([\d.]+)", row.attrib["d"])
        assert found is not None
        begin, level, end = map(float, found.groups())
        for number in range(int((end - begin) / distance) + 1):
            yield round((begin + number * distance) / scale), round((480 - level) / scale)


def test_the_committed_picture_is_what_is_drawn_from_the_rules() -> None:
    assert size_map(RULES) == COMMITTED.read_text(encoding="utf-8")


@pytest.mark.parametrize("number", range(len(RULES)), ids=[rule.label for rule in RULES])
def test_there_is_a_dot_for_each_size_within_the_limits_and_a_mark_for_each_recommended_one(number: int) -> None:
    rule = RULES[number]
    panel = panels(size_map(RULES))[number]
    scale = 480 / 2048
    grid = [side for side in range(rule.min_side, rule.max_side + 1) if side % rule.step == 0]
    custom = {(width, height) for width in grid for height in grid if width * height <= rule.max_pixels}
    drawn = sorted(dots(panel, scale))
    assert drawn == sorted(custom)
    marks = [
        tuple(round(float(value)) for value in re.findall(r"[\d.]+", group.attrib["transform"]))
        for group in panel.findall(f"{SVG}g[@transform]")
    ]
    assert marks == [(round(w * scale), round(480 - h * scale)) for w, h in rule.recommended]
    assert f": {len(custom | set(rule.recommended)):,} sizes" in (panel[0].text or "")


def test_a_changed_rule_changes_the_picture() -> None:
    for number, rule in enumerate(RULES):
        for changed in (
            evolve(rule, min_side=rule.min_side + rule.step),
            evolve(rule, max_side=rule.max_side - rule.step),
            evolve(rule, step=rule.step // 2),
            evolve(rule, max_pixels=rule.max_pixels // 2),
            evolve(rule, default=rule.recommended[1]),
            evolve(rule, recommended=rule.recommended[1:]),
        ):
            assert size_map([*RULES[:number], changed, *RULES[number + 1 :]]) != size_map(RULES)


def test_a_page_without_sizes_gives_a_picture_without_panels() -> None:
    assert panels(size_map([])) == []


def test_names_of_models_are_text() -> None:
    (panel,) = panels(size_map([evolve(RULES[1], when=Condition(('<script>"&',)))]))
    assert (panel[0].text or "").startswith('<script>"&: ')
