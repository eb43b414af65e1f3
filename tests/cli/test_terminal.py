"""What ``zai-image generate`` shows while it works: on a terminal a spinner and a bar, on a pipe nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.cli.conftest import Run
from tests.cli.studio import PNG, Gate, Studio, meeting, refused
from tests.cli.terminal import on_terminal, screen

SPINNER = "⠋"
BAR = "━"


def test_a_spinner_shows_the_elapsed_time_while_it_waits(tmp_path: Path, studio: Studio) -> None:
    gate = Gate()
    studio.orders["A fox"] = gate.holding_the_order
    with on_terminal("generate", "A fox", folder=tmp_path) as terminal:
        terminal.read_until("waiting for the image")
        assert SPINNER in terminal.written
        terminal.read_until("0:00:01")
        gate.open()
        assert terminal.line() == "a-fox.png\n"
        assert terminal.read_to_the_end() == 0


def test_a_bar_shows_how_much_of_the_image_has_come(tmp_path: Path, studio: Studio) -> None:
    gate = Gate()
    studio.images["A fox"] = gate.holding_half_the_image
    with on_terminal("generate", "A fox", folder=tmp_path) as terminal:
        terminal.read_until("downloading")
        terminal.read_until(BAR)
        terminal.read_until(f"/{len(PNG) / 1000:.1f} kB")


def test_several_prompts_share_one_bar(tmp_path: Path, studio: Studio) -> None:
    with on_terminal("generate", "A fox", "A hen", "A cow", folder=tmp_path) as terminal:
        assert terminal.read_to_the_end() == 0
    assert "0/3 images" in terminal.text
    assert "3/3 images" in terminal.text
    assert "downloading" not in terminal.text


def test_in_the_end_the_terminal_shows_the_paths_and_nothing_else(tmp_path: Path, studio: Studio) -> None:
    with on_terminal("generate", "A fox", "A hen", "--concurrency", "1", folder=tmp_path, stdout_too=True) as terminal:
        assert terminal.read_to_the_end() == 0
    assert BAR in terminal.written
    assert screen(terminal.written) == ["a-fox.png", "a-hen.png"]


def test_messages_stand_on_lines_of_their_own_above_the_bar(tmp_path: Path, studio: Studio) -> None:
    studio.orders["A hen"] = refused(400, 1301, "blocked by policy")
    arguments = ("generate", "A fox", "A hen", "--concurrency", "1", "-m", "glm-image-2")
    with on_terminal(*arguments, folder=tmp_path, stdout_too=True) as terminal:
        assert terminal.read_to_the_end() == 1
    seen = " ".join(screen(terminal.written)).split("zai-image: ")
    assert seen[1].startswith("warning: the documentation names no model")
    assert seen[1].endswith("a-fox.png ")
    assert seen[2:] == ["prompt 2 (A hen): blocked by policy (HTTP 400, code 1301) ", "1 of 2 images came"]


def test_the_cursor_is_given_back(tmp_path: Path, studio: Studio) -> None:
    with on_terminal("generate", "A fox", folder=tmp_path) as terminal:
        terminal.read_to_the_end()
    assert terminal.written.rfind("\x1b[?25h") > terminal.written.rfind("\x1b[?25l") >= 0


def test_a_terminal_that_cannot_take_a_line_back_is_shown_messages_only(tmp_path: Path, studio: Studio) -> None:
    environment = {"TERM": "dumb"}
    with on_terminal("generate", "A fox", folder=tmp_path, stdout_too=True, environment=environment) as terminal:
        terminal.read_to_the_end()
    assert terminal.written == "a-fox.png\r\n"


def test_a_pipe_gets_no_spinner_no_bar_and_no_colour(zai_image: Run, studio: Studio) -> None:
    studio.orders = dict.fromkeys(["A fox", "A hen"], meeting(asyncio.Barrier(2)))
    done = zai_image("generate", "A fox", "A hen", FORCE_COLOR="1")
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(done.stdout.splitlines()) == ["a-fox.png", "a-hen.png"]
