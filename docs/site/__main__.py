"""The command ``python -m docs.site FOLDER``: writes the site into a folder, and fails at the first warning."""

from __future__ import annotations

import sys
from pathlib import Path

from docs.site.building import ROOT, build


def main() -> None:
    """Build the site into the folder that the command line names, by default ``build/site``."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build/site"
    build(target)
    print(target / "index.html")


if __name__ == "__main__":
    main()
