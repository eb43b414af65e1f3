"""Carries out a tutorial as a reader would: writes its files, types its commands, and compares what they print."""

from __future__ import annotations

import os
import re
import selectors
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from attrs import frozen

_BLOCK = re.compile(
    r"^(?:<!-- (?P<mark>[^>]*) -->\n)?```(?P<language>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)
_FILE = re.compile(r"(?:#|//|--|<!--) (?P<name>[\w./-]*\.\w+|Jenkinsfile)(?: -->)?\n")
_INSTALLS = re.compile(r"(\S*python\S* -m )?(pip|uv|uvx|pipx) ")
_PATIENCE = 500.0
"""Seconds for one command."""


@frozen
class Block:
    """A fenced block of a document."""

    language: str
    text: str
    mark: str
    """The comment on the line before, such as `shown: needs a paid key`; empty where there is none."""

    @property
    def file(self) -> str | None:
        """The name of the file that the block is to be written to, which its first line tells in a comment."""
        match = _FILE.match(self.text)
        return match["name"] if match and self.language not in ("console", "text") else None

    @property
    def commands(self) -> Iterator[tuple[str, list[str]]]:
        """The commands of a console block, each with the lines that it is to print."""
        for part in re.split(r"^\$ ", self.text, flags=re.MULTILINE)[1:]:
            lines = part.splitlines()
            count = 1
            while lines[count - 1].endswith("\\"):
                count += 1
            yield "\n".join(lines[:count]), lines[count:]


def blocks(document: str) -> list[Block]:
    """Return the fenced blocks of a document that begin in the first column, in order."""
    return [Block(match["language"], match["text"], match["mark"] or "") for match in _BLOCK.finditer(document)]


def is_installation(command: str) -> bool:
    """Whether a command installs packages, which the environment of the tests holds already."""
    return _INSTALLS.match(command) is not None


class Shell:
    """A shell in a folder of its own, with everything that is started in it ended at the end.

    Args:
        folder: Where it starts.
        variables: Its environment.
    """

    def __init__(self, folder: Path, variables: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            ["bash", "--noprofile", "--norc"],
            cwd=folder,
            env={**os.environ, **variables},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._read = ""
        self._count = 0

    def run(self, command: str, expected: list[str]) -> int:
        """Type a command, wait until it has ended or, in the background, printed what is expected.

        Args:
            command: One command, which may go over several lines.
            expected: The lines to come, in this order; `...` stands for any text.

        Returns:
            The exit code.

        Raises:
            AssertionError: They did not come.
        """
        self._count += 1
        mark = f"--- end of command {self._count}:"
        # The next command may ask for the exit code.
        self._type(f"{command}\n__code=$?; echo; echo '{mark}' $__code; (exit $__code)\n")
        output = self._until(rf"\n{mark} [0-9]+\n")
        output, _, code = output.rstrip().rpartition(f"\n{mark} ")
        if command.rstrip().endswith("&") and not re.search(_pattern(expected), output):
            output += self._until(_pattern(expected))
        told = f"$ {command}\nprinted:\n{output}\nand not:\n"
        assert re.search(_pattern(expected), output), told + "\n".join(expected)
        return int(code)

    def close(self) -> None:
        """End the shell and all that it started."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.communicate()

    def _type(self, text: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(text.encode())
        self._process.stdin.flush()

    def _until(self, pattern: str) -> str:
        """Read until a pattern comes, and return what came up to its end."""
        assert self._process.stdout is not None
        limit = time.monotonic() + _PATIENCE
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            while not (match := re.search(pattern, self._read)):
                came = selector.select(limit - time.monotonic())
                assert came, f"{pattern!r} did not come within {_PATIENCE} s, but: {self._read}"
                content = os.read(self._process.stdout.fileno(), 65536)
                assert content, f"the shell ended: {self._read}"
                self._read += content.decode()
        output, self._read = self._read[: match.end()], self._read[match.end() :]
        return output


def _pattern(expected: list[str]) -> str:
    return "(?s)" + ".*".join(".*".join(map(re.escape, line.split("..."))) for line in expected)
