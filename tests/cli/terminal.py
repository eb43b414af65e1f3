"""A terminal to run the command line on: what is written to it, and what a person sees of that."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from attrs import define

_PATIENCE = 30.0
"""Seconds until something that must come is given up."""
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_CONTROL = re.compile(r"\x1b\[\??([0-9;]*)([A-Za-z])|([\r\n])|([^\x1b\r\n]+)")


@define
class Terminal:
    """A process whose standard error, at least, is a terminal of 80 columns."""

    process: subprocess.Popen[bytes]
    _controller: int
    written: str = ""
    """Everything that was written to the terminal so far, control sequences included."""

    @property
    def text(self) -> str:
        """What was written, without colours."""
        return _COLOUR.sub("", self.written)

    def read_until(self, expected: str) -> None:
        """Read from the terminal until it has shown this."""
        end = time.monotonic() + _PATIENCE
        while expected not in self.text:
            assert self._read(), f"the terminal ended without {expected!r}: {self.written!r}"
            assert time.monotonic() < end, f"the terminal does not show {expected!r}"

    def read_to_the_end(self) -> int:
        """Read until the process ends and return its exit code."""
        end = time.monotonic() + _PATIENCE
        while self._read():
            assert time.monotonic() < end, f"the process does not end: {self.written[-500:]!r}"
        return self.process.wait(_PATIENCE)

    def line(self) -> str:
        """Read one line of standard output, where that is a pipe."""
        stdout: IO[bytes] | None = self.process.stdout
        assert stdout is not None
        return stdout.readline().decode()

    def _read(self) -> bool:
        readable, _, _ = select.select([self._controller], [], [], _PATIENCE)
        if not readable:
            return False
        try:
            data = os.read(self._controller, 65536)
        except OSError:  # so Linux tells that nobody writes any more
            return False
        self.written += data.decode(errors="replace")
        return bool(data)


@contextmanager
def on_terminal(
    *arguments: str, folder: Path, stdout_too: bool = False, environment: Mapping[str, str] | None = None
) -> Iterator[Terminal]:
    """Run ``zai-image`` with standard error, and standard output if wanted, on a terminal."""
    controller, terminal = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "zai_image", *arguments],
        cwd=folder,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "80", "LINES": "24", **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=terminal if stdout_too else subprocess.PIPE,
        stderr=terminal,
    )
    os.close(terminal)
    with process:
        try:
            yield Terminal(process, controller)
        finally:
            process.kill()
            os.close(controller)


def screen(written: str) -> list[str]:
    """Return the lines that a person sees in the end, without the empty ones below."""
    lines, row, column = [""], 0, 0
    for number, command, move, text in _CONTROL.findall(written):
        if text:
            lines[row] = lines[row][:column].ljust(column) + text + lines[row][column + len(text) :]
            column += len(text)
        elif move == "\r":
            column = 0
        elif move == "\n":
            row += 1
            lines += [""] * (row + 1 - len(lines))
        elif command == "A":
            row -= int(number or 1)
        elif command == "K":
            assert number == "2", "only whole lines are erased"
            lines[row] = ""
        else:
            assert command in "mhl", f"a control sequence that this screen does not know: {command}"
    while lines and not lines[-1].strip():
        lines.pop()
    return [line.rstrip() for line in lines]
