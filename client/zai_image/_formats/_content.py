"""What the bytes of an image are read from: memory, or a file mapped into it."""

from __future__ import annotations

from mmap import mmap
from typing import TypeAlias

Content: TypeAlias = bytes | mmap
