"""The SDKs one might use instead, in an environment that only the benchmarks make and that nothing else shares."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

from attrs import frozen

_ROOT: Final = Path(__file__).parent.parent
_HOME: Final = _ROOT / ".tox" / "rivals"
_PYTHON: Final = _HOME / ("Scripts" if sys.platform == "win32" else "bin") / "python"
_PINNED: Final = ("--constraint", str(_ROOT / "constraints.txt"))
# Measured there as here, in turn with what they stand on.
_PROGRAM: Final = """
import json, sys, time
import httpx
base, calls, rounds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
{prepare}
body = {{"model": "glm-image", "prompt": "kitten", "size": "1280x1280"}}
raw = httpx.Client()
def bare():
    raw.post(base + "/paas/v4/images/generations", json=body, headers={{"Authorization": "Bearer a.key"}}).json()
def theirs():
    {call}
def cpu_of(act):
    start = time.process_time()
    for _ in range(calls):
        act()
    return (time.process_time() - start) / calls
pairs = [(cpu_of(theirs), cpu_of(bare)) for _ in range(rounds + 1)][1:]
print(json.dumps([[theirs / bare for theirs, bare in pairs], [theirs * 1e3 for theirs, _ in pairs]]))
"""


@frozen
class Rival:
    """Another SDK.

    Attributes:
        requirement: What to install.
        module: What to import.
        prepare: The line that makes its client as ``client`` for the server at ``base``.
        call: The line that asks for an image.
    """

    requirement: str
    module: str
    prepare: str
    call: str


_ZAI_SDK: Final = Rival(
    "zai-sdk",
    "zai",
    'from zai import ZaiClient; client = ZaiClient(api_key="a.key", base_url=base + "/paas/v4")',
    'client.images.generations(model="glm-image", prompt="kitten", size="1280x1280")',
)
_OPENAI: Final = Rival(
    "openai",
    "openai",
    'from openai import OpenAI; client = OpenAI(api_key="a.key", base_url=base + "/paas/v4")',
    'client.images.generate(model="glm-image", prompt="kitten", size="1280x1280")',
)


@cache
def _installed() -> bool:
    """Make the environment, and say so in a line where it cannot be made."""
    try:
        if not _PYTHON.exists():
            subprocess.run([sys.executable, "-m", "venv", _HOME], check=True, capture_output=True)
        needed = ["httpx", *(rival.requirement for rival in (_ZAI_SDK, _OPENAI))]
        subprocess.run(
            [_PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *_PINNED, *needed],
            check=True,
            capture_output=True,
        )
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"zai-sdk and openai are left out: their environment {_HOME} could not be made: {error}", flush=True)
        return False
    return True


def rivals() -> Sequence[Rival]:
    """Return the other SDKs, ready to run; none where they cannot be installed."""
    return (_ZAI_SDK, _OPENAI) if _installed() else ()


def cpu_of_a_call(rival: Rival, base: str, *, calls: int, rounds: int) -> tuple[list[float], list[float]]:
    """Measure its calls in turn with raw httpx ones.

    Returns:
        The ratios round by round, and the milliseconds of a call round by round.
    """
    program = _PROGRAM.format(prepare=rival.prepare, call=rival.call)
    done = subprocess.run(
        [_PYTHON, "-c", program, base, str(calls), str(rounds)], check=True, stdout=subprocess.PIPE, text=True
    )
    ratios, milliseconds = json.loads(done.stdout)
    return ratios, milliseconds


def interpreter() -> str:
    """Return the interpreter that has the other SDKs installed."""
    return str(_PYTHON)
