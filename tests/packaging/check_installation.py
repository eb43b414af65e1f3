"""Checks an environment that holds the wheel with one extra and nothing else: ``python check_installation.py EXTRA``.

It needs no pytest, since the environment has none; test_installation.py makes the environments.
"""

from __future__ import annotations

import importlib
import subprocess
import sys
import tempfile
from pathlib import Path

# For each extra: what can be imported with it, and what the plain installation lacks.
MODULES = {
    "plain": ["zai_image", "zai_image_api", "zai_image_conformance"],
    "cli": ["zai_image.cli", "zai_image.batch"],
    "conformance": [
        "zai_image_conformance.server",
        "zai_image_conformance.suite.runner",
        "zai_image_conformance.suite",
    ],
    "httpx2": ["httpx2"],
    "pil": ["PIL.Image"],
    "postgresql": ["zai_image.batch"],
    "remote": ["fsspec"],
    "socks": ["socksio"],
}
MODULES["all"] = [module for modules in MODULES.values() for module in modules]

# For each extra: arguments, the exit code they must end with, and what must be told.
COMMANDS = {
    "plain": [(["--version"], 2, "zai-image[cli]")],
    "cli": [
        (["sizes", "--model", "glm-image", "--check", "1280x1280"], 0, "is valid"),
        (["conform", "--local"], 2, "zai-image[conformance]"),
        (["generate", "kitten", "--local"], 2, "zai-image[conformance]"),
        (["batch", "--status", "none.sqlite"], 2, "none.sqlite"),
        (["batch", "--status", "postgresql://127.0.0.1/none"], 2, "zai-image[postgresql]"),
    ],
    # Schemathesis brings click and rich, which are all that the command line needs.
    "conformance": [
        (["conform", "--local", "--report-html", "verdict.html"], 0, "conforms"),
        (["sizes"], 0, "recommended"),
    ],
    **{extra: [(["--version"], 2, "zai-image[cli]")] for extra in ("httpx2", "pil", "postgresql", "remote", "socks")},
    "all": [(["generate", "kitten", "--local"], 0, "kitten.png"), (["conform", "--local"], 0, "conforms")],
}


def main(extra: str) -> None:
    """Import what the extra promises, and run the command line."""
    for module in [*MODULES["plain"], *MODULES[extra]]:
        importlib.import_module(module)
    command = Path(sys.executable).with_name("zai-image")
    for arguments, code, told in COMMANDS[extra]:
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run([command, *arguments], cwd=folder, capture_output=True, text=True, check=False)
        output = done.stdout + done.stderr
        if done.returncode != code or told not in output:
            sys.exit(f"zai-image {' '.join(arguments)} ended with {done.returncode}, not {code}, and told: {output}")
    print(f"{extra}: imports and runs")


if __name__ == "__main__":
    main(sys.argv[1])
