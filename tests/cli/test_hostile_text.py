"""Others' words, in prompts, models and answers, are shown as words: no terminal and no markup obeys them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cli.conftest import Run
from tests.cli.studio import Studio, refused
from tests.cli.terminal import on_terminal
from zai_image.cli._messages import printable

CLEAR = "\x1b[2J"
HOSTILE = f"[bold red]fox[/] :cat: {CLEAR}\x9b2J\r\n\tzai-image: \u202efine\u2028 \x07"


@given(st.text())
def test_every_text_becomes_one_line_that_prints_and_a_text_that_prints_stays_as_it_is(text: str) -> None:
    shown = printable(text)
    assert shown.isprintable()
    assert len(shown.splitlines()) <= 1
    if text.isprintable():
        assert shown == text


def test_a_hostile_prompt_and_a_hostile_refusal_are_spelt_out(zai_image: Run, studio: Studio) -> None:
    studio.orders[HOSTILE] = refused(400, 1214, HOSTILE)
    done = zai_image("generate", HOSTILE, "A fox")
    assert done.returncode == 1
    assert done.stdout == "a-fox.png\n"
    assert all(line.isprintable() for line in done.stderr.splitlines())
    assert len(done.stderr.splitlines()) == 2
    assert "[bold red]fox[/] :cat: \\x1b[2J\\x9b2J\\r\\n\\tzai-image: \\u202efine" in done.stderr


def test_nothing_hostile_reaches_a_terminal_either(tmp_path: Path, studio: Studio) -> None:
    studio.orders[HOSTILE] = refused(400, 1214, HOSTILE)
    with on_terminal("generate", HOSTILE, "A fox", "-m", HOSTILE, folder=tmp_path, stdout_too=True) as terminal:
        assert terminal.read_to_the_end() == 1
    assert CLEAR not in terminal.written
    assert not {"\x9b", "\u202e", "\u2028", "\x07"} & set(terminal.written)
    assert terminal.text.count("[bold red]fox[/] :cat:") == 3


def test_a_hostile_prompt_becomes_a_plain_name(zai_image: Run, tmp_path: Path, studio: Studio) -> None:
    done = zai_image("generate", f"../../{HOSTILE}/etc/passwd", "\x1b", "..")
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(done.stdout.split())
    assert sorted(done.stdout.split()) == [
        "bold-red-fox-cat-2j-2j-zai-image-fine-etc-passwd.png",
        "image-2.png",
        "image.png",
    ]


def test_json_spells_everything_in_plain_ascii(zai_image: Run, studio: Studio) -> None:
    done = zai_image("generate", HOSTILE, "--json")
    assert done.stdout.isascii()
    assert done.stdout.removesuffix("\n").isprintable()
    assert json.loads(done.stdout)["prompt"] == HOSTILE


@pytest.mark.parametrize("options", [[], ["--check", "1280x1280"], ["--json"]])
def test_a_hostile_model_is_spelt_out_by_sizes(zai_image: Run, options: list[str]) -> None:
    done = zai_image("sizes", "--model", HOSTILE, *options)
    assert done.returncode == 0
    assert all(line.isprintable() for line in (done.stdout + done.stderr).split("\n"))
    assert done.stdout.count("[bold red]fox[/] :cat:") == (1 if options else 2)
