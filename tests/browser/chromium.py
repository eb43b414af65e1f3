"""Finds Chromium; run as a command, sees to it that there is one: ``python -m tests.browser.chromium``."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
OPTIONS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
)
"""Nothing but the page under test may use the network. (Playwright adds `--headless` and `--no-sandbox`.)"""
_DEBIAN = ("update", "--quiet"), ("install", "--yes", "--quiet", "--no-install-recommends", "chromium")


def found() -> str | None:
    """The path of the first Chromium on PATH that runs; None where there is none."""
    return next((path for name in NAMES if (path := shutil.which(name)) and _runs(path)), None)


def main() -> None:
    """Install Chromium where it is missing and this is Debian or one of its descendants, or say what to install."""
    if not found() and (become_root := _way_to_root()) is not None and shutil.which("apt-get"):
        for arguments in _DEBIAN:
            command = [*become_root, "apt-get", *arguments]
            subprocess.run(command, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, check=False)
    if not found():
        sys.exit(f"the tests in a browser need Chromium or Chrome on PATH, as one of: {', '.join(NAMES)}; install it")


def _runs(path: str) -> bool:
    # Ubuntu's package is a script that asks for a snap.
    return subprocess.run([path, "--version"], capture_output=True, check=False).returncode == 0


def _way_to_root() -> list[str] | None:
    """What to put before a command of root's; None where there is no way without a password."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return []
    sudo = ["sudo", "--non-interactive"]
    allowed = shutil.which("sudo") and subprocess.run([*sudo, "true"], capture_output=True, check=False).returncode == 0
    return sudo if allowed else None


if __name__ == "__main__":
    main()
