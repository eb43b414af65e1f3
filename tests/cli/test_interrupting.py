"""Ctrl-C: what is done is kept, what is not leaves no trace, and the exit code is 2."""

from __future__ import annotations

import signal
from pathlib import Path

from tests.cli.studio import PNG, Gate, Studio
from tests.cli.terminal import on_terminal


def test_ctrl_c_keeps_what_is_stored_and_lets_go_of_what_is_not(tmp_path: Path, studio: Studio) -> None:
    gate = Gate()
    studio.orders["A hen"] = gate.holding_the_order
    with on_terminal("generate", "A fox", "A hen", "A cow", "--concurrency", "1", folder=tmp_path) as terminal:
        assert terminal.line() == "a-fox.png\n"
        assert gate.arrived.wait(30)
        terminal.process.send_signal(signal.SIGINT)
        assert terminal.read_to_the_end() == 2
        assert gate.left.wait(30)
    assert "zai-image: interrupted: 1 of 3 pictures came; those under way may be charged" in terminal.written
    assert "Traceback" not in terminal.written
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a-fox.png": PNG}
    assert [body["prompt"] for body in studio.asked] == ["A fox", "A hen"]


def test_ctrl_c_in_the_middle_of_a_download_leaves_no_half_file(tmp_path: Path, studio: Studio) -> None:
    gate = Gate()
    studio.pictures["A fox"] = gate.holding_half_the_picture
    (tmp_path / "fox.png").write_bytes(b"the old picture")
    with on_terminal("generate", "A fox", "-o", "fox.png", folder=tmp_path) as terminal:
        terminal.read_until("downloading")
        terminal.process.send_signal(signal.SIGINT)
        assert terminal.read_to_the_end() == 2
        assert gate.left.wait(30)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"fox.png": b"the old picture"}


def test_ctrl_c_ends_the_embedded_server_too(tmp_path: Path) -> None:
    prompts = [f"Fox {number}" for number in range(200)]
    with on_terminal("generate", *prompts, "--local", "--concurrency", "1", folder=tmp_path) as terminal:
        assert terminal.line() == "fox-0.png\n"
        terminal.process.send_signal(signal.SIGINT)
        assert terminal.read_to_the_end() == 2
        assert terminal.process.stdout is not None
        rest = terminal.process.stdout.read().decode().split()
    assert {path.name for path in tmp_path.iterdir()} == {"fox-0.png", *rest}


def test_a_reader_that_goes_away_ends_the_asking_without_a_traceback(tmp_path: Path, studio: Studio) -> None:
    gate = Gate()
    studio.orders["A hen"] = gate.holding_the_order
    with on_terminal("generate", "A fox", "A hen", "A cow", "--concurrency", "1", folder=tmp_path) as terminal:
        assert terminal.line() == "a-fox.png\n"
        assert gate.arrived.wait(30)
        assert terminal.process.stdout is not None
        terminal.process.stdout.close()
        gate.open()
        assert terminal.read_to_the_end() == 1
    assert "Error" not in terminal.written
    assert [body["prompt"] for body in studio.asked] == ["A fox", "A hen"]
    assert {path.name for path in tmp_path.iterdir()} == {"a-fox.png", "a-hen.png"}
