"""What JSON Schema's formats of strings and numbers ask for; a format of any other name allows every value."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

_DATE = r"\d{4}-\d\d-\d\d"
_TIME = r"\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)"


def _matching(pattern: str) -> Callable[[Any], bool]:
    def matches(value: Any) -> bool:
        return not isinstance(value, str) or re.fullmatch(pattern, value, re.ASCII) is not None

    return matches


def _date(value: Any) -> bool:
    from datetime import date

    try:
        return not isinstance(value, str) or date.fromisoformat(value[:10]) is not None
    except ValueError:
        return False


def _address(version: int) -> Callable[[Any], bool]:
    def is_address(value: Any) -> bool:
        import ipaddress

        try:
            return not isinstance(value, str) or ipaddress.ip_address(value).version == version
        except ValueError:
            return False

    return is_address


def _of_bits(bits: int) -> Callable[[Any], bool]:
    return lambda value: not isinstance(value, int | float) or -(2 ** (bits - 1)) <= value < 2 ** (bits - 1)


def _both(*predicates: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: all(predicate(value) for predicate in predicates)


FORMATS: Final[Mapping[str, tuple[str, Callable[[Any], bool], Any]]] = {
    "date": ("a date such as 2026-01-24", _both(_matching(_DATE), _date), "2026-01-24"),
    "date-time": (
        "a date and time such as 2026-01-24T11:22:10Z",
        _both(_matching(f"{_DATE}[Tt ]{_TIME}"), _date),
        "2026-01-24T11:22:10Z",
    ),
    "uuid": (
        "a UUID",
        _matching(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"),
        "123e4567-e89b-12d3-a456-426614174000",
    ),
    "uri": (
        "an absolute address such as https://a.example/b",
        _matching(r"[A-Za-z][A-Za-z0-9+.-]*:\S+"),
        "https://a.example/b",
    ),
    "email": ("an e-mail address", _matching(r"[^@\s]+@[^@\s]+"), "a@b.example"),
    "ipv4": ("an IPv4 address", _address(4), "192.0.2.1"),
    "ipv6": ("an IPv6 address", _address(6), "2001:db8::1"),
    "byte": ("Base64", _matching(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?"), "aGk="),
    "int32": ("an integer of 32 bits", _of_bits(32), 1),
    "int64": ("an integer of 64 bits", _of_bits(64), 1),
}
"""By name: what it asks for, whether a value has it, and an example."""
