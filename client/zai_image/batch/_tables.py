"""The tables of the journal, alike in SQLite and PostgreSQL."""

from __future__ import annotations

from enum import StrEnum

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

PROMPTS = Table(
    "zai_image_prompts",
    METADATA,
    Column("id", String(200), primary_key=True),
    Column("number", Integer, nullable=False),
    Column("input", String(64), nullable=False),
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
    Column("failed_at", Float),
)
Index("zai_image_prompts_by_state", PROMPTS.c.state, PROMPTS.c.number)

# Each name belongs to one prompt, also where a system takes two names for one.
NAMES = Table(
    "zai_image_names",
    METADATA,
    Column("name", String(500), primary_key=True),
    Column("id", String(200), nullable=False),
)

WORKERS = Table(
    "zai_image_workers", METADATA, Column("id", String(32), primary_key=True), Column("seen", Float, nullable=False)
)

# One row, which whoever claims prompts locks: so one limit holds for all processes together.
TOTALS = Table(
    "zai_image_totals",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("paid", Integer, nullable=False),
    Column("next_at", Float, nullable=False),
)

INPUTS = Table("zai_image_inputs", METADATA, Column("digest", String(64), primary_key=True))
