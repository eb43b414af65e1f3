"""The vendor's business codes: the HTTP status each comes with, and what it says."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

BUSINESS_CODES: Final[Mapping[int, tuple[int, str]]] = MappingProxyType(
    {
        500: (500, "internal error"),
        1000: (401, "authentication failed"),
        1001: (401, "the header Authorization is missing"),
        1002: (401, "the token is not valid"),
        1003: (401, "the token has expired"),
        1004: (401, "authentication with this token failed"),
        1100: (429, "something is wrong with the account"),
        1110: (429, "the account is not active"),
        1111: (429, "the account does not exist"),
        1112: (429, "the account is locked"),
        1113: (429, "the account is in arrears"),
        1120: (429, "the account cannot be accessed now"),
        1121: (429, "the account is locked for irregular activities"),
        1200: (400, "the API was called in a wrong way"),
        1210: (400, "a parameter is incorrect"),
        1211: (400, "the model does not exist"),
        1212: (405, "the method is not supported"),
        1213: (400, "a field was not received"),
        1214: (400, "a field is invalid"),
        1215: (400, "two fields exclude each other"),
        1220: (400, "no permission to use this API"),
        1221: (400, "this API is offline"),
        1222: (404, "this API does not exist"),
        1230: (500, "processing the call failed"),
        1231: (400, "the same request is already under way"),
        1234: (500, "a network error"),
        1300: (400, "the call is blocked by policy"),
        1301: (400, "the content may be unsafe or sensitive"),
        1302: (429, "too many requests at once"),
        1303: (429, "requests come too often"),
        1304: (429, "the daily limit is reached"),
        1308: (429, "the usage limit is reached until it is reset"),
        1309: (429, "the plan has expired"),
    }
)
"""Status and message by code. The vendor gives a status to each class of codes; 1212 and 1222 come with HTTP's own."""
