"""Signals and closed pipes: whatever was paid for is stored or told, nothing is left half done, the exit code is 2."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from random import Random

import pytest

from tests.cli.studio import PNG, Exchange, Gate, Studio, made
from tests.cli.terminal import on_terminal
from zai_image.batch import Journal, State, summary_of

PROMPTS = ["A fox", "A hen", "A cow", "A pig", "An owl"]
ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, "closed pipe")


class Interruption:
    """Ends a process in one way when a server has come to its nth event."""

    def __init__(self, end: signal.Signals | str, moment: int) -> None:
        self.end = end
        self.moment = moment
        self.events = 0
        self.started = threading.Event()
        self.process: subprocess.Popen[str]
        self.paid: list[str] = []

    def _event(self) -> None:
        self.events += 1
        if self.events == self.moment:
            assert self.started.wait(30)
            if isinstance(self.end, signal.Signals):
                os.kill(self.process.pid, self.end)
            else:
                assert self.process.stdout is not None
                self.process.stdout.close()

    async def order(self, exchange: Exchange) -> None:
        """Answer an order, with an event before and one after."""
        self._event()
        self.paid.append(exchange.prompt)
        await made(exchange)
        self._event()

    async def image(self, exchange: Exchange) -> None:
        """Send an image in halves, with an event before, between and after them."""
        self._event()
        await exchange.begin(200, len(PNG), "image/png")
        half = len(PNG) // 2
        await exchange.send({"type": "http.response.body", "body": PNG[:half], "more_body": True})
        self._event()
        await exchange.send({"type": "http.response.body", "body": PNG[half:]})
        self._event()


def interrupted(folder: Path, studio: Studio, run: int, *arguments: str) -> tuple[Interruption, int, str]:
    """Run the command line until it is interrupted at random; return that, the exit code, and all that was told."""
    # Each prompt has two events of its order and three of its image.
    interruption = Interruption(ENDS[run % len(ENDS)], Random(run).randint(1, 5 * len(PROMPTS)))
    studio.orders = dict.fromkeys(PROMPTS, interruption.order)
    studio.images = dict.fromkeys(PROMPTS, interruption.image)
    command = [sys.executable, "-m", "zai_image", *arguments]
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        interruption.process = process
        interruption.started.set()
        try:
            assert process.stderr is not None
            assert process.stdout is not None
            told = process.stderr.read()
            if not process.stdout.closed:
                told += process.stdout.read()
            code = process.wait(60)
        finally:
            process.kill()
    return interruption, code, told


@pytest.mark.parametrize("run", range(50))
def test_whatever_was_paid_for_is_stored_or_told_however_and_whenever_the_run_ends(
    tmp_path: Path, studio: Studio, run: int
) -> None:
    interruption, code, told = interrupted(tmp_path, studio, run, "generate", *PROMPTS, "--concurrency", "3")
    stored = {path.stem: path.read_bytes() for path in tmp_path.iterdir()}
    assert set(stored.values()) <= {PNG}
    for number, prompt in enumerate(PROMPTS, start=1):
        url = f"/images/{prompt.replace(' ', '%20')}"
        is_told = url in told or f"prompt {number} ({prompt}): not waited for; it may be charged" in told
        assert (prompt.lower().replace(" ", "-") in stored or is_told) == (prompt in interruption.paid), told
    assert len(interruption.paid) == len(set(interruption.paid))
    assert "Traceback" not in told
    if len(stored) < len(PROMPTS):
        assert code == (2 if isinstance(interruption.end, signal.Signals) else 1)


@pytest.mark.parametrize("run", range(8))
def test_a_batch_keeps_whatever_it_paid_for_and_the_next_run_pays_for_the_rest(
    tmp_path: Path, studio: Studio, run: int
) -> None:
    (tmp_path / "in.txt").write_text("\n".join(PROMPTS))
    arguments = ("batch", "in.txt", "--output", "out", "--json", "--concurrency", "3")
    interruption, code, told = interrupted(tmp_path, studio, run, *arguments)
    assert "Traceback" not in told
    journal = Journal.open(str(tmp_path / "in.txt.journal.sqlite"), working=False)
    summary = summary_of(journal)
    journal.close()
    assert summary.paid == len(interruption.paid)
    assert summary.counts[State.STORED] + summary.counts[State.ANSWERED] == len(interruption.paid)
    assert code == 0 or isinstance(interruption.end, str) or summary.counts[State.STORED] < len(PROMPTS)
    studio.images.clear()
    command = [sys.executable, "-m", "zai_image", *arguments]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True)
    assert json.loads(done.stdout.splitlines()[-1])["stored"] == len(PROMPTS)
    assert sorted(body["prompt"] for body in studio.asked) == sorted(PROMPTS)
    assert [path.read_bytes() for path in (tmp_path / "out").iterdir()] == [PNG] * len(PROMPTS)


def test_ctrl_c_waits_for_answers_that_are_paid_for_and_asks_for_nothing_more(tmp_path: Path, studio: Studio) -> None:
    gate = Gate()
    studio.orders["A hen"] = gate.holding_the_order
    with on_terminal("generate", "A fox", "A hen", "A cow", "--concurrency", "1", folder=tmp_path) as terminal:
        assert terminal.line() == "a-fox.png\n"
        assert gate.arrived.wait(30)
        terminal.process.send_signal(signal.SIGINT)
        terminal.read_until("waiting up to")
        gate.open()
        assert terminal.read_to_the_end() == 2
    assert "prompt 2 (A hen): paid for, not stored: http://127.0.0.1:" in terminal.text.replace("\r\n", "")
    assert "Traceback" not in terminal.written
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a-fox.png": PNG}
    assert [body["prompt"] for body in studio.asked] == ["A fox", "A hen"]


def test_a_second_ctrl_c_waits_for_nothing_and_tells_what_may_be_charged(tmp_path: Path, studio: Studio) -> None:
    gate = Gate()
    studio.orders["A hen"] = gate.holding_the_order
    with on_terminal("generate", "A fox", "A hen", "A cow", "--concurrency", "1", folder=tmp_path) as terminal:
        assert terminal.line() == "a-fox.png\n"
        assert gate.arrived.wait(30)
        terminal.process.send_signal(signal.SIGINT)
        terminal.read_until("waiting up to")
        terminal.process.send_signal(signal.SIGINT)
        assert terminal.read_to_the_end() == 2
        assert gate.left.wait(30)
    assert "prompt 2 (A hen): not waited for; it may be charged" in terminal.written
    assert "1 of 3 images came" in terminal.written


def test_ctrl_c_in_the_middle_of_a_download_leaves_no_half_file(tmp_path: Path, studio: Studio) -> None:
    gate = Gate()
    studio.images["A fox"] = gate.holding_half_the_image
    (tmp_path / "fox.png").write_bytes(b"the old image")
    with on_terminal("generate", "A fox", "-o", "fox.png", folder=tmp_path) as terminal:
        terminal.read_until("downloading")
        terminal.process.send_signal(signal.SIGINT)
        assert terminal.read_to_the_end() == 2
        assert gate.left.wait(30)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"fox.png": b"the old image"}


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
