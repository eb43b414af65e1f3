"""Names pictures after their prompts, and never after a file that is already there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

# Well under the 255 bytes that file systems allow, in any script.
_LONGEST = 50


@contextmanager
def reserved_name(prompt: str, suffix: str = ".png") -> Iterator[Path]:
    """Yield the path of a new empty file in the current folder, named after the prompt; an error removes it again."""
    path = _reserve("-".join(re.findall(r"\w+", prompt.lower()))[:_LONGEST].strip("-_") or "picture", suffix)
    try:
        yield path
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _reserve(stem: str, suffix: str) -> Path:
    for number in count(1):
        path = Path(f"{stem}{suffix}" if number == 1 else f"{stem}-{number}{suffix}")
        try:
            # Exclusive creation, so that two runs at once take two names.
            path.open("xb").close()
        except FileExistsError:
            continue
        return path
    raise AssertionError("count() does not end")
