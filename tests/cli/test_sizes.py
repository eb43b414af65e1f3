"""``zai-image sizes``: the rules as a table and a drawing, and answers about single sizes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.terminal import on_terminal
from zai_image.cli._size_drawing import ASCII, UNICODE, drawing
from zai_image.sizes import SizeRule, rule_for
from zai_image_api.sizes import SIZE_RULES

GLM, COGVIEW = "glm-image", "cogview-4-250304"


def test_the_table_shows_every_number_of_each_model(zai_image: Run) -> None:
    done = zai_image("sizes")
    assert (done.returncode, done.stderr) == (0, "")
    words = done.stdout.split()
    for model in (GLM, COGVIEW):
        rule = rule_for(model)
        assert model in words
        for size in rule.recommended:
            assert str(size) in words
        for number in (rule.step, rule.min_side, rule.max_side):
            assert str(number) in words
        assert f"{rule.max_pixels:,}" in words
    assert "1,091" in words


def test_models_stand_side_by_side_within_80_columns(zai_image: Run) -> None:
    lines = zai_image("sizes", COLUMNS="80").stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert sum(line.count("2048┤") == 2 for line in lines) == 1


def test_a_pipe_gets_no_colour_and_a_terminal_does(zai_image: Run, tmp_path: Path) -> None:
    assert "\x1b" not in zai_image("sizes").stdout
    with on_terminal("sizes", folder=tmp_path, stdout_too=True) as terminal:
        assert terminal.read_to_the_end() == 0
    assert "\x1b[" in terminal.written
    assert "▒" in terminal.written


def test_where_only_ascii_can_be_printed_only_ascii_is(process: Run) -> None:
    done = process("sizes", PYTHONIOENCODING="ascii:strict")
    assert (done.returncode, done.stderr) == (0, "")
    assert ASCII.valid * 8 in done.stdout


@pytest.mark.parametrize("rule", SIZE_RULES.values(), ids=SIZE_RULES)
def test_the_drawing_fills_exactly_the_rectangles_that_hold_a_valid_size(rule: SizeRule) -> None:
    rows = [line.partition("┤")[2] or line.partition("│")[2] for line in drawing(rule, 2048, UNICODE).splitlines()]
    rows = [row for row in rows if row]
    assert (len(rows), {len(row) for row in rows}) == (16, {32})
    for row, content in zip(range(15, -1, -1), rows, strict=True):
        for column, character in enumerate(content):
            sizes = [
                (width, height)
                for width in range(64 * column + 1, 64 * column + 65)
                for height in range(128 * row + 1, 128 * row + 129)
                if width % rule.step == height % rule.step == 0
            ]
            recommended = [size for size in rule.recommended if (size[0] - 1) // 64 == column]
            recommended = [size for size in recommended if (size[1] - 1) // 128 == row]
            expected = UNICODE.valid if any(rule.keeps_limits(*size) for size in sizes) else UNICODE.empty
            expected = UNICODE.recommended if recommended else expected
            assert character == (UNICODE.default if rule.default in recommended else expected)


def test_the_drawing_is_of_lines_of_equal_length_with_both_axes_labelled() -> None:
    lines = drawing(rule_for(GLM), 2048, ASCII).splitlines()
    assert len({len(line) for line in lines}) == 1
    assert lines[-1].split() == ["width", "512", "1024", "1536", "2048"]
    assert [line.partition("+")[0].strip() for line in lines if "+" in line] == ["2048", "1536", "1024", "512", ""]


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["--model", GLM, "--check", "1280x1280"], 0, "1280x1280 is valid"),
        (["--model", GLM, "--check", "1000x1024"], 1, "width 1000 is too small"),
        (["--check", "512x512"], 1, f"{COGVIEW}: 512x512 is valid"),
        (["--model", GLM, "--nearest", "1000x1000"], 0, f"{GLM}: 1024x1024"),
        (["--model", COGVIEW, "--aspect", "1:1"], 0, f"{COGVIEW}: 1024x1024"),
        (["--nearest", "wide"], 2, "wide"),
        (["--aspect", "0:1"], 2, "is not a ratio"),
        (["--check", "1x1", "--aspect", "1:1"], 2, "give only one of"),
    ],
)
def test_the_exit_code_is_the_answer(zai_image: Run, arguments: list[str], code: int, told: str) -> None:
    done = zai_image("sizes", *arguments)
    assert done.returncode == code
    assert told in done.stdout + done.stderr


def test_json_tells_the_violations(zai_image: Run) -> None:
    told = json.loads(zai_image("sizes", "--check", "1000x1024", "--json").stdout)
    assert [violation["rule"] for violation in told[GLM]["violations"]] == ["min_side", "step"]


def test_json_tells_the_rules_with_the_sentences_that_state_them(zai_image: Run) -> None:
    told = json.loads(zai_image("sizes", "--json", "--model", GLM).stdout)
    rule = rule_for(GLM)
    assert told.keys() == {GLM}
    assert told[GLM]["recommended"] == [str(size) for size in rule.recommended]
    assert [told[GLM][name] for name in ("min_side", "max_side", "step", "max_pixels")] == [
        rule.min_side,
        rule.max_side,
        rule.step,
        rule.max_pixels,
    ]
    assert told[GLM]["sentences"] == [rule.recommended_sentence, rule.custom_sentence]
