"""Every wrong server: several for each requirement that is tested."""

from __future__ import annotations

from tests.conformance.wrong.answers import ANSWERS
from tests.conformance.wrong.by_field import BY_FIELD
from tests.conformance.wrong.by_moment import BY_MOMENT
from tests.conformance.wrong.by_size import BY_SIZE
from tests.conformance.wrong.requests import FIELDS, KEYS
from tests.conformance.wrong.server import WrongServer

__all__ = ["WRONG_SERVERS", "WrongServer"]

WRONG_SERVERS: list[WrongServer] = [*BY_SIZE, *BY_FIELD, *BY_MOMENT, *FIELDS, *KEYS, *ANSWERS]
