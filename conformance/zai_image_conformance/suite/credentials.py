"""What stands in the header Authorization, and the command line that sends a request again."""

from __future__ import annotations

import base64
import shlex
from collections.abc import Callable, Mapping

from attrs import frozen

from zai_image_conformance.model import Credential, Request, printable

_MADE_UP = "this-key-was-made-up"


@frozen
class _Form:
    """One credential: the header's value by the key, and the words of curl that send it."""

    header: Callable[[str], str | None]
    curl: str | None


def _basic(key: str) -> str:
    return "Basic " + base64.b64encode(f"{key}:".encode()).decode()


_FORMS: Mapping[Credential, _Form] = {
    "key": _Form(lambda key: f"Bearer {key}", '-H "Authorization: Bearer $ZAI_API_KEY"'),
    "none": _Form(lambda key: None, None),
    "wrong key": _Form(lambda key: f"Bearer {_MADE_UP}", f"-H 'Authorization: Bearer {_MADE_UP}'"),
    "longer key": _Form(lambda key: f"Bearer {key}x", '-H "Authorization: Bearer ${ZAI_API_KEY}x"'),
    "shorter key": _Form(lambda key: f"Bearer {key[:-1]}", '-H "Authorization: Bearer ${ZAI_API_KEY%?}"'),
    "key in other letters": _Form(
        lambda key: f"Bearer {key.swapcase()}",
        '-H "Authorization: Bearer $(printf %s "$ZAI_API_KEY" | tr a-zA-Z A-Za-z)"',
    ),
    "no token": _Form(lambda key: "Bearer", "-H 'Authorization: Bearer'"),
    "bare key": _Form(lambda key: key, '-H "Authorization: $ZAI_API_KEY"'),
    "Basic": _Form(_basic, '-u "$ZAI_API_KEY:"'),
    "Token": _Form(lambda key: f"Token {key}", '-H "Authorization: Token $ZAI_API_KEY"'),
}


def authorization(credential: Credential, api_key: str | None) -> str | None:
    """The value of the header Authorization; None where it is not sent."""
    return None if api_key is None else _FORMS[credential].header(api_key)


def differs(credential: Credential, api_key: str) -> bool:
    """Whether a credential is another one than the right one, and can be sent."""
    value = authorization(credential, api_key)
    return value != authorization("key", api_key) and value != "Bearer "


def curl(request: Request, endpoint: str, *, with_key: bool = True) -> str:
    """The command line that sends a request; the key is read from the environment."""
    words = ["curl", "-sS", "-i", "-X", request.method, shlex.quote(endpoint)]
    if request.content or request.method == "POST":
        words += ["-H", shlex.quote(f"Content-Type: {request.media_type}")]
    shown = _FORMS[request.credential].curl if with_key else None
    if shown is not None:
        words += [shown]
    if request.content:
        words += ["--data-binary", _quoted(request.content)]
    return printable(" ".join(words))


def _quoted(content: bytes) -> str:
    """The body for a shell: as it is where it prints, else with each byte that does not spelt out."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        text = ""
    if text.isprintable() and text:
        return shlex.quote(text)
    spelt = "".join(chr(byte) if 32 <= byte < 127 and byte not in b"'\\" else f"\\x{byte:02x}" for byte in content)
    return f"$'{spelt}'"
