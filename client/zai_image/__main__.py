"""The command ``zai-image``: starts the command line, or says which extra brings it."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and exit with its code."""
    try:
        from zai_image.cli import run
    except ModuleNotFoundError as error:
        if error.name not in ("click", "rich"):
            raise
        print("zai-image: the command line needs the extra `cli`: pip install 'zai-image[cli]'", file=sys.stderr)
        sys.exit(2)
    sys.exit(run())


if __name__ == "__main__":
    main()
