"""Finds nginx, HAProxy and Caddy; run as a command, installs those missing: ``python -m tests.proxies.installing``."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

PACKAGES = {"nginx": "nginx-light", "haproxy": "haproxy", "caddy": "caddy"}
"""Debian's package of each program."""


def found(name: str) -> str | None:
    """The path of a program; None where it is missing."""
    # Debian keeps servers where only root looks.
    return shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"]))


def main() -> None:
    """Install what is missing where this is Debian or one of its descendants, or say what to install."""
    missing = [name for name in PACKAGES if not found(name)]
    if missing and shutil.which("apt-get"):
        root = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
        for arguments in (
            ["update", "--quiet"],
            ["install", "--yes", "--quiet", "--no-install-recommends", *(PACKAGES[name] for name in missing)],
        ):
            command = [*root, "apt-get", *arguments]
            subprocess.run(command, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, check=False)
    missing = [name for name in PACKAGES if not found(name)]
    if missing:
        sys.exit(f"the tests of proxies need {', '.join(missing)} on PATH; install what is missing")


if __name__ == "__main__":
    main()
