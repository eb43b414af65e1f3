"""Every wrong server: at least one for each requirement that is judged."""

from __future__ import annotations

from tests.conformance.breaking import WrongServer
from tests.conformance.wrong_answers import ANSWERS
from tests.conformance.wrong_requests import FIELDS, KEYS
from tests.conformance.wrong_sizes import SIZES

__all__ = ["ANSWERS", "FIELDS", "KEYS", "SIZES", "WRONG_SERVERS", "WrongServer"]

WRONG_SERVERS: list[WrongServer] = [*SIZES, *FIELDS, *KEYS, *ANSWERS]
