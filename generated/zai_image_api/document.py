# Made by `python -m scripts.regenerate` from openapi/. Do not edit: the next run overwrites it.

"""What this package was made from."""

from typing import Final

TITLE: Final = "Z.AI API"
VERSION: Final = "1.0.0"

SERVER_URL: Final = "https://api.z.ai/api"
"""The first server that the document names."""

PAGES: Final = (
    (
        "https://docs.z.ai/api-reference/image/generate-image.md",
        "2026-01-24T11:22:10-03:00",
        "0bf07abf45884c32e68120cb7f18c811c75324bd1c99efc9e52559a9fb3efc9d",
    ),
)
"""The documentation pages: where each was published (its name, if it was given as a file), when it was fetched, and its SHA-256."""

DOCUMENT_SHA256: Final = "cfcf42181fc35e18884d01fa1fdf655c39d7824588281b635e43ab51d44b0044"
