"""The tables of the journal, alike in SQLite and PostgreSQL."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from sqlalchemy import Column, Float, Index, Integer, MetaData, String, Table, Text


class State(StrEnum):
    """Where a prompt stands."""

    WAITING = "waiting"
    """No request is under way for it, and none was charged."""
    ASKED = "asked"
    """A request may have left: committed before it does."""
    ANSWERED = "answered"
    """The image is made and its URL is known: committed before its download starts."""
    STORED = "stored"
    """The image is at the destination."""
    REFUSED = "refused"
    """The API or the client said no; nothing was charged."""
    UNKNOWN = "unknown"
    """A request left, and its outcome is unknown: it may be charged, and is not sent again by itself."""


METADATA = MetaData()
VERSION: Final = 1
"""Of these tables: a journal of other tables is refused."""

PROMPTS = Table(
    "zai_image_prompts",
    METADATA,
    Column("id", String(200), primary_key=True),
    Column("number", Integer, nullable=False),
    # Which input had it last: a run sends only what its input has.
    Column("input", String(16), nullable=False),
    Column("prompt", Text, nullable=False),
    Column("parameters", Text, nullable=False),
    Column("state", String(8), nullable=False),
    # Grows with every claim: what an earlier owner wants to change is refused by it.
    Column("token", Integer, nullable=False, default=0),
    Column("worker", String(32)),
    Column("url", Text),
    Column("created", Float),
    Column("path", Text),
    Column("error", Text),
    Column("request_id", Text),
    # Who could not store its image: a later run tries again, and not the same at once.
    Column("failed_by", String(32)),
)
Index("zai_image_prompts_by_state", PROMPTS.c.state, PROMPTS.c.input, PROMPTS.c.number)

# Each name belongs to one prompt, also where a system takes two names for one.
NAMES = Table(
    "zai_image_names",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("id", String(200), nullable=False),
)

WORKERS = Table(
    "zai_image_workers", METADATA, Column("id", String(32), primary_key=True), Column("seen", Float, nullable=False)
)

# One row.
TOTALS = Table(
    "zai_image_totals",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("paid", Integer, nullable=False),
    Column("next_at", Float, nullable=False),
    # Which input was taken in last.
    Column("input", String(16)),
    Column("version", Integer, nullable=False),
)
